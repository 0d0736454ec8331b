import { describe, expect, it } from 'vitest';
import type { AzureRegistry, Subscription } from '../../../src/azure/azure';
import { buildImage } from '../../sandbox/images';
import { failing } from '../failing';
import { accountOf, contoso, mona, production, useAzure } from './azureRig';

const { signal } = new AbortController();
const image = buildImage();
const subscription: Subscription = { id: production, name: 'Production', tenantId: contoso };
const place = { subscription, resourceGroup: 'rg-images' };
const silent = () => undefined;

describe('resources of Azure', () => {
  const azure = useAzure(
    {
      tenants: [{ id: contoso, name: 'Contoso', users: [mona] }],
      subscriptions: [{ id: production, name: 'Production', tenantId: contoso }],
      registries: [
        { name: 'contosomain', subscription: production, repositories: [{ name: 'web', tags: { '1.4': image } }] },
        {
          name: 'contosoabac',
          subscription: production,
          repositories: [{ name: 'web', tags: { '1.4': image } }],
          properties: { roleAssignmentMode: 'AbacRepositoryPermissions', adminUserEnabled: true },
        },
      ],
    },
    'each',
  );

  const registry = async (name = 'contosomain'): Promise<AzureRegistry> => {
    const found = (await accountOf(azure()).registries(subscription, signal)).find((one) => one.name === name);
    if (found === undefined) throw new Error(`There is no ${name}.`);
    return found;
  };
  /** What was written, without what tells one run from another. */
  const written = () =>
    azure()
      .calls.filter(({ method }) => method === 'PUT' || method === 'PATCH')
      .map(({ method, path, body }) => ({
        what: `${method} ${path
          .replace(/\?.*/, '')
          .replace(/^.*\/providers\/Microsoft\./, 'Microsoft.')
          .replace(/[0-9a-f-]{36}$/, 'guid')}`,
        body,
      }));

  it('are made and deleted as the service goes along, which tells how far it is', async () => {
    const account = accountOf(azure());
    const said: string[] = [];
    const created = await account.createRegistry(
      { ...place, name: 'contosonew', location: 'westeurope', sku: 'Basic' },
      (status) => said.push(status),
      signal,
    );
    expect(created).toMatchObject({ name: 'contosonew', sku: 'Basic', location: 'westeurope' });
    expect(created.loginServer).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(said).toContain('running');
    expect(written()).toEqual([
      {
        what: 'PUT Microsoft.ContainerRegistry/registries/contosonew',
        body: { location: 'westeurope', sku: { name: 'Basic' }, properties: { adminUserEnabled: false } },
      },
    ]);
    await account.deleteRegistry(created, silent, signal);
    expect((await account.registries(subscription, signal)).map(({ name }) => name)).toEqual([
      'contosoabac',
      'contosomain',
    ]);
    // Two operations, which the SDK asks after every two seconds.
  }, 20_000);

  it('tell why a name cannot be had', async () => {
    azure().state.taken.add('microsoft');
    const account = accountOf(azure());
    expect(await account.registryNameProblem(subscription, 'microsoft', signal)).toBe(
      'The registry microsoft is already in use.',
    );
    expect(await account.registryNameProblem(subscription, 'contosofree', signal)).toBeUndefined();
  });

  it('fail at the end of an operation with the words of the service', async () => {
    const account = accountOf(azure());
    azure().fail(/GET .*operationStatuses/, {
      status: 200,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        status: 'Failed',
        error: { code: 'ScopeLocked', message: 'The scope is locked against deletion.' },
      }),
    });
    const failure = await failing(account.deleteRegistry(await registry(), silent, signal));
    expect(failure.kind).toBe('rejected');
    expect(failure.message).toContain('The scope is locked against deletion.');
  });

  it('of a resource group that is not there are refused in the words of the service', async () => {
    const wish = {
      subscription,
      resourceGroup: 'nowhere',
      name: 'contosonew',
      location: 'westeurope',
      sku: 'Basic',
    } as const;
    const failure = await failing(accountOf(azure()).createRegistry(wish, silent, signal));
    expect(failure).toMatchObject({ kind: 'notFound', message: "Resource group 'nowhere' could not be found." });
  });

  // azure-recordings/azure-cli-2021/appservice/test_acr_integration.json: plan, site, settings, image; the image comes last.
  it('run an image in a new web app: identity, role, and the image last', async () => {
    const account = accountOf(azure());
    const main = await registry();
    const plan = await account.appService.createPlan(
      place,
      { name: 'asp-web', location: 'westeurope', sku: 'B1' },
      silent,
      signal,
    );
    const reference = `${main.loginServer}/web:1.4`;
    const deployed = { reference, access: { kind: 'identity', registry: main } } as const;
    const app = await account.appService.create(
      { ...place, name: 'contoso-web', location: 'westeurope', plan, port: 8080 },
      deployed,
      silent,
      signal,
    );
    expect(app.url).toBe('https://contoso-web.azurewebsites.net');
    const calls = written();
    expect(calls.map(({ what }) => what)).toEqual([
      'PUT Microsoft.Web/serverfarms/asp-web',
      'PUT Microsoft.Web/sites/contoso-web',
      'PUT Microsoft.Authorization/roleAssignments/guid',
      'PATCH Microsoft.Web/sites/contoso-web/config/web',
    ]);
    expect(calls[0]?.body).toEqual({
      kind: 'linux',
      location: 'westeurope',
      properties: { reserved: true },
      sku: { name: 'B1', capacity: 1 },
    });
    expect(calls[1]?.body).toEqual({
      kind: 'app,linux,container',
      location: 'westeurope',
      identity: { type: 'SystemAssigned' },
      properties: {
        serverFarmId: plan.id,
        reserved: true,
        httpsOnly: true,
        siteConfig: {
          acrUseManagedIdentityCreds: true,
          appSettings: [
            { name: 'WEBSITES_ENABLE_APP_SERVICE_STORAGE', value: 'false' },
            { name: 'WEBSITES_PORT', value: '8080' },
          ],
        },
      },
    });
    expect(calls[3]?.body).toEqual({
      properties: { linuxFxVersion: `DOCKER|${reference}`, acrUseManagedIdentityCreds: true },
    });
    expect(azure().state.assignments.map(({ role }) => role)).toEqual(['AcrPull']);
  });

  it('replace the image of a web app, and keep its other settings', async () => {
    const account = accountOf(azure());
    const plan = await account.appService.createPlan(
      place,
      { name: 'asp-web', location: 'westeurope', sku: 'B1' },
      silent,
      signal,
    );
    const nothing = { reference: 'docker.io/library/nginx:1.27', access: { kind: 'none' } } as const;
    const app = await account.appService.create(
      { ...place, name: 'contoso-web', location: 'westeurope', plan, port: undefined },
      nothing,
      silent,
      signal,
    );
    const settings = `${app.id}/config/appsettings`.toLowerCase();
    azure().state.secrets.set(settings, { FEATURE: 'on', WEBSITES_ENABLE_APP_SERVICE_STORAGE: 'true' });
    const access = { kind: 'password', server: 'index.docker.io', username: 'mona', secret: 'dckr' } as const;
    await account.appService.setImage(
      subscription,
      app,
      { reference: 'docker.io/mona/web:2', access },
      undefined,
      signal,
    );
    expect(azure().state.secrets.get(settings)).toEqual({
      FEATURE: 'on',
      WEBSITES_ENABLE_APP_SERVICE_STORAGE: 'true',
      DOCKER_REGISTRY_SERVER_URL: 'https://index.docker.io',
      DOCKER_REGISTRY_SERVER_USERNAME: 'mona',
      DOCKER_REGISTRY_SERVER_PASSWORD: 'dckr',
    });
    expect(azure().resource('/sites/contoso-web')?.properties.siteConfig).toMatchObject({
      linuxFxVersion: 'DOCKER|docker.io/mona/web:2',
    });
  });

  it('have a registry call a web app after each push', async () => {
    const account = accountOf(azure());
    const plan = await account.appService.createPlan(
      place,
      { name: 'asp-web', location: 'westeurope', sku: 'B1' },
      silent,
      signal,
    );
    const app = await account.appService.create(
      { ...place, name: 'contoso-web', location: 'westeurope', plan, port: undefined },
      { reference: 'docker.io/library/nginx:1', access: { kind: 'none' } },
      silent,
      signal,
    );
    const address = await account.appService.webhook(subscription, app, signal);
    expect(address).toBe(
      'https://$contoso-web:publishing-password@contoso-web.scm.azurewebsites.net/api/registry/webhook',
    );
    await account.appService.createWebhook(await registry(), 'webappcontosoweb', address, 'web:1.4', silent, signal);
    expect(azure().resource('/webhooks/webappcontosoweb')?.properties).toMatchObject({
      scope: 'web:1.4',
      actions: ['push'],
      status: 'enabled',
    });
  });

  // azure-recordings/azure-cli-extensions-2024/containerapp/test_containerapp_registry_identity_system.json
  it('run an image in a new container app: a public one first, then, when its identity may pull, its own', async () => {
    const account = accountOf(azure());
    const abac = await registry('contosoabac');
    const environment = await account.containerApps.createEnvironment(
      place,
      { name: 'cae-web', location: 'westeurope' },
      silent,
      signal,
    );
    const reference = `${abac.loginServer}/web:1.4`;
    const wish = {
      ...place,
      name: 'contoso-web',
      environment,
      ingress: { port: 8080, isExternal: true },
      variables: { LOG_LEVEL: 'debug' },
    };
    const app = await account.containerApps.create(
      wish,
      { reference, access: { kind: 'identity', registry: abac } },
      silent,
      signal,
    );
    expect(app).toMatchObject({
      containers: ['contoso-web'],
      url: 'https://contoso-web.sandbox.azurecontainerapps.io',
    });
    const calls = written();
    expect(calls.map(({ what }) => what)).toEqual([
      'PUT Microsoft.App/managedEnvironments/cae-web',
      'PUT Microsoft.App/containerApps/contoso-web',
      'PUT Microsoft.Authorization/roleAssignments/guid',
      'PUT Microsoft.App/containerApps/contoso-web',
    ]);
    const body = (container: string, registries: object) => ({
      location: 'westeurope',
      identity: { type: 'SystemAssigned' },
      properties: {
        environmentId: environment.id,
        configuration: {
          activeRevisionsMode: 'Single',
          ingress: { external: true, targetPort: 8080, transport: 'auto' },
          ...registries,
        },
        template: {
          containers: [{ name: 'contoso-web', image: container, env: [{ name: 'LOG_LEVEL', value: 'debug' }] }],
        },
      },
    });
    expect(calls[1]?.body).toEqual(body('mcr.microsoft.com/k8se/quickstart:latest', {}));
    expect(calls[3]?.body).toEqual(body(reference, { registries: [{ server: abac.loginServer, identity: 'system' }] }));
    expect(azure().state.assignments.map(({ role }) => role)).toEqual(['Container Registry Repository Reader']);
  });

  it('give a container app a new revision; its other containers, secrets and settings stay', async () => {
    const account = accountOf(azure());
    const environment = await account.containerApps.createEnvironment(
      place,
      { name: 'cae-web', location: 'westeurope' },
      silent,
      signal,
    );
    const old = { kind: 'password', server: 'registry.example.com', username: 'bot', secret: 'old secret' } as const;
    const app = await account.containerApps.create(
      { ...place, name: 'contoso-web', environment, ingress: { port: 80, isExternal: true }, variables: {} },
      { reference: 'registry.example.com/web:1', access: old },
      silent,
      signal,
    );
    const resource = azure().resource('/containerApps/contoso-web');
    const template = resource?.properties.template as { containers: object[] };
    template.containers.push({ name: 'sidecar', image: 'docker.io/library/envoy:1' });
    const access = { kind: 'password', server: 'index.docker.io', username: 'mona', secret: 'dckr' } as const;
    await account.containerApps.setImage(
      subscription,
      app,
      'contoso-web',
      { reference: 'docker.io/mona/web:2', access },
      silent,
      signal,
    );
    expect(resource?.properties).toMatchObject({
      template: {
        containers: [
          { name: 'contoso-web', image: 'docker.io/mona/web:2' },
          { name: 'sidecar', image: 'docker.io/library/envoy:1' },
        ],
      },
      configuration: {
        ingress: { targetPort: 80, external: true },
        registries: [{ server: 'registry.example.com' }, { server: 'index.docker.io', username: 'mona' }],
      },
    });
    expect(azure().state.secrets.get(app.id.toLowerCase())).toEqual({
      'registry-example-com-bot': 'old secret',
      'index-docker-io-mona': 'dckr',
    });
  });

  it('tell beforehand which rights the account lacks', async () => {
    const { access } = accountOf(azure());
    const main = await registry();
    expect(await access.mayAssign(main, signal)).toBe(true);
    expect(await access.mayCreate(place, 'Microsoft.Web/sites', signal)).toBe(true);
    azure().state.denied.set(main.id.toLowerCase(), ['Microsoft.Authorization/roleAssignments/write']);
    azure().state.denied.set(`/subscriptions/${production}/resourcegroups/rg-images`, ['Microsoft.Web/*']);
    expect(await access.mayAssign(main, signal)).toBe(false);
    expect(await access.mayCreate(place, 'Microsoft.Web/sites', signal)).toBe(false);
  });

  it('give the credential of an admin user only where it is switched on', async () => {
    const { access } = accountOf(azure());
    expect(await access.adminCredential(await registry('contosoabac'), signal)).toEqual({
      username: 'contosoabac',
      secret: 'admin password of contosoabac',
    });
    expect((await failing(access.adminCredential(await registry(), signal))).message).toContain(
      'admin user is disabled',
    );
  });
});
