import { describe, expect, it } from 'vitest';
import type { Subscription } from '../../../src/azure/azure';
import { buildImage } from '../../sandbox/images';
import { accountOf, contoso, mona, production, useAzure } from '../azure/azureRig';
import { published } from './published';

/**
 * What is asked of App Service and Container Apps, and what the sandbox answers, against the recordings of
 * azure-recordings/azure-cli-2021/appservice (test_acr_integration.json, test_linux_webapp_quick_create.json) and
 * azure-recordings/azure-cli-extensions-2024/containerapp (test_containerapp_registry_identity_system.json,
 * test_containerapp_update.json, test_containerapp_private_registry_port.json): armServices.json has their fields and
 * types, with what specification/web/…/2021-01-15 and …/Microsoft.App/ContainerApps/stable/2025-07-01 describe besides.
 */
const problems = published('armServices.json');

const { signal } = new AbortController();
const silent = () => undefined;
const subscription: Subscription = { id: production, name: 'Production', tenantId: contoso };
const place = { subscription, resourceGroup: 'rg-images' };

/** The schema of what is sent to, and of what comes from, an address of this kind. */
const kinds: readonly { readonly path: RegExp; readonly request?: string; readonly answer: string }[] = [
  { path: /^PUT .*\/serverfarms\/[^/]+$/, request: 'PlanRequest', answer: 'AppServicePlan' },
  { path: /^PUT .*\/sites\/[^/]+$/, request: 'SiteRequest', answer: 'Site' },
  { path: /^(PATCH|GET) .*\/sites\/[^/]+$/, answer: 'Site' },
  { path: /^PUT .*\/config\/appsettings$/, request: 'AppSettingsRequest', answer: 'AppSettings' },
  { path: /^POST .*\/config\/appsettings\/list$/, answer: 'AppSettings' },
  { path: /^PATCH .*\/config\/web$/, request: 'SiteConfigRequest', answer: 'SiteConfig' },
  { path: /^GET .*\/config\/web$/, answer: 'SiteConfig' },
  { path: /^POST .*Microsoft\.Web\/checknameavailability$/i, answer: 'NameCheck' },
  { path: /^PUT .*\/managedEnvironments\/[^/]+$/, request: 'EnvironmentRequest', answer: 'ManagedEnvironment' },
  { path: /^PUT .*\/containerApps\/[^/]+$/, request: 'ContainerAppRequest', answer: 'ContainerApp' },
  { path: /^PATCH .*\/containerApps\/[^/]+$/, request: 'ContainerAppPatch', answer: 'ContainerApp' },
  { path: /^GET .*\/containerApps\/[^/]+$/, answer: 'ContainerApp' },
  { path: /^GET .*\/(containerapp|managedEnvironment)OperationStatuses\/[^/]+$/, answer: 'OperationStatus' },
  { path: /^PUT .*\/roleAssignments\/[^/]+$/, request: 'RoleAssignmentRequest', answer: 'RoleAssignment' },
];

describe('App Service and Container Apps of the sandbox', () => {
  const azure = useAzure(
    {
      tenants: [{ id: contoso, name: 'Contoso', users: [mona] }],
      subscriptions: [{ id: production, name: 'Production', tenantId: contoso }],
      registries: [
        { name: 'mainacr', subscription: production, repositories: [{ name: 'web', tags: { '1': buildImage() } }] },
      ],
    },
    'each',
  );

  /** Each call of these kinds that breaks the recordings, and how. */
  const broken = () =>
    azure().calls.flatMap(({ method, path, body, status, answer }) => {
      const what = `${method} ${path.replace(/\?.*/, '')}`;
      const kind = kinds.find((each) => each.path.test(what));
      if (kind === undefined) return [];
      const found = [
        kind.request === undefined ? 'No errors' : problems(kind.request, body),
        answer === undefined || status >= 300 ? 'No errors' : problems(kind.answer, answer),
      ];
      return found.every((each) => each === 'No errors') ? [] : [`${what}: ${found.join('; ')}`];
    });
  const mainAcr = async () => {
    const [found] = await accountOf(azure()).registries(subscription, signal);
    if (found === undefined) throw new Error('There is no registry.');
    return found;
  };

  it('are asked and answer as recorded when a web app is made, and when its image is replaced', async () => {
    const { access, appService } = accountOf(azure());
    const registry = await mainAcr();
    await appService.nameProblem(subscription, 'contoso-web', signal);
    const plan = await appService.createPlan(place, { name: 'asp', location: 'westeurope', sku: 'B1' }, silent, signal);
    const wish = { ...place, name: 'contoso-web', location: 'westeurope', plan, port: 8080, hasIdentity: true };
    const app = await appService.create(wish, silent, signal);
    await access.grantPull(registry, await appService.pullIdentity(subscription, app, signal), signal);
    const reference = `${registry.loginServer}/web:1`;
    await appService.setImage(subscription, app, { reference, access: { kind: 'identity', registry } }, signal);
    const password = { kind: 'password', server: 'index.docker.io', username: 'mona', secret: 'dckr' } as const;
    await appService.setImage(subscription, app, { reference: 'docker.io/mona/web:2', access: password }, signal);
    expect(broken()).toEqual([]);
    expect(azure().calls.length).toBeGreaterThan(10);
  });

  it('are asked and answer as recorded when a container app is made, and when its image is replaced', async () => {
    const { access, containerApps } = accountOf(azure());
    const registry = await mainAcr();
    const environment = await containerApps.createEnvironment(
      place,
      { name: 'cae', location: 'westeurope' },
      silent,
      signal,
    );
    const image = { reference: `${registry.loginServer}/web:1`, access: { kind: 'identity', registry } } as const;
    const ingress = { port: 8080, isExternal: true };
    const wish = { ...place, name: 'contoso-web', environment, ingress, variables: { LOG_LEVEL: 'debug' } };
    const app = await containerApps.create(wish, image, silent, signal);
    await access.grantPull(
      registry,
      await containerApps.pullIdentity(subscription, app, registry, silent, signal),
      signal,
    );
    await containerApps.setImage(subscription, app, { container: 'contoso-web', image }, silent, signal);
    const password = { kind: 'password', server: 'index.docker.io', username: 'mona', secret: 'dckr' } as const;
    const other = { reference: 'docker.io/mona/web:2', access: password };
    await containerApps.setImage(subscription, app, { container: 'contoso-web', image: other }, silent, signal);
    expect(broken()).toEqual([]);
    expect(azure().calls.length).toBeGreaterThan(10);
  });
});
