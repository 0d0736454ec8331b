import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Connection, Credential } from '../../../src/core/model';
import type { RegistryProvider } from '../../../src/providers/provider';
import type { ConnectionChange } from '../../../src/registries/connectionStore';
import { Listeners } from '../../../src/registries/listeners';
import type { Opener } from '../../../src/registries/opening';
import { Registries } from '../../../src/registries/registries';
import type { OpenRegistry } from '../../../src/registries/registries';
import { collectLog } from '../collectLog';
import { generic } from '../../../src/providers/generic/genericType';
import { connectionNode, fakeProvider, reference } from '../ui/fakeApp';

const { signal } = new AbortController();
const image = reference('registry.example.com/team/app:1');
const connection = (id: string, more: Partial<Connection> = {}): Connection =>
  connectionNode({ id, label: id, ...more }, {}).connection;

/** Connections that are stored, what opens each, and what was opened. */
function registriesOf(connections: readonly Connection[], providers: Record<string, Partial<RegistryProvider>> = {}) {
  const stored = [...connections];
  const changes = new Listeners<ConnectionChange>();
  const opened: Parameters<Opener['open']>[0][] = [];
  const told: unknown[] = [];
  const log = collectLog();
  const store = {
    ready: () => Promise.resolve(),
    all: () => stored,
    find: (id: string) => stored.find((each) => each.id === id),
    credential: (id: string) => Promise.resolve<Credential>({ kind: 'basic', username: id, secret: 'stored' }),
    onDidChange: changes.add,
  };
  const opener = {
    ready: () => Promise.resolve(),
    types: [generic],
    open: (each: (typeof opened)[number]) => {
      opened.push(each);
      return fakeProvider({ ...providers[each.connection.id] });
    },
  };
  const registries = new Registries(store, opener, log);
  registries.onDidChange((change) => {
    told.push(change);
  });
  const change = (id: string, reason: ConnectionChange['reason']) => {
    changes.tell({ id, reason });
  };
  return { registries, stored, opened, told, log, change, ids: () => opened.map((each) => each.connection.id) };
}

const idsOf = (registries: readonly OpenRegistry[]) => registries.map((each) => each.connection.id);

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the registries that are connected', () => {
  it('are opened once each, in the order in which they are stored', () => {
    const { registries, ids } = registriesOf([connection('a'), connection('b')]);
    expect(ids()).toEqual([]);
    const [first] = registries.all();
    expect([idsOf(registries.all()), ids()]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(registries.find('a')?.provider).toBe(first?.provider);
    expect([registries.find('gone'), registries.find(undefined)]).toEqual([undefined, undefined]);
  });

  it('name the user of docker’s login once it was read, until they are opened anew', () => {
    const { registries, opened, change } = registriesOf([
      connection('a', { signIn: { kind: 'docker' } }),
      connection('b'),
    ]);
    const signIns = () => registries.all().map((each) => each.connection.signIn);
    registries.all();
    for (const { noteUser } of opened) noteUser?.('mona');
    expect(signIns()).toEqual([{ kind: 'docker', user: 'mona' }, connection('b').signIn]);
    change('a', 'credential');
    expect(signIns()[0]).toEqual({ kind: 'docker' });
  });

  it('leave out one of a kind that there is none of, which a setting may name', () => {
    const { registries } = registriesOf([connection('a', { provider: 'gone' }), connection('b')]);
    expect(idsOf(registries.all())).toEqual(['b']);
    expect([registries.iconOf(connection('b')), registries.iconOf(connection('a', { provider: 'gone' }))]).toEqual([
      generic.icon,
      'server',
    ]);
  });

  it.each(['credential', 'tls'] as const)('are opened anew where the %s changes, and nobody else is', (reason) => {
    const { registries, ids, told, change } = registriesOf([connection('a'), connection('b')]);
    registries.all();
    change('a', reason);
    registries.all();
    expect([ids(), told]).toEqual([['a', 'b', 'a'], [{ id: 'a', reason: 'reopened' }]]);
  });

  it.each(['added', 'renamed', 'shown'] as const)('stay open when they are %s', (reason) => {
    const { registries, ids, told, change } = registriesOf([connection('a')]);
    registries.all();
    change('a', reason);
    registries.all();
    expect([ids(), told]).toEqual([['a'], [{ id: 'a', reason }]]);
  });

  it('are not kept when they are gone', () => {
    const { registries, stored, ids, change } = registriesOf([connection('a')]);
    registries.all();
    const [gone] = stored.splice(0);
    change('a', 'removed');
    if (gone !== undefined) stored.push(gone);
    registries.all();
    expect(ids()).toEqual(['a', 'a']);
  });

  it('are opened anew on demand, those alone that are meant', () => {
    const { registries, ids, told } = registriesOf([connection('a'), connection('b')]);
    registries.all();
    registries.reopen(({ id }) => id === 'b');
    registries.all();
    expect([ids(), told]).toEqual([['a', 'b', 'b'], [{ id: 'b', reason: 'reopened' }]]);
  });

  it('tell nobody any more when VS Code ends', () => {
    const { registries, told, change } = registriesOf([connection('a')]);
    registries.dispose();
    change('a', 'renamed');
    expect(told).toEqual([]);
  });

  it('are opened with what is stored, or with what was just typed', async () => {
    const { registries, opened, stored } = registriesOf([connection('a', { shown: { repositories: ['x'] } })]);
    registries.all();
    const typed: Credential = { kind: 'basic', username: 'alice', secret: 'typed' };
    registries.openWith(connection('new', { shown: { repositories: ['y'] } }), typed);
    expect(await Promise.all(opened.map(({ credential }) => credential(signal)))).toEqual([
      { kind: 'basic', username: 'a', secret: 'stored' },
      typed,
    ]);
    // What is shown is what is stored by then, also of a connection that was changed since.
    stored[0] = connection('a', { shown: { repositories: ['z'] } });
    expect(opened.map(({ shown }) => shown())).toEqual([{ repositories: ['z'] }, { repositories: ['y'] }]);
  });

  it('are opened once more for somebody who watches what is sent, and stay open as they were', () => {
    const { registries, opened } = registriesOf([connection('a')]);
    const [first] = registries.all();
    const http = () => Promise.reject(new Error('sent'));
    expect(registries.openAnew(connection('a'), http)).not.toBe(first?.provider);
    expect(opened.map((each) => each.http)).toEqual([undefined, http]);
    expect(registries.find('a')?.provider).toBe(first?.provider);
  });
});

describe('whose image it is', () => {
  it('is told without asking where somebody knows', async () => {
    const learn = vi.fn(() => Promise.resolve());
    const { registries } = registriesOf([connection('a'), connection('b')], {
      a: { locate: () => [] },
      b: { locate: () => undefined, learn },
    });
    expect(idsOf(registries.holding(image))).toEqual(['a']);
    expect(idsOf(await registries.findHolding(image, signal))).toEqual(['a']);
    expect(learn).not.toHaveBeenCalled();
  });

  it('is found out where nobody knows, and one that cannot tell hides no other', async () => {
    let isKnown = false;
    const asked: string[] = [];
    const { registries, log } = registriesOf([connection('bad'), connection('b'), connection('c')], {
      bad: { locate: () => undefined, learn: () => Promise.reject(new Error('no network')) },
      b: {
        locate: () => (isKnown ? [] : undefined),
        learn: ({ host }) => {
          asked.push(host);
          isKnown = true;
          return Promise.resolve();
        },
      },
      c: { locate: () => undefined },
    });
    expect(idsOf(await registries.findHolding(image, signal))).toEqual(['b']);
    expect(asked).toEqual(['registry.example.com']);
    expect(log.lines).toEqual([
      expect.stringMatching(/^warn Could not tell whether registry\.example\.com belongs to bad\n[^]*no network/),
    ]);
  });

  it('is asked for no longer than somebody waits', async () => {
    const waiting = new AbortController();
    const { registries, log } = registriesOf([connection('slow')], {
      slow: {
        locate: () => undefined,
        learn: async (_image, within) => {
          waiting.abort();
          await Promise.resolve();
          within.throwIfAborted();
        },
      },
    });
    await expect(registries.findHolding(image, waiting.signal)).rejects.toThrow(/abort/i);
    expect(log.lines).toEqual([]);
  });

  it('is asked for no longer than a moment', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort(new Error('too long')));
    const { registries, log } = registriesOf([connection('slow')], {
      slow: {
        locate: () => undefined,
        learn: (_image, within) => {
          within.throwIfAborted();
          return Promise.resolve();
        },
      },
    });
    expect(await registries.findHolding(image, signal)).toEqual([]);
    expect([timeout.mock.calls, log.lines.length]).toEqual([[[10_000]], 1]);
  });
});

describe('where an image can be pushed', () => {
  const host = 'registry.example.com';
  const opened = (registries: Registries) => {
    const [first] = registries.all();
    if (first === undefined) throw new Error('Nothing is connected.');
    return first;
  };

  it('is told by each connection, of which one that cannot tell is offered as a whole', async () => {
    const { registries, log } = registriesOf([connection('bad'), connection('b'), connection('nowhere')], {
      bad: { pushTargets: () => Promise.reject(new Error('denied')), hostOf: () => 'bad.example.com' },
      b: { pushTargets: () => Promise.resolve([{ host, namespace: 'team' }, { host }]) },
      nowhere: { pushTargets: () => Promise.reject(new Error('denied')), hostOf: () => undefined },
    });
    const all = await Promise.all(registries.all().map((each) => registries.pushPlaces(each, signal)));
    expect(all.flat().map(({ target, registry }) => [registry.connection.id, target])).toEqual([
      ['bad', { host: 'bad.example.com' }],
      ['b', { host, namespace: 'team' }],
      ['b', { host }],
    ]);
    expect(log.lines).toEqual([
      expect.stringContaining('warn Could not list where bad can be pushed to'),
      expect.stringContaining('warn Could not list where nowhere can be pushed to'),
    ]);
  });

  it('is bounded, and only what can be a name', async () => {
    const many = Array.from({ length: 2000 }, (_, at) => ({ host, namespace: `team${at}` }));
    const { registries } = registriesOf([connection('a')], {
      a: { pushTargets: () => Promise.resolve([{ host, namespace: 'No Name;' }, ...many]) },
    });
    const places = await registries.pushPlaces(opened(registries), signal);
    expect([places.length, places[0]?.target.namespace, places.at(-1)?.target.namespace]).toEqual([
      1000,
      'team0',
      'team999',
    ]);
  });

  it('is asked for no longer than a moment, and no longer than somebody waits', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout');
    const signals: AbortSignal[] = [];
    const { registries } = registriesOf([connection('a')], {
      a: { pushTargets: (within) => (signals.push(within), Promise.resolve([])) },
    });
    const controller = new AbortController();
    await registries.pushPlaces(opened(registries), controller.signal);
    expect([timeout.mock.calls, signals.map(({ aborted }) => aborted)]).toEqual([[[5000]], [false]]);
    controller.abort();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});
