import { describe, expect, it } from 'vitest';
import type { Connection, Credential } from '../../../src/core/model';
import { Failure } from '../../../src/core/failure';
import { editAddress } from '../../../src/ui/commands/editAddress';
import { report } from '../../../src/ui/report';
import { rowBelow } from '../../../src/ui/tree/node';
import { buildImage } from '../../sandbox/images';
import { startV2Server } from '../../sandbox/v2Server';
import { contextOf } from '../providerContext';
import { providerTypes } from '../providerTypes';
import { connectionNode, fakeApp, reference } from './fakeApp';
import { user } from './scriptedUser';

const repositories = [{ name: 'team/app', tags: { '1': buildImage() } }];
const stored: Credential = { kind: 'basic', username: 'alice', secret: 'pw' };
const alice = { signIn: { kind: 'basic', account: 'alice' } } as const;

/** Edits the address of a connection. `others`: what is connected beside it. */
async function editing(
  connection: Partial<Connection>,
  script: readonly (string | undefined)[],
  others: readonly Connection[] = [],
) {
  const node = connectionNode(connection, { hasTypedAddress: true });
  const set: unknown[] = [];
  const opened: string[] = [];
  const sent: (readonly [string, Credential])[] = [];
  let read = 0;
  const scripted = user(...script);
  const { app, done } = fakeApp({
    ask: scripted.ask,
    providerTypes,
    connections: {
      all: () => [node.connection, ...others],
      credential: () => (read++, Promise.resolve(connection.signIn === undefined ? { kind: 'anonymous' } : stored)),
      setAddress: (...given) => Promise.resolve(void set.push(given)),
    },
    open: (candidate, credential) => {
      sent.push([candidate.url, credential]);
      const type = providerTypes.find(({ id }) => id === candidate.provider);
      if (type === undefined) throw new Error(candidate.provider);
      return type.open(candidate, contextOf(credential));
    },
    tree: { reveal: () => Promise.resolve() },
    openSettings: (setting) => Promise.resolve(void opened.push(setting)),
    message: (_kind, text, ...buttons) => {
      opened.push(text);
      return Promise.resolve(buttons[0]);
    },
  });
  await editAddress.run(app, [node]);
  return { set, done, opened, sent, read, ...scripted };
}

async function withServer<T>(use: (url: string) => Promise<T>): Promise<T> {
  const server = await startV2Server({ auth: { kind: 'basic', users: { alice: 'pw', bob: 'builder' } }, repositories });
  try {
    return await use(server.url);
  } finally {
    await server.stop();
  }
}

describe('Edit Address…', () => {
  it('tests the new address, and sends it what is stored only if the user says so', () =>
    withServer(async (url) => {
      const { set, done, seen, proposed, questions } = await editing(alice, [url, 'As at registry.example.com']);
      const { host } = new URL(url);
      expect(proposed).toEqual(['https://registry.example.com']);
      expect(set).toEqual([['c1', { label: 'Acme', url, ...alice }, stored]]);
      expect([seen, questions]).toEqual([['Edit Address', 'Edit Address (2 of 2)'], []]);
      expect([done, host.startsWith('127.0.0.1')]).toEqual([[`Acme is now at ${url}`], true]);
    }));

  it('sends nothing that is stored where the user signs in again', () =>
    withServer(async (url) => {
      const script = [url, 'Sign in again', 'User name and password or token', 'bob', 'builder'];
      const { set, sent, read } = await editing({ ...alice, label: 'registry.example.com' }, script);
      const bob = { kind: 'basic', username: 'bob', secret: 'builder' };
      const signIn = { kind: 'basic', account: 'bob' };
      expect(set).toEqual([['c1', { label: new URL(url).host, url, signIn }, bob]]);
      expect([sent, read]).toEqual([[[url, bob]], 0]);
    }));

  it('asks for no sign-in where nothing is stored, or the server stays the same', () =>
    withServer(async (url) => {
      const { set, seen } = await editing({ ...alice, url: `${url}/wrong` }, [url]);
      expect([set, seen.length]).toEqual([[['c1', { label: 'Acme', url, ...alice }, stored]], 1]);
      const anonymous = await editing({}, [`${url}/`, undefined]);
      // It is tested before it is saved: this server does not let strangers in.
      expect(anonymous.set).toEqual([]);
      expect(anonymous.seen[1]).toMatch(/requires you to sign in/);
    }));

  it('takes no address that is connected already with the same account', () =>
    withServer(async (url) => {
      const other = connectionNode({ ...alice, id: 'c2', label: 'Ours', url }, {}).connection;
      const { set, seen } = await editing(alice, [url, 'As at registry.example.com', undefined], [other]);
      expect([set, seen.includes(`${url} is connected already, as “Ours”.`)]).toEqual([[], true]);
    }));

  it('leads to the settings where those have the address', async () => {
    const { opened, set } = await editing({ shared: true }, []);
    const why = 'The address of Acme is in the setting registryExplorer.connections.';
    expect([opened, set]).toEqual([[why, 'registryExplorer.connections'], []]);
  });

  it('is for connections whose address was typed', () => {
    const node = connectionNode({}, { hasTypedAddress: true });
    const app = rowBelow(node, { kind: 'repository', label: 'app', image: reference('registry.example.com/app') });
    expect([node, app, connectionNode({}, {})].map(editAddress.applies)).toEqual([true, false, false]);
  });

  it('is the first thing to do about the wrong prefix, and one of several where nothing answers', () => {
    const failing = (kind: 'untrusted' | 'unreachable' | 'malformed', code: string) =>
      report(new Failure(kind, '', { subject: 'r.test', code }), 'x')?.remedies.slice(0, 2);
    expect(failing('untrusted', 'NOT_TLS')).toEqual(['editAddress', 'retry']);
    expect(failing('untrusted', 'HTTPS_ONLY')).toEqual(['editAddress', 'retry']);
    expect(failing('unreachable', 'ENOTFOUND')).toEqual(['retry', 'editAddress']);
    expect(failing('malformed', 'WEB_PAGE')).toEqual(['retry', 'editAddress']);
    expect(failing('unreachable', 'ECONNRESET')).toEqual(['retry', 'diagnoseConnection']);
  });
});
