import type { Log } from '../../../src/core/log';
import type { Connection, Credential } from '../../../src/core/model';
import { parseReference, type ImageReference } from '../../../src/core/reference';
import type { ContainerEngine, LocalImage } from '../../../src/engine/engine';
import type { ProviderType, RegistryProvider } from '../../../src/providers/provider';
import { Registries } from '../../../src/registries/registries';
import type { OpenRegistry } from '../../../src/registries/registries';
import type { App } from '../../../src/ui/app';
import type { Node } from '../../../src/ui/tree/node';
import { collectLog } from '../collectLog';
import { notExpected, stub } from '../stub';

/** What an app under test told its user and its collaborators. */
export interface Told {
  readonly told: string[];
  readonly done: string[];
  readonly shown: string[];
}

/** The parts of an app that are objects: a test brings of each what it needs. */
type Whole =
  | 'tree'
  | 'images'
  | 'engines'
  | 'docker'
  | 'connections'
  | 'registries'
  | 'search'
  | 'favourites'
  | 'recent'
  | 'accounts'
  | 'ask'
  | 'memory';
type Parts = { readonly [Name in Whole]?: Partial<App[Name]> };

/** What an app under test has: parts of its own, the registries that are connected, and how others are opened. */
export interface FakeParts extends Parts, Partial<Omit<App, Whole>> {
  readonly connected?: readonly OpenRegistry[] | (() => readonly OpenRegistry[]);
  readonly open?: (connection: Connection, credential: Credential) => RegistryProvider;
}

/** An app of parts that note what they are asked; `parts` replaces any of them. What is neither throws when it is touched. */
export function fakeApp({ connected = [], open, ...parts }: FakeParts = {}): {
  readonly app: App;
  readonly log: readonly string[];
} & Told {
  const told: string[] = [];
  const done: string[] = [];
  const shown: string[] = [];
  const log = collectLog();
  const memory = new Map<string, string>();
  const {
    tree,
    images,
    engines,
    docker,
    connections,
    registries,
    search,
    favourites,
    recent,
    accounts,
    ask,
    ...others
  } = parts;
  const app = stub<App>('app', {
    tree: stub('app.tree', {
      inOrder: (rows) => rows,
      ...(tree ?? { show: () => Promise.resolve(), known: () => [] }),
    }),
    registries: registries === undefined ? registriesOf(connected, log, open) : stub('app.registries', registries),
    images: stub(
      'app.images',
      images ?? { list: () => Promise.resolve([]), refresh: () => Promise.resolve(), show: () => Promise.resolve() },
    ),
    docker: stub('app.docker', docker ?? { read: () => Promise.resolve(undefined) }),
    engines: stub('app.engines', engines ?? {}),
    connections: stub('app.connections', connections ?? {}),
    search: stub('app.search', search ?? { open: () => ({ find: () => Promise.resolve() }), forget: () => undefined }),
    favourites: stub('app.favourites', favourites ?? noMarks),
    recent: stub('app.recent', recent ?? noMarks),
    accounts: stub('app.accounts', accounts ?? {}),
    ask: stub('app.ask', ask ?? {}),
    working: (_title, task) => task((text) => shown.push(text), new AbortController().signal),
    now: () => 0,
    offersDeploying: () => true,
    tell: (message) => told.push(message),
    done: (message) => done.push(message),
    log,
    ...others,
    memory: stub('app.memory', {
      read: (key) => memory.get(key),
      write: (key, value) => {
        memory.set(key, value);
        return Promise.resolve();
      },
      ...parts.memory,
    }),
  });
  return { app, told, done, shown, log: log.lines };
}

/** No bookmarks; new ones are not kept. */
const noMarks: App['recent'] = {
  all: () => [],
  has: () => false,
  putFirst: () => Promise.resolve(),
  putLast: () => Promise.resolve(),
  remove: () => Promise.resolve(),
};

/** A registry with these abilities, and no other; what every registry does throws where it is not among them. */
export function fakeProvider(provider: Partial<RegistryProvider>): RegistryProvider {
  if (isWhole(provider)) return provider;
  const refuse = (name: string) => () => {
    throw notExpected(`provider.${name}`);
  };
  return {
    list: refuse('list'),
    locate: refuse('locate'),
    hostOf: refuse('hostOf'),
    engineCredential: refuse('engineCredential'),
    pushTargets: refuse('pushTargets'),
    ...provider,
  };
}

function isWhole(provider: Partial<RegistryProvider>): provider is RegistryProvider {
  const { list, locate, hostOf, engineCredential, pushTargets } = provider;
  return [list, locate, hostOf, engineCredential, pushTargets].every((part) => part !== undefined);
}

/** A connected registry with these abilities, as the tree's topmost row. */
export function connectionNode(connection: Partial<Connection>, provider: Partial<RegistryProvider>): Node {
  return {
    kind: 'node',
    id: connection.id ?? 'c1',
    connection: {
      id: 'c1',
      provider: 'generic',
      label: 'Acme',
      url: 'https://registry.example.com',
      signIn: { kind: 'anonymous' },
      ...connection,
    },
    provider: fakeProvider(provider),
    entry: undefined,
    parent: undefined,
  };
}

/** Those that are connected, opened already; others are opened by `open`. */
function registriesOf(
  connected: NonNullable<FakeParts['connected']>,
  log: Log,
  open: FakeParts['open'] = () => {
    throw new Error('Nothing is to be opened.');
  },
): Registries {
  const all = () => (typeof connected === 'function' ? connected() : connected);
  const store = {
    ready: () => Promise.resolve(),
    all: () => all().map(({ connection }) => connection),
    find: (id: string) => all().find(({ connection }) => connection.id === id)?.connection,
    credential: () => Promise.resolve({ kind: 'anonymous' } as const),
    onDidChange: () => ({ dispose: () => undefined }),
  };
  const registries = new Registries(
    store,
    {
      ready: () => Promise.resolve(),
      get types() {
        return all().map(({ connection }) => stub<ProviderType>('providerType', { id: connection.provider }));
      },
      open: (opened) => {
        const known = all().find(({ connection: { id } }) => id === opened.connection.id);
        if (known === undefined) throw new Error('Nothing of that name is connected.');
        return known.provider;
      },
    },
    log,
  );
  registries.openWith = open;
  return registries;
}

/** An engine that can do this alone. */
export function fakeEngine(abilities: Partial<ContainerEngine>): ContainerEngine {
  return stub('engine', abilities);
}

export function enginesOf(engine: ContainerEngine): App['engines'] {
  return {
    current: () => Promise.resolve(engine),
    found: () => Promise.resolve([]),
    open: () => Promise.resolve(engine),
  };
}

export function reference(text: string): ImageReference {
  const parsed = parseReference(text);
  if ('problem' in parsed) throw new Error(`${text}: ${parsed.problem}`);
  return parsed;
}

/** `id`: one hexadecimal digit, of which the whole id is made. */
export function localImage(id: string, names: readonly string[], facts: Partial<LocalImage> = {}): LocalImage {
  return {
    id: `sha256:${id.repeat(64)}`,
    names: names.map(reference),
    digests: [],
    created: new Date('2026-06-01T00:00:00Z'),
    size: 1_000_000,
    ...facts,
  };
}
