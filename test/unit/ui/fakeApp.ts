import type { Log } from '../../../src/core/log';
import type { Connection, Credential } from '../../../src/core/model';
import { parseReference, type ImageReference } from '../../../src/core/reference';
import type { ContainerEngine, LocalImage } from '../../../src/engine/engine';
import type { RegistryProvider } from '../../../src/providers/provider';
import { Registries } from '../../../src/registries/registries';
import type { OpenRegistry } from '../../../src/registries/registries';
import type { App } from '../../../src/ui/app';
import type { Node } from '../../../src/ui/tree/node';
import { collectLog } from '../collectLog';

/** What an app under test told its user and its collaborators. */
export interface Told {
  readonly told: string[];
  readonly done: string[];
  readonly shown: string[];
}

/** What an app under test has: parts of its own, the registries that are connected, and how others are opened. */
export interface FakeParts extends Partial<App> {
  readonly connected?: readonly OpenRegistry[] | (() => readonly OpenRegistry[]);
  readonly open?: (connection: Connection, credential: Credential) => RegistryProvider;
}

/** An app of parts that note what they are asked; `parts` replaces any of them. */
export function fakeApp({ connected = [], open, ...parts }: FakeParts = {}): {
  readonly app: App;
  readonly log: readonly string[];
} & Told {
  const told: string[] = [];
  const done: string[] = [];
  const shown: string[] = [];
  const log = collectLog();
  const memory = new Map<string, string>();
  const app = {
    tree: { show: () => Promise.resolve() },
    registries: registriesOf(connected, log, open),
    images: { list: () => Promise.resolve([]), refresh: () => Promise.resolve() },
    docker: { read: () => Promise.resolve(undefined) },
    working: (_title: string, task: (progress: (text: string) => void, signal: AbortSignal) => unknown) =>
      Promise.resolve(task((text) => shown.push(text), new AbortController().signal)),
    memory: {
      read: (key: string) => memory.get(key),
      write: (key: string, value: string) => {
        memory.set(key, value);
        return Promise.resolve();
      },
    },
    tell: (message: string) => told.push(message),
    done: (message: string) => done.push(message),
    log,
    ...parts,
  } as unknown as App;
  return { app, told, done, shown, log: log.lines };
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
    provider: provider as RegistryProvider,
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
    all: () => all().map(({ connection }) => connection),
    find: (id: string) => all().find(({ connection }) => connection.id === id)?.connection,
    credential: () => Promise.resolve({ kind: 'anonymous' } as const),
    onDidChange: () => ({ dispose: () => undefined }),
  };
  const registries = new Registries(
    store,
    (opened) => {
      const known = all().find(({ connection: { id } }) => id === opened.connection.id);
      if (known === undefined) throw new Error('Nothing of that name is connected.');
      return known.provider;
    },
    log,
  );
  registries.openWith = open;
  return registries;
}

/** An engine that can do this alone. */
export function fakeEngine(abilities: Partial<ContainerEngine>): ContainerEngine {
  return abilities as ContainerEngine;
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
