import { expect, it } from 'vitest';
import type { Connection, Credential } from '../../../src/core/model';
import { ghcr } from '../../../src/providers/ghcr/ghcrType';
import { connect } from '../../../src/ui/connections/connect';
import { providerTypes } from '../providerTypes';
import { fakeApp, fakeProvider } from './fakeApp';
import { user } from './scriptedUser';

it('an account connected beside its token leaves the token alone', async () => {
  const stored = new Map<string, Credential>([['one', { kind: 'basic', username: 'octocat', secret: 'ghp' }]]);
  const known: Connection[] = [
    {
      id: 'one',
      provider: 'ghcr',
      label: 'GitHub',
      url: 'https://github.com',
      signIn: { kind: 'basic', account: 'octocat' },
    },
  ];
  const { ask } = user('GitHub Container Registry', 'github.com', 'GitHub account of VS Code');
  const { app } = fakeApp({
    ask,
    providerTypes: [ghcr],
    setting: () => '',
    accounts: { signIn: () => Promise.resolve({ token: 't', account: 'octocat', scopes: [] }) },
    registries: { openWith: () => fakeProvider({ list: () => Promise.resolve({ items: [] }) }) },
    connections: {
      all: () => known,
      unhide: () => Promise.resolve(undefined),
      add: (connection: Omit<Connection, 'id'>, credential: Credential) => {
        stored.set('two', credential);
        const added = { ...connection, id: 'two' };
        known.push(added);
        return Promise.resolve(added);
      },
      updateCredential: (id: string, credential: Credential) => {
        stored.set(id, credential);
        return Promise.resolve();
      },
    },
  });
  const connection = await connect(app);
  expect([connection?.signIn, stored.get('one')]).toEqual([
    { kind: 'account', authentication: 'github', account: 'octocat' },
    { kind: 'basic', username: 'octocat', secret: 'ghp' },
  ]);
});

it('a registry that is connected already with the same account is said to be, and gets no second row', async () => {
  const url = 'https://registry.example.com';
  const known: Connection = { id: 'one', provider: 'generic', label: 'Ours', url, signIn: { kind: 'anonymous' } };
  const type = providerTypes.find(({ id }) => id === 'generic');
  const connecting = async (address: string) => {
    const added: unknown[] = [];
    const { ask } = user('Generic Docker V2 / OCI registry', address, 'Anonymously');
    const { app, told, done } = fakeApp({
      ask,
      providerTypes: type === undefined ? [] : [type],
      setting: () => '',
      registries: { openWith: () => fakeProvider({ list: () => Promise.resolve({ items: [] }) }) },
      connections: {
        all: () => [known],
        unhide: () => Promise.resolve(undefined),
        add: (connection) => (added.push(connection), Promise.resolve({ ...connection, id: 'two' })),
        updateCredential: () => Promise.resolve(),
      },
    });
    return { id: (await connect(app))?.id, added: added.length, told, done };
  };
  expect(await connecting('Registry.Example.com:443/')).toEqual({
    ...{ id: 'one', added: 0, done: [] },
    told: ['https://registry.example.com is connected already, as “Ours”.'],
  });
  expect(await connecting('other.example.com')).toEqual({
    ...{ id: 'two', added: 1, told: [] },
    done: ['Connected other.example.com'],
  });
});

it('leads back to the question when nobody signs in, with the reason', async () => {
  const sessions = [undefined, { token: 't', account: 'octocat', scopes: [] }];
  const account = 'GitHub account of VS Code';
  const { ask, seen } = user('GitHub Container Registry', 'github.com', account, account);
  const problems: (string | undefined)[] = [];
  const { app } = fakeApp({
    ask: {
      ...ask,
      pick: (step, accept) => (problems.push(step.problemSoFar), ask.pick(step, accept)),
    },
    providerTypes: [ghcr],
    setting: () => '',
    accounts: { signIn: () => Promise.resolve(sessions.shift()) },
    registries: { openWith: () => fakeProvider({ list: () => Promise.resolve({ items: [] }) }) },
    connections: {
      all: () => [],
      unhide: () => Promise.resolve(undefined),
      add: (connection: Omit<Connection, 'id'>) => Promise.resolve({ ...connection, id: 'one' }),
    },
  });
  expect(await connect(app)).toMatchObject({ signIn: { account: 'octocat', authentication: 'github' } });
  expect(seen).toHaveLength(4);
  expect(problems).toEqual([undefined, undefined, undefined, 'You have not signed in.']);
});
