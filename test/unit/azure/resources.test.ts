import { describe, expect, it } from 'vitest';
import type { AzureRegistry, Subscription } from '../../../src/azure/azure';
import { put } from '../../sandbox/azure/armState';
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
  /** The accepted PUT and PATCH requests, without the parts that differ between runs. */
  const written = () =>
    azure()
      .calls.filter(({ method, status }) => (method === 'PUT' || method === 'PATCH') && status < 400)
      .map(({ method, path, body }) => ({
        what: `${method} ${path
          .replace(/\?.*/, '')
          .replace(/^.*\/providers\/Microsoft\./, 'Microsoft.')
          .replace(/[0-9a-f-]{36}$/, 'guid')}`,
        body,
      }));

  it('are created and deleted, and the status of the operation is passed on', async () => {
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
    // Two operations, whose state the SDK requests every two seconds.
  });

  it('tell why a name is not available', async () => {
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

  it('in a missing resource group are refused in the words of the service', async () => {
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
    const wish = { ...place, name: 'contoso-web', location: 'westeurope', plan, port: 8080, hasIdentity: true };
    const app = await account.appService.create(wish, silent, signal);
    await account.access.grantPull(main, await account.appService.pullIdentity(subscription, app, signal), signal);
    await account.appService.setImage(subscription, app, deployed, signal);
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
    const app = await account.appService.create(
      { ...place, name: 'contoso-web', location: 'westeurope', plan, port: undefined, hasIdentity: false },
      silent,
      signal,
    );
    const settings = `${app.id}/config/appsettings`.toLowerCase();
    azure().state.secrets.set(settings, { FEATURE: 'on', WEBSITES_ENABLE_APP_SERVICE_STORAGE: 'true' });
    const access = { kind: 'password', server: 'index.docker.io', username: 'mona', secret: 'dckr' } as const;
    await account.appService.setImage(subscription, app, { reference: 'docker.io/mona/web:2', access }, signal);
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
    const image = { reference, access: { kind: 'identity', registry: abac } } as const;
    const { access, containerApps } = account;
    const app = await containerApps.create(wish, image, silent, signal);
    await access.grantPull(abac, await containerApps.pullIdentity(subscription, app, abac, silent, signal), signal);
    await containerApps.setImage(subscription, app, { container: 'contoso-web', image }, silent, signal);
    expect(app).toMatchObject({
      containers: ['contoso-web'],
      url: 'https://contoso-web.sandbox.azurecontainerapps.io',
    });
    const calls = written();
    expect(calls.map(({ what }) => what)).toEqual([
      'PUT Microsoft.App/managedEnvironments/cae-web',
      'PUT Microsoft.App/containerApps/contoso-web',
      'PUT Microsoft.Authorization/roleAssignments/guid',
      'PATCH Microsoft.App/containerApps/contoso-web',
    ]);
    const template = (container: string) => ({
      containers: [{ name: 'contoso-web', image: container, env: [{ name: 'LOG_LEVEL', value: 'debug' }] }],
    });
    const ingress = { external: true, targetPort: 8080, transport: 'auto' };
    expect(calls[1]?.body).toEqual({
      location: 'westeurope',
      identity: { type: 'SystemAssigned' },
      properties: {
        environmentId: environment.id,
        configuration: { activeRevisionsMode: 'Single', ingress },
        template: template('mcr.microsoft.com/k8se/quickstart:latest'),
      },
    });
    // Values that were read are not sent back.
    expect(calls[3]?.body).toEqual({
      location: 'westeurope',
      properties: {
        configuration: { registries: [{ server: abac.loginServer, identity: 'system' }] },
        template: template(reference),
      },
    });
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
      { container: 'contoso-web', image: { reference: 'docker.io/mona/web:2', access } },
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

  it('do not replace existing ones', async () => {
    const account = accountOf(azure());
    const { appService, containerApps } = account;
    const plan = { name: 'asp-web', location: 'westeurope', sku: 'B1' };
    const made = await appService.createPlan(place, plan, silent, signal);
    const app = { ...place, name: 'contoso-web', location: 'westeurope', plan: made, port: 80, hasIdentity: false };
    await appService.create(app, silent, signal);
    const environment = await containerApps.createEnvironment(
      place,
      { name: 'cae', location: 'westeurope' },
      silent,
      signal,
    );
    const container = { ...place, name: 'contoso-app', environment, variables: {} };
    const image = { reference: 'docker.io/library/nginx:1', access: { kind: 'none' } } as const;
    await containerApps.create(container, image, silent, signal);
    const before = written().length;
    const registryThere = { ...place, name: 'contosomain', location: 'westeurope', sku: 'Basic' } as const;
    for (const again of [
      () => account.createResourceGroup(place, 'eastus', signal),
      () => account.createRegistry(registryThere, silent, signal),
      () => appService.createPlan(place, { ...plan, sku: 'P1v3' }, silent, signal),
      () => appService.create(app, silent, signal),
      () => containerApps.createEnvironment(place, { name: 'CAE', location: 'eastus' }, silent, signal),
      () => containerApps.create(container, image, silent, signal),
    ])
      expect(await failing(again())).toMatchObject({ kind: 'rejected', detail: { code: 'EXISTS' } });
    expect(written()).toHaveLength(before);
  });

  it('are created after their service is registered in the subscription', async () => {
    azure().state.registrations.set('Microsoft.App', 'NotRegistered');
    const account = accountOf(azure());
    const create = () =>
      account.containerApps.createEnvironment(place, { name: 'cae', location: 'westeurope' }, silent, signal);
    expect((await failing(create())).message).toContain("not registered to use namespace 'Microsoft.App'");
    await account.registerService(subscription, 'Microsoft.App', signal);
    expect(await create()).toMatchObject({ name: 'cae' });
    const asked = azure().calls.length;
    await account.registerService(subscription, 'Microsoft.Web', signal);
    // The service was registered already: one request shows it.
    expect(
      azure()
        .calls.slice(asked)
        .map(({ method }) => method),
    ).toEqual(['GET']);
    const elsewhere = failing(
      account.containerApps.createEnvironment(place, { name: 'far', location: 'mars' }, silent, signal),
    );
    expect((await elsewhere).message).toContain("The provided location 'mars' is not available");
  });

  it('are given a role once their identity is known everywhere', async () => {
    const { access } = accountOf(azure());
    const main = await registry();
    azure().fail(/PUT .*roleAssignments/, {
      ...{ times: 1, status: 400 },
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        error: { code: 'PrincipalNotFound', message: 'Principal 1 does not exist in the directory.' },
      }),
    });
    const principal = '99999999-9999-9999-9999-999999999999';
    await access.grantPull(main, principal, signal);
    expect(azure().state.assignments).toMatchObject([{ scope: main.id, principalId: principal, role: 'AcrPull' }]);
    await access.grantPull(main, principal, signal);
    expect(azure().state.assignments).toHaveLength(1);
  });

  describe('web apps that can take an image', () => {
    const group = `/subscriptions/${production}/resourceGroups/rg-images/providers/Microsoft.Web/sites`;
    const linux = { reserved: true, hyperV: false, isXenon: false };
    const xenon = { reserved: false, hyperV: true, isXenon: true };
    const windows = { reserved: false, hyperV: false, isXenon: false };
    const image = 'DOCKER|contosomain.azurecr.io/web:1.4';
    const sites: readonly (readonly [name: string, kind: string | undefined, facts: object, siteConfig: object])[] = [
      ['as-the-portal-makes-them', 'app,linux,container', linux, { linuxFxVersion: image }],
      ['once-code', 'app,linux', linux, { linuxFxVersion: image }],
      ['of-a-template', 'app', linux, { linuxFxVersion: image.toLowerCase() }],
      ['of-no-kind', undefined, linux, { linuxFxVersion: image }],
      ['several', 'app,linux,container', linux, { linuxFxVersion: 'COMPOSE|dmVyc2lvbg==' }],
      ['sidecars', 'app,linux', linux, { linuxFxVersion: 'sitecontainers' }],
      ['not-yet', 'app,linux,container', linux, { linuxFxVersion: '' }],
      ['on-windows', 'app,container,windows', xenon, { linuxFxVersion: '', windowsFxVersion: image }],
      ['on-windows-too', 'app', windows, { windowsFxVersion: image }],
    ];
    const others: typeof sites = [
      ['code', 'app,linux', linux, { linuxFxVersion: 'NODE|22-lts' }],
      ['code-by-now', 'app,linux,container', linux, { linuxFxVersion: 'PYTHON|3.13' }],
      ['windows-code', 'app', windows, { linuxFxVersion: '', windowsFxVersion: '' }],
      ['windows-code-said-to-be-linux', 'app,linux,container', windows, { linuxFxVersion: image }],
      ['windows-code-of-a-version', 'app', windows, { windowsFxVersion: 'DOTNETCORE|9' }],
      ['functions', 'functionapp,linux,container', linux, { linuxFxVersion: image }],
      ['logic', 'functionapp,workflowapp,linux,container', linux, { linuxFxVersion: image }],
    ];
    const resource = ([name, kind, facts, siteConfig]: (typeof sites)[number]) => ({
      ...{ id: `${group}/${name}`, name, type: 'Microsoft.Web/sites', location: 'westeurope' },
      ...(kind === undefined ? {} : { kind }),
      properties: { ...facts, siteConfig },
    });
    const names = sites.map(([name]) => name);
    const onWindows = ['on-windows', 'on-windows-too'];

    it('are recognised by what they run, not by their kind, if the list says it', async () => {
      const body = JSON.stringify({ value: [...others, ...sites].map(resource) });
      const headers = { 'Content-Type': 'application/json' };
      azure().fail(/GET .*Microsoft\.Web\/sites\?/, { status: 200, headers, body });
      const apps = await accountOf(azure()).appService.webApps(subscription, signal);
      expect(apps.map(({ name }) => name)).toEqual(names);
      expect(apps.filter(({ isWindows }) => isWindows).map(({ name }) => name)).toEqual(onWindows);
      expect(azure().calls.filter(({ path }) => path.includes('/config/'))).toEqual([]);
    });

    it('have their configuration read if the list does not say what they run, except functions and code on Windows', async () => {
      const all = [...others, ...sites.filter(([name]) => name !== 'on-windows-too')];
      for (const one of all) put(azure().state, resource(one));
      const { appService } = accountOf(azure());
      const apps = await appService.webApps(subscription, signal);
      expect(apps.map(({ name }) => name).sort()).toEqual(names.filter((name) => name !== 'on-windows-too').sort());
      const asked = azure().calls.flatMap(({ path }) => /sites\/([^/]+)\/config\/web/.exec(path)?.[1] ?? []);
      expect(asked.filter((name) => /windows-code|functions|logic/.test(name))).toEqual([]);
    });

    it('are left out if their configuration may not be read', async () => {
      put(azure().state, resource(['closed', 'app,linux,container', linux, { linuxFxVersion: image }]));
      const body = JSON.stringify({ error: { code: 'AuthorizationFailed', message: 'no' } });
      azure().fail(/GET .*sites\/closed\/config\/web/, {
        status: 403,
        headers: { 'Content-Type': 'application/json' },
        body,
      });
      expect(await accountOf(azure()).appService.webApps(subscription, signal)).toEqual([]);
    });

    it('on Windows get it in their Windows setting', async () => {
      put(azure().state, resource(['on-windows', 'app,container,windows', xenon, { windowsFxVersion: image }]));
      const { appService } = accountOf(azure());
      const [app] = await appService.webApps(subscription, signal);
      if (app === undefined) throw new Error('There is no app.');
      const reference = 'mcr.microsoft.com/windows/servercore/iis:latest';
      await appService.setImage(subscription, app, { reference, access: { kind: 'none' } }, signal);
      expect(written().at(-1)?.body).toEqual({
        properties: { windowsFxVersion: `DOCKER|${reference}`, acrUseManagedIdentityCreds: false },
      });
    });

    it('can be slots', async () => {
      const parent = resource(['contoso-web', 'app,linux', linux, { linuxFxVersion: image }]);
      put(azure().state, parent);
      for (const [name, linuxFxVersion] of [
        ['staging', image],
        ['code', 'NODE|22-lts'],
      ] as const)
        put(azure().state, {
          ...resource([`contoso-web/${name}`, 'app,linux', linux, { linuxFxVersion }]),
          ...{ id: `${parent.id}/slots/${name}`, type: 'Microsoft.Web/sites/slots' },
        });
      const { appService } = accountOf(azure());
      const [app] = await appService.webApps(subscription, signal);
      if (app === undefined) throw new Error('There is no app.');
      expect((await appService.slots(subscription, app, signal)).map(({ slot }) => slot)).toEqual(['staging']);
    });
  });

  describe('that are there', () => {
    const robot = `/subscriptions/${production}/resourceGroups/rg-images/providers/Microsoft.ManagedIdentity/userAssignedIdentities/robot`;
    const robots = { [robot]: { principalId: 'principal-of-robot', clientId: 'client-of-robot' } };

    const webApp = async (siteConfig: object = {}, identity?: object) => {
      const { appService } = accountOf(azure());
      const plan = await appService.createPlan(
        place,
        { name: 'asp-web', location: 'westeurope', sku: 'B1' },
        silent,
        signal,
      );
      const wish = { ...place, name: 'contoso-web', location: 'westeurope', plan, port: undefined, hasIdentity: false };
      const app = await appService.create(wish, silent, signal);
      const resource = azure().resource('/sites/contoso-web');
      Object.assign(resource?.properties.siteConfig ?? {}, siteConfig);
      if (resource !== undefined && identity !== undefined) resource.identity = identity;
      return { appService, app, resource };
    };

    it('keep their user-assigned identities, and get their own', async () => {
      const { appService, app, resource } = await webApp({}, { type: 'UserAssigned', userAssignedIdentities: robots });
      const principal = await appService.pullIdentity(subscription, app, signal);
      expect(resource?.identity).toMatchObject({
        ...{ type: 'SystemAssigned, UserAssigned', principalId: principal, userAssignedIdentities: robots },
      });
      expect(principal).not.toBe('principal-of-robot');
      expect(written().at(-1)).toEqual({
        what: 'PATCH Microsoft.Web/sites/contoso-web',
        body: { identity: { type: 'SystemAssigned, UserAssigned', userAssignedIdentities: { [robot]: {} } } },
      });
    });

    it('pull with the identity that is set, unless it no longer exists', async () => {
      const told = { acrUserManagedIdentityID: 'client-of-robot' };
      const { appService, app, resource } = await webApp(told, {
        ...{ type: 'UserAssigned', userAssignedIdentities: robots },
      });
      expect(await appService.readState(subscription, app, signal)).toMatchObject({ pullsAs: 'robot' });
      expect(await appService.pullIdentity(subscription, app, signal)).toBe('principal-of-robot');
      const main = await registry();
      const image = { reference: `${main.loginServer}/web:1.4`, access: { kind: 'identity', registry: main } } as const;
      await appService.setImage(subscription, app, image, signal);
      expect(resource?.properties.siteConfig).toMatchObject({ ...told, acrUseManagedIdentityCreds: true });
      if (resource !== undefined) resource.identity = { type: 'SystemAssigned', principalId: 'own' };
      expect(await appService.pullIdentity(subscription, app, signal)).toBe('own');
      await appService.setImage(subscription, app, image, signal);
      expect(resource?.properties.siteConfig).toMatchObject({ acrUserManagedIdentityID: '' });
    });

    it('lose a credential that they no longer need', async () => {
      const { appService, app, resource } = await webApp({ acrUseManagedIdentityCreds: true });
      const settings = `${app.id}/config/appsettings`.toLowerCase();
      azure().state.secrets.set(settings, {
        FEATURE: 'on',
        DOCKER_REGISTRY_SERVER_URL: 'https://registry.example.com',
        DOCKER_REGISTRY_SERVER_USERNAME: 'bot',
        DOCKER_REGISTRY_SERVER_PASSWORD: 'old secret',
      });
      expect(await appService.readState(subscription, app, signal)).toEqual({
        runsSeveral: false,
        credential: { server: 'registry.example.com', username: 'bot', isUsed: false },
      });
      const image = { reference: 'docker.io/library/nginx:1.27', access: { kind: 'none' } } as const;
      await appService.setImage(subscription, app, image, signal);
      expect(azure().state.secrets.get(settings)).toEqual({ FEATURE: 'on' });
      expect(resource?.properties.siteConfig).toMatchObject({ acrUseManagedIdentityCreds: false });
    });

    it('say if they run several containers', async () => {
      for (const linuxFxVersion of ['COMPOSE|dmVyc2lvbjog', 'KUBE|abc']) {
        const { appService, app } = await webApp({ linuxFxVersion });
        expect(await appService.readState(subscription, app, signal)).toEqual({ runsSeveral: true });
        azure().state.resources.clear();
      }
    });

    it('get a revision with another name, with all variables, also empty ones, and identities', async () => {
      const { containerApps, access } = accountOf(azure());
      const environment = await containerApps.createEnvironment(
        place,
        { name: 'cae', location: 'westeurope' },
        silent,
        signal,
      );
      const app = await containerApps.create(
        { ...place, name: 'contoso-app', environment, variables: { EMPTY: '', LEVEL: 'debug' } },
        { reference: 'docker.io/library/nginx:1', access: { kind: 'none' } },
        silent,
        signal,
      );
      const resource = azure().resource('/containerApps/contoso-app');
      if (resource === undefined) throw new Error('There is no app.');
      put(azure().state, {
        ...{ id: `${app.id}/revisions/contoso-app--v1`, name: 'contoso-app--v1', location: 'westeurope' },
        ...{ type: 'Microsoft.App/containerApps/revisions', properties: { active: false } },
      });
      Object.assign(resource.properties.template as object, { revisionSuffix: 'v1', scale: { minReplicas: 1 } });
      resource.identity = { type: 'UserAssigned', userAssignedIdentities: robots };
      const main = await registry();
      await access.grantPull(main, await containerApps.pullIdentity(subscription, app, main, silent, signal), signal);
      expect(resource.identity).toMatchObject({ userAssignedIdentities: robots });
      const image = { reference: `${main.loginServer}/web:1.4`, access: { kind: 'identity', registry: main } } as const;
      await containerApps.setImage(subscription, app, { container: 'contoso-app', image }, silent, signal);
      expect(resource.properties.template).toMatchObject({
        scale: { minReplicas: 1 },
        revisionSuffix: '',
        containers: [{ image: image.reference, env: [{ name: 'EMPTY' }, { name: 'LEVEL', value: 'debug' }] }],
      });
    });
  });

  it('tell in advance which rights the account lacks', async () => {
    const { access } = accountOf(azure());
    const main = await registry();
    expect(await access.mayAssign(main, signal)).toBe(true);
    const group = `/subscriptions/${production}/resourceGroups/rg-images`;
    const mayCreate = () => access.may(subscription, group, 'Microsoft.Web/sites/write', signal);
    expect(await mayCreate()).toBe(true);
    azure().state.denied.set(main.id.toLowerCase(), ['Microsoft.Authorization/roleAssignments/write']);
    azure().state.denied.set(`/subscriptions/${production}/resourcegroups/rg-images`, ['Microsoft.Web/*']);
    expect(await access.mayAssign(main, signal)).toBe(false);
    expect(await mayCreate()).toBe(false);
    expect(await access.may(subscription, `/subscriptions/${production}`, 'Microsoft.Web/sites/write', signal)).toBe(
      true,
    );
  });

  it('return the credential of the admin user only if that is enabled', async () => {
    const { access } = accountOf(azure());
    expect(await access.adminCredential(await registry('contosoabac'), signal)).toEqual({
      username: 'contosoabac',
      secret: 'admin password of contosoabac',
    });
    azure().fail(/POST .*\/listCredentials/i, {
      ...{ times: 1, status: 200, headers: { 'Content-Type': 'application/json' } },
      body: JSON.stringify({ username: 'contosoabac', passwords: [] }),
    });
    expect((await failing(access.adminCredential(await registry('contosoabac'), signal))).message).toBe(
      'its answer does not contain a password of the admin user of contosoabac',
    );
    expect((await failing(access.adminCredential(await registry(), signal))).message).toContain(
      'admin user is disabled',
    );
  });
});
