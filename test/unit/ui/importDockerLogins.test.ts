import { describe, expect, it, onTestFinished } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { KnownLogin } from '../../../src/core/docker/knownLogins';
import type { Connection, Credential } from '../../../src/core/model';
import { providerTypes } from '../providerTypes';
import type { App } from '../../../src/ui/app';
import { importDockerLogins } from '../../../src/ui/commands/importDockerLogins';
import { orDockerLogin } from '../../../src/registries/dockerLogin';
import { report } from '../../../src/ui/report';
import type { Node } from '../../../src/ui/tree/node';
import { startV2Server, type V2Server } from '../../sandbox/v2Server';
import { contextOf } from '../providerContext';
import { connectionNode, fakeApp } from './fakeApp';
import type { FakeParts } from './fakeApp';
import { user } from './scriptedUser';

interface Setting {
  readonly logins: readonly KnownLogin[];
  readonly secrets?: Readonly<Record<string, Credential>>;
  readonly failures?: readonly unknown[];
  readonly roots?: readonly Node[];
  /** Labels that the user ticks; nothing when the list is dismissed. */
  readonly ticks?: string;
  readonly cancels?: boolean;
}

/** Runs the command with docker's logins as these, and whatever it connects kept. */
async function importing({ logins, secrets = {}, failures = [], roots = [], ticks, cancels = false }: Setting) {
  const added: Omit<Connection, 'id'>[] = [];
  const stored: Credential[] = [];
  const failed: string[] = [];
  const { ask, offered } = user(ticks);
  const controller = new AbortController();
  const docker: App['docker'] = {
    read: ({ host }) => {
      if (cancels) controller.abort();
      return Promise.resolve(secrets[host]);
    },
    helperFor: () => Promise.resolve(undefined),
    list: () => Promise.resolve({ logins, failures }),
    logIn: () => Promise.reject(new Error('asked')),
    logOut: () => Promise.reject(new Error('asked')),
  };
  const open: FakeParts['open'] = (connection, credential) => {
    const type = providerTypes.find(({ id }) => id === connection.provider);
    if (type === undefined) throw new Error(connection.provider);
    const { host } = new URL(connection.url);
    const read = orDockerLogin(
      () => Promise.resolve(credential),
      docker,
      () => ({ host, url: connection.url }),
    );
    return type.open(connection, contextOf(credential, { credential: read }));
  };
  const { app, told, done, log } = fakeApp({
    ask,
    docker,
    open,
    providerTypes,
    setting: () => '',
    working: (_title, task) => task(() => undefined, controller.signal),
    fail: (error, doing) => failed.push(report(error, doing)?.message ?? ''),
    connected: () => [...roots, ...added.map((each, index) => connectionNode({ ...each, id: `new-${index}` }, {}))],
    connections: {
      all: () => [],
      unhide: () => Promise.resolve(undefined),
      add: (connection: Omit<Connection, 'id'>, credential: Credential) => {
        stored.push(credential);
        const id = `new-${added.length}`;
        added.push(connection);
        return Promise.resolve({ ...connection, id });
      },
    },
  });
  const outcome = await importDockerLogins.run(app).catch((error: unknown) => error);
  return { added, stored, failed, told, done, log, offered, outcome };
}

async function guarded(): Promise<V2Server & { readonly host: string }> {
  const server = await startV2Server({ auth: { kind: 'basic', users: { alice: 'wonder land' } } });
  onTestFinished(() => server.stop());
  return { ...server, host: new URL(server.url).host };
}

const alice: Credential = { kind: 'basic', username: 'alice', secret: 'wonder land' };
const docker = (host: string, more: Partial<KnownLogin> = {}): KnownLogin => ({ host, keeper: 'docker', ...more });
const hubs = docker('docker.io', { account: 'alice', helper: 'desktop' });

describe('Import Docker Logins', () => {
  it('offers each registry as what it is, those connected otherwise unticked, and those connected with docker’s login not', async () => {
    const root = (host: string, connection: Partial<Connection>) =>
      connectionNode({ id: host, ...connection }, { hostOf: () => host });
    const { offered, added } = await importing({
      logins: [hubs, docker('quay.io', { keeper: 'podman' }), docker('ghcr.io'), docker('gone.example')],
      roots: [
        root('ghcr.io', { signIn: { kind: 'basic', account: 'octocat' } }),
        root('gone.example', { signIn: { kind: 'docker' } }),
      ],
    });
    expect(offered()).toEqual(['☑ docker.io', '☑ quay.io', '☐ ghcr.io']);
    expect(added).toEqual([]);
  });

  it.each([
    ['docker.io', { provider: 'dockerHub', label: 'Docker Hub', url: 'https://hub.docker.com' }],
    ['ghcr.io', { provider: 'ghcr', label: 'GitHub', url: 'https://github.com' }],
    ['containers.acme.ghe.com', { provider: 'ghcr', label: 'acme.ghe.com', url: 'https://acme.ghe.com' }],
    ['contoso.azurecr.io', { provider: 'acr', label: 'contoso.azurecr.io', url: 'https://contoso.azurecr.io' }],
    ['contoso.azurecr.us', { provider: 'acr', label: 'contoso.azurecr.us', url: 'https://contoso.azurecr.us' }],
    ['azurecr.io.example', { provider: 'generic', label: 'azurecr.io.example', url: 'https://azurecr.io.example' }],
    [
      '1.dkr.ecr.eu-west-1.amazonaws.com',
      {
        provider: 'generic',
        label: '1.dkr.ecr.eu-west-1.amazonaws.com',
        url: 'https://1.dkr.ecr.eu-west-1.amazonaws.com',
      },
    ],
  ])('takes %s for what it is', (host, expected) => {
    const [found] = providerTypes.flatMap((type) => type.dockerConnections?.(host, () => '') ?? []);
    expect(found).toEqual({ ...expected, signIn: { kind: 'docker' } });
  });

  it('connects what is ticked with docker’s login, and copies nothing', async () => {
    const server = await guarded();
    const { added, stored, failed, done } = await importing({
      logins: [docker(server.host, { account: 'alice' }), hubs],
      secrets: { [server.host]: alice },
      ticks: server.host,
    });
    expect(added).toEqual([{ provider: 'generic', label: server.host, url: server.url, signIn: { kind: 'docker' } }]);
    expect(stored).toEqual([{ kind: 'anonymous' }]);
    expect([failed, done]).toEqual([[], [`Connected ${server.host}`]]);
  });

  it('says of each that cannot be connected why, and connects the others', async () => {
    const [right, wrong, without] = [await guarded(), await guarded(), await guarded()];
    const all = [wrong, without, right];
    const { added, failed, done } = await importing({
      logins: all.map(({ host }) => docker(host)),
      secrets: { [right.host]: alice, [wrong.host]: { ...alice, secret: 'other' } },
      ticks: all.map(({ host }) => host).join(', '),
    });
    expect(added.map(({ label }) => label)).toEqual([right.host]);
    expect(failed).toEqual([
      `Could not connect ${wrong.host}: the registry says “authentication required” (401).`,
      `Could not connect ${without.host}: docker has no login for ${without.host}. Run “docker login ${without.host}” in a terminal, or use Update Credential… to sign in another way.`,
    ]);
    expect(done).toEqual([`Connected ${right.host}`]);
  });

  it('connects a registry whose list is empty, and says how to go on', async () => {
    const server = await guarded();
    server.fail(/_catalog/, { status: 200, body: '{"repositories":[]}' });
    const { added, told } = await importing({
      logins: [docker(server.host)],
      secrets: { [server.host]: alice },
      ticks: server.host,
    });
    expect(added.map(({ label }) => label)).toEqual([server.host]);
    expect(told.join()).toContain('no repositories are listed there. To add repositories by name, use Add Repository…');
  });

  it('connects a registry whose list is denied where the login itself holds, and says how to go on', async () => {
    const server = await guarded();
    server.fail(/_catalog/, { status: 403, body: '{"errors":[{"code":"DENIED","message":"not for robots"}]}' });
    const { added, failed, told, log } = await importing({
      logins: [docker(server.host)],
      secrets: { [server.host]: alice },
      ticks: server.host,
    });
    expect(added.map(({ label }) => label)).toEqual([server.host]);
    expect(failed).toEqual([]);
    expect(told).toEqual([
      `The login works at ${server.host}, but no repositories are listed there. To add repositories by name, use Add Repository… in the context menu of the registry.`,
    ]);
    expect(log.join()).toContain('not for robots');
  });

  it('does not take a broken helper for a login that holds', async () => {
    const server = await guarded();
    const { added, failed } = await importing({ logins: [docker(server.host)], ticks: server.host });
    expect([added.length, failed.length]).toEqual([0, 1]);
  });

  it('tells what is broken, and offers the others', async () => {
    const detail = {
      subject: '/home/alice/.docker/config.json',
      speaker: 'program',
      code: 'LOGIN_FILE_BROKEN',
    } as const;
    const { failed, offered } = await importing({
      logins: [docker('quay.io')],
      failures: [new Failure('malformed', '', detail)],
    });
    expect(failed).toEqual([
      'Could not list all logins of docker: /home/alice/.docker/config.json is not what “docker login” or “podman login” writes. Correct it, or log in again.',
    ]);
    expect(offered()).toEqual(['☑ quay.io']);
  });

  it('says so where there is nothing to connect', async () => {
    expect((await importing({ logins: [] })).told).toEqual([
      'Neither docker nor podman has a login on this machine. Run “docker login” to create one.',
    ]);
    const root = connectionNode({ signIn: { kind: 'docker' } }, { hostOf: () => 'quay.io' });
    expect((await importing({ logins: [docker('quay.io')], roots: [root] })).told).toEqual([
      'All registries that docker and podman have logins for are already connected.',
    ]);
  });

  it('connects nothing once it is cancelled', async () => {
    const server = await guarded();
    const { added, failed, outcome } = await importing({
      logins: [docker(server.host)],
      secrets: { [server.host]: alice },
      ticks: server.host,
      cancels: true,
    });
    expect([added, failed]).toEqual([[], []]);
    expect(outcome).toMatchObject({ name: 'AbortError' });
  });
});
