import { EventEmitter, once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { Connection, Entry, Group, Registry, Repository } from '../../../src/core/model';
import type { Find, RegistryProvider } from '../../../src/providers/provider';
import { Listeners } from '../../../src/registries/listeners';
import type { OpenRegistry, RegistryChange } from '../../../src/registries/registries';
import { Search } from '../../../src/registries/search';
import type { Found } from '../../../src/registries/search';
import { printReference } from '../../../src/core/reference';
import { connectionNode, fakeProvider } from '../ui/fakeApp';

const { signal } = new AbortController();
const group = (key: string): Group => ({ kind: 'group', key, label: key });
const repository = (path: string, host = 'r.example.com'): Repository => ({
  kind: 'repository',
  label: path,
  image: { host, path },
});

/** A registry that lists these pages; `asked` notes every question. */
function registry(
  id: string,
  provider: Partial<RegistryProvider>,
  kind = 'generic',
): OpenRegistry & { asked: string[] } {
  const asked: string[] = [];
  const { list = () => Promise.resolve({ items: [] }), find, search, ...others } = provider;
  const noted = (what: string, parent: Entry | undefined, cursor = '') => {
    asked.push([what, parent?.label ?? '', cursor].join(' ').trim());
  };
  const connection: Connection = connectionNode({ id, label: id, provider: kind }, {}).connection;
  const whole = fakeProvider({
    list: (parent, cursor, its) => {
      noted('list', parent, cursor);
      return list(parent, cursor, its);
    },
    ...(find && {
      find: (parent) => {
        const ability = find(parent);
        return (
          ability &&
          ((text, cursor, its) => {
            noted(`find ${text}`, parent, cursor);
            return ability(text, cursor, its);
          })
        );
      },
    }),
    ...(search && {
      search: (text, cursor, its) => {
        noted(`search ${text}`, undefined, cursor);
        return search(text, cursor, its);
      },
    }),
    hostOf: () => 'r.example.com',
    ...others,
  });
  return { connection, provider: whole, asked };
}

/** Lists the names, `size` a page. */
function pages(names: readonly string[], size = names.length): RegistryProvider['list'] {
  return (_parent, cursor, its) => {
    its.throwIfAborted();
    const from = Number(cursor ?? 0);
    const items = names.slice(from, from + size).map((name) => repository(name));
    const next = from + size < names.length ? { next: String(from + size) } : {};
    return Promise.resolve({ items, ...next });
  };
}

function searching(...all: readonly OpenRegistry[]) {
  const changes = new Listeners<RegistryChange>();
  const search = new Search({ all: () => all, onDidChange: changes.add });
  const told: Found[] = [];
  const find = async (typed: string, from = search.open(signal)) => {
    told.length = 0;
    await from.find(typed, (found) => told.push(found), signal);
    return printed(told);
  };
  return { search, changes, told, find };
}

function printed(told: readonly Found[]): readonly string[] {
  return told.flatMap((found) => {
    switch (found.kind) {
      case 'hits':
        return found.hits.map(({ registry: { connection }, trail, rank }) => {
          const entry = trail.at(-1);
          const name = entry !== undefined && 'image' in entry ? printReference(entry.image) : (entry?.label ?? '');
          return `${connection.label} ${rank} ${name.replace('r.example.com/', '')}`;
        });
      case 'public':
        return found.found.map(({ repository: { image } }) => `public ${printReference(image)}`);
      case 'failed':
        return [`failed ${(found.of ?? found.registry.connection).label}`];
      case 'cut':
        return [`cut ${(found.of ?? found.registry.connection).label}`];
    }
  });
}

describe('a search in all registries', () => {
  it('reads the catalog of a registry page by page, once', async () => {
    const one = registry('one', { list: pages(['acme/web', 'acme/api', 'team/website', 'x/cobweb'], 2) });
    const { find } = searching(one);
    expect(await find('web')).toEqual(['one 0 acme/web', 'one 1 team/website', 'one 3 x/cobweb']);
    expect(await find('api')).toEqual(['one 0 acme/api']);
    expect(one.asked).toEqual(['list', 'list  2']);
  });

  it('adds the typed tag to a repository of exactly that name', async () => {
    const { find } = searching(registry('one', { list: pages(['acme/web', 'team/website']) }));
    expect(await find('web:1.4')).toEqual(['one 0 acme/web:1.4', 'one 1 team/website']);
    expect(await find('docker pull r.example.com/acme/web:1.4')).toEqual(['one 0 acme/web:1.4']);
  });

  it('reads again what changed or was forgotten, and nothing else', async () => {
    const [one, two] = [registry('one', { list: pages(['web']) }), registry('two', { list: pages(['web']) })];
    const { find, changes, search } = searching(one, two);
    await find('web');
    changes.tell({ id: 'one', reason: 'shown' });
    await find('web');
    expect([one.asked.length, two.asked.length]).toEqual([2, 1]);
    search.forget();
    await find('web');
    expect([one.asked.length, two.asked.length]).toEqual([3, 2]);
  });

  it('asks the service where it can search, for the longest word of the last part, and keeps what matches all words', async () => {
    const find: Find = () => Promise.resolve({ items: [repository('acme/web-api'), repository('acme/web')] });
    const hub = registry('hub', {
      list: () => Promise.resolve({ items: [group('acme')] }),
      find: (parent) => (parent?.kind === 'group' ? find : undefined),
    });
    const { find: findIn } = searching(hub);
    expect(await findIn('acme web api')).toEqual(['hub 2 acme/web-api']);
    expect(await findIn('acme/web')).toEqual(['hub 1 acme/web-api', 'hub 0 acme/web']);
    expect(hub.asked).toEqual(['list', 'find acme acme', 'find web acme']);
  });

  it('finds groups where the service lists those, and says when it has more than is read', async () => {
    const find: Find = (_text, cursor) =>
      Promise.resolve({ items: [group(`acme/web${cursor ?? ''}`)], next: String(Number(cursor ?? 0) + 1) });
    const lab = registry('lab', { find: (parent) => (parent === undefined ? find : undefined) });
    const { find: findIn } = searching(lab);
    expect(await findIn('web')).toEqual(['lab 2 acme/web', 'lab 2 acme/web1', 'lab 2 acme/web2', 'cut lab']);
  });

  it('looks into the first groups that it finds, once, and finds repositories by a part of both names', async () => {
    const find: Find = (text) =>
      Promise.resolve({
        items: Array.from({ length: 8 }, (_, at) => group(`acme/web${at}`)).filter(({ key }) => key.includes(text)),
      });
    const refused = (kind: 'forbidden' | 'unreachable') => () =>
      Promise.reject(new Failure(kind, 'no', { subject: 'r.example.com' }));
    const below: Record<string, RegistryProvider['list']> = {
      'acme/web1': refused('forbidden'),
      'acme/web2': refused('unreachable'),
    };
    const lab = registry('lab', {
      find: (parent) => (parent === undefined ? find : undefined),
      list: (parent, ...more) =>
        (below[parent?.label ?? ''] ?? pages([`${parent?.label ?? ''}/api`, `${parent?.label ?? ''}/job`]))(
          parent,
          ...more,
        ),
    });
    const { find: findIn } = searching(lab);
    const groups = Array.from({ length: 8 }, (_, at) => `lab 2 acme/web${at}`);
    const repositories = ['web0', 'web3', 'web4'].flatMap((name) => [
      `lab 2 acme/${name}/api`,
      `lab 2 acme/${name}/job`,
    ]);
    expect([...(await findIn('web'))].sort()).toEqual(['failed acme/web2', ...groups, ...repositories].sort());
    expect(await findIn('web4/api')).toEqual(['lab 2 acme/web4/api']);
    expect(lab.asked).toEqual([
      'find web',
      ...Array.from({ length: 5 }, (_, at) => `list acme/web${at}`),
      'find api',
      'find web4',
    ]);
  });

  it('asks for public repositories once of each kind, in the words that were typed', async () => {
    const found = { items: [{ repository: repository('nginx', 'docker.io'), isOfficial: true }] };
    const search = () => Promise.resolve(found);
    const [one, two] = [registry('one', { search }, 'hub'), registry('two', { search }, 'hub')];
    const { find } = searching(one, two);
    expect(await find('nginx proxy')).toEqual(['public nginx']);
    expect([...one.asked, ...two.asked].filter((asked) => asked.startsWith('search'))).toEqual(['search nginx proxy']);
    expect(await find('ghcr.io/acme/nginx')).toEqual([]);
  });

  it('tells what failed, hides nothing of the others, and asks again the next time it is opened', async () => {
    let isDown = true;
    const refused = registry('down', {
      list: (parent, cursor, its) => {
        if (isDown) throw new Failure('unreachable', 'no answer', { subject: 'r.example.com' });
        return pages(['web'])(parent, cursor, its);
      },
    });
    const { find, search } = searching(refused, registry('up', { list: pages(['web']) }));
    const open = search.open(signal);
    expect([...(await find('web', open))].sort()).toEqual(['failed down', 'up 0 web']);
    expect(await find('web', open)).toContain('failed down');
    expect(refused.asked.length).toBe(1);
    isDown = false;
    expect([...(await find('web'))].sort()).toEqual(['down 0 web', 'up 0 web']);
  });

  it('keeps what a failing list has shown, and goes on behind it', async () => {
    let isDown = true;
    const list: RegistryProvider['list'] = (parent, cursor, its) => {
      if (cursor === '2' && isDown) throw new Failure('unreachable', 'no answer', { subject: 'r.example.com' });
      return pages(['web1', 'web2', 'web3'], 2)(parent, cursor, its);
    };
    const one = registry('one', { list });
    const { find } = searching(one);
    expect(await find('web')).toEqual(['one 1 web1', 'one 1 web2', 'failed one']);
    isDown = false;
    expect(await find('web')).toEqual(['one 1 web1', 'one 1 web2', 'one 1 web3']);
    expect(one.asked).toEqual(['list', 'list  2', 'list  2']);
  });

  it('reads 20,000 names of a connection and says that there are more', async () => {
    const names = Array.from({ length: 30_000 }, (_, at) => `web${at}`);
    const one = registry('one', { list: pages(names, 1000) });
    const { find, told } = searching(one);
    const found = await find('web');
    expect(found.length).toBe(20_001);
    expect(told.at(-1)?.kind).toBe('cut');
    expect(one.asked.length).toBe(21);
  });

  it('reads four lists of a connection at once, from the top down', async () => {
    const registries = Array.from({ length: 30 }, (_, at): Registry => {
      return { kind: 'registry', key: `r${at}`, label: `r${at}`, host: `r${at}.example.com` };
    });
    let [now, most] = [0, 0];
    const cloud = registry('cloud', {
      list: async (parent) => {
        most = Math.max(most, ++now);
        await new Promise(setImmediate);
        now--;
        if (parent === undefined) return { items: [group('subscription')] };
        if (parent.kind === 'group') return { items: registries };
        return { items: [repository('web', `${parent.label}.example.com`)] };
      },
    });
    const { find } = searching(cloud);
    expect((await find('web')).length).toBe(30);
    expect([most, cloud.asked.length]).toEqual([4, 32]);
  });

  it('tells hits before the reading ends', async () => {
    const held = new EventEmitter();
    const one = registry('one', {
      list: async (_parent, cursor) => {
        if (cursor === undefined) return { items: [repository('web')], next: '2' };
        await once(held, 'release');
        return { items: [repository('web2')] };
      },
    });
    const { search } = searching(one);
    const told: Found[] = [];
    const whole = search.open(signal).find('web', (found) => told.push(found), signal);
    await expect.poll(() => printed(told)).toEqual(['one 0 web']);
    await expect.poll(() => one.asked).toEqual(['list', 'list  2']);
    held.emit('release');
    await whole;
    expect(printed(told)).toEqual(['one 0 web', 'one 1 web2']);
  });

  it('stops asking when the text changes, while the lists are read on, and stops reading when it is closed', async () => {
    const aborted: string[] = [];
    const hanging = (what: string, its: AbortSignal) =>
      new Promise<never>((_resolve, reject) => {
        its.addEventListener('abort', () => {
          aborted.push(what);
          reject(new DOMException('Aborted', 'AbortError'));
        });
      });
    const hub = registry('hub', {
      list: () => Promise.resolve({ items: [group('acme')] }),
      find: (parent) => (parent === undefined ? undefined : (_text, _cursor, its) => hanging('find', its)),
      search: (_text, _cursor, its) => hanging('search', its),
    });
    const slow = registry('slow', { list: (_parent, _cursor, its) => hanging('list', its) });
    const { search } = searching(hub, slow);
    const [box, text] = [new AbortController(), new AbortController()];
    const open = search.open(box.signal);
    const running = open.find('web', () => undefined, text.signal);
    await expect.poll(() => hub.asked).toContain('find web acme');
    text.abort();
    await expect(running).rejects.toThrow(/abort/i);
    expect(aborted.sort()).toEqual(['find', 'search']);
    box.abort();
    expect(aborted).toContain('list');
  });

  it('asks nothing for one letter', async () => {
    const one = registry('one', { list: pages(['web']) });
    const { find } = searching(one);
    expect([await find('w'), await find(' '), one.asked]).toEqual([[], [], []]);
  });
});
