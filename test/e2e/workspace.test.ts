import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contoso, startDemoAzure, type DemoAzure } from '../sandbox/azure/demoAzure';
import { settingsFor } from '../sandbox/azure/azure';
import { buildImage } from '../sandbox/images';
import { listen, type Listener } from '../sandbox/loopback';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { dialog } from './dialog';
import { registriesView } from './registriesView';
import { useWorkbench } from './workbench';

/** A workspace that a stranger has written. */

const image = buildImage({ created: new Date(Date.now() - 100_000_000) });

describe.each([
  ['that is trusted', { 'security.workspace.trust.enabled': false }],
  [
    'in Restricted Mode',
    { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never' },
  ],
])('settings of a workspace %s', (_how, trust) => {
  let demo: DemoAzure;
  let evil: Listener;
  beforeAll(async () => {
    demo = await startDemoAzure({ repositories: [{ name: 'webapp6', tags: { '1.0': image } }] });
    evil = await listen((_request, response) => response.end());
  });
  afterAll(async () => {
    await Promise.all([demo.stop(), evil.stop()]);
  });
  const workbench = useWorkbench(() => ({
    settings: {
      ...demo.azure.settings,
      ...trust,
      'registryExplorer.connections': [
        { provider: 'azure', label: 'Azure', url: demo.azure.url, login: 'azureEnvironment' },
      ],
    },
    workspaceSettings: {
      ...settingsFor(evil.url.replace('http:', 'https:')),
      'github-enterprise.uri': evil.url,
      'github-enterprise.uris': [evil.url],
      // Of other scopes than a workspace's.
      'registryExplorer.engine.endpoint': evil.url.replace('http:', 'tcp:'),
      'registryExplorer.dockerHub.url': evil.url,
      'registryExplorer.credentialStore': 'osKeychain',
    },
    env: {
      ...demo.env,
      DOCKER_HOST: 'unix:///nowhere/docker.sock',
      AZURE_TENANT_ID: contoso,
      AZURE_CLIENT_ID: demo.application.clientId,
      AZURE_CLIENT_SECRET: demo.application.secret,
    },
  }));

  it('lead neither a secret nor the user elsewhere', async () => {
    const view = registriesView(workbench());
    await view.open();
    await view.expand('Azure');
    await view.row(['Azure', 'Contoso Production']);
    await view.expand(['Azure', 'Contoso Production']);
    await view.choose(['Contoso Production', 'contosomain'], 'Open in Portal');
    const question = dialog(workbench());
    expect(await question.detail()).toContain('https://portal.sandbox.example/');
    await question.press('Cancel');
    expect(evil.connections()).toBe(0);
  });
});

describe('a registry that a workspace lists with a login of the user', () => {
  let registry: V2Server;
  beforeAll(async () => {
    registry = await startV2Server({
      repositories: [{ name: 'team/api', tags: { '1.0': image } }],
      auth: { kind: 'basic', users: { alice: 'wonder land' } },
    });
  });
  afterAll(() => registry.stop());
  const workbench = useWorkbench(() => ({
    workspaceSettings: {
      'registryExplorer.connections': [{ provider: 'generic', label: 'Team', url: registry.url, login: 'docker' }],
    },
    env: {
      DOCKER_HOST: 'unix:///nowhere/docker.sock',
      DOCKER_AUTH_CONFIG: JSON.stringify({
        auths: { [new URL(registry.url).host]: { auth: Buffer.from('alice:wonder land').toString('base64') } },
      }),
    },
  }));

  it('asks whether to sign in, and sends nothing before', async () => {
    const view = registriesView(workbench());
    await view.open();
    await view.describes('Team', `Sign in with docker login? · ${new URL(registry.url).host}`);
    await view.expand('Team');
    const why = 'Sign in to see its contents: this workspace lists it, and nothing is sent until you confirm.';
    await view.row(['Team', why]);
    await workbench().screenshot('workspace-sign-in');
    expect(await view.menu('Team')).toEqual([
      'Sign In…',
      '---',
      'Filter…',
      'Sort…',
      '---',
      'Update Credential…',
      '---',
      'Refresh',
      '---',
      'Disconnect',
    ]);
    await view.inline(['Team', why], 'Sign In…');
    const question = dialog(workbench());
    const { host } = new URL(registry.url);
    expect(await question.message()).toBe(`Sign in to ${host} with docker login?`);
    expect(await question.detail()).toContain(
      `${registry.url} will receive the password or token that docker has stored`,
    );
    await workbench().screenshot('workspace-sign-in-question');
    await question.press('Cancel');
    expect(registry.requests).toEqual([]);
  });

  it('is used once that is confirmed, and asks no more', async () => {
    const view = registriesView(workbench());
    await view.choose('Team', 'Sign In…');
    await dialog(workbench()).press('Sign In');
    await view.describes('Team', 'docker login');
    await view.expand('Team');
    await view.row(['Team', 'team/api']);
    await workbench().restart();
    await view.open();
    await view.expand('Team');
    await view.row(['Team', 'team/api']);
    await workbench().screenshot('workspace-signed-in');
  });
});
