import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Bookmark, Connection, Credential, Repository, SignIn, Tag } from '../../../src/core/model';
import { Bookmarks } from '../../../src/registries/bookmarks';
import { ConnectionStore } from '../../../src/registries/connectionStore';
import { keyById, Secrets } from '../../../src/registries/secrets';
import { RowState } from '../../../src/ui/tree/rowState';
import { Kept, KeptSecrets, Setting } from './kept';

/** All that is stored: with the user, with the folder that is open, and in the store of secrets. */
interface Stored {
  readonly user: Record<string, unknown>;
  readonly folder: Record<string, unknown>;
  readonly secrets: Record<string, string>;
}

const team = { provider: 'generic', label: 'Team', url: 'https://team.example.com' };
const hidden = { provider: 'harbor', label: 'Hidden', url: 'https://harbor.example.com' };
const cloud = { apiUrl: 'https://management.azure.com', authorityUrl: 'https://login.microsoftonline.com' };
const password = (username: string): Credential => ({ kind: 'basic', username, secret: 'pw' });
const anonymous: Credential = { kind: 'anonymous' };

async function openState({ user, folder, secrets }: Stored) {
  const [state, rows] = [new Kept(new Map(Object.entries(user))), new Kept(new Map(Object.entries(folder)))];
  const kept = new KeptSecrets(new Map(Object.entries(secrets)));
  const setting = new Setting();
  setting.set([team, hidden]);
  const store = new ConnectionStore(state, new Secrets({ store: kept, keyOf: keyById }), setting);
  const favourites = new Bookmarks(state, 'favourites', 500);
  const recent = new Bookmarks(state, 'recent', 30);
  await Promise.all([store.ready(), favourites.ready(), recent.ready()]);
  const named = (label: string): Connection => {
    const found = store.all().find((each) => each.label === label);
    if (found === undefined) throw new Error(`${label} is lost.`);
    return found;
  };
  const now = (): Stored => ({
    user: Object.fromEntries(state.values),
    folder: Object.fromEntries(rows.values),
    secrets: Object.fromEntries(kept.values),
  });
  return { store, favourites, recent, rowState: new RowState(rows), named, now };
}

const fixture = (version: string): Stored =>
  JSON.parse(readFileSync(new URL(`fixtures/state-${version}.json`, import.meta.url), 'utf8')) as Stored;

const repository = (path: string): Repository => ({
  kind: 'repository',
  label: path,
  image: { host: 'r.example.com', path },
});
const tag: Tag = { kind: 'tag', label: '1.4', image: { host: 'r.example.com', path: 'team/app', tag: '1.4' } };

const own: readonly (readonly [Omit<Connection, 'id'>, Credential])[] = (
  [
    ['Open', 'generic', 'https://open.example.com', { kind: 'anonymous' }, anonymous],
    ['Basic', 'generic', 'https://r.example.com', { kind: 'basic', account: 'alice' }, password('alice')],
    ['Docker', 'generic', 'https://d.example.com', { kind: 'docker' }, anonymous],
    [
      ...(['GitHub', 'ghcr', 'https://github.com'] as const),
      ...([{ kind: 'account', authentication: 'github', account: 'mona' }, anonymous] as const),
    ],
    ['Token', 'gitlab', 'https://gitlab.com', { kind: 'basic' }, password('')],
    ['Azure', 'azure', cloud.apiUrl, { kind: 'cloudCli', cloud }, anonymous],
    [
      ...(['Service', 'azure', cloud.apiUrl] as const),
      ...([{ kind: 'application', tenant: 'contoso.com', account: 'app', cloud }, password('app')] as const),
    ],
    ['Environment', 'acr', 'https://main.azurecr.io', { kind: 'environment', cloud }, anonymous],
  ] satisfies readonly (readonly [string, string, string, SignIn, Credential])[]
).map(([label, provider, url, signIn, credential]) => [{ provider, label, url, signIn }, credential]);

/** Does what a user does that is stored. */
async function use({ store, favourites, recent, rowState, named }: Awaited<ReturnType<typeof openState>>) {
  for (const [connection, credential] of own) await store.add(connection, credential);
  await store.setTls(named('Basic').id, { caFile: '/ca.pem', hosts: ['auth.example.com'] });
  await store.setShown(named('Basic').id, { repositories: ['r.example.com/team/app'], namespaces: ['team'] });
  await store.setShown(named('Azure').id, { groups: ['sub-1'] });
  await store.updateCredential(named('Team').id, password('bob'), { kind: 'basic', account: 'bob' });
  await store.setTls(named('Team').id, { verify: false });
  await store.remove(named('Hidden'));
  const connection = named('Basic').id;
  const app = repository('team/app');
  await favourites.putLast([{ connection, trail: [app, tag] }]);
  await favourites.putLast([{ connection, trail: [{ kind: 'group', key: 'team', label: 'Team' }, app] }]);
  await recent.putFirst([{ connection, trail: [app] }]);
  for (const id of [connection, `${connection}/repository:team/app`]) rowState.setExpanded(id, true);
  rowState.setFilter(connection, 'app');
  rowState.setOrder(`${connection}/repository:team/app`, 'newest');
  rowState.setSelected(`${connection}/repository:team/app/tag:1.4`);
}

describe('what this version stores', () => {
  it('is in a file, which gets the name of the version when that is released', async () => {
    const opened = await openState({ user: {}, folder: {}, secrets: {} });
    await use(opened);
    const ids = own.map(([{ label }]) => [opened.named(label).id, `id-of-${label}`] as const);
    const text = ids.reduce((all, [id, name]) => all.replaceAll(id, name), JSON.stringify(opened.now()));
    expect(JSON.parse(text)).toEqual(fixture('unreleased'));
  });

  it('is found again: connections, secrets, favourites, filters and orders', async () => {
    const { store, favourites, recent, rowState, named } = await openState(fixture('unreleased'));
    const read = store.all().map(({ label, signIn, shown, tls }) => [label, signIn, shown, tls]);
    expect(read).toEqual([
      ['Team', { kind: 'basic', account: 'bob' }, undefined, { verify: false }],
      ['Open', { kind: 'anonymous' }, undefined, undefined],
      [
        ...['Basic', { kind: 'basic', account: 'alice' }],
        { repositories: ['r.example.com/team/app'], namespaces: ['team'] },
        { caFile: '/ca.pem', hosts: ['auth.example.com'] },
      ],
      ['Docker', { kind: 'docker' }, undefined, undefined],
      ['GitHub', { kind: 'account', authentication: 'github', account: 'mona' }, undefined, undefined],
      ['Token', { kind: 'basic' }, undefined, undefined],
      ['Azure', { kind: 'cloudCli', cloud }, { groups: ['sub-1'] }, undefined],
      ['Service', { kind: 'application', tenant: 'contoso.com', account: 'app', cloud }, undefined, undefined],
      ['Environment', { kind: 'environment', cloud }, undefined, undefined],
    ]);
    const secret = async (label: string) => {
      const credential = await store.credential(named(label).id);
      return credential.kind === 'basic' ? credential.username : credential.kind;
    };
    expect(await Promise.all(['Team', 'Basic', 'Token', 'Service', 'Open', 'GitHub'].map(secret))).toEqual([
      ...['bob', 'alice', '', 'app', 'anonymous', 'anonymous'],
    ]);
    const trails = (bookmarks: Bookmarks) => bookmarks.all().map(({ trail }) => trail.map(({ label }) => label));
    expect([trails(favourites), trails(recent)]).toEqual([
      [
        ['team/app', '1.4'],
        ['Team', 'team/app'],
      ],
      [['team/app']],
    ]);
    const app = `${named('Basic').id}/repository:team/app`;
    expect([...rowState.expanded]).toEqual([named('Basic').id, app]);
    expect([rowState.filterOf(named('Basic').id), rowState.orderOf(app)]).toEqual(['app', 'newest']);
    expect(rowState.selected).toBe(`${app}/tag:1.4`);
  });
});

/** What is stored, as a version may store it that knows more. */
function newer(): Stored {
  const { user, folder, secrets } = fixture('unreleased');
  const [open, basic, ...others] = user.connections as Record<string, object>[];
  const [[sharedId, shared] = ['', {}], ...kept] = Object.entries(user.keptOfSettings as Record<string, object>);
  const more = { ...basic, colour: 'red', signIn: { ...basic?.signIn, passkey: 'k1' } };
  const wholly = { ...more, shown: { ...basic?.shown, hiddenTags: ['a'] }, tls: { ...basic?.tls, pin: 'sha256:1' } };
  const unknown = [
    {
      id: 'id-of-passkey',
      provider: 'generic',
      label: 'Passkey',
      url: team.url,
      signIn: { kind: 'passkey', name: 'x' },
    },
    { id: 'id-of-kind', provider: 'moon', label: 'Moon', url: team.url, signIn: { kind: 'anonymous' } },
    'something else',
  ];
  const bookmark = { connection: 'id-of-Basic', trail: [{ kind: 'chart', label: 'web', chart: 7 }] };
  const known = (user.favourites as Bookmark[]).map((each) => ({ ...each, note: 'mine' }));
  return {
    user: {
      ...user,
      connections: [unknown[0], open, wholly, unknown[1], ...others, unknown[2]],
      keptOfSettings: {
        ...Object.fromEntries(kept),
        [sharedId]: { ...shared, colour: 'red' },
        'shared-elsewhere': { signIn: { kind: 'passkey' }, shown: { repositories: ['a'] } },
      },
      favourites: [bookmark, ...known],
      recent: [bookmark],
      teams: { kept: true },
    },
    folder: { ...folder, 'rows.orders': [['id-of-Open', 'byPulls'], ...(folder['rows.orders'] as unknown[])] },
    secrets: { ...secrets, 'credential:id-of-passkey': '{"kind":"passkey"}' },
  };
}

describe('what a newer version stores', () => {
  it('is read as far as it is known', async () => {
    const { store, favourites, rowState } = await openState(newer());
    const known = own.map(([{ label }]) => label);
    expect(store.all().map(({ label }) => label)).toEqual(['Team', ...known.slice(0, 2), 'Moon', ...known.slice(2)]);
    expect(favourites.all()).toHaveLength(2);
    expect([rowState.orderOf('id-of-Open'), rowState.orderOf('id-of-Basic/repository:team/app')]).toEqual([
      ...[undefined, 'newest'],
    ]);
  });

  it('is still there after everything was changed that this version knows', async () => {
    const before = newer();
    const { store, favourites, recent, rowState, named, now } = await openState(before);
    const connection = named('Basic').id;
    const app = repository('team/other');
    await store.rename(connection, 'Renamed');
    await store.setShown(connection, { namespaces: ['other'] });
    await store.setTls(connection, { verify: false });
    await store.setTls(named('Team').id, { caFile: '/other.pem' });
    await store.remove(await store.add({ ...team, signIn: { kind: 'anonymous' } }, anonymous));
    await favourites.remove([{ connection, trail: [repository('team/app'), tag] }]);
    await favourites.putLast([{ connection, trail: [app] }]);
    await recent.putFirst([{ connection, trail: [app] }]);
    rowState.setOrder(connection, 'oldest');

    const { user, folder, secrets } = now();
    const [passkey, open, basic, ...others] = before.user.connections as Record<string, object>[];
    expect(user.connections).toEqual([
      ...[passkey, open],
      {
        ...{ ...basic, label: 'Renamed' },
        shown: { ...basic?.shown, namespaces: ['other'] },
        tls: { verify: false, pin: 'sha256:1' },
      },
      ...others,
    ]);
    const overrides = before.user.keptOfSettings as Record<string, object>;
    const teamId = named('Team').id;
    expect(user.keptOfSettings).toEqual({
      ...overrides,
      [teamId]: { ...overrides[teamId], tls: { caFile: '/other.pem' } },
    });
    const [chart, , kept] = before.user.favourites as Bookmark[];
    expect(user.favourites).toEqual([chart, kept, { connection, trail: [app] }]);
    expect(user.recent).toEqual([{ connection, trail: [app] }, chart]);
    expect(folder['rows.orders']).toEqual([...(before.folder['rows.orders'] as unknown[]), [connection, 'oldest']]);
    expect([user.teams, secrets]).toEqual([before.user.teams, before.secrets]);
  });

  it('does not go with a connection to another address, nor with one that is disconnected', async () => {
    const { store, named, now } = await openState(newer());
    const { label, signIn } = named('Basic');
    await store.setAddress(named('Basic').id, { label, url: 'https://other.example.com', signIn }, password('alice'));
    await store.remove(named('Team'));
    expect(JSON.stringify(now().user)).not.toMatch(/"pin"|"colour"/);
  });

  it('hides no part of what is known of a connection of the settings', async () => {
    const state = newer();
    const { named } = await openState(state);
    const signIn = { kind: 'passkey' };
    const kept = { [named('Team').id]: { signIn, tls: { verify: false } } };
    const again = await openState({ ...state, user: { ...state.user, keptOfSettings: kept } });
    expect(again.named('Team')).toMatchObject({ signIn: { kind: 'anonymous' }, tls: { verify: false } });
    await again.store.setShown(again.named('Team').id, { namespaces: ['a'] });
    expect(again.now().user.keptOfSettings).toEqual({
      [named('Team').id]: { signIn, tls: { verify: false }, shown: { namespaces: ['a'] } },
    });
  });
});
