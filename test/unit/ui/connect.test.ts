import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/core/model';
import { providerTypes } from '../providerTypes';
import type { App, Connections } from '../../../src/ui/app';
import type { Ask } from '../../../src/ui/ask';
import { connect } from '../../../src/ui/connections/connect';
import { updateCredential } from '../../../src/ui/connections/updateCredential';
import { startGitHub } from '../../sandbox/github/github';
import { startGitLab } from '../../sandbox/gitlab/gitlab';
import { buildImage } from '../../sandbox/images';
import { errorReply } from '../../sandbox/serve';
import { startTokenServer } from '../../sandbox/tokenServer';
import { startV2Server } from '../../sandbox/v2Server';
import { quirks, startVendor } from '../../sandbox/vendors';
import { contextOf } from '../providerContext';
import { connectionNode, fakeApp } from './fakeApp';
import type { FakeParts } from './fakeApp';
import { user } from './scriptedUser';

function appOf(ask: Ask, add: Connections['add'], parts: FakeParts = {}): App {
  const none = () => Promise.resolve(undefined);
  const connections: Connections = {
    all: () => [],
    add,
    unhide: none,
    rename: () => Promise.resolve(),
    credential: () => Promise.resolve({ kind: 'anonymous' }),
    setAddress: () => Promise.resolve(),
    updateCredential: () => Promise.resolve(),
    setTls: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    setShown: () => Promise.resolve(),
  };
  const open: FakeParts['open'] = (connection, credential) => {
    const type = providerTypes.find(({ id }) => id === connection.provider);
    if (type === undefined) throw new Error(connection.provider);
    return type.open(connection, contextOf(credential));
  };
  return fakeApp({ ask, connections, providerTypes, open, setting: () => '', ...parts }).app;
}

const repositories = [{ name: 'team/app', tags: { '1': buildImage() } }];
const generic = 'Generic Docker V2 / OCI registry';
const byPassword = 'User name and password or token';
const kept = (connection: Omit<Connection, 'id'>) => Promise.resolve({ ...connection, id: 'new' });

describe('the connect flow', () => {
  it('asks step by step, counts the steps, and keeps the answers over Back', async () => {
    const server = await startV2Server({ auth: { kind: 'basic', users: { alice: 'pw' } }, repositories });
    try {
      const { ask, seen } = user(generic, server.url, byPassword, 'alice', 'back', 'alice', 'pw');
      const connection = await connect(appOf(ask, kept));
      expect(connection).toEqual({
        id: 'new',
        provider: 'generic',
        label: new URL(server.url).host,
        url: server.url,
        signIn: { kind: 'basic', account: 'alice' },
      });
      const steps = ['2 of 3', '3 of 3', '4 of 5', '5 of 5', '4 of 5', '5 of 5'];
      expect(seen).toEqual(['Connect Registry', ...steps.map((step) => `Connect Registry (${step})`)]);
    } finally {
      await server.stop();
    }
  });

  it('takes an address in place of a kind, and asks only what is left: four inputs in all', async () => {
    const server = await startV2Server({ auth: { kind: 'basic', users: { alice: 'pw' } }, repositories });
    try {
      const { ask, seen } = user(server.url, byPassword, 'alice', 'pw');
      expect(await connect(appOf(ask, kept))).toMatchObject({ provider: 'generic', url: server.url });
      const steps = ['3 of 3', '4 of 5', '5 of 5'];
      expect(seen).toEqual(['Connect Registry', ...steps.map((step) => `Connect Registry (${step})`)]);
      // Back leads to the address, and then to the kinds.
      const other = user(server.url, 'back', 'back', server.url, byPassword, 'alice', 'pw');
      expect(await connect(appOf(other.ask, kept))).toMatchObject({ provider: 'generic', url: server.url });
      expect(other.proposed[0]).toBe(server.url);
    } finally {
      await server.stop();
    }
  });

  it.each([
    ['registry.example.com:5000', generic, 'How do you sign in to it?'],
    ['https://registry.example.com/team', generic, 'How do you sign in to it?'],
    ['localhost:5000', generic, 'How do you sign in to it?'],
    ['[::1]:5000', generic, 'How do you sign in to it?'],
    ['ghcr.io', 'GitHub Container Registry', 'How do you sign in to GitHub?'],
    ['https://github.com', 'GitHub Container Registry', 'How do you sign in to GitHub?'],
    ['hub.docker.com', 'Docker Hub', 'How do you sign in to Docker Hub?'],
    ['docker.io', 'Docker Hub', 'How do you sign in to Docker Hub?'],
    ['contoso.azurecr.io', 'Azure: a single registry', 'How do you sign in to it?'],
    ['gitlab.com', 'GitLab', undefined],
    ['quay.io', 'Quay', 'How do you sign in to it?'],
    ['123456789012.dkr.ecr.eu-central-1.amazonaws.com', 'Amazon ECR', 'How do you sign in to it?'],
  ])('knows the kind of %s', async (address, kind, next) => {
    const { ask, placeholders } = user(address);
    let described: string | undefined;
    const pick: Ask['pick'] = (step, accept) => {
      const typed = step.typed?.(address, []);
      described ??= typed?.description;
      return ask.pick(step, accept);
    };
    await connect(appOf({ ...ask, pick }, kept));
    expect(described).toBe(kind);
    expect(placeholders).toEqual([
      'What kind of registry is it? Or type its address',
      ...(next === undefined ? [] : [next]),
    ]);
  });

  it.each([
    [
      'registry.example.com/team/app:1.0',
      'This is the name of an image. The address of its registry may be registry.example.com.',
    ],
    ['registry.example.com:99999', 'A port is a number from 1 to 65535.'],
  ])('says why %s is no address of a registry', async (text, why) => {
    await expect(connect(appOf(user(text).ask, kept))).rejects.toThrow(`The list does not take "${text}": ${why}`);
  });

  it.each(['azure', 'azure: a single', 'generic docker', 'Docker V2 / OCI', 'harbor'])(
    'takes %s for a part of a name',
    async (text) => {
      await expect(connect(appOf(user(text).ask, kept))).rejects.toThrow('There is no choice');
    },
  );

  it('begins with the address that is meant, also where another kind was looked at', async () => {
    const server = await startV2Server({ repositories });
    try {
      const { ask } = user('ok', 'back', 'back', generic, 'ok', 'Anonymously');
      expect(await connect(appOf(ask, kept), 'generic', server.url)).toMatchObject({ url: server.url });
    } finally {
      await server.stop();
    }
  });

  it.each([
    ['acr', 'https://contoso.azurecr.io'],
    ['ghcr', 'https://acme.ghe.com'],
  ])('does not ask for the address of %s that is meant', async (id, url) => {
    const { ask, seen } = user('back', undefined);
    await connect(appOf(ask, kept), id, url);
    expect(seen).toEqual(['Connect Registry (2 of 2)', 'Connect Registry']);
  });

  it('keeps nothing when it is left, or refused', async () => {
    const server = await startV2Server({ auth: { kind: 'basic', users: { alice: 'pw' } } });
    try {
      const added: unknown[] = [];
      const { ask, seen } = user(generic, server.url, byPassword, 'alice', 'wrong', undefined);
      const connection = await connect(appOf(ask, (one) => (added.push(one), kept(one))));
      expect([connection, added]).toEqual([undefined, []]);
      expect(seen.at(-2)).toContain('the registry does not accept this user name with this password or token');
    } finally {
      await server.stop();
    }
  });

  it('says where the secret was typed that it could not be kept', async () => {
    const server = await startV2Server({ auth: { kind: 'basic', users: { alice: 'pw' } } });
    try {
      const { ask, seen } = user(generic, server.url, byPassword, 'alice', 'pw', undefined);
      const connection = await connect(appOf(ask, () => Promise.reject(new Error('The keyring is locked.'))));
      expect(connection).toBeUndefined();
      expect(seen.slice(-3)).toEqual([
        'Connect Registry (5 of 5)',
        'The connection works, but could not be saved: The keyring is locked.',
        'Connect Registry (5 of 5)',
      ]);
    } finally {
      await server.stop();
    }
  });

  it('takes the login of docker, and stores nothing', async () => {
    const server = await startV2Server({ repositories });
    try {
      const stored: unknown[] = [];
      const { ask } = user(generic, server.url, 'Login of the docker command');
      const connection = await connect(appOf(ask, (one, credential) => (stored.push(credential), kept(one))));
      expect(connection).toMatchObject({ signIn: { kind: 'docker' }, url: server.url });
      expect(stored).toEqual([{ kind: 'anonymous' }]);
    } finally {
      await server.stop();
    }
  });

  const denied = { catalog: () => errorReply(401, 'UNAUTHORIZED', 'unauthorized to list catalog') };

  it('connects a registry that does not list, says why, and offers to add repositories by name', async () => {
    const server = await startV2Server({ auth: { kind: 'basic', users: { alice: 'pw' } }, ...denied });
    try {
      const offered: unknown[] = [];
      const node = connectionNode({ id: 'new' }, {});
      const offer: App['offer'] = (...all) => offered.push(all);
      const { ask, seen, offered: kinds } = user('Harbor', server.url, 'User or robot account', 'alice', 'wrong', 'pw');
      const connection = await connect(appOf(ask, kept, { offer, connected: [node] }));
      expect(kinds()).toEqual(['User or robot account', 'Login of the docker command', 'Anonymously']);
      expect(seen.at(-2)).toContain('the registry does not accept this user name with this password or token');
      expect(connection).toMatchObject({
        provider: 'harbor',
        url: server.url,
        signIn: { kind: 'basic', account: 'alice' },
      });
      const { host } = new URL(server.url);
      expect(offered).toEqual([
        [
          `${host} is connected. Harbor lists repositories to its administrators and system robots only; add those you know by name: project/repository. It says “unauthorized to list catalog” (401).`,
          { id: 'addRepository', title: 'Add Repository…' },
          node,
        ],
      ]);
    } finally {
      await server.stop();
    }
  });

  it.each(['zot', 'artifactoryVisitors', 'unlistedFirst'] as const)(
    'says in the box of the password that %s does not take it',
    async (as) => {
      const server = await startVendor(quirks[as], [...repositories, { name: 'team/secret', tags: {} }]);
      try {
        const { ask, seen } = user(generic, server.url, byPassword, 'alice', 'wrong', quirks[as].user.secret);
        const node = connectionNode({ id: 'new' }, {});
        const app = appOf(ask, kept, { offer: () => undefined, connected: [node] });
        expect(await connect(app)).toMatchObject({ url: server.url, signIn: { kind: 'basic', account: 'alice' } });
        expect(seen.slice(-3)).toEqual([
          'Connect Registry (5 of 5)',
          expect.stringContaining('the registry does not accept this user name with this password or token'),
          'Connect Registry (5 of 5)',
        ]);
      } finally {
        await server.stop();
      }
    },
  );

  it('says at the address that a token server is busy, and not that the password is wrong', async () => {
    const tokens = await startTokenServer({ users: { alice: { password: 'pw', repositories: {}, catalog: true } } });
    tokens.fail(/token/, { status: 503, headers: { 'Retry-After': '0' } });
    const auth = { kind: 'bearer', challenge: tokens.challenge, accessOf: tokens.accessOf } as const;
    const server = await startV2Server({ auth, repositories });
    try {
      const { ask, seen } = user(generic, server.url, byPassword, 'alice', 'pw', undefined);
      expect(await connect(appOf(ask, kept))).toBeUndefined();
      expect(seen.at(-1)).toBe('Connect Registry (2 of 5)');
    } finally {
      await server.stop();
      await tokens.stop();
    }
  });

  it('calls the account what the registry calls it, also after its token is replaced', async () => {
    const gitLab = await startGitLab({
      projects: { 'acme/api': { repositories: {}, members: { alice: 40, bob: 40 }, lastActivity: new Date() } },
      tokens: { 'glpat-alice': { user: 'alice', scopes: ['api'] }, 'glpat-bob': { user: 'bob', scopes: ['api'] } },
    });
    try {
      const connected = await connect(appOf(user('GitLab', gitLab.url, 'glpat-alice').ask, kept));
      expect(connected).toMatchObject({ provider: 'gitlab', signIn: { kind: 'basic', account: 'alice' } });
      if (connected === undefined) return;
      const signIns: unknown[] = [];
      const app = appOf(user('glpat-bob').ask, kept);
      const connections = {
        ...app.connections,
        updateCredential: (...given: unknown[]) => Promise.resolve(void signIns.push(given[2])),
      };
      expect(await updateCredential({ ...app, connections }, connected)).toBe(true);
      expect(signIns).toEqual([{ kind: 'basic', account: 'bob' }]);
    } finally {
      await gitLab.stop();
    }
  });

  it('takes a token of GitHub’s without a user name, which it asks for where GitHub does not tell it', async () => {
    const gitHub = await startGitHub({
      packages: {},
      users: ['octocat', 'bot'],
      tokens: {
        ghp_octocat: { login: 'octocat', scopes: ['read:packages'] },
        ghs_app: { login: 'bot', isOfApp: true },
      },
    });
    const settings: Readonly<Record<string, string>> = {
      'github.apiUrl': gitHub.url,
      'github.registryUrl': gitHub.registryUrl,
    };
    const byToken = ['GitHub Container Registry', 'github.com', 'Personal access token (classic)'];
    const connected = async (...script: readonly string[]) => {
      const { ask, seen } = user(...byToken, ...script);
      const saved: unknown[] = [];
      const open: FakeParts['open'] = (connection, credential) => {
        const type = providerTypes.find(({ id }) => id === 'ghcr');
        if (type === undefined) throw new Error('ghcr');
        return type.open(connection, contextOf(credential, { setting: (name) => settings[name] ?? '' }));
      };
      const add: Connections['add'] = (connection, credential) => {
        saved.push(connection.signIn, credential);
        return kept(connection);
      };
      await connect(appOf(ask, add, { open }));
      return { seen: seen.slice(3), saved };
    };
    try {
      expect(await connected('ghp_octocat')).toEqual({
        seen: ['Connect Registry (4 of 4)'],
        saved: [
          { kind: 'basic', account: 'octocat' },
          { kind: 'basic', username: 'octocat', secret: 'ghp_octocat' },
        ],
      });
      expect(await connected('ghs_app', 'bot')).toEqual({
        seen: ['Connect Registry (4 of 4)', 'Connect Registry (5 of 5)'],
        saved: [
          { kind: 'basic', account: 'bot' },
          { kind: 'basic', username: 'bot', secret: 'ghs_app' },
        ],
      });
    } finally {
      await gitHub.stop();
    }
  });

  it('takes no wrong password for repositories that were added by name', async () => {
    const server = await startV2Server({ auth: { kind: 'basic', users: { alice: 'pw' } }, ...denied });
    try {
      const updated: unknown[] = [];
      const { ask, seen } = user(byPassword, 'alice', 'wrong', 'pw');
      const app = appOf(ask, kept, {
        open: (connection, credential) => {
          const type = providerTypes.find(({ id }) => id === 'generic');
          if (type === undefined) throw new Error('generic');
          const repositories = [`${new URL(server.url).host}/team/app`];
          return type.open(connection, contextOf(credential, { shown: () => ({ repositories }) }));
        },
      });
      const connections = {
        ...app.connections,
        updateCredential: (_id: string, credential: unknown) => Promise.resolve(void updated.push(credential)),
      };
      const { connection } = connectionNode({ url: server.url }, {});
      expect(await updateCredential({ ...app, connections }, connection)).toBe(true);
      expect(seen.filter((line) => line.includes('does not accept'))).toHaveLength(1);
      expect(updated).toEqual([{ kind: 'basic', username: 'alice', secret: 'pw' }]);
    } finally {
      await server.stop();
    }
  });
});
