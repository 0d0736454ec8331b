import { describe, expect, it } from 'vitest';
import { shareOfNewest } from '../../../src/azure/azure';
import type { AzureRegistry, ContainerApp, DeployedImage, Routing, Subscription } from '../../../src/azure/azure';
import { armAnswer } from '../../sandbox/azure/arm';
import { longRunning, put, type Resource } from '../../sandbox/azure/armState';
import { buildImage } from '../../sandbox/images';
import { failing } from '../failing';
import { accountOf, contoso, mona, production, useAzure } from './azureRig';
import recorded from './fixtures/containerApps.json';

const { signal } = new AbortController();
const subscription: Subscription = { id: production, name: 'Production', tenantId: contoso };
const place = { subscription, resourceGroup: 'rg-images' };
const group = `/subscriptions/${production}/resourceGroups/rg-images/providers`;
const environmentId = `${group}/Microsoft.App/managedEnvironments/cae`;
const robot = `${group}/Microsoft.ManagedIdentity/userAssignedIdentities/robot`;
const robots = {
  type: 'UserAssigned',
  userAssignedIdentities: { [robot]: { principalId: 'robot', clientId: 'client' } },
};
const publicImage: DeployedImage = { reference: 'docker.io/library/nginx:2', access: { kind: 'none' } };
const silent = () => undefined;

describe('existing container apps', () => {
  const azure = useAzure(
    {
      tenants: [{ id: contoso, name: 'Contoso', users: [mona] }],
      subscriptions: [{ id: production, name: 'Production', tenantId: contoso }],
      registries: [
        {
          name: 'contosomain',
          subscription: production,
          repositories: [{ name: 'web', tags: { '1.4': buildImage() } }],
          properties: { adminUserEnabled: true },
        },
        {
          name: 'contosoabac',
          subscription: production,
          repositories: [{ name: 'web', tags: { '1.4': buildImage() } }],
          properties: { roleAssignmentMode: 'AbacRepositoryPermissions' },
        },
      ],
    },
    'each',
  );

  interface Seed {
    readonly configuration?: object;
    readonly template?: object;
    readonly identity?: object;
    readonly secrets?: Readonly<Record<string, string>>;
    readonly newest?: string;
  }

  /** An app with one container: as the service stores it, and as the product sees it. */
  const seeded = async (seed: Seed = {}): Promise<{ app: ContainerApp; resource: Resource }> => {
    const { configuration = {}, template = {}, identity, secrets = {}, newest = 'web--old' } = seed;
    const at = { location: 'westeurope' };
    put(azure().state, {
      ...{ id: environmentId, name: 'cae', type: 'Microsoft.App/managedEnvironments', ...at },
      properties: { provisioningState: 'Succeeded' },
    });
    const id = `${group}/Microsoft.App/containerApps/web`;
    const containers = [{ name: 'web', image: 'docker.io/library/nginx:1' }];
    const whole = { containers, scale: { minReplicas: 1 }, ...template };
    const resource = put(azure().state, {
      ...{
        id,
        name: 'web',
        type: 'Microsoft.App/containerApps',
        ...at,
        ...(identity === undefined ? {} : { identity }),
      },
      properties: {
        ...{ provisioningState: 'Succeeded', environmentId, latestRevisionName: newest, template: whole },
        configuration: { activeRevisionsMode: 'Single', maxInactiveRevisions: 7, ...configuration },
      },
    });
    put(azure().state, {
      ...{ id: `${id}/revisions/${newest}`, name: newest, type: 'Microsoft.App/containerApps/revisions', ...at },
      properties: { active: true, template: whole },
    });
    azure().state.secrets.set(id.toLowerCase(), { ...secrets });
    return { app: await theApp(), resource };
  };
  const theApp = async (): Promise<ContainerApp> => {
    const [app] = await accountOf(azure()).containerApps.apps(subscription, signal);
    if (app === undefined) throw new Error('There is no app.');
    return app;
  };
  const registry = async (name = 'contosomain'): Promise<AzureRegistry> => {
    const found = (await accountOf(azure()).registries(subscription, signal)).find((one) => one.name === name);
    if (found === undefined) throw new Error(`There is no ${name}.`);
    return found;
  };
  const deploy = (app: ContainerApp, image: DeployedImage, routing?: Routing) =>
    accountOf(azure()).containerApps.setImage(
      subscription,
      app,
      { container: 'web', image, ...(routing === undefined ? {} : { routing }) },
      silent,
      signal,
    );
  /** Gives the app's pull identity its role, and deploys an image that is pulled with it. */
  const deployByIdentity = async (app: ContainerApp, name?: string) => {
    const { access, containerApps } = accountOf(azure());
    const from = await registry(name);
    await access.grantPull(from, await containerApps.pullIdentity(subscription, app, from, silent, signal), signal);
    return deploy(app, { reference: `${from.loginServer}/web:1.4`, access: { kind: 'identity', registry: from } });
  };
  const patches = () =>
    azure().calls.flatMap(({ method, path, body }) => (method === 'PATCH' ? [{ path, body: body as object }] : []));
  const patchOf = () => (patches().at(-1)?.body as { properties: Record<string, unknown> } | undefined)?.properties;

  const ingress = (traffic: readonly object[]) => ({
    ingress: { external: true, targetPort: 80, fqdn: 'web.example', stickySessions: { affinity: 'none' }, traffic },
  });

  describe('are updated', () => {
    it('with a request that has only the changes, and keep everything else', async () => {
      const { app, resource } = await seeded({ configuration: ingress([{ weight: 100, latestRevision: true }]) });
      await deploy(app, publicImage);
      expect(patches().map(({ path }) => path.replace(/\?.*/, ''))).toEqual([app.id]);
      expect(patches()[0]?.body).toEqual({
        location: 'westeurope',
        properties: { template: { containers: [{ name: 'web', image: 'docker.io/library/nginx:2' }] } },
      });
      expect(resource.properties).toMatchObject({
        template: { scale: { minReplicas: 1 } },
        configuration: { maxInactiveRevisions: 7, ingress: { stickySessions: { affinity: 'none' }, targetPort: 80 } },
      });
    });

    it('with no request if the chosen container no longer exists, and say so', async () => {
      const { app } = await seeded({
        template: { containers: [{ name: 'proxy', image: 'docker.io/library/envoy:1' }] },
      });
      const failure = await failing(deploy(app, publicImage));
      expect(failure.detail.explanation).toBe('web no longer has a container web; its image was not changed');
      expect(patches()).toEqual([]);
    });

    it('without a registry entry if they already pull from this registry', async () => {
      const main = await registry();
      const registries = [{ server: main.loginServer, username: '', passwordSecretRef: '', identity: 'system' }];
      const { app } = await seeded({
        configuration: { registries },
        identity: { type: 'SystemAssigned', principalId: 'own' },
      });
      await deployByIdentity(app);
      expect(Object.keys(patchOf() ?? {})).toEqual(['template']);
      expect(azure().calls.filter(({ path }) => path.includes('/listSecrets'))).toEqual([]);
    });

    it('with the recorded registry entry; the sandbox answers the recorded request as Azure did', async () => {
      const { appWithPassword, registriesWithIdentity } = recorded;
      const [entry] = appWithPassword.properties.configuration.registries;
      const main = await registry();
      const here = JSON.stringify(appWithPassword)
        .replaceAll('/subscriptions/00000000-0000-0000-0000-000000000000', `/subscriptions/${production}`)
        .replaceAll('acr000005.azurecr.io', main.loginServer)
        .replaceAll('app000004', 'web');
      const { app, resource } = await seeded();
      const headers = { 'Content-Type': 'application/json' };
      azure().fail(/GET .*\/containerApps\/web\?/i, { status: 200, headers, body: here, times: 3 });
      azure().fail(/POST .*\/listSecrets/i, {
        ...{ status: 200, headers, times: 1 },
        body: JSON.stringify({ value: [{ name: entry?.passwordSecretRef, value: 'secret' }] }),
      });
      resource.identity = { type: 'SystemAssigned', principalId: 'own' };
      const image = { reference: `${main.loginServer}/web:1.4`, access: { kind: 'identity', registry: main } } as const;
      await deploy(app, image).catch(() => undefined);
      const wanted = registriesWithIdentity.map(({ identity }) => ({ server: main.loginServer, identity }));
      expect(patchOf()?.configuration).toEqual({ registries: wanted, secrets: [] });
    });

    it('with the fields that were recorded for a new app', async () => {
      const { app } = await seeded();
      azure().state.resources.delete(app.id.toLowerCase());
      const main = await registry();
      const image = { reference: `${main.loginServer}/web:1.4`, access: { kind: 'identity', registry: main } } as const;
      const environment = { id: environmentId, name: 'cae', resourceGroup: 'rg-images', location: 'westeurope' };
      const wish = { ...place, name: 'made', environment, ingress: { port: 80, isExternal: true }, variables: {} };
      await accountOf(azure()).containerApps.create(wish, image, silent, signal);
      const { created } = recorded;
      const sent = azure().calls.find(({ method, path }) => method === 'PUT' && path.includes('/made'))?.body;
      expect(sent).toEqual({
        location: 'westeurope',
        identity: { type: created.identity.type },
        properties: {
          environmentId,
          configuration: {
            activeRevisionsMode: 'Single',
            ingress: {
              external: created.properties.configuration.ingress.external,
              targetPort: created.properties.configuration.ingress.targetPort,
              transport: created.properties.configuration.ingress.transport,
            },
          },
          template: { containers: [{ name: 'made', image: created.properties.template.containers[0]?.image }] },
        },
      });
    });

    it('without entries that have only an empty identity, which the service refuses', async () => {
      const main = await registry();
      const { app, resource } = await seeded({
        configuration: {
          registries: [{ server: 'other.example', username: 'bot', passwordSecretRef: 'other', identity: '' }],
        },
        secrets: { other: 'old secret' },
      });
      await deployByIdentity(app);
      expect(patchOf()?.configuration).toEqual({
        registries: [
          { server: 'other.example', username: 'bot', passwordSecretRef: 'other' },
          { server: main.loginServer, identity: 'system' },
        ],
        secrets: [{ name: 'other', value: 'old secret' }],
      });
      expect(resource.properties).toMatchObject({ provisioningState: 'Succeeded' });
    });
  });

  describe('lose an old password', () => {
    const withPassword = async (more: Seed = {}) => {
      const { loginServer } = await registry();
      const registries = [{ server: loginServer, username: 'contosomain', passwordSecretRef: 'old', identity: '' }];
      return seeded({
        ...more,
        configuration: { secrets: [{ name: 'old' }, { name: 'mine' }], registries, ...more.configuration },
        secrets: { old: 'admin password of contosomain', mine: 'my secret', ...more.secrets },
      });
    };
    const secretsOf = (app: ContainerApp) => azure().state.secrets.get(app.id.toLowerCase());

    it('when an identity replaces it', async () => {
      const { app } = await withPassword();
      expect(app.passwordsFor).toEqual([(await registry()).loginServer]);
      await deployByIdentity(app);
      expect(secretsOf(app)).toEqual({ mine: 'my secret' });
    });

    it('when another password replaces it', async () => {
      const { app, resource } = await withPassword();
      const { loginServer: server } = await registry();
      const secret = 'admin password of contosomain';
      const access = { kind: 'password', server, username: 'contosomain', secret } as const;
      await deploy(app, { reference: `${server}/web:1.4`, access });
      const [name = ''] = Object.keys(secretsOf(app) ?? {}).filter((one) => one !== 'mine');
      expect(secretsOf(app)).toEqual({ mine: 'my secret', [name]: secret });
      expect(name).toMatch(/^127-0-0-1-\d+-contosomain$/);
      expect(resource.properties.configuration).toMatchObject({
        registries: [{ server, username: 'contosomain', passwordSecretRef: name }],
      });
    });

    it('unless it is used elsewhere: by a variable, another registry, another revision, a sign-in or a volume', async () => {
      const env = [{ name: 'PASSWORD', secretRef: 'old' }];
      const container = { name: 'web', image: 'docker.io/library/nginx:1', env };
      const at = { location: 'westeurope' };
      const { loginServer: server } = await registry();
      const both = [server, 'mirror.example'].map((each) => ({
        ...{ server: each, username: 'contosomain', passwordSecretRef: 'old', identity: '' },
      }));
      const uses: readonly (readonly [Seed, (app: ContainerApp) => void])[] = [
        [{ configuration: { registries: both } }, silent],
        [{ template: { containers: [container] } }, silent],
        [
          { template: { scale: { rules: [{ name: 'q', custom: { type: 'x', auth: [{ secretRef: 'old' }] } }] } } },
          silent,
        ],
        [{ template: { volumes: [{ name: 'all', storageType: 'Secret' }] } }, silent],
        [
          {},
          ({ id }) => {
            put(azure().state, {
              ...{ id: `${id}/revisions/web--blue`, name: 'web--blue', type: 'Microsoft.App/containerApps/revisions' },
              ...at,
              properties: { active: true, template: { containers: [container] } },
            });
          },
        ],
        [
          {},
          ({ id }) => {
            const setting = { registration: { clientSecretSettingName: 'old' } };
            put(azure().state, {
              ...{ id: `${id}/authConfigs/current`, name: 'current', type: 'Microsoft.App/containerApps/authConfigs' },
              ...at,
              properties: { identityProviders: { azureActiveDirectory: setting } },
            });
          },
        ],
      ];
      for (const [seed, more] of uses) {
        for (const { id, type } of [...azure().state.resources.values()])
          if (type.startsWith('Microsoft.App/')) azure().state.resources.delete(id.toLowerCase());
        const { app } = await withPassword(seed);
        more(app);
        await deployByIdentity(app);
        expect(secretsOf(app)).toEqual({ mine: 'my secret', old: 'admin password of contosomain' });
      }
    });

    it('also if it is a reference to a Key Vault; other references stay, with the identity that reads them', async () => {
      const vault = (name: string) => ({ name, keyVaultUrl: `https://kv.example/secrets/${name}`, identity: robot });
      const { app, resource } = await withPassword({
        configuration: { secrets: [vault('old'), vault('kept'), { name: 'mine' }] },
        secrets: { old: 'admin password of contosomain', kept: 'of the vault' },
      });
      await deployByIdentity(app);
      expect((patchOf()?.configuration as { secrets: unknown }).secrets).toEqual([
        vault('kept'),
        { name: 'mine', value: 'my secret' },
      ]);
      expect(resource.properties.configuration).toMatchObject({ secrets: [vault('kept'), { name: 'mine' }] });
    });

    it('but not if it cannot be read whether something else uses it', async () => {
      const { app } = await withPassword();
      const body = JSON.stringify({ error: { code: 'AuthorizationFailed', message: 'no' } });
      azure().fail(/GET .*\/authConfigs/, { status: 403, headers: { 'Content-Type': 'application/json' }, body });
      await deployByIdentity(app);
      expect(Object.keys(secretsOf(app) ?? {})).toEqual(['old', 'mine']);
    });
  });

  describe('pull as', () => {
    const chosenFor = async (identity: string) => ({
      configuration: { registries: [{ server: (await registry()).loginServer, identity }] },
    });
    const granted = () => azure().state.assignments.map(({ principalId }) => principalId);

    it('the identity that a user gave them for that registry', async () => {
      const { app, resource } = await seeded({ ...(await chosenFor(robot.toUpperCase())), identity: robots });
      const { loginServer } = await registry();
      expect(app.pullsAs).toEqual({ [loginServer]: robot.toUpperCase() });
      await deployByIdentity(app);
      expect(granted()).toEqual(['robot']);
      expect(resource.identity).toEqual(robots);
      expect(resource.properties.configuration).toMatchObject({ registries: [{ identity: robot.toUpperCase() }] });
    });

    it('their environment, if they are set to', async () => {
      const { app, resource } = await seeded(await chosenFor('system-environment'));
      const environment = azure().resource('/managedEnvironments/cae');
      if (environment !== undefined) environment.identity = { type: 'SystemAssigned', principalId: 'of-environment' };
      await deployByIdentity(app);
      expect(granted()).toEqual(['of-environment']);
      expect(resource.identity).toBeUndefined();
      expect(Object.keys(patchOf() ?? {})).toEqual(['template']);
    });

    it('themselves, if the identity no longer exists or was chosen for another registry', async () => {
      const gone = await chosenFor(`${robot}-2`);
      for (const [seed, left] of [
        [{ ...gone, identity: robots }, []],
        [{ configuration: { registries: [{ server: 'other.example', identity: robot }] }, identity: robots }, [robot]],
      ] as const) {
        azure().state.assignments.splice(0);
        const { app, resource } = await seeded(seed);
        await deployByIdentity(app);
        const { principalId } = resource.identity as { principalId?: string };
        expect(granted()).toEqual([principalId]);
        const { registries } = (resource.properties.configuration ?? {}) as { registries: { identity: string }[] };
        expect(registries.map(({ identity }) => identity)).toEqual([...left, 'system']);
      }
    });
  });

  describe('send traffic', () => {
    const pinned = [
      { revisionName: 'web--blue', weight: 80, label: 'blue' },
      { revisionName: 'web--green', weight: 20 },
    ];
    const trafficNow = (resource: Resource) =>
      (resource.properties.configuration as { ingress: { traffic: object[] } }).ingress.traffic;

    it('to the newest revision, unless weights are pinned', async () => {
      const one = await seeded({ configuration: ingress([{ weight: 100, latestRevision: true }]) });
      expect(shareOfNewest(await deploy(one.app, publicImage))).toBe(100);
      const several = { activeRevisionsMode: 'Multiple', ...ingress(pinned) };
      const { app, resource } = await seeded({ configuration: several });
      expect(app).toMatchObject({
        mode: 'Multiple',
        traffic: [
          { revision: 'web--blue', weight: 80, label: 'blue' },
          { revision: 'web--green', weight: 20 },
        ],
      });
      expect(shareOfNewest(app)).toBe(0);
      const after = await deploy(app, publicImage);
      expect(shareOfNewest(after, after.newest)).toBe(0);
      expect(trafficNow(resource)).toEqual(pinned);
      expect(Object.keys(patchOf() ?? {})).toEqual(['template']);
    });

    it('to the newest if the user chose that, and labels stay where they are', async () => {
      const several = { activeRevisionsMode: 'Multiple', ...ingress(pinned) };
      const { app, resource } = await seeded({ configuration: several });
      const after = await deploy(app, publicImage, { kind: 'newest' });
      expect(patchOf()?.configuration).toEqual({
        ingress: {
          traffic: [
            { revisionName: 'web--blue', weight: 0, label: 'blue' },
            { latestRevision: true, weight: 100 },
          ],
        },
      });
      expect(shareOfNewest(after, after.newest)).toBe(100);
      expect(resource.properties.configuration).toMatchObject({
        activeRevisionsMode: 'Multiple',
        ingress: { external: true, targetPort: 80, stickySessions: { affinity: 'none' } },
      });
    });

    it('to the revision that gets a label, which the service requires in the mode Labels', async () => {
      const labels = {
        activeRevisionsMode: 'Labels',
        ...ingress([
          { revisionName: 'web--blue', weight: 100, label: 'production' },
          { revisionName: 'web--green', weight: 0, label: 'staging' },
        ]),
      };
      const { app, resource } = await seeded({ configuration: labels });
      expect((await failing(deploy(app, publicImage))).message).toContain('A label is required');
      const after = await deploy(app, publicImage, { kind: 'label', label: 'production' });
      expect(patches().at(-1)).toMatchObject({
        path: expect.stringContaining('?api-version=2025-10-02-preview') as string,
        body: { properties: { configuration: { targetLabel: 'production' } } },
      });
      expect(shareOfNewest(after, after.newest)).toBe(100);
      expect(trafficNow(resource)).toContainEqual({ revisionName: after.newest, weight: 100, label: 'production' });
      const other = await deploy(after, publicImage, { kind: 'label', label: 'next' });
      expect(shareOfNewest(other, other.newest)).toBe(0);
    });
  });

  describe('are refused', () => {
    /** The sandbox's answer to a patch that the product does not send: its status and error code. */
    const answerTo = async (properties: object, version = '2025-07-01') => {
      const { app } = await seeded();
      const path = `${app.id}?api-version=${version}`;
      const token = azure().tokens.sign({ aud: azure().url, tid: contoso, upn: mona });
      const reply = await armAnswer(azure().state, azure().tokens, {
        ...{ method: 'PATCH', path, url: new URL(path, azure().url), headers: { authorization: `Bearer ${token}` } },
        body: Buffer.from(JSON.stringify({ location: 'westeurope', properties })),
      });
      return [reply.status, (JSON.parse(reply.body?.toString() ?? '{}') as { error?: { code: string } }).error?.code];
    };

    it('entries without password and identity, secrets without values, wrong weights', async () => {
      const entry = { server: 'registry.example.com' };
      const missing = [400, 'ContainerAppRegistriesPasswordSecretRefNotFound'];
      const registries = (more: object) => ({ configuration: { registries: [{ ...entry, ...more }] } });
      expect(await answerTo(registries({}))).toEqual(missing);
      expect(await answerTo(registries({ identity: '' }))).toEqual(missing);
      expect(await answerTo(registries({ identity: '', passwordSecretRef: 'none' }))).toEqual(missing);
      expect(await answerTo(registries({ identity: 'system' }))).toEqual([400, 'InvalidRequestContent']);
      const secrets = { configuration: { secrets: [{ name: 'empty' }] } };
      expect(await answerTo(secrets)).toEqual([400, 'ContainerAppSecretInvalid']);
      const env = [{ name: 'A', secretRef: 'none' }];
      const template = { containers: [{ name: 'web', image: 'docker.io/library/nginx:2', env }] };
      expect(await answerTo({ template })).toEqual([400, 'ContainerAppSecretRefNotFound']);
      const traffic = [{ revisionName: 'web--1', weight: 50 }];
      expect(await answerTo({ configuration: { ingress: { traffic } } })).toEqual([400, 'ContainerAppInvalidTraffic']);
      expect(await answerTo({ template: {} }, '2022-03-01')).toEqual([400, 'NoRegisteredProviderFound']);
      expect(await answerTo({ template: {} })).toEqual([202, undefined]);
    });

    it('an image that their password or role may not pull', async () => {
      const { app } = await seeded();
      const main = await registry();
      const reference = `${main.loginServer}/web:1.4`;
      const access = { kind: 'password', server: main.loginServer, username: 'contosomain', secret: 'wrong' } as const;
      expect((await failing(deploy(app, { reference, access }))).message).toContain('UNAUTHORIZED');
      // The old role AcrPull gives no rights if these go by repository.
      const abac = await registry('contosoabac');
      const { containerApps } = accountOf(azure());
      const principalId = await containerApps.pullIdentity(subscription, app, abac, silent, signal);
      azure().state.assignments.push({ name: 'old', scope: abac.id, principalId, role: 'AcrPull' });
      const image = { reference: `${abac.loginServer}/web:1.4`, access: { kind: 'identity', registry: abac } } as const;
      expect((await failing(deploy(app, image))).message).toContain('UNAUTHORIZED');
    });

    it('a change while another one is running', async () => {
      const { app, resource } = await seeded();
      resource.properties.provisioningState = 'InProgress';
      expect(await failing(deploy(app, publicImage))).toMatchObject({
        kind: 'rejected',
        detail: { status: 409, code: 'ContainerAppOperationInProgress' },
        message: expect.stringContaining("Cannot modify a container app 'web'") as string,
      });
    });
  });

  it('are followed to the end if only the Location has the progress of a patch', async () => {
    const { app } = await seeded();
    const at = `/subscriptions/${production}/providers/Microsoft.App/locations/westeurope`;
    const operation = longRunning(
      azure().state,
      `${at}/containerappOperationResults/op`,
      '2025-07-01',
      { status: 202 },
      () => ({
        status: 'Succeeded',
      }),
      'Location',
    );
    const made = azure().state.operations.get('op');
    if (made !== undefined) made.of = app.id;
    azure().fail(/PATCH .*\/containerApps\/web/, { ...operation, times: 1 });
    expect(await deploy(app, publicImage)).toMatchObject({ name: 'web', newest: 'web--old' });
    const followed = azure().calls.filter(({ path }) => path.includes('containerappOperationResults/op'));
    expect(followed.map(({ status }) => status)).toEqual([202, 200]);
  });

  describe('are created in environments', () => {
    const inState = (name: string, provisioningState: string) =>
      put(azure().state, {
        ...{ id: `${environmentId}-${name}`, name, type: 'Microsoft.App/managedEnvironments', location: 'westeurope' },
        properties: { provisioningState },
      });

    it('that are ready, or will be ready', async () => {
      for (const state of ['Succeeded', 'Waiting', 'UpgradeRequested', 'Failed', 'Canceled', 'ScheduledForDelete'])
        inState(state, state);
      const list = await accountOf(azure()).containerApps.environments(subscription, signal);
      expect(list.map(({ name, notReady }) => [name, notReady])).toEqual([
        ['Succeeded', undefined],
        ['UpgradeRequested', 'UpgradeRequested'],
        ['Waiting', 'Waiting'],
      ]);
    });

    it('after these are ready', async () => {
      const resource = inState('cae', 'Waiting');
      const { containerApps } = accountOf(azure());
      const [environment] = await containerApps.environments(subscription, signal);
      if (environment === undefined) throw new Error('There is no environment.');
      const app = { ...place, name: 'made', environment, variables: {} };
      expect((await failing(containerApps.create(app, publicImage, silent, signal))).detail.code).toBe(
        'ManagedEnvironmentNotProvisioned',
      );
      const heard: string[] = [];
      const status = (text: string) => {
        heard.push(text);
        resource.properties.provisioningState = heard.length === 1 ? 'Succeeded' : 'Failed';
      };
      const waiting = { ...environment, name: 'cae-cae' };
      await containerApps.awaitEnvironment(subscription, waiting, status, signal);
      expect(heard).toEqual(['Waiting']);
      resource.properties.provisioningState = 'Failed';
      const failed = await failing(containerApps.awaitEnvironment(subscription, waiting, silent, signal));
      expect(failed.detail.explanation).toBe('the environment cae-cae cannot take apps: its state is Failed');
    }, 15_000);

    it('in locations whose names come from the service, not from their labels', async () => {
      const account = accountOf(azure());
      const locations = await account.locations(subscription, 'Microsoft.App', 'managedEnvironments', signal);
      expect(locations).toContainEqual({ label: 'North Central US (Stage)', name: 'northcentralusstage' });
      const wish = { name: 'staged', location: 'northcentralusstage' };
      expect(await account.containerApps.createEnvironment(place, wish, silent, signal)).toMatchObject(wish);
      const guessed = { name: 'guessed', location: 'northcentralus(stage)' };
      expect((await failing(account.containerApps.createEnvironment(place, guessed, silent, signal))).detail.code).toBe(
        'LocationNotAvailableForResourceType',
      );
    });
  });
});
