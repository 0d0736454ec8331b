import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/core/model';
import { ConnectionStore, type ConnectionChange } from '../../../src/registries/connectionStore';
import { keyById, keyByRegistry, Secrets } from '../../../src/registries/secrets';
import { Kept, KeptSecrets, Setting } from './kept';

const alice = { kind: 'basic', username: 'alice', secret: 'wonderland' } as const;
const url = 'https://registry.example.com';
const anonymous = { kind: 'anonymous' } as const;
const docker = { kind: 'docker' } as const;
const mona = { kind: 'account', authentication: 'github', account: 'mona' } as const;
const by = (account: string) => ({ kind: 'basic', account }) as const;
const registry = { provider: 'generic', label: 'registry.example.com', url, signIn: by('alice') };

describe('connections', () => {
  let state: Kept;
  let secrets: KeptSecrets;
  let setting: Setting;
  let store: ConnectionStore;
  let changes: ConnectionChange[];

  beforeEach(async () => {
    state = new Kept();
    secrets = new KeptSecrets();
    setting = new Setting();
    store = new ConnectionStore(state, new Secrets({ store: secrets, keyOf: keyById }), setting);
    await store.ready();
    changes = [];
    store.onDidChange((change) => changes.push(change));
  });

  it('are kept without their secret, which only the secret store has', async () => {
    const { id } = await store.add(registry, alice);
    expect(store.all()).toEqual([{ ...registry, id }]);
    expect(await store.credential(id)).toEqual(alice);
    expect(JSON.stringify([...state.values]).includes('wonderland')).toBe(false);
    expect(secrets.values.size).toBe(1);
    expect(changes).toEqual([{ id, reason: 'added' }]);
  });

  it('are forgotten with their secret', async () => {
    const connection = await store.add(registry, alice);
    await store.remove(connection);
    expect(store.all()).toEqual([]);
    expect(secrets.values.size).toBe(0);
    expect(await store.credential(connection.id)).toEqual({ kind: 'anonymous' });
  });

  it('move to another address with their secret, and leave none behind', async () => {
    const kept = new ConnectionStore(state, new Secrets({ store: secrets, keyOf: keyByRegistry }), setting);
    await kept.ready();
    const shown = { repositories: ['registry.example.com/team/app', 'elsewhere.example/app'] };
    const { id } = await kept.add({ ...registry, shown, tls: { verify: false } }, alice);
    const moved = { label: 'Ours', url: 'http://other.example', signIn: by('alice') };
    await kept.setAddress(id, moved, alice);
    const repositories = ['other.example/team/app', 'elsewhere.example/app'];
    expect(kept.all()).toEqual([{ ...registry, ...moved, id, shown: { repositories } }]);
    expect(await kept.credential(id)).toEqual(alice);
    expect([...secrets.values.keys()]).toEqual(['generic http://other.example account=alice']);
    await kept.setAddress(id, { ...moved, url, signIn: anonymous }, anonymous);
    expect(secrets.values.size).toBe(0);
    kept.dispose();
  });

  it('tell what another window has changed, once', async () => {
    const other = new ConnectionStore(state, new Secrets({ store: secrets, keyOf: keyById }), setting);
    await other.ready();
    const { id } = await store.add(registry, alice);
    const gone = await store.add({ ...registry, signIn: anonymous }, anonymous);
    const told: ConnectionChange[] = [];
    other.onDidChange((change) => told.push(change));
    const noticed = () => {
      other.noticeOthers();
      other.noticeOthers();
      return told
        .splice(0)
        .map(({ id: of, reason }) => `${of === id ? 'first' : of === gone.id ? 'second' : of} ${reason}`);
    };
    expect(noticed()).toEqual(['first added', 'second added']);
    await store.rename(id, 'Ours');
    await store.remove(gone);
    expect(noticed()).toEqual(['first renamed', 'second removed']);
    await store.setTls(id, { verify: false });
    expect(noticed()).toEqual(['first tls']);
    await store.setShown(id, { namespaces: ['team'] });
    expect(noticed()).toEqual(['first shown']);
    await store.updateCredential(id, anonymous, docker);
    expect(noticed()).toEqual(['first address']);
    await other.rename(id, 'Theirs');
    expect(noticed()).toEqual(['first renamed']);
    expect(noticed()).toEqual([]);
    other.dispose();
  });

  it('keep their secret over a change of address where it is kept by id', async () => {
    const { id } = await store.add(registry, alice);
    await store.setAddress(id, { ...registry, url: `${url}/team` }, alice);
    expect([await store.credential(id), changes.at(-1)]).toEqual([alice, { id, reason: 'address' }]);
  });

  it('ask no secret store for an anonymous visitor', async () => {
    secrets.isLocked = true;
    const { id } = await store.add(
      { provider: 'generic', label: 'open', url, signIn: { kind: 'anonymous' } },
      { kind: 'anonymous' },
    );
    expect(await store.credential(id)).toEqual({ kind: 'anonymous' });
    expect(secrets.values.size).toBe(0);
  });

  it('are not kept when their secret cannot be', async () => {
    secrets.isLocked = true;
    await expect(store.add(registry, alice)).rejects.toThrow('The keyring is locked');
    expect(store.all()).toEqual([]);
    expect(changes).toEqual([]);
  });

  it('stay apart, two accounts on one host', async () => {
    const first = await store.add(registry, alice);
    const second = await store.add(
      { ...registry, signIn: by('bob') },
      { ...alice, username: 'bob', secret: 'builder' },
    );
    await store.remove(first);
    expect(await store.credential(second.id)).toEqual({ kind: 'basic', username: 'bob', secret: 'builder' });
  });

  it('of the settings are hidden, not removed, and shown again when connected again', async () => {
    setting.set([{ provider: 'generic', label: 'Team', url }]);
    const [team] = store.all();
    expect(team && { label: team.label, url: team.url, shared: team.shared }).toEqual({
      label: 'Team',
      url,
      shared: true,
    });
    if (team === undefined) return;
    await store.updateCredential(team.id, alice, by('alice'));
    expect(store.all()[0]?.signIn).toEqual(by('alice'));
    await store.remove(team);
    expect(store.all()).toEqual([]);
    expect(secrets.values.size).toBe(0);
    expect((await store.unhide('generic', url))?.id).toBe(team.id);
    expect(store.all()[0]?.signIn).toEqual({ kind: 'anonymous' });
  });

  it('of the settings may come with namespaces and docker’s login, which another way to sign in replaces', async () => {
    setting.set([{ provider: 'generic', url, login: 'docker', namespaces: ['library'] }]);
    const [team] = store.all();
    expect([team?.signIn, team?.shown]).toEqual([docker, { namespaces: ['library'] }]);
    await store.updateCredential(team?.id ?? '', { kind: 'anonymous' }, mona);
    await store.setShown(team?.id ?? '', { namespaces: ['acme'] });
    const [now] = store.all();
    expect([now?.signIn, now?.shown]).toEqual([mona, { namespaces: ['acme'] }]);
  });

  it('of a workspace use no login before that is confirmed, for that address and kind of login alone', async () => {
    const listed = (parts: object) => {
      setting.set([{ provider: 'generic', url, ...parts }], 'workspace');
    };
    listed({ login: 'docker' });
    const [wished] = store.all();
    expect([wished?.signIn, wished?.unconfirmed, wished?.isOfWorkspace]).toEqual([anonymous, docker, true]);
    await store.updateCredential(wished?.id ?? '', anonymous, docker);
    const login = () => store.all().map((each) => [each.signIn, each.unconfirmed]);
    expect(login()).toEqual([[docker, undefined]]);
    listed({ login: 'azureCli' });
    expect(login(), 'another kind of login is not taken for the one that was confirmed').toEqual([[docker, undefined]]);
    listed({ url: 'https://evil.example.com', login: 'docker' });
    expect(login()).toEqual([[anonymous, docker]]);
    listed({ provider: 'acr', login: 'docker' });
    expect(login()).toEqual([[anonymous, docker]]);
  });

  it('of a workspace are the user’s own where the user lists the very same', () => {
    const entry = { provider: 'generic', url, login: 'docker' };
    setting.set([entry]);
    setting.set([entry, { ...entry, url: 'https://evil.example.com' }], 'workspace');
    expect(store.all().map((each) => [each.signIn, each.unconfirmed])).toEqual([
      [docker, undefined],
      [anonymous, docker],
    ]);
  });

  it('of the settings keep their secret to their address', async () => {
    setting.set([{ provider: 'generic', label: 'Team', url }]);
    const [team] = store.all();
    await store.updateCredential(team?.id ?? '', alice, by('alice'));
    setting.set([{ provider: 'generic', label: 'Team', url: 'https://evil.example.com' }]);
    expect(await store.credential(store.all()[0]?.id ?? '')).toEqual({ kind: 'anonymous' });
  });
});

describe('what 0.1.0 has kept', () => {
  const fixture = JSON.parse(readFileSync(new URL('fixtures/state-0.1.0.json', import.meta.url), 'utf8')) as Record<
    'state' | 'secrets',
    Record<string, unknown>
  > & { readonly keysByRegistry: readonly [string, string][] };
  const listed = [
    {
      ...{ provider: 'generic', label: 'Team', url: 'https://team.example.com', login: 'docker' },
      ...{ namespaces: ['library'], repositories: ['team.example.com/a'] },
    },
    { provider: 'harbor', label: 'Harbor', url: 'https://harbor.example.com' },
    { provider: 'quay', label: 'Quay', url: 'https://quay.io' },
  ];
  const opened = async () => {
    const state = new Kept(new Map(Object.entries(fixture.state)));
    const secrets = new KeptSecrets(new Map(Object.entries(fixture.secrets) as [string, string][]));
    const setting = new Setting();
    setting.set(listed);
    const store = new ConnectionStore(state, new Secrets({ store: secrets, keyOf: keyById }), setting);
    await store.ready();
    const named = (label: string): Connection => {
      const found = store.all().find((each) => each.label === label);
      if (found === undefined) throw new Error(`${label} is lost.`);
      return found;
    };
    return { store, state, secrets, setting, named };
  };
  const cloud = { apiUrl: 'https://management.azure.com', authorityUrl: 'https://login.microsoftonline.com' };

  it('is read: whom each connection signs in as, and what of it is shown', async () => {
    const read = (await opened()).store.all().map(({ label, signIn, shown }) => [label, signIn, shown]);
    expect(read).toEqual([
      ['Team', by('bob'), { namespaces: ['acme'], repositories: ['team.example.com/a'] }],
      ['Harbor', docker, { repositories: ['harbor.example.com/p/app'] }],
      ['Open', anonymous, undefined],
      ['r.example.com', by('alice'), { repositories: ['r.example.com/team/app'] }],
      ['d.example.com', docker, undefined],
      ['Docker Hub', by('alice'), { namespaces: ['library', 'bitnami'] }],
      ['GitHub', mona, undefined],
      [
        'Azure',
        { kind: 'account', authentication: 'microsoft', account: 'mona@contoso.com', cloud },
        { groups: ['sub-1', 'sub-2'] },
      ],
      ['Azure', { kind: 'cloudCli', cloud }, undefined],
      ['main.azurecr.io', { kind: 'environment', cloud }, undefined],
      ['Azure', { kind: 'application', tenant: 'contoso.com', account: 'app-id', cloud }, undefined],
      ['GitLab', by('tanuki'), undefined],
    ]);
  });

  it('is read with its trust, its secrets, and what was hidden', async () => {
    const { store, named } = await opened();
    expect([named('r.example.com').tls, named('Team').tls]).toEqual([{ caFile: '/ca.pem' }, { verify: false }]);
    const secret = async (label: string) => {
      const credential = await store.credential(named(label).id);
      return credential.kind === 'basic' ? credential.username : credential.kind;
    };
    const labels = ['r.example.com', 'Docker Hub', 'Team', 'GitLab', 'Open', 'GitHub'];
    expect(await Promise.all(labels.map(secret))).toEqual(['alice', 'alice', 'bob', '', 'anonymous', 'anonymous']);
    const [, , , , , , , , , , application] = store.all();
    expect(await store.credential(application?.id ?? '')).toMatchObject({ username: 'app-id' });
    expect(store.all().map(({ label }) => label)).not.toContain('Quay');
    expect((await store.unhide('quay', 'https://quay.io'))?.label).toBe('Quay');
    expect(named('Quay').signIn).toEqual(anonymous);
  });

  it('is found in the system’s keychain, under the very keys that were made for it', async () => {
    const { store } = await opened();
    expect(store.all().map((connection) => [connection.label, keyByRegistry(connection)])).toEqual(
      fixture.keysByRegistry,
    );
  });

  it('is kept as it is now with the first change, and read the same after it', async () => {
    const { store, state, named } = await opened();
    const before = store.all();
    await store.rename(named('Open').id, 'Open again');
    await store.setShown(named('Team').id, { repositories: [] });
    expect(JSON.stringify(state.values.get('connections'))).not.toMatch(/"login"|"pinned"|"armUrl"/);
    const expected = before.map((each) =>
      each.label === 'Open'
        ? { ...each, label: 'Open again' }
        : each.label === 'Team'
          ? { ...each, shown: { namespaces: ['acme'], repositories: [] } }
          : each,
    );
    expect(store.all()).toEqual(expected);
  });

  it('is forgotten with a connection of the settings, and stays so when that is shown again', async () => {
    const { store, secrets, named } = await opened();
    const team = named('Team');
    await store.remove(team);
    expect(secrets.values.has(keyById(team))).toBe(false);
    await store.unhide('generic', 'https://team.example.com');
    expect(named('Team')).toMatchObject({ signIn: docker, shown: { namespaces: ['library'] } });
    expect(named('Team').tls).toBeUndefined();
  });

  it('loses nothing to one entry that cannot be read', async () => {
    const { store, state } = await opened();
    const own = state.values.get('connections') as unknown[];
    state.values.set('connections', [{ id: 7 }, ...own, 'rubbish']);
    expect(store.all()).toHaveLength(12);
  });
});
