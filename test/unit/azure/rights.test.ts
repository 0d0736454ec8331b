import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AzureRegistry, Subscription } from '../../../src/azure/azure';
import { rightsToSet } from '../../../src/ui/azure/pullAccessPrompts';
import { reason } from '../../../src/ui/report';
import { mayPull } from '../../sandbox/azure/armRegistries';
import { buildImage } from '../../sandbox/images';
import { failing } from '../failing';
import recorded from './fixtures/roleAssignment.json';
import { accountOf, contoso, mona, production, useAzure } from './azureRig';

const { signal } = new AbortController();
const image = buildImage();
const subscription: Subscription = { id: production, name: 'Production', tenantId: contoso };
const principal = '99999999-9999-9999-9999-999999999999';
const group = `/subscriptions/${production}/resourceGroups/rg-images`;
const abac = { roleAssignmentMode: 'AbacRepositoryPermissions' };

describe('rights in Azure', () => {
  const azure = useAzure(
    {
      tenants: [{ id: contoso, name: 'Contoso', users: [mona] }],
      subscriptions: [{ id: production, name: 'Production', tenantId: contoso }],
      registries: [
        { name: 'contosomain', subscription: production, repositories: [{ name: 'web', tags: { '1.4': image } }] },
        { name: 'contosoabac', subscription: production, repositories: [], properties: abac },
      ],
    },
    'each',
  );
  afterEach(() => {
    vi.useRealTimers();
  });

  const registry = async (name: string): Promise<AzureRegistry> => {
    const found = (await accountOf(azure()).registries(subscription, signal)).find((one) => one.name === name);
    if (found === undefined) throw new Error(`There is no ${name}.`);
    return found;
  };
  const may = (action: string, scope = group) => accountOf(azure()).access.may(subscription, scope, action, signal);
  const pulls = (name: string, repository: string) => {
    const found = azure().resource(`/registries/${name}`);
    if (found === undefined) throw new Error(`There is no ${name}.`);
    return mayPull(azure().state, found, repository, principal);
  };
  const conditions = () => azure().state.assignments.map(({ condition }) => condition);

  it.each([400, 403])('that the service does not return (%s) are assumed', async (status) => {
    azure().state.denied.set(group.toLowerCase(), ['Microsoft.Web/sites/write']);
    expect(await may('Microsoft.Web/sites/write')).toBe(false);
    azure().state.untold.set(group.toLowerCase(), status);
    expect(await may('Microsoft.Web/sites/write')).toBe(true);
  });

  it.each([
    ['no list of actions', { value: [{ actions: null, notActions: null }] }, false],
    ['no actions that are taken away', { value: [{ actions: ['*'], notActions: null }] }, true],
    ['a page of several', { value: [{ actions: ['*/read'] }], nextLink: 'https://example.com/next' }, true],
    ['something else', { values: [] }, true],
  ])('are read from %s', async (_what, body, expected) => {
    const headers = { 'Content-Type': 'application/json' };
    azure().fail(/GET .*\/permissions\?/, { status: 200, headers, body: JSON.stringify(body) });
    expect(await may('Microsoft.Web/sites/write')).toBe(expected);
  });

  it('are required for an operation, at its scope and below', async () => {
    azure().state.denied.set(`/subscriptions/${production}`, ['Microsoft.ContainerRegistry/registries/write']);
    const wish = { subscription, resourceGroup: 'rg-images', name: 'contosonew', location: 'westeurope' };
    const create = accountOf(azure()).createRegistry({ ...wish, sku: 'Basic' }, () => undefined, signal);
    expect(await failing(create)).toMatchObject({ kind: 'forbidden', detail: { code: 'AuthorizationFailed' } });
  });

  it('of a slot are those of slots, of a container those of containers', () => {
    const app = { id: '/x/sites/web', name: 'web', resourceGroup: 'rg', location: '', url: '' };
    const actions = (rights: ReturnType<typeof rightsToSet>) => rights.map(({ action }) => action);
    expect(actions(rightsToSet(app))).toEqual([
      'Microsoft.Web/sites/write',
      'Microsoft.Web/sites/config/write',
      'Microsoft.Web/sites/config/list/action',
    ]);
    expect(actions(rightsToSet({ ...app, container: { name: 'metrics' } }))).toContain(
      'Microsoft.Web/sites/sitecontainers/write',
    );
    expect(actions(rightsToSet({ ...app, id: '/x/sites/web/slots/staging', slot: 'staging' }))).toEqual([
      'Microsoft.Web/sites/slots/write',
      'Microsoft.Web/sites/slots/config/write',
      'Microsoft.Web/sites/slots/config/list/action',
    ]);
    expect(actions(rightsToSet({ ...app, container: { name: 'web' } }))).toEqual([
      'Microsoft.Web/sites/write',
      'Microsoft.Web/sites/sitecontainers/write',
      'Microsoft.Web/sites/config/list/action',
    ]);
  });

  describe('to switch a service on', () => {
    const register = () => accountOf(azure()).registerService(subscription, 'Microsoft.App', signal);
    const registering = () => azure().calls.filter(({ method }) => method === 'POST').length;
    const asked = () =>
      azure().calls.filter(({ method, path }) => method === 'GET' && path.includes('/providers/Microsoft.App')).length;

    it.each(['write', 'register/action'])('may be missing, and the Failure says so: %s', async (verb) => {
      azure().state.registrations.set('Microsoft.App', 'NotRegistered');
      const scope = `/subscriptions/${production}`;
      azure().state.denied.set(scope, [verb === 'write' ? '*' : `Microsoft.App/${verb}`]);
      const why = await register();
      expect(why && reason(why)).toMatch(
        /^Microsoft\.App could not be registered in this subscription; your account needs the role Contributor there\. It says “The client 'mona@contoso\.com' does not have authorization/,
      );
    });

    it('is used for half a minute at most, and creating a resource may work all the same', async () => {
      vi.useFakeTimers({ toFake: ['Date'] });
      azure().state.registrations.set('Microsoft.App', 'NotRegistered');
      azure().state.registeringFor = Infinity;
      const waiting = register();
      // The half minute begins after the registration was requested, before its state is read again.
      await vi.waitFor(() => {
        expect(asked()).toBe(2);
      });
      vi.setSystemTime(Date.now() + 30_000);
      const why = await waiting;
      expect(why && reason(why)).toBe(
        'Microsoft.App is still being registered in this subscription; this may take some minutes.',
      );
      const place = { subscription, resourceGroup: 'rg-images' };
      const environment = { name: 'cae', location: 'westeurope' };
      const { containerApps } = accountOf(azure());
      expect(await containerApps.createEnvironment(place, environment, () => undefined, signal)).toMatchObject({
        name: 'cae',
      });
    });

    it('is not used if the service is registered', async () => {
      expect(await register()).toBeUndefined();
      expect(registering()).toBe(0);
    });
  });

  describe('to pull', () => {
    const grant = async (name: string, repository: string) =>
      accountOf(azure()).access.grantPull({ ...(await registry(name)), repository }, principal, signal);

    it('are assigned as the Azure CLI does it', async () => {
      await grant('contosomain', 'web');
      const sent = azure().calls.find(({ method }) => method === 'PUT');
      const { method, url, body } = recorded.request;
      const without = (text: string) =>
        text.replace(/resourceGroups\/[^/]+|registries\/[^/]+|[0-9a-f-]{36}/g, 'x').replace(/^https:\/\/[^/]+/, '');
      expect([sent?.method, without(sent?.path ?? '')]).toEqual([method, without(url)]);
      expect(sent?.body).toEqual({
        properties: {
          ...body.properties,
          principalId: principal,
          roleDefinitionId: body.properties.roleDefinitionId.replace(
            /^\/subscriptions\/[^/]+/,
            `/subscriptions/${production}`,
          ),
        },
      });
      expect(Object.keys(sent?.answer ?? {}).sort()).toEqual(Object.keys(recorded.response.body).sort());
    });

    it('are for the whole registry, if rights go by registry', async () => {
      expect(await grant('contosomain', 'web')).toBe('granted');
      expect(azure().state.assignments).toMatchObject([{ role: 'AcrPull' }]);
      expect(conditions()).toEqual([undefined]);
      expect([pulls('contosomain', 'web'), pulls('contosomain', 'api')]).toEqual([true, true]);
    });

    it('are for the one repository, if rights go by repository, and later also for the next one', async () => {
      expect(await grant('contosoabac', 'team/web')).toBe('granted');
      // https://learn.microsoft.com/en-us/azure/container-registry/container-registry-rbac-abac-repository-permissions
      const prefix =
        "((!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/content/read'}) AND !(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/metadata/read'})) OR (";
      const isNamed = '@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringEqualsIgnoreCase';
      expect(conditions()).toEqual([`${prefix}${isNamed} 'team/web'))`]);
      expect([pulls('contosoabac', 'team/web'), pulls('contosoabac', 'api')]).toEqual([true, false]);
      expect(await grant('contosoabac', 'api')).toBe('granted');
      expect(conditions()).toEqual([`${prefix}${isNamed} 'team/web' OR ${isNamed} 'api'))`]);
      const writes = azure().calls.filter(({ method }) => method === 'PUT').length;
      expect(await grant('contosoabac', 'Team/Web')).toBe('granted');
      // The new assignment is refused as a duplicate, and the existing one is not written again.
      expect(azure().calls.filter(({ method }) => method === 'PUT').length).toBe(writes + 1);
    });

    it('are not changed if they have no condition, or one that was written by hand', async () => {
      await grant('contosoabac', 'web');
      const [given] = azure().state.assignments;
      if (given === undefined) throw new Error('Nothing was given.');
      const own = "(@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringStartsWith 'team/')";
      given.condition = own;
      expect(await grant('contosoabac', 'team/web')).toBe('conditional');
      expect(conditions()).toEqual([own]);
      delete given.condition;
      expect(await grant('contosoabac', 'team/web')).toBe('granted');
      expect(conditions()).toEqual([undefined]);
    });

    it('of AcrPull give nothing if rights go by repository', async () => {
      const { id } = await registry('contosoabac');
      azure().state.assignments.push({ name: 'a', scope: id, principalId: principal, role: 'AcrPull' });
      expect(pulls('contosoabac', 'web')).toBe(false);
    });
  });

  it.each([
    ['disabled', 'the registry takes no tokens of the Resource Manager'],
    ['enabled', undefined],
  ])('of App Service to pull do not help if a policy refuses its tokens: %s', async (status, problem) => {
    const { access, appService } = accountOf(azure());
    const resource = azure().resource('/registries/contosomain');
    if (resource) resource.properties.policies = { azureADAuthenticationAsArmPolicy: { status } };
    const main = await registry('contosomain');
    const place = { subscription, resourceGroup: 'rg-images', location: 'westeurope' };
    const silent = () => undefined;
    const plan = await appService.createPlan(place, { ...place, name: 'asp-web', sku: 'B1' }, silent, signal);
    const wish = { ...place, name: 'contoso-web', plan, port: undefined, hasIdentity: true };
    const app = await appService.create(wish, silent, signal);
    await access.grantPull(main, await appService.pullIdentity(subscription, app, signal), signal);
    const reference = `${main.loginServer}/web:1.4`;
    await appService.setImage(subscription, app, { reference, access: { kind: 'identity', registry: main } }, signal);
    expect(azure().state.restarts.at(-1)?.problem).toBe(problem);
  });

  it('show whether a registry refuses tokens of the Resource Manager', async () => {
    const resource = azure().resource('/registries/contosomain');
    expect(await registry('contosomain')).not.toHaveProperty('refusesArmTokens');
    if (resource) resource.properties.policies = { azureADAuthenticationAsArmPolicy: { status: 'disabled' } };
    expect(await registry('contosomain')).toMatchObject({ refusesArmTokens: true });
  });
});
