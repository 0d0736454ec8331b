import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { Bookmark, Connection, Entry, Group, Repository, Tag } from '../../../src/core/model';
import type { ImageSource } from '../../../src/images/imageSource';
import type { ImageContent, ProviderType, RegistryProvider } from '../../../src/providers/provider';
import { idOf } from '../../../src/registries/bookmarks';
import type { OpenRegistry } from '../../../src/registries/registries';
import { Search } from '../../../src/registries/search';
import type { App } from '../../../src/ui/app';
import { goToImage } from '../../../src/ui/commands/goToImage';
import { runCommand } from '../../../src/ui/commands/runCommand';
import { rowAt } from '../../../src/ui/tree/node';
import type { Landing, Node } from '../../../src/ui/tree/node';
import { stub } from '../stub';
import { connectionNode, fakeApp, fakeProvider } from './fakeApp';
import type { FakeParts } from './fakeApp';
import { user } from './scriptedUser';

const host = 'registry.example.com';
const repository = (path: string, at = host): Repository => ({
  kind: 'repository',
  label: path,
  image: { host: at, path },
});
const tag = (path: string, name: string, at = host): Tag => ({
  kind: 'tag',
  label: name,
  image: { host: at, path, tag: name },
});
const group = (key: string): Group => ({ kind: 'group', key, label: key });
const digest = `sha256:${'ab'.repeat(32)}`;

/** A registry at a host that lists these repositories. */
function registry(
  paths: readonly string[],
  more: Partial<RegistryProvider> = {},
  parts: Partial<Connection> = {},
): OpenRegistry {
  return connectionNode(parts, {
    list: () => Promise.resolve({ items: paths.map((path) => repository(path)) }),
    hostOf: () => host,
    locate: (image) =>
      image.host === host
        ? [repository(image.path), ...(image.tag === undefined ? [] : [tag(image.path, image.tag)])]
        : undefined,
    content: stub('content', {}),
    ...more,
  });
}

interface Parts extends FakeParts {
  readonly script: readonly (string | undefined)[];
  readonly landings?: Landing[];
  readonly known?: readonly { readonly below: Node; readonly entry: Entry }[];
  readonly pressed?: readonly string[];
}

/** Runs the command with what the user types and chooses. */
async function go({ script, landings = [], known = [], pressed = [], connected = [], tree, ...parts }: Parts) {
  const asked = user(...script);
  const went: string[] = [];
  const messages: string[] = [];
  const recent: Bookmark[] = [];
  const presses = [...pressed];
  const copied: string[] = [];
  const { app, done } = fakeApp({
    connected,
    ask: asked.ask,
    search: { open: (its) => search.open(its) },
    copy: (text) => Promise.resolve(void copied.push(text)),
    message: (_kind, text, ...buttons) => {
      messages.push([text, ...buttons.map((button) => `[${button}]`)].join(' '));
      return Promise.resolve(presses.shift());
    },
    recent: {
      all: () => recent,
      putFirst: (bookmarks) => Promise.resolve(void recent.unshift(...bookmarks)),
    },
    tree: {
      known: () => known,
      goTo: (to, trail) => {
        went.push(trail.map(({ label }) => label).join('/'));
        return Promise.resolve(landings.shift() ?? { kind: 'shown', row: rowAt(to, trail) });
      },
      ...tree,
    },
    providerTypes: [],
    ...parts,
  });
  const search = new Search({ all: () => app.registries.all(), onDidChange: () => ({ dispose: () => undefined }) });
  await runCommand(app, [goToImage], 'goToImage', []);
  return { offered: asked.offered(), went, messages, recent: recent.map(idOf), copied, done };
}

describe('Go to Image…', () => {
  const acme = registry(['acme/web', 'acme/api', 'team/website']);

  it('shows favourites and what was used last while nothing is typed, each once', async () => {
    const bookmark = (...trail: readonly Entry[]): Bookmark => ({ connection: 'c1', trail });
    const favourites: Partial<App['favourites']> = {
      all: () => [bookmark(repository('acme/web')), { ...bookmark(group('x')), connection: 'gone' }],
    };
    const recent: Partial<App['recent']> = {
      all: () => [bookmark(repository('acme/web')), bookmark(repository('acme/api'), tag('acme/api', '2'))],
    };
    const { offered } = await go({ script: [''], connected: [acme], favourites, recent });
    expect(offered).toEqual(['Favourites | acme/web | Acme', 'Recent | acme/api:2 | Acme']);
  });

  it('finds what is loaded and what registries list, the best first, each once, and goes there', async () => {
    const row = rowAt(acme, []);
    const known = [
      { below: row, entry: repository('team/website') },
      { below: rowAt(acme, [repository('acme/api')]), entry: tag('acme/api', 'web-2') },
    ];
    const { offered, went, recent } = await go({ script: ['web', 'team/website'], connected: [acme], known });
    expect(offered).toEqual([
      'Connected registries | acme/web | Acme',
      'Connected registries | team/website | Acme',
      'Connected registries | acme/api:web-2 | Acme',
    ]);
    expect([went, recent]).toEqual([['team/website'], ['c1/repository:team/website']]);
  });

  it('shows the best hundred of many, and how many more there are', async () => {
    const many = registry(Array.from({ length: 150 }, (_none, at) => `acme/app-web-${at}`).concat('web'));
    const { offered } = await go({ script: ['web'], connected: [many] });
    expect(offered).toHaveLength(101);
    expect(offered[0]).toBe('Connected registries | web | Acme');
    expect(offered.at(-1)).toBe(' | 51 more names match | Type more of the name.');
  });

  it('finds public repositories, those that were found otherwise only once', async () => {
    const found = (path: string) => ({ repository: repository(path), isOfficial: path === 'acme/web-base', stars: 12 });
    const hub = registry(['acme/web'], {
      search: () => Promise.resolve({ items: [found('acme/web-base'), found('acme/web')] }),
    });
    expect((await go({ script: ['web'], connected: [hub] })).offered).toEqual([
      'Connected registries | acme/web | Acme',
      `Acme (public) | ${host}/acme/web-base | official · 12 stars`,
    ]);
  });

  it('says what could not be searched, and that nothing was found', async () => {
    const down = registry([], {
      list: () => Promise.reject(new Failure('unreachable', '', { subject: host, code: 'ECONNREFUSED' })),
    });
    expect((await go({ script: ['web'], connected: [down] })).offered).toEqual([
      expect.stringMatching(/^ \| Could not search Acme \| Nothing listens at registry\.example\.com/),
    ]);
    expect((await go({ script: ['none'], connected: [acme] })).offered).toEqual([' | Nothing found for “none”']);
  });

  it('leads from a pasted line to its row at once, in each connection that can hold it, and asks none', async () => {
    const asked: string[] = [];
    const list = () => {
      asked.push('list');
      return Promise.resolve({ items: [repository('acme/web')] });
    };
    const search = () => {
      asked.push('search');
      return Promise.resolve({ items: [] });
    };
    const [one, other] = [registry([], { list, search }), registry([], { list }, { id: 'c2', label: 'Other' })];
    const known = [{ below: rowAt(one, [repository('acme/web')]), entry: tag('acme/web', '1.4-slim') }];
    for (const version of [':1.4', `@${digest}`]) {
      const { offered, went } = await go({
        script: [`docker pull ${host}/acme/web${version}`, `Go to ${host}/acme/web${version}`],
        connected: [one, other],
        ...(version === ':1.4' ? { known } : {}),
      });
      expect(offered).toEqual([
        `Reference | Go to ${host}/acme/web${version} | Acme`,
        `Reference | Go to ${host}/acme/web${version} | Other`,
        ...(version === ':1.4' ? ['Connected registries | acme/web:1.4-slim | Acme'] : []),
      ]);
      expect(went).toEqual([version === ':1.4' ? 'acme/web/1.4' : 'acme/web']);
      expect(asked).toEqual([]);
    }
    // Without a tag, it may be the beginning of a name.
    await go({ script: [`${host}/acme/web`], connected: [one, other] });
    expect(asked.sort()).toEqual(['list', 'list', 'search']);
  });

  it('does not take a single word for a reference, but a word with a tag', async () => {
    const hub = registry([], {
      locate: (image) => (image.host === 'docker.io' ? [repository(image.path, 'docker.io')] : undefined),
    });
    expect((await go({ script: ['nginx'], connected: [hub] })).offered).toEqual([' | Nothing found for “nginx”']);
    expect((await go({ script: ['nginx:1'], connected: [hub] })).offered).toEqual(['Reference | Go to nginx:1 | Acme']);
  });

  it('asks who has it where nobody is known to', async () => {
    let isKnown = false;
    const slow = registry([], {
      locate: () => (isKnown ? [repository('acme/web')] : undefined),
      learn: () => {
        isKnown = true;
        return Promise.resolve();
      },
    });
    expect((await go({ script: ['r.example.net/acme/web:1'], connected: [slow] })).offered).toEqual([
      'Reference | Go to r.example.net/acme/web:1 | Acme',
    ]);
  });

  it('copies, inspects and pulls by the buttons of a hit', async () => {
    const { copied, went, recent } = await go({ script: ['api', 'acme/api » Copy Name'], connected: [acme] });
    expect([copied, went, recent]).toEqual([[`${host}/acme/api`], [], ['c1/repository:acme/api']]);
    const second = await go({ script: ['api:2', 'acme/api:2 » Copy Full Tag'], connected: [acme] });
    expect(second.copied).toEqual([`${host}/acme/api:2`]);
  });

  it('looks at an image of a registry that is not connected, without connecting it', async () => {
    const opened: unknown[] = [];
    const inspected: string[] = [];
    const type = stub<ProviderType>('type', {
      id: 'generic',
      dockerConnections: (at) => [{ provider: 'generic', label: at, url: `https://${at}`, signIn: { kind: 'docker' } }],
    });
    const { offered, messages } = await go({
      script: ['r.example.net/acme/web:1', 'Look at r.example.net/acme/web:1 without connecting'],
      connected: [acme],
      providerTypes: [type],
      setting: () => '',
      open: (connection, credential) => {
        opened.push([connection.signIn.kind, credential.kind]);
        return fakeProvider({
          content: stub<ImageContent>('content', {
            source: ({ host, path }) =>
              stub<ImageSource>('source', {
                repository: { host, path },
                manifest: (reference) => {
                  inspected.push(reference);
                  return Promise.reject(new Failure('unauthorized', 'no', { subject: 'r.example.net', status: 401 }));
                },
              }),
          }),
        });
      },
    });
    expect(offered).toEqual([
      'Reference | Look at r.example.net/acme/web:1 without connecting | r.example.net is not connected',
      'Reference | Connect r.example.net…',
    ]);
    expect([opened[0], inspected]).toEqual([['anonymous', 'anonymous'], ['1']]);
    expect(messages).toEqual([
      'Could not open r.example.net/acme/web:1: the registry says “no” (401). [Connect Registry…] [Retry] [Show Log]',
    ]);
  });

  it('connects such a registry without asking for the address again', async () => {
    const meant: unknown[] = [];
    const type = stub<ProviderType>('type', {
      id: 'generic',
      label: 'Any',
      dockerConnections: (at) => [{ provider: 'generic', label: at, url: `https://${at}`, signIn: { kind: 'docker' } }],
      connect: (_ask, _setting, url) => {
        meant.push(url);
        return Promise.reject(new Failure('rejected', 'enough', { subject: 'r.example.net' }));
      },
    });
    await go({
      script: ['r.example.net/acme/web:1', 'Connect r.example.net…'],
      ...{ connected: [acme], providerTypes: [type], setting: () => '' },
    });
    expect(meant).toEqual(['https://r.example.net']);
  });

  it('offers that last for a name that may be meant otherwise', async () => {
    const type = stub<ProviderType>('type', {
      dockerConnections: () => [{ provider: 'hub', label: 'Hub', url: 'https://hub.test', signIn: { kind: 'docker' } }],
    });
    const { offered } = await go({ script: ['web:1'], connected: [acme], providerTypes: [type], setting: () => '' });
    expect(offered).toEqual([
      'Connected registries | acme/web:1 | Acme',
      'Connected registries | team/website | Acme',
      'Reference | Look at web:1 without connecting | docker.io is not connected',
      'Reference | Connect docker.io…',
    ]);
  });

  it('goes to the tag of a digest where one is known, and offers to inspect it where none is', async () => {
    const entries = [{ ...tag('acme/web', '2'), details: { ...imageDetails, digest } }];
    const script = [`${host}/acme/web@${digest}`, `Go to ${host}/acme/web@${digest}`];
    const one = await go({ script, connected: [acme], tree: { entriesBelow: () => Promise.resolve(entries) } });
    expect(one.went).toEqual(['acme/web', 'acme/web/2']);
    const two = await go({ script, connected: [acme], tree: { entriesBelow: () => Promise.resolve([]) } });
    expect(two.messages).toEqual([`No tag of ${host}/acme/web is known to lead to this digest. [Inspect Image]`]);
  });
});

const imageDetails = { digest, mediaType: '', type: 'image', platforms: [], labels: {} } as const;

describe('what is in the way', () => {
  const script = [`${host}/acme/web:1.4`, `Go to ${host}/acme/web:1.4`];
  const entry = repository('acme/web');

  it('is a filter, which is cleared by one press', async () => {
    const acme = registry([]);
    const cleared: string[] = [];
    const tree: Partial<App['tree']> = { setFilter: (row, text) => void cleared.push(`${row.id}=${text}`) };
    const landings: Landing[] = [{ kind: 'filtered', row: rowAt(acme, []), entry }];
    const { messages, went } = await go({ script, connected: [acme], landings, tree, pressed: ['Clear Filter'] });
    expect(messages).toEqual(['acme/web is there, but the filter of Acme hides it. [Clear Filter]']);
    expect([cleared, went.length]).toEqual([['c1='], 2]);
  });

  it.each(['missing', 'unlisted'] as const)('is a repository that is %s, which is added by one press', async (kind) => {
    const checked: string[] = [];
    const acme = registry([], { checkRepository: ({ path }) => Promise.resolve(void checked.push(path)) });
    const shown: unknown[] = [];
    const failure = new Failure('unlisted', '', { subject: host });
    const row = rowAt(acme, []);
    const landings: Landing[] = [kind === 'missing' ? { kind, row, entry } : { kind: 'failed', row, entry, failure }];
    const connections: Partial<App['connections']> = {
      setShown: (_id, what) => Promise.resolve(void shown.push(what)),
    };
    const { messages, went } = await go({
      script,
      connected: [acme],
      landings,
      connections,
      pressed: ['Add Repository'],
    });
    expect(messages).toEqual(['Acme does not list the repository acme/web. [Add Repository]']);
    expect([checked, shown, went.length]).toEqual([['acme/web'], [{ repositories: [`${host}/acme/web`] }], 2]);
  });

  it('is a namespace, which is added by one press', async () => {
    const hub = registry([], {
      locate: () => [group('acme'), repository('web')],
      namespaces: { problem: () => undefined, check: () => Promise.resolve() },
    });
    const shown: unknown[] = [];
    const connections: Partial<App['connections']> = {
      setShown: (_id, what) => Promise.resolve(void shown.push(what)),
    };
    const landings: Landing[] = [{ kind: 'missing', row: rowAt(hub, []), entry: group('acme') }];
    const { messages } = await go({ script, connected: [hub], landings, connections, pressed: ['Add acme'] });
    expect([messages, shown]).toEqual([['Acme does not list acme. [Add acme]'], [{ namespaces: ['acme'] }]]);
  });

  it('is a tag that is not there, or a connection that is gone', async () => {
    const acme = registry([]);
    const row = rowAt(acme, [entry]);
    const missing = await go({
      script,
      connected: [acme],
      landings: [{ kind: 'missing', row, entry: tag('acme/web', '1.4') }],
    });
    expect(missing.messages).toEqual(['acme/web has no tag 1.4.']);
    expect((await go({ script, connected: [acme], landings: [{ kind: 'gone' }] })).recent).toEqual([]);
  });

  it('is a sign-in that was refused, with what helps', async () => {
    const acme = registry([]);
    const failure = new Failure('unauthorized', 'denied', { subject: host, status: 401 });
    const landings: Landing[] = [{ kind: 'failed', row: rowAt(acme, []), entry, failure }];
    const { messages } = await go({ script, connected: [acme], landings });
    expect(messages).toEqual([
      expect.stringContaining('Could not go to acme/web:1.4: the registry says “denied” (401).'),
    ]);
  });
});
