import { describe, expect, it } from 'vitest';
import type { Subscription } from '../../../src/azure/azure';
import { report } from '../../../src/ui/report';
import { armError, webError } from '../../sandbox/azure/armState';
import type { Reply } from '../../sandbox/faults';
import { failing } from '../failing';
import { accountOf, contoso, mona, production, useAzure } from './azureRig';

const { signal } = new AbortController();
const subscription: Subscription = { id: production, name: 'Production', tenantId: contoso };
const challenge = {
  'WWW-Authenticate': 'Bearer authorization_uri="https://login.windows.net/", error="invalid_token"',
};
const json = { 'Content-Type': 'application/json' };

/** From https://github.com/Azure/azure-cli/issues/31665: the subscription has no quota yet. */
const noQuota =
  'Operation cannot be completed without additional quota. \r\nAdditional details - Location:  \r\nCurrent Limit (Basic VMs): 0 \r\nCurrent Usage: 0\r\nAmount required for this deployment (Basic VMs): 1 \r\n(Minimum) New Limit that you should request to enable this deployment: 1.';

describe('a refusal of Azure', () => {
  const azure = useAzure({
    tenants: [{ id: contoso, name: 'Contoso', users: [mona] }],
    subscriptions: [{ id: production, name: 'Production', tenantId: contoso }],
    registries: [{ name: 'contosomain', subscription: production, repositories: [] }],
  });

  const plan = async (reply: Reply) => {
    azure().clearFaults();
    azure().fail(/PUT .*\/serverfarms\//, reply);
    const place = { subscription, resourceGroup: 'rg-images' };
    const wish = { name: 'asp-web', location: 'westeurope', sku: 'B1' };
    const failure = await failing(accountOf(azure()).appService.createPlan(place, wish, () => undefined, signal));
    azure().clearFaults();
    return { failure, told: report(failure, 'create the plan') };
  };

  it('for a used up quota is no sign-in problem, although App Service answers 401', async () => {
    const { failure, told } = await plan(webError(401, 'Unauthorized', noQuota));
    expect(failure).toMatchObject({ kind: 'rejected', detail: { status: 401, code: 'Unauthorized' } });
    expect(told?.reason).toBe(
      'Azure says “Operation cannot be completed without additional quota. Additional details - Location: Current Limit (Basic VMs): 0 Current Usage: 0 Amount required for this deployment (Basic VMs): 1 (Minimum) New Limit that you should request to enable this deployment: 1” (401).',
    );
    expect(told?.remedies).not.toContain('updateCredential');
    const challenged = webError(401, 'Unauthorized', noQuota);
    expect((await plan({ ...challenged, headers: { ...challenged.headers, ...challenge } })).failure.kind).toBe(
      'rejected',
    );
  });

  it('asks for another credential only if it says how to sign in', async () => {
    const said = armError(401, 'InvalidAuthenticationToken', 'The access token is invalid.');
    expect((await plan(said)).told?.remedies).not.toContain('updateCredential');
    const { failure, told } = await plan({ ...said, headers: { ...said.headers, ...challenge } });
    expect(failure.kind).toBe('unauthorized');
    expect(told?.remedies[0]).toBe('updateCredential');
  });

  it.each<[string, Reply, string, string]>([
    [
      'App Service, of a name that is taken',
      webError(409, 'Conflict', 'Website with given name contoso-web already exists.'),
      'rejected',
      'Azure says “Website with given name contoso-web already exists” (409).',
    ],
    [
      'App Service, of a plan that is not offered',
      webError(
        400,
        'BadRequest',
        'Availability Zones are not supported with current App Service Plan SKU and/or region.',
      ),
      'rejected',
      'Azure says “Availability Zones are not supported with current App Service Plan SKU and/or region” (400).',
    ],
    [
      'App Service, of something that is not there',
      webError(404, 'NotFound', 'No backend is linked to this static site.'),
      'notFound',
      'Azure says “No backend is linked to this static site” (404).',
    ],
    [
      'App Service, while something else is being done',
      webError(
        429,
        '429',
        'Cannot acquire exclusive lock to create, update or delete this site. Retry the request later.',
      ),
      'rejected',
      'Azure says “Cannot acquire exclusive lock to create, update or delete this site. Retry the request later” (429).',
    ],
    [
      'the Resource Manager, for too many requests',
      armError(429, 'SubscriptionRequestsThrottled', 'Number of requests exceeded the limit.'),
      'rateLimited',
      'Azure has had too many requests from you: “Number of requests exceeded the limit”. Wait a little, then try again.',
    ],
    [
      'the Resource Manager, with the details below',
      {
        status: 400,
        headers: json,
        body: JSON.stringify({
          error: {
            code: 'InvalidTemplateDeployment',
            message: 'It is not valid.',
            details: [
              {
                code: 'ValidationForResourceFailed',
                message: 'Validation failed.',
                details: [{ message: 'There is no quota.' }],
              },
            ],
          },
        }),
      },
      'rejected',
      'Azure says “It is not valid. Validation failed. There is no quota” (400).',
    ],
    [
      'a service in plain text',
      { status: 409, headers: { 'Content-Type': 'text/plain' }, body: 'The site is busy.' },
      'rejected',
      'Azure says “The site is busy” (409).',
    ],
  ])('is shown in the words of %s', async (_who, reply, kind, words) => {
    const { failure, told } = await plan(reply);
    expect([failure.kind, told?.reason]).toEqual([kind, words]);
  });
});
