import { deepEqual, equal, rejects } from 'node:assert/strict';
import { ConfigurationTarget, type Memento } from 'vscode';
import { keyById, Secrets } from '../../src/registries/secrets';
import { ConnectionStore, type ConnectionChange } from '../../src/registries/connectionStore';
import { setSetting } from './registriesView';

/** VS Code keeps both; here their content can be looked at. */
class Kept implements Memento {
  readonly values = new Map<string, unknown>();
  keys = (): readonly string[] => [...this.values.keys()];
  get = <T>(key: string, fallback?: T): T => (this.values.has(key) ? this.values.get(key) : fallback) as T;
  update = (key: string, value: unknown): Promise<void> => {
    this.values.set(key, value);
    return Promise.resolve();
  };
}

class KeptSecrets {
  readonly values = new Map<string, string>();
  isLocked = false;
  get = (key: string): Promise<string | undefined> =>
    this.isLocked ? Promise.reject(new Error('The keyring is locked.')) : Promise.resolve(this.values.get(key));
  store = (key: string, value: string): Promise<void> => {
    if (this.isLocked) return Promise.reject(new Error('The keyring is locked.'));
    this.values.set(key, value);
    return Promise.resolve();
  };
  delete = (key: string): Promise<void> => {
    this.values.delete(key);
    return Promise.resolve();
  };
}

const inWorkspace = ConfigurationTarget.Workspace;
const alice = { kind: 'basic', username: 'alice', secret: 'wonderland' } as const;
const url = 'https://registry.example.com';
const registry = { provider: 'generic', label: 'registry.example.com', url, account: 'alice' };

describe('connections', () => {
  let state: Kept;
  let secrets: KeptSecrets;
  let store: ConnectionStore;
  let changes: ConnectionChange[];

  beforeEach(() => {
    state = new Kept();
    secrets = new KeptSecrets();
    store = new ConnectionStore(state, new Secrets({ store: secrets, keyOf: keyById }), ['generic', 'acr']);
    changes = [];
    store.onDidChange((change) => changes.push(change));
  });
  afterEach(async () => {
    store.dispose();
    await setSetting('connections', undefined);
    await setSetting('connections', undefined, inWorkspace);
  });

  it('are kept without their secret, which only the secret store has', async () => {
    const { id } = await store.add(registry, alice);
    deepEqual(store.all(), [{ ...registry, id }]);
    deepEqual(await store.credential(id), alice);
    equal(JSON.stringify([...state.values]).includes('wonderland'), false);
    equal(secrets.values.size, 1);
    deepEqual(changes, [{ id, reason: 'added' }]);
  });

  it('are forgotten with their secret', async () => {
    const connection = await store.add(registry, alice);
    await store.remove(connection);
    deepEqual(store.all(), []);
    equal(secrets.values.size, 0);
    deepEqual(await store.credential(connection.id), { kind: 'anonymous' });
  });

  it('ask no secret store for an anonymous visitor', async () => {
    secrets.isLocked = true;
    const { id } = await store.add({ provider: 'generic', label: 'open', url }, { kind: 'anonymous' });
    deepEqual(await store.credential(id), { kind: 'anonymous' });
    equal(secrets.values.size, 0);
  });

  it('are not kept when their secret cannot be', async () => {
    secrets.isLocked = true;
    await rejects(store.add(registry, alice), /The keyring is locked/);
    deepEqual(store.all(), []);
    deepEqual(changes, []);
  });

  it('stay apart, two accounts on one host', async () => {
    const first = await store.add(registry, alice);
    const second = await store.add({ ...registry, account: 'bob' }, { ...alice, username: 'bob', secret: 'builder' });
    await store.remove(first);
    deepEqual(await store.credential(second.id), { kind: 'basic', username: 'bob', secret: 'builder' });
  });

  it('of the settings are hidden, not removed, and shown again when connected again', async () => {
    await setSetting('connections', [{ provider: 'generic', label: 'Team', url }]);
    const [team] = store.all();
    deepEqual(team && { label: team.label, url: team.url, shared: team.shared }, { label: 'Team', url, shared: true });
    if (team === undefined) return;
    await store.updateCredential(team.id, alice, { account: 'alice' });
    equal(store.all()[0]?.account, 'alice');
    await store.remove(team);
    deepEqual(store.all(), []);
    equal(secrets.values.size, 0);
    equal((await store.unhide('generic', url))?.id, team.id);
    equal(store.all()[0]?.account, undefined);
  });

  it('of the settings may come with namespaces and docker’s login, which another way to sign in replaces', async () => {
    await setSetting('connections', [{ provider: 'generic', url, login: 'docker', namespaces: ['library'] }]);
    const [team] = store.all();
    deepEqual([team?.login, team?.namespaces], ['docker', ['library']]);
    await store.updateCredential(team?.id ?? '', { kind: 'anonymous' }, { authentication: 'github', account: 'alice' });
    await store.setNamespaces(team?.id ?? '', ['acme']);
    const [now] = store.all();
    deepEqual(
      [now?.login, now?.authentication, now?.account, now?.namespaces],
      [undefined, 'github', 'alice', ['acme']],
    );
  });

  it('of a workspace use no login before that is confirmed, for that address and kind of login alone', async () => {
    const listed = (parts: object) => setSetting('connections', [{ provider: 'generic', url, ...parts }], inWorkspace);
    await listed({ login: 'docker' });
    const [wished] = store.all();
    deepEqual([wished?.login, wished?.unconfirmed, wished?.isOfWorkspace], [undefined, 'docker', true]);
    await store.updateCredential(wished?.id ?? '', { kind: 'anonymous' }, { login: 'docker' });
    const login = () => store.all().map((each) => [each.login, each.unconfirmed]);
    deepEqual(login(), [['docker', undefined]]);
    await listed({ login: 'azureCli' });
    deepEqual(login(), [['docker', undefined]], 'another kind of login is not taken for the one that was confirmed');
    await listed({ url: 'https://evil.example.com', login: 'docker' });
    deepEqual(login(), [[undefined, 'docker']]);
    await listed({ provider: 'acr', login: 'docker' });
    deepEqual(login(), [[undefined, 'docker']]);
  });

  it('of a workspace are the user’s own where the user lists the very same', async () => {
    const entry = { provider: 'generic', url, login: 'docker' };
    await setSetting('connections', [entry]);
    await setSetting('connections', [entry, { ...entry, url: 'https://evil.example.com' }], inWorkspace);
    deepEqual(
      store.all().map((each) => [each.login, each.unconfirmed]),
      [
        ['docker', undefined],
        [undefined, 'docker'],
      ],
    );
  });

  it('of the settings keep their secret to their address', async () => {
    await setSetting('connections', [{ provider: 'generic', label: 'Team', url }]);
    const [team] = store.all();
    await store.updateCredential(team?.id ?? '', alice, { account: 'alice' });
    await setSetting('connections', [{ provider: 'generic', label: 'Team', url: 'https://evil.example.com' }]);
    deepEqual(await store.credential(store.all()[0]?.id ?? ''), { kind: 'anonymous' });
  });
});
