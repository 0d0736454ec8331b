import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unless } from '../leftOut';
import { put } from '../sandbox/azure/armState';
import { production, startDemoAzure, type DemoAzure } from '../sandbox/azure/demoAzure';
import { layer } from '../sandbox/blob';
import { startDeadEnd, type DeadEnd } from '../sandbox/deadEnd';
import { startEngine, whyNoEngine, type RunningEngine } from '../sandbox/engines';
import { startHosted, type Hosted } from '../sandbox/hosted';
import { buildImage } from '../sandbox/images';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { microsoftAccounts } from './azureWorkbench';
import { dialog } from './dialog';
import { imagesView } from './imagesView';
import { notifications } from './notification';
import { quickInput } from './quickInput';
import { openedTo, registriesView } from './registriesView';
import { useWorkbench } from './workbench';

const reason = whyNoEngine('docker');
const image = buildImage({ layers: [layer({ padding: { seed: 'web', size: 2000 } })], exposedPorts: ['8080/tcp'] });

describe('images in Azure', unless(reason), () => {
  let demo: DemoAzure;
  let hosted: Hosted;
  let plain: V2Server;
  let engine: RunningEngine;
  let deadEnd: DeadEnd;
  beforeAll(async () => {
    const repositories = [{ name: 'web', tags: { '1.4': image } }];
    const properties = {
      roleAssignmentMode: 'AbacRepositoryPermissions',
      policies: { azureADAuthenticationAsArmPolicy: { status: 'disabled' } },
    };
    const teams = { name: 'contosoteams', subscription: production, repositories, properties };
    demo = await startDemoAzure({ repositories, registries: [teams] });
    hosted = await startHosted();
    plain = await startV2Server({ repositories });
    deadEnd = await startDeadEnd();
    engine = await startEngine('docker');
    await engine.loadImages([{ image, names: ['docker.io/library/webapp6:latest'] }]);
  });
  afterAll(async () => {
    await Promise.all([demo.stop(), hosted.stop(), plain.stop(), engine.stop(), deadEnd.stop()]);
  });

  const workbench = useWorkbench(() => ({
    settings: {
      ...demo.azure.settings,
      'http.proxy': deadEnd.url,
      'registryExplorer.connections': [
        { provider: 'dockerHub', label: 'Hub', url: hosted.hub.url, login: 'docker' },
        { provider: 'generic', label: 'Plain', url: plain.url },
      ],
      'registryExplorer.dockerHub.url': hosted.hub.url,
      'registryExplorer.dockerHub.registryUrl': hosted.hub.registryUrl,
    },
    env: {
      ...demo.env,
      DOCKER_HOST: engine.url,
      DOCKER_CONFIG: '',
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths: hosted.dockerAuths }),
    },
    helpers: [microsoftAccounts],
  }));
  const opened = (...path: readonly string[]) => openedTo(workbench(), path);
  /** What is being done, for the names of pictures. */
  let flow = '';
  const picture = (question: string) =>
    workbench().screenshot(
      `deploy-${flow}-${question.replace(/127\.0\.0\.1:\d+/, 'registry')}`.replace(/[^\w]+/g, '-').toLowerCase(),
    );
  const choose = async (question: string, label: string) => {
    const input = quickInput(workbench());
    await expect.poll(() => input.placeholder(), { timeout: 15_000 }).toBe(question);
    await input.rows();
    await picture(question);
    await input.pick(label);
  };
  const type = async (question: string, text?: string) => {
    const input = quickInput(workbench());
    await input.says(question);
    await picture(question);
    if (text !== undefined) {
      expect(await input.value()).toBe('');
      await input.type(text);
    }
    await input.accept();
  };
  const deploy = async (path: readonly string[], command: string) => {
    const view = await opened(...path.slice(0, -1));
    await view.choose(path.slice(-2), 'Deploy Image', `Deploy Image to Azure ${command}…`);
    flow = command;
    await choose('Subscription', 'Contoso Production');
  };
  const confirmed = async (picture: string, ...lines: readonly string[]) => {
    const question = dialog(workbench());
    const detail = await question.detail();
    for (const line of lines) expect(detail).toContain(line);
    await workbench().screenshot(picture);
    await question.press('Deploy');
  };
  const fromAzure = ['Azure', 'Contoso Production', 'contosomain', 'web', '1.4'] as const;

  it('offers to connect Azure where it is not connected, and goes on', async () => {
    const view = await opened('Plain', 'web');
    await view.choose(['web', '1.4'], 'Deploy Image', 'Deploy Image to Azure App Service…');
    await notifications(workbench()).press('No Azure account is connected yet', 'Connect Azure…');
    await quickInput(workbench()).pick('Microsoft account of VS Code');
    await dialog(workbench()).press('Allow');
    await choose('Subscription', 'Contoso Production');
    await expect.poll(() => quickInput(workbench()).placeholder()).toBe('Web app');
    await quickInput(workbench()).escape();
    await view.row(['Azure']);
    await notifications(workbench()).clear();
  });

  it('offers an identity the repository alone where rights go by it, and none that the registry refuses', async () => {
    await (await opened()).collapse('Plain');
    const teams = ['Azure', 'Contoso Production', 'contosoteams', 'web', '1.4'];
    const how = `How should Azure pull ${demo.azure.registry('contosoteams').host}/web:1.4?`;
    await deploy(teams, 'App Service');
    await choose('Web app', 'contoso-there');
    await choose('Slot of contoso-there', 'Production');
    const input = quickInput(workbench());
    await expect.poll(() => input.placeholder(), { timeout: 15_000 }).toBe(how);
    expect((await input.rows()).map(({ label, detail }) => [label, detail])).toEqual([
      [
        'User name and password or token…',
        'No managed identity: contosoteams refuses the tokens of App Service (azureADAuthenticationAsArmPolicy)',
      ],
    ]);
    await workbench().screenshot('deploy-no-identity');
    await input.escape();
    await deploy(teams, 'Container Apps');
    await choose('Container app', 'app-there');
    await choose('Container whose image is replaced', 'web');
    await choose(how, 'Managed identity');
    const question = dialog(workbench());
    expect(await question.detail()).toContain(
      'Its managed identity gets the right to pull web from contosoteams, and nothing else.',
    );
    await workbench().screenshot('deploy-repository-confirm');
    await question.press('Cancel');
    const view = await opened();
    await view.collapse(['Contoso Production', 'contosoteams']);
    await view.collapse('Azure');
  });

  it('runs one from Azure in a new web app, with a managed identity', async () => {
    await (await opened()).collapse('Plain');
    await deploy(fromAzure, 'App Service');
    await choose('Web app', 'Create new web app…');
    await type('Name of the web app', 'contoso-new');
    await choose('Resource group', 'rg-web');
    // The only plan is taken.
    await quickInput(workbench()).says('Port that the container listens on');
    expect(await quickInput(workbench()).value()).toBe('8080');
    await type('Port that the container listens on');
    const { host } = demo.azure.registry('contosomain');
    await choose(`How should Azure pull ${host}/web:1.4?`, 'Managed identity');
    const taken = await dialog(workbench()).detail();
    expect(taken).toContain('Resource group: rg-web, in westeurope');
    expect(taken).toContain('Plan: asp-there, B1, in West Europe');
    await picture('Taken');
    await dialog(workbench()).press('Change…');
    await choose('Subscription', 'Contoso Production');
    await choose('Web app', 'Create new web app…');
    const input = quickInput(workbench());
    await input.says('Name of the web app');
    expect(await input.value()).toBe('contoso-new');
    await input.accept();
    await choose('Resource group', 'rg-web');
    await choose('App Service plan', 'Create new Linux plan…');
    await type('Name of the new plan');
    await choose('SKU of the plan', 'B1');
    await choose('Location', 'West Europe');
    await type('Port that the container listens on');
    await choose(`How should Azure pull ${host}/web:1.4?`, 'Managed identity');
    await confirmed(
      'deploy-confirm',
      'Resource group: rg-web, in westeurope',
      'New Linux plan: asp-contoso-new, B1',
      'New web app: contoso-new',
      'The container listens on port 8080.',
      'Its managed identity gets the right to pull from contosomain.',
    );
    const told = notifications(workbench());
    await told.saying('runs at https://contoso-new.azurewebsites.net');
    await workbench().screenshot('deploy-done');
    expect(demo.azure.resource('/sites/contoso-new')?.properties.siteConfig).toMatchObject({
      linuxFxVersion: `DOCKER|${host}/web:1.4`,
      acrUseManagedIdentityCreds: true,
    });
    expect(demo.azure.state.assignments.map(({ role }) => role)).toEqual(['AcrPull']);
    await told.press('runs at https://contoso-new', 'Set Up Continuous Deployment');
    await choose('Continuous deployment of contoso-new', 'contosomain calls contoso-new after each push to web:1.4');
    const question = dialog(workbench());
    expect(await question.detail()).toContain(
      'The deployment site (SCM) of contoso-new is opened to basic authentication',
    );
    await workbench().screenshot('deploy-continuous-confirm');
    await question.press('Set Up');
    await told.saying('contosomain calls contoso-new after each push to web:1.4, which contoso-new then runs.');
    const hooks = [...demo.azure.state.resources.values()].filter(({ type }) => type.endsWith('/webhooks'));
    expect(hooks.map(({ properties }) => properties.scope)).toEqual(['web:1.4']);
    // From here on there are several, and one of them is asked for.
    const environments = 'Microsoft.App/managedEnvironments';
    const id = `/subscriptions/${production}/resourceGroups/rg-web/providers/${environments}/cae-other`;
    const facts = { location: 'northeurope', properties: { provisioningState: 'Succeeded' } };
    put(demo.azure.state, { ...facts, id, name: 'cae-other', type: environments });
    const listens = [...demo.azure.state.secrets].find(([id]) => id.includes('/contoso-new/config'))?.[1];
    expect(listens).toMatchObject({ DOCKER_ENABLE_CI: 'true' });
    await told.clear();
  });

  it('replaces the image of a slot by one from Docker Hub, and keeps its settings', async () => {
    await (await opened()).collapse('Azure');
    const [id = ''] = [...demo.azure.state.secrets.keys()].filter((one) => one.includes('/slots/staging/'));
    demo.azure.state.secrets.set(id, { FEATURE: 'on', DOCKER_ENABLE_CI: 'true' });
    const [tag] = ['2.3.1'];
    await deploy(['Hub', 'mona', 'web', tag], 'App Service');
    await choose('Web app', 'contoso-there');
    await choose('Slot of contoso-there', 'staging');
    await choose(`How should Azure pull mona/web:${tag}?`, 'Credential of Hub');
    await confirmed(
      'deploy-slot-confirm',
      'The image of contoso-there/staging is replaced by docker.io/mona/web:2.3.1; its other settings stay.',
      'Continuous deployment stays on',
    );
    await notifications(workbench()).press('runs at', 'Set Up Continuous Deployment');
    await choose('Continuous deployment of contoso-there/staging', 'Switch it off');
    expect(await dialog(workbench()).detail()).toContain('stays as it is: others may use it to deploy.');
    await workbench().screenshot('deploy-continuous-off');
    await dialog(workbench()).press('Switch Off');
    await notifications(workbench()).saying('Continuous deployment of contoso-there/staging is off.');
    const settings = [...demo.azure.state.secrets].find(([id]) => id.includes('/slots/staging/'))?.[1];
    expect(settings).toMatchObject({
      FEATURE: 'on',
      DOCKER_REGISTRY_SERVER_URL: 'https://index.docker.io',
      DOCKER_REGISTRY_SERVER_USERNAME: 'mona',
    });
    expect(settings).not.toHaveProperty('DOCKER_ENABLE_CI');
    await notifications(workbench()).clear();
    await (await opened()).collapse('Hub');
  });

  it('runs one from Azure in a new container app, of a service that could not be registered', async () => {
    demo.azure.state.registrations.set('Microsoft.App', 'Registering');
    demo.azure.state.registeringFor = Infinity;
    demo.azure.state.denied.set(`/subscriptions/${production}`, ['Microsoft.App/register/action']);
    await deploy(fromAzure, 'Container Apps');
    await choose('Container app', 'Create new container app…');
    await choose('Resource group', 'Create new resource group…');
    const input = quickInput(workbench());
    await input.says('Name of the new resource group');
    // What it proposes is there already: it is not to be overwritten.
    expect(await input.value()).toBe('rg-web');
    await input.accept();
    await input.says('This name is already used: go back and choose it, or type another name.');
    await picture('Name that is taken');
    await input.type('rg-app-new');
    await input.accept();
    await type('Name of the container app', 'app-new');
    await expect.poll(() => input.placeholder()).toBe('Container Apps environment');
    await input.rows();
    await input.back();
    await input.says('Name of the container app');
    // What was typed before Back stands there again.
    expect(await input.value()).toBe('app-new');
    await input.accept();
    await choose('Container Apps environment', 'Create new environment…');
    await type('Name of the new environment');
    await choose('Location', 'West Europe');
    await choose('Who can reach the app?', 'Everyone, over https');
    await type('Port that the container listens on');
    await type('Environment variables', 'LOG_LEVEL=debug');
    await choose(`How should Azure pull ${demo.azure.registry('contosomain').host}/web:1.4?`, 'Managed identity');
    await confirmed(
      'deploy-app-confirm',
      'New resource group: rg-app-new',
      'New environment: cae-app-new',
      'New container app: app-new',
      'Port 8080 is open to the internet.',
    );
    const told = notifications(workbench());
    await told.saying('Microsoft.App could not be registered in this subscription');
    await workbench().screenshot('deploy-not-switched-on');
    await told.saying('runs at https://app-new.sandbox.azurecontainerapps.io');
    demo.azure.state.registrations.clear();
    demo.azure.state.denied.clear();
    await told.press('runs at https://app-new', 'Browse');
    expect(await dialog(workbench()).detail()).toContain('https://app-new.sandbox.azurecontainerapps.io');
    await dialog(workbench()).press('Cancel');
    await told.clear();
    await (await opened()).collapse('Azure');
  });

  /** Pins all traffic of the app that is there to its first revision. */
  const pinTraffic = (activeRevisionsMode: string, label: object = {}) => {
    const app = demo.azure.resource('/containerApps/app-there');
    const configuration = app?.properties.configuration as { ingress: object };
    const traffic = [{ revisionName: 'app-there--first', weight: 100, ...label }];
    Object.assign(configuration, { activeRevisionsMode, ingress: { ...configuration.ingress, traffic } });
    return app;
  };

  it('gives one of the containers of an app an image from a plain registry, with a password typed', async () => {
    pinTraffic('Multiple');
    await deploy(['Plain', 'web', '1.4'], 'Container Apps');
    await choose('Container app', 'app-there');
    await choose('Container whose image is replaced', 'web');
    await choose('Where should the traffic of app-there go?', 'No change');
    const { host } = new URL(plain.url);
    await choose(`How should Azure pull ${host}/web:1.4?`, 'User name and password or token…');
    await type(`User name at ${host}`, 'bot');
    await type(`Password or token of bot at ${host}`, 'secret');
    await confirmed(
      'deploy-revision-confirm',
      `A new revision of app-there runs ${host}/web:1.4 in its container web; everything else stays.`,
      'The new revision gets 0 % of the traffic. The traffic does not change: 100 % to app-there--first.',
    );
    await notifications(workbench()).saying('runs in app-there, in a revision that no traffic goes to');
    await workbench().screenshot('deploy-no-traffic');
    expect(await notifications(workbench()).buttons('that no traffic goes to')).toEqual(['Open in Portal']);
    expect(demo.azure.resource('/containerApps/app-there')?.properties.template).toMatchObject({
      containers: [
        { name: 'web', image: `${host}/web:1.4` },
        { name: 'proxy', image: 'docker.io/library/envoy:1' },
      ],
    });
    await notifications(workbench()).clear();
    await (await opened()).collapse('Plain');
  });

  it('gives an app that is there an image from Azure, under a label, by the identity that was chosen', async () => {
    const app = pinTraffic('Labels', { label: 'production' });
    const { host } = demo.azure.registry('contosomain');
    const robot = '/subscriptions/s/providers/Microsoft.ManagedIdentity/userAssignedIdentities/robot';
    const identity = { type: 'UserAssigned', userAssignedIdentities: { [robot]: { principalId: 'robot' } } };
    const { registries } = app?.properties.configuration as { registries: readonly object[] };
    Object.assign(app?.properties.configuration ?? {}, {
      registries: [...registries, { server: host, identity: robot }],
    });
    Object.assign(app ?? {}, { identity });
    await deploy(fromAzure, 'Container Apps');
    await choose('Container app', 'app-there');
    await choose('Container whose image is replaced', 'proxy');
    await choose('Label for the new revision of app-there', 'production');
    await choose(`How should Azure pull ${host}/web:1.4?`, 'Managed identity');
    await confirmed(
      'deploy-identity-confirm',
      'The new revision takes the label production, and with it 100 % of the traffic.',
      'It pulls as robot, which gets the right to pull from contosomain.',
    );
    await notifications(workbench()).saying('runs at https://app-there');
    expect(app?.identity).toEqual(identity);
    expect(demo.azure.state.assignments.map(({ principalId }) => principalId)).toContain('robot');
    expect(app?.properties).toMatchObject({
      template: { containers: [{ name: 'web' }, { name: 'proxy', image: `${host}/web:1.4` }] },
    });
    await notifications(workbench()).clear();
    await (await opened()).collapse('Azure');
  });

  it('runs a public one from Docker Hub in a new web app of a plan that is there', async () => {
    await deploy(['Hub', 'mona', 'web', '2.3.1'], 'App Service');
    await choose('Web app', 'Create new web app…');
    await type('Name of the web app', 'contoso-hub');
    await choose('Resource group', 'rg-web');
    await choose('App Service plan', 'asp-there');
    await type('Port that the container listens on');
    await choose('How should Azure pull mona/web:2.3.1?', 'Nothing: the image is public');
    await confirmed(
      'deploy-public-confirm',
      'New web app: contoso-hub, running docker.io/mona/web:2.3.1',
      'The image is public: it is pulled without a credential.',
    );
    await notifications(workbench()).saying('runs at https://contoso-hub.azurewebsites.net');
    expect(demo.azure.resource('/sites/contoso-hub')?.properties).toMatchObject({
      serverFarmId: demo.azure.resource('/serverfarms/asp-there')?.id,
      siteConfig: { linuxFxVersion: 'DOCKER|docker.io/mona/web:2.3.1', acrUseManagedIdentityCreds: false },
    });
    await notifications(workbench()).clear();
    await (await opened()).collapse('Hub');
  });

  it('says that the subscription has no quota, which is no question of who signs in', async () => {
    demo.azure.state.quotas.set('Basic', 0);
    await deploy(['Hub', 'mona', 'web', '2.3.1'], 'App Service');
    await choose('Web app', 'Create new web app…');
    await type('Name of the web app', 'contoso-quota');
    await choose('Resource group', 'rg-web');
    await choose('App Service plan', 'Create new Linux plan…');
    await type('Name of the new plan');
    await choose('SKU of the plan', 'B1');
    await choose('Location', 'West Europe');
    await type('Port that the container listens on');
    await choose('How should Azure pull mona/web:2.3.1?', 'Nothing: the image is public');
    await confirmed('deploy-quota-confirm', 'New Linux plan: asp-contoso-quota, B1');
    const told = notifications(workbench());
    const words = await told.saying('it failed at “Creating the plan asp-contoso-quota”');
    expect(words).toContain('nothing was created');
    expect(words).toContain('Operation cannot be completed without additional quota');
    expect(await told.buttons('it failed at')).not.toContain('Update Credential…');
    await workbench().screenshot('deploy-no-quota');
    demo.azure.state.quotas.delete('Basic');
    await told.clear();
    await (await opened()).collapse('Hub');
  });

  it('gives a web app that is there one from a plain registry, with a password typed', async () => {
    await deploy(['Plain', 'web', '1.4'], 'App Service');
    await choose('Web app', 'contoso-hub');
    const { host } = new URL(plain.url);
    await choose(`How should Azure pull ${host}/web:1.4?`, 'User name and password or token…');
    await type(`User name at ${host}`, 'bot');
    await type(`Password or token of bot at ${host}`, 'secret');
    await confirmed('deploy-plain-confirm', `The image of contoso-hub is replaced by ${host}/web:1.4`);
    const told = notifications(workbench());
    await told.press('runs at https://contoso-hub.azurewebsites.net', 'Set Up Continuous Deployment');
    await choose('Continuous deployment of contoso-hub', 'Copy the address to call after each push');
    // As where a policy of Azure keeps the site closed.
    demo.azure.fail(/PUT .*basicPublishingCredentialsPolicies/, {
      ...{ times: 1, status: 200, headers: { 'Content-Type': 'application/json' } },
      body: JSON.stringify({ properties: { allow: true } }),
    });
    await dialog(workbench()).press('Set Up');
    await told.saying('the publishing password of contoso-hub cannot be read');
    await workbench().screenshot('deploy-continuous-refused');
    const settings = [...demo.azure.state.secrets].find(([id]) => id.includes('/contoso-hub/'))?.[1];
    expect(settings).not.toHaveProperty('DOCKER_ENABLE_CI');
    expect(settings).toMatchObject({
      DOCKER_REGISTRY_SERVER_USERNAME: 'bot',
      DOCKER_REGISTRY_SERVER_PASSWORD: 'secret',
    });
    await notifications(workbench()).clear();
  });

  it('says what exists already when a step fails, and shows it in the portal', async () => {
    const there = demo.azure.resource('/managedEnvironments/cae-there');
    const later = put(demo.azure.state, {
      ...{ location: 'westeurope', type: 'Microsoft.App/managedEnvironments' },
      ...{ id: `${there?.id ?? ''}-later`, name: 'cae-there-later', properties: { provisioningState: 'Waiting' } },
    });
    demo.azure.fail(/PUT .*containerApps\/app-late/, {
      ...{ times: 1, status: 400, headers: { 'Content-Type': 'application/json' } },
      body: JSON.stringify({ error: { code: 'MaxNumberOfAppsReached', message: 'No more apps fit in here.' } }),
    });
    await deploy(['Plain', 'web', '1.4'], 'Container Apps');
    await choose('Container app', 'Create new container app…');
    await choose('Resource group', 'Create new resource group…');
    const input = quickInput(workbench());
    await input.says('Name of the new resource group');
    await input.type('rg-late');
    await input.accept();
    await type('Name of the container app', 'app-late');
    await choose('Container Apps environment', 'cae-there-later');
    await choose('Who can reach the app?', 'No one: it has no ingress');
    await type('Environment variables');
    const { host } = new URL(plain.url);
    await choose(`How should Azure pull ${host}/web:1.4?`, 'Nothing: the image is public');
    await confirmed('deploy-late-confirm', 'New resource group: rg-late', 'It is not reachable from outside.');
    const told = notifications(workbench());
    await told.saying('Waiting for the environment cae-there-later');
    await workbench().screenshot('deploy-environment-waits');
    later.properties.provisioningState = 'Succeeded';
    const words = await told.saying('it failed at “Creating the container app app-late”');
    expect(words).toContain('what exists already: the resource group rg-late');
    expect(words).toContain('It says “No more apps fit in here” (400).');
    await workbench().screenshot('deploy-late');
    await told.press('it failed at', 'Open in Portal');
    expect(await dialog(workbench()).detail()).toContain('https://portal.sandbox.example/');
    await dialog(workbench()).press('Cancel');
    await told.clear();
    await (await opened()).collapse('Plain');
  });

  it('says which right is missing before anything is created', async () => {
    const registry = demo.azure.resource('/registries/contosomain');
    demo.azure.state.denied.set((registry?.id ?? '').toLowerCase(), ['Microsoft.Authorization/roleAssignments/write']);
    const there = demo.azure.resource('/sites/contoso-there');
    Object.assign(there?.properties ?? {}, { siteConfig: { linuxFxVersion: 'sitecontainers' } });
    for (const [name, isMain] of [
      ['metrics', false],
      ['shop', true],
    ] as const)
      demo.azure.state.resources.set(`${there?.id ?? ''}/sitecontainers/${name}`.toLowerCase(), {
        ...{ id: `${there?.id ?? ''}/sitecontainers/${name}`, name, type: 'Microsoft.Web/sites/sitecontainers' },
        ...{ location: 'westeurope', properties: { image: `docker.io/contoso/${name}:1`, isMain } },
      });
    const before = demo.azure.state.resources.size;
    await deploy(fromAzure, 'App Service');
    await choose('Web app', 'contoso-there');
    await choose('Slot of contoso-there', 'Production');
    await choose('Container of contoso-there', 'metrics');
    await choose(`How should Azure pull ${demo.azure.registry('contosomain').host}/web:1.4?`, 'Managed identity');
    await confirmed('deploy-sidecar-confirm', 'The image of the container metrics of contoso-there is replaced by');
    const told = await notifications(workbench()).saying('your account may not assign roles on contosomain');
    expect(told).toContain('nothing was created');
    expect(await notifications(workbench()).buttons('your account may not assign roles')).toEqual([
      'Retry',
      'Show Log',
    ]);
    await workbench().screenshot('deploy-no-right');
    expect(demo.azure.state.resources.size).toBe(before);
    demo.azure.state.denied.clear();
    await notifications(workbench()).clear();
    await (await opened()).collapse('Azure');
  });

  it('are pushed to a registry of Azure that is created on the way, and then deployed from there', async () => {
    const images = imagesView(workbench());
    await images.open();
    await images.expand(['docker.io', 'webapp6']);
    await images.choose(['webapp6', 'latest'], 'Push…');
    flow = 'push';
    await choose(
      'Choose a registry, or type a full name such as registry.example.com/team/app:1.0',
      'Create new Azure Container Registry…',
    );
    await choose('Subscription', 'Contoso Production');
    await type('Name of the registry', 'contosopushed');
    await choose('Resource group', 'rg-web');
    await choose('Location', 'West Europe');
    await choose('SKU', 'Basic');
    expect(await dialog(workbench()).detail()).toContain('New registry: contosopushed, Basic, in westeurope');
    await dialog(workbench()).press('Create');
    await quickInput(workbench()).says('Name with tag');
    const name = await quickInput(workbench()).value();
    expect(name).toMatch(/^127\.0\.0\.1:\d+\/webapp6:latest$/);
    await quickInput(workbench()).accept();
    const view = registriesView(workbench());
    // The last that a push does.
    await view.selected(['contosopushed', 'webapp6', 'latest']);
    await workbench().screenshot('push-created-registry');
    const [host = ''] = name.split('/');
    await images.expand([host, 'webapp6']);
    expect(await images.menu(['docker.io', 'webapp6', 'latest'])).not.toContain('Deploy Image');
    await images.choose([host, 'webapp6', 'latest'], 'Deploy Image', 'Deploy Image to Azure Container Apps…');
    flow = 'pushed';
    await choose('Subscription', 'Contoso Production');
    await choose('Container app', 'Create new container app…');
    await expect.poll(() => quickInput(workbench()).placeholder()).toBe('Resource group');
    // What was chosen last comes first, among those that are there and before the new one.
    expect((await quickInput(workbench()).rows())[0]).toMatchObject({
      ...{ label: 'rg-web', description: expect.stringContaining('recently used') as string },
    });
    await choose('Resource group', 'rg-web');
    await type('Name of the container app', 'app-pushed');
    await choose('Container Apps environment', 'cae-there');
    await choose('Who can reach the app?', 'Everyone, over https');
    await quickInput(workbench()).says('Port that the container listens on');
    // The image says so, in the registry that it was pushed to.
    expect(await quickInput(workbench()).value()).toBe('8080');
    await quickInput(workbench()).accept();
    await type('Environment variables');
    await choose(`How should Azure pull ${host}/webapp6:latest?`, 'Managed identity');
    await confirmed('deploy-pushed-confirm', `New container app: app-pushed, running ${host}/webapp6:latest`);
    await notifications(workbench()).saying('runs at https://app-pushed');
    await notifications(workbench()).clear();
  });

  it('went nowhere but to the registries and to Azure', async () => {
    const view = registriesView(workbench());
    await view.titleAction('Connect Registry…');
    const input = quickInput(workbench());
    await input.pick('Generic Docker V2 / OCI registry');
    await input.titled('Connect Registry (2 of 3)');
    await input.type('elsewhere.example');
    await input.accept();
    await input.titled('Connect Registry (3 of 3)');
    await input.pick('Anonymously');
    await input.says('elsewhere.example');
    // What is not on this machine passes the proxy: that the new address did shows that nothing else has. VS Code itself is quiet.
    await expect.poll(() => [...new Set(deadEnd.targets)]).toEqual(['elsewhere.example:443']);
    await input.escape();
  });
});
