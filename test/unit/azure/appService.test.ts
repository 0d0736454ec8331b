import { describe, expect, it } from 'vitest';
import type { AzureRegistry, PullAccess, Subscription, WebApp } from '../../../src/azure/azure';
import { put } from '../../sandbox/azure/armState';
import { buildImage } from '../../sandbox/images';
import { failing } from '../failing';
import { accountOf, contoso, mona, production, staging, useAzure } from './azureRig';
import recorded from './fixtures/webAppRecorded.json' with { type: 'json' };

const { signal } = new AbortController();
const silent = () => undefined;
const subscription: Subscription = { id: production, name: 'Production', tenantId: contoso };
const elsewhere: Subscription = { id: staging, name: 'Staging', tenantId: contoso };
const place = { subscription, resourceGroup: 'rg-images' };
const repositories = [{ name: 'web', tags: { '1.4': buildImage() } }];

describe('App Service', () => {
  const azure = useAzure(
    {
      tenants: [{ id: contoso, name: 'Contoso', users: [mona] }],
      subscriptions: [subscription, elsewhere],
      registries: [
        { name: 'contosomain', subscription: production, repositories, properties: { adminUserEnabled: true } },
        { name: 'contosobasic', subscription: production, repositories, sku: 'Basic' },
        { name: 'contosotest', subscription: staging, repositories },
      ],
    },
    'each',
  );
  const service = () => accountOf(azure()).appService;
  const registry = async (name = 'contosomain'): Promise<AzureRegistry> => {
    const found = (await accountOf(azure()).registries(subscription, signal)).find((one) => one.name === name);
    if (found === undefined) throw new Error(`There is no ${name}.`);
    return found;
  };
  const settingsOf = ({ id }: WebApp) => azure().state.secrets.get(`${id}/config/appsettings`.toLowerCase());
  const written = () =>
    azure()
      .calls.filter(({ method }) => method !== 'GET' && method !== 'POST')
      .map(({ method, path, body }) => ({ method, path: path.replace(/\?.*/, ''), body }));

  /** An existing app with this name and this runtime. */
  const webApp = async (name = 'contoso-web', siteConfig: object = {}, settings: Record<string, string> = {}) => {
    const id = `/subscriptions/${production}/resourceGroups/rg-images/providers/Microsoft.Web/sites/${name}`;
    const resource = put(azure().state, {
      ...{ id, name, type: 'Microsoft.Web/sites', kind: 'app,linux,container', location: 'westeurope' },
      properties: { reserved: true, defaultHostName: `${name}.azurewebsites.net`, siteConfig },
    });
    azure().state.secrets.set(`${id}/config/appsettings`.toLowerCase(), settings);
    const app = (await service().webApps(subscription, signal)).find((one) => one.name === name);
    if (app === undefined) throw new Error(`There is no ${name}.`);
    return { app, resource };
  };
  const slotOf = async (app: WebApp, slot: string) => {
    put(azure().state, {
      ...{ id: `${app.id}/slots/${slot}`, name: `${app.name}/${slot}`, type: 'Microsoft.Web/sites/slots' },
      ...{ kind: 'app,linux,container', location: 'westeurope' },
      properties: {
        ...{ reserved: true, defaultHostName: `${app.name}-${slot}.azurewebsites.net` },
        siteConfig: { linuxFxVersion: 'DOCKER|nginx' },
      },
    });
    const found = (await service().slots(subscription, app, signal)).find((one) => one.slot === slot);
    if (found === undefined) throw new Error(`There is no slot ${slot}.`);
    return found;
  };

  describe('keeps what the running image needs while it replaces the image', () => {
    const credentialFor = (server: string, username = 'bot') => ({
      DOCKER_REGISTRY_SERVER_URL: `https://${server}`,
      DOCKER_REGISTRY_SERVER_USERNAME: username,
      DOCKER_REGISTRY_SERVER_PASSWORD: 'old secret',
    });
    const password = (server: string, username = 'bot'): PullAccess => ({
      ...{ kind: 'password', server, username, secret: 'new secret' },
    });
    const none: PullAccess = { kind: 'none' };
    const team = 'DOCKER|registry.example.com/team/web:1';

    const replaced = async (
      siteConfig: object,
      settings: Record<string, string>,
      image: string,
      access: PullAccess,
    ) => {
      azure().state.closedHosts.add('registry.example.com').add('other.example.com');
      const { app } = await webApp('contoso-web', siteConfig, settings);
      await service().setImage(subscription, app, { reference: image, access }, signal);
      return azure().state.restarts;
    };

    it('and removes the old credential after the old image', async () => {
      const restarts = await replaced({ linuxFxVersion: team }, credentialFor('registry.example.com'), 'nginx:1', none);
      expect(restarts.map(({ image, problem }) => [image, problem])).toEqual([
        ['nginx:1', undefined],
        ['nginx:1', undefined],
      ]);
    });

    it('and sets the new credential before the new image', async () => {
      const wanted = 'registry.example.com/team/web:1';
      const restarts = await replaced({ linuxFxVersion: 'DOCKER|nginx' }, {}, wanted, password('registry.example.com'));
      expect(restarts.map(({ image, problem }) => [image, problem])).toEqual([
        ['nginx', undefined],
        [wanted, undefined],
      ]);
    });

    it('and switches from a credential to an identity and back in this order', async () => {
      azure().state.closedHosts.add('registry.example.com');
      const main = await registry();
      const { app } = await webApp('contoso-web', { linuxFxVersion: team }, credentialFor('registry.example.com'));
      const principal = await service().pullIdentity(subscription, app, signal);
      await accountOf(azure()).access.grantPull(main, principal, signal);
      const ours = `${main.loginServer}/web:1.4`;
      const image = { reference: ours, access: { kind: 'identity', registry: main } } as const;
      await service().setImage(subscription, app, image, signal);
      const wanted = 'registry.example.com/team/web:2';
      await service().setImage(
        subscription,
        app,
        { reference: wanted, access: password('registry.example.com') },
        signal,
      );
      expect(azure().state.restarts.map(({ image: runs, problem }) => [runs, problem])).toEqual([
        [ours, undefined],
        [ours, undefined],
        [ours, undefined],
        [wanted, undefined],
      ]);
    });

    it('except when a new credential replaces an old one, which the flow says', async () => {
      const wanted = 'other.example.com/web:1';
      const { app } = await webApp('contoso-web', { linuxFxVersion: team }, credentialFor('registry.example.com'));
      expect((await service().readState(subscription, app, signal)).credential).toEqual({
        ...{ server: 'registry.example.com', username: 'bot', isUsed: true },
      });
      const restarts = await replaced(
        ...[{ linuxFxVersion: team }, credentialFor('registry.example.com'), wanted, password('other.example.com')],
      );
      expect(restarts.map(({ image, problem }) => [image, problem])).toEqual([
        ['registry.example.com/team/web:1', 'there is no credential'],
        [wanted, undefined],
      ]);
    });

    it.each([
      ['DOCKER|registry.example.com/web:1', 'registry.example.com', true],
      ['DOCKER|other.example.com/web:1', 'registry.example.com', false],
      ['DOCKER|registry.example.com.evil/web:1', 'registry.example.com', false],
      ['DOCKER|mona/web', 'index.docker.io/v1', true],
      ['COMPOSE|dmVyc2lvbjog', 'registry.example.com', true],
      ['', 'registry.example.com', false],
    ])('and says whether %s is pulled with a credential for %s', async (linuxFxVersion, server, isUsed) => {
      const { app } = await webApp('contoso-web', { linuxFxVersion }, credentialFor(server));
      expect((await service().readState(subscription, app, signal)).credential).toMatchObject({ isUsed });
    });

    it('and keeps the setting for continuous deployment', async () => {
      const settings = { DOCKER_ENABLE_CI: 'true', ...credentialFor('registry.example.com') };
      const { app } = await webApp('contoso-web', { linuxFxVersion: team }, settings);
      expect(await service().readState(subscription, app, signal)).toMatchObject({ restartsOnPush: true });
      await service().setImage(subscription, app, { reference: 'nginx:1', access: none }, signal);
      expect(settingsOf(app)).toEqual({ DOCKER_ENABLE_CI: 'true' });
    });

    it('with the requests that were recorded', async () => {
      const [, , , settings, image] = recorded.appService;
      const { properties } = settings?.body ?? {};
      const server = 'webappacrtest000003.azurecr.io';
      const access = { kind: 'password', server, username: 'webappacrtest000003', secret: '<REDACTED>' } as const;
      const before = { WEBSITES_ENABLE_APP_SERVICE_STORAGE: 'false' };
      const { app } = await webApp('webappacrtest000003', {}, before);
      await service().setImage(subscription, app, { reference: `${server}/image-name:latest`, access }, signal);
      const pathOf = (path = '') => path.slice(path.indexOf('/providers/'));
      expect(written().map(({ method, path, body }) => ({ method, path: pathOf(path), body }))).toEqual([
        { method: settings?.method, path: pathOf(settings?.path), body: { properties } },
        { method: image?.method, path: pathOf(image?.path), body: image?.body },
      ]);
    });
  });

  describe('of the sidecar model', () => {
    const containers = [
      ['metrics', { image: 'docker.io/otel/collector:1', isMain: false, targetPort: '4318', authType: 'Anonymous' }],
      [
        'web',
        {
          ...{ image: 'registry.example.com/web:1', isMain: true, targetPort: '8080', authType: 'UserCredentials' },
          ...{ userName: 'bot', startUpCommand: 'serve', inheritAppSettingsAndConnectionStrings: true },
          volumeMounts: [{ volumeSubPath: '/data', containerMountPath: '/data', readOnly: false }],
          environmentVariables: [{ name: 'LEVEL', value: 'LOG_LEVEL' }],
        },
      ],
    ] as const;
    const sidecars = async (having: readonly (readonly [string, object])[] = containers) => {
      const { app, resource } = await webApp(
        ...[
          'contoso-web',
          { linuxFxVersion: 'sitecontainers' },
          { DOCKER_REGISTRY_SERVER_URL: 'https://old.example.com' },
        ],
      );
      for (const [name, properties] of having) {
        const id = `${app.id}/sitecontainers/${name}`;
        const rest = { name, type: 'Microsoft.Web/sites/sitecontainers', location: 'westeurope' };
        put(azure().state, { ...rest, id, properties: { ...properties } });
      }
      return { app, resource };
    };
    const container = (name: string) => azure().resource(`/sites/contoso-web/sitecontainers/${name}`)?.properties;

    it('lists its containers, the main one first, and how each is pulled', async () => {
      const { app, resource } = await sidecars([
        ...containers,
        [
          'cache',
          { image: 'a.azurecr.io/cache:1', isMain: false, authType: 'UserAssigned', userManagedIdentityClientId: 'r' },
        ],
      ]);
      resource.identity = {
        type: 'UserAssigned',
        userAssignedIdentities: { '/a/robot': { clientId: 'r', principalId: 'principal-of-robot' } },
      };
      expect(await service().readState(subscription, app, signal)).toEqual({
        runsSeveral: false,
        containers: [
          {
            ...{ name: 'web', image: 'registry.example.com/web:1', isMain: true },
            credential: { server: 'registry.example.com', username: 'bot', isUsed: true },
          },
          { name: 'cache', image: 'a.azurecr.io/cache:1', isMain: false, pullsAs: 'robot' },
          { name: 'metrics', image: 'docker.io/otel/collector:1', isMain: false },
        ],
      });
      expect(await service().pullIdentity(subscription, { ...app, container: { name: 'cache' } }, signal)).toBe(
        'principal-of-robot',
      );
    });

    it('gets a new image for its main container, and nothing else changes', async () => {
      const { app, resource } = await sidecars();
      const before = container('metrics');
      const access = { kind: 'password', server: 'index.docker.io', username: 'mona', secret: 'dckr' } as const;
      await service().setImage(subscription, app, { reference: 'docker.io/mona/web:2', access }, signal);
      expect(written()).toEqual([
        {
          method: 'PUT',
          path: `${app.id}/sitecontainers/web`,
          body: {
            properties: {
              ...{ image: 'docker.io/mona/web:2', isMain: true, targetPort: '8080', startUpCommand: 'serve' },
              ...{ authType: 'UserCredentials', userName: 'mona', passwordSecret: 'dckr' },
              inheritAppSettingsAndConnectionStrings: true,
              volumeMounts: [{ volumeSubPath: '/data', containerMountPath: '/data', readOnly: false }],
              environmentVariables: [{ name: 'LEVEL', value: 'LOG_LEVEL' }],
            },
          },
        },
      ]);
      expect(resource.properties.siteConfig).toEqual({ linuxFxVersion: 'sitecontainers' });
      expect(container('metrics')).toEqual(before);
      expect(settingsOf(app)).toEqual({ DOCKER_REGISTRY_SERVER_URL: 'https://old.example.com' });
    });

    it('gets a new image for a sidecar that is chosen, without the old credential', async () => {
      const { app } = await sidecars();
      const image = { reference: 'docker.io/otel/collector:2', access: { kind: 'none' } } as const;
      await service().setImage(subscription, { ...app, container: { name: 'metrics' } }, image, signal);
      expect(container('metrics')).toEqual({
        ...{ image: 'docker.io/otel/collector:2', isMain: false, targetPort: '4318', authType: 'Anonymous' },
      });
      await service().setImage(subscription, app, image, signal);
      expect(container('web')).toMatchObject({ authType: 'Anonymous', targetPort: '8080' });
      expect(container('web')).not.toHaveProperty('userName');
    });

    it('pulls with its own identity, or with the one that is set for the container', async () => {
      const main = await registry();
      const { app } = await sidecars();
      const { access } = accountOf(azure());
      await access.grantPull(main, await service().pullIdentity(subscription, app, signal), signal);
      const image = { reference: `${main.loginServer}/web:1.4`, access: { kind: 'identity', registry: main } } as const;
      await service().setImage(subscription, app, image, signal);
      expect(container('web')).toMatchObject({ authType: 'SystemIdentity' });
      expect(azure().state.restarts.find((one) => one.image === image.reference)).not.toHaveProperty('problem');
      const told = { authType: 'UserAssigned', userManagedIdentityClientId: 'r' };
      Object.assign(container('web') ?? {}, told);
      const resource = azure().resource('/sites/contoso-web');
      if (resource === undefined) throw new Error('There is no app.');
      const robots = { '/a/robot': { clientId: 'r', principalId: 'p' } };
      resource.identity = { type: 'UserAssigned', userAssignedIdentities: robots };
      await service().setImage(subscription, app, image, signal);
      expect(container('web')).toMatchObject(told);
    });

    it('gets no additional container when the chosen one no longer exists', async () => {
      const { app } = await sidecars();
      const image = { reference: 'docker.io/otel/collector:2', access: { kind: 'none' } } as const;
      const gone = { ...app, container: { name: 'gone' } };
      const failure = await failing(service().setImage(subscription, gone, image, signal));
      expect(failure.detail.explanation).toBe('contoso-web no longer has a container gone; its image was not changed');
      expect((await failing(service().pullIdentity(subscription, gone, signal))).kind).toBe('notFound');
      expect(container('gone')).toBeUndefined();
      expect(written()).toEqual([]);
    });

    it('gets a main container with its port when it has none', async () => {
      const { app } = await sidecars([]);
      const image = { reference: 'nginx:1', access: { kind: 'none' } } as const;
      await service().setImage(subscription, { ...app, container: { name: 'main', port: 8080 } }, image, signal);
      expect(container('main')).toEqual({ image: 'nginx:1', isMain: true, targetPort: '8080', authType: 'Anonymous' });
    });

    it('works the same in a slot', async () => {
      const { app } = await webApp('contoso-web', { linuxFxVersion: 'DOCKER|nginx' });
      const slot = await slotOf(app, 'staging');
      const resource = azure().resource('/slots/staging');
      Object.assign(resource?.properties ?? {}, { siteConfig: { linuxFxVersion: 'sitecontainers' } });
      const image = { reference: 'nginx:2', access: { kind: 'none' } } as const;
      await service().setImage(subscription, slot, image, signal);
      expect(azure().resource('/slots/staging/sitecontainers/main')?.properties).toMatchObject({ image: 'nginx:2' });
    });
  });

  it('changes no settings when the service does not return them, and says so', async () => {
    const { app } = await webApp('contoso-web', { linuxFxVersion: 'DOCKER|nginx' }, { FEATURE: 'on' });
    const headers = { 'Content-Type': 'application/json' };
    azure().fail(/POST .*\/config\/appsettings\/list/i, { status: 200, headers, body: '{}', times: 1 });
    const access = { kind: 'password', server: 'a.test', username: 'bot', secret: 's' } as const;
    const failure = await failing(service().setImage(subscription, app, { reference: 'a.test/web:1', access }, signal));
    expect(failure.message).toBe('its answer does not contain the settings of contoso-web');
    expect(settingsOf(app)).toEqual({ FEATURE: 'on' });
    expect(written()).toEqual([]);
  });

  describe('deploys what is pushed', () => {
    const web = { linuxFxVersion: 'DOCKER|nginx' };
    const addressOf = async (app: WebApp) => {
      await service().continuous.enablePassword(subscription, app, signal);
      return service().continuous.readAddress(subscription, app, signal);
    };
    const callback = (name: string) =>
      [...azure().state.secrets].find(([id]) => id.endsWith(`/webhooks/${name.toLowerCase()}`))?.[1]?.serviceUri;
    const hooks = () =>
      [...azure().state.resources.values()].filter(({ type }) => type.endsWith('/webhooks')).map(({ name }) => name);

    it('after the password of its deployment site is enabled and calls restart the app', async () => {
      const { continuous } = service();
      const { app } = await webApp('contoso-web', web, { FEATURE: 'on' });
      const host = 'contoso-web.scm.azurewebsites.net';
      expect(await continuous.readState(subscription, app, signal)).toEqual({
        isOn: false,
        isPasswordEnabled: false,
        host,
      });
      expect(written()).toEqual([]);
      const address = await addressOf(app);
      expect(address).toBe(`https://$contoso-web:publishing-password@${host}/api/registry/webhook`);
      await continuous.setListening(subscription, app, true, signal);
      expect(settingsOf(app)).toEqual({ FEATURE: 'on', DOCKER_ENABLE_CI: 'true' });
      expect(await continuous.readState(subscription, app, signal)).toEqual({
        isOn: true,
        isPasswordEnabled: true,
        host,
      });
      await continuous.setListening(subscription, app, true, signal);
      expect(azure().state.restarts).toHaveLength(1);
      await continuous.startCalls(await registry(), app, address, 'web:1.4', silent, signal);
      const sent = written().at(-1);
      const [asRecorded] = recorded.webhook;
      expect([sent?.method, sent?.path.replace(/[^/]+$/, '')]).toEqual([
        asRecorded?.method,
        asRecorded?.path
          .replace('00000000-0000-0000-0000-000000000000', production)
          .replace('clitest.rg000001', 'rg-images')
          .replace('clireg000002', 'contosomain')
          .replace(/[^/]+$/, ''),
      ]);
      expect(sent?.body).toEqual({
        location: 'westeurope',
        properties: { serviceUri: address, status: 'enabled', scope: 'web:1.4', actions: ['push'] },
      });
    });

    it('and stops when that is switched off', async () => {
      const { continuous } = service();
      const main = await registry();
      const { app } = await webApp('contoso-web', web, { FEATURE: 'on', DOCKER_ENABLE_CI: 'true' });
      const { app: other } = await webApp('contoso-two', web);
      await continuous.startCalls(main, other, await addressOf(other), 'web:1.4', silent, signal);
      const kept = hooks();
      await continuous.startCalls(main, app, await addressOf(app), 'web:1.4', silent, signal);
      await continuous.setListening(subscription, app, false, signal);
      const { host } = await continuous.readState(subscription, app, signal);
      const failure = await failing(continuous.stopCalls(main, '', silent, signal));
      expect(failure.detail.explanation).toContain('the address of the deployment site (SCM) cannot be read');
      await continuous.stopCalls(main, host, silent, signal);
      expect(settingsOf(app)).toEqual({ FEATURE: 'on' });
      expect(hooks()).toEqual(kept);
    });

    it('but not without the password, which Azure does not return while it is disabled', async () => {
      const { app } = await webApp('contoso-web', web);
      const failure = await failing(service().continuous.readAddress(subscription, app, signal));
      expect(failure.kind).toBe('rejected');
      expect(failure.detail.explanation).toContain('an Azure Policy may have switched it off again');
      expect(written()).toEqual([]);
    });

    it('by a webhook of its own, even if its name resembles another app’s', async () => {
      const { continuous } = service();
      const main = await registry();
      const { app: parent } = await webApp('web', web);
      const apps = [(await webApp('we-b1', web)).app, (await webApp('web1', web)).app, await slotOf(parent, '1')];
      const addresses = [];
      for (const app of apps) {
        addresses.push(await addressOf(app));
        await continuous.startCalls(main, app, addresses.at(-1) ?? '', 'web:1.4', silent, signal);
      }
      expect(azure().state.overwritten).toEqual([]);
      expect(hooks().map(callback).sort()).toEqual(addresses.sort());
      for (const name of hooks()) expect(name).toMatch(/^[a-z0-9]{5,50}$/);
    });

    it('by a webhook with another name if its own name is taken', async () => {
      const { continuous } = service();
      const main = await registry();
      const { app } = await webApp('contoso-web', web);
      const address = await addressOf(app);
      await continuous.startCalls(main, app, address, 'web:1.4', silent, signal);
      const [name = ''] = hooks();
      const id = `${main.id}/webhooks/${name}`.toLowerCase();
      azure().state.secrets.set(id, { serviceUri: 'https://build.example.com/api/registry/webhook' });
      await continuous.startCalls(main, app, address, 'web:1.4', silent, signal);
      expect(azure().state.overwritten).toEqual([]);
      expect(callback(name)).toBe('https://build.example.com/api/registry/webhook');
      expect(callback(`${name}2`)).toBe(address);
    });

    it('by the webhook that already calls it, changed to this tag', async () => {
      const { continuous } = service();
      const basic = await registry('contosobasic');
      const { app } = await webApp('contoso-web', web);
      const address = await addressOf(app);
      for (const scope of ['web:1.4', 'web:1.5', 'web:1.6'])
        await continuous.startCalls(basic, app, address, scope, silent, signal);
      expect(hooks()).toHaveLength(1);
      expect(azure().resource(`/webhooks/${hooks()[0] ?? ''}`)?.properties.scope).toBe('web:1.6');
    });

    it('unless the registry has no quota for another webhook', async () => {
      const { continuous } = service();
      const basic = await registry('contosobasic');
      for (const name of ['one-web', 'two-web']) {
        const { app } = await webApp(name, web);
        await continuous.startCalls(basic, app, await addressOf(app), 'web:1.4', silent, signal);
      }
      const { app } = await webApp('three-web', web);
      const failure = await failing(continuous.startCalls(basic, app, await addressOf(app), 'web:1.4', silent, signal));
      expect(failure.message).toContain('Quota exceeded for resource type webhooks for the registry SKU Basic.');
      expect(hooks()).toHaveLength(2);
    });
  });

  describe('of the sandbox', () => {
    const plan = (sku: string, name = 'asp') =>
      service().createPlan(place, { name, location: 'westeurope', sku }, silent, signal);
    const site = async (name: string) => ({
      ...{ ...place, name, location: 'westeurope', plan: await plan('B1') },
      ...{ port: undefined, hasIdentity: false },
    });

    it('allows each name of a site once over all subscriptions', async () => {
      const wish = await site('Contoso-Web');
      const id = `/subscriptions/${staging}/resourceGroups/rg/providers/Microsoft.Web/sites/contoso-web`;
      put(azure().state, {
        ...{ id, name: 'contoso-web', type: 'Microsoft.Web/sites', location: 'x' },
        properties: {},
      });
      expect(await service().nameProblem(subscription, 'CONTOSO-web', signal)).toContain('already exists');
      expect(await failing(service().create(wish, silent, signal))).toMatchObject({ detail: { status: 409 } });
    });

    it('accepts only known SKUs, and no more plans than the quota allows', async () => {
      expect(await failing(plan('B9'))).toMatchObject({ detail: { status: 400 } });
      azure().state.quotas.set('Basic', 1);
      await plan('B1', 'one');
      await plan('S1', 'two');
      expect(await failing(plan('B2', 'three'))).toMatchObject({ detail: { status: 401 } });
    });

    it('sets the kind of a site itself, and accepts an image without a tag', async () => {
      const app = await service().create(await site('contoso-web'), silent, signal);
      expect(azure().resource('/sites/contoso-web')?.kind).toBe('app,linux');
      await service().setImage(subscription, app, { reference: 'mona/web', access: { kind: 'none' } }, signal);
      expect(azure().resource('/sites/contoso-web')?.properties.siteConfig).toMatchObject({
        linuxFxVersion: 'DOCKER|mona/web',
      });
    });
  });
});
