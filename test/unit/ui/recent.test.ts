import { describe, expect, it } from 'vitest';
import type { Bookmark, Entry } from '../../../src/core/model';
import { idOf } from '../../../src/registries/bookmarks';
import { copyFullTag } from '../../../src/ui/commands/copyFullTag';
import { refresh } from '../../../src/ui/commands/refresh';
import { runCommand } from '../../../src/ui/commands/runCommand';
import { rowAt } from '../../../src/ui/tree/node';
import { connectionNode, fakeApp, reference } from './fakeApp';

const image = reference('r.test/app:1');
const trail: readonly Entry[] = [
  { kind: 'repository', label: 'app', image: { host: 'r.test', path: 'app' } },
  { kind: 'tag', label: '1', image },
];

describe('what was used last', () => {
  const acme = connectionNode({}, {});
  const using = async (command: string, ...rows: readonly ReturnType<typeof rowAt>[]) => {
    const recent: Bookmark[] = [];
    const { app } = fakeApp({
      connected: [acme],
      copy: () => Promise.resolve(),
      tree: { refresh: () => undefined },
      recent: { putFirst: (bookmarks) => Promise.resolve(void recent.push(...bookmarks)) },
    });
    await runCommand(app, [copyFullTag, refresh], command, [rows[0], rows]);
    return recent.map(idOf);
  };

  it('are the rows that a command was run on which uses an image', async () => {
    expect(await using('copyFullTag', rowAt(acme, trail))).toEqual(['c1/repository:app/tag:1']);
    expect(await using('refresh', rowAt(acme, trail))).toEqual([]);
  });

  it('are rows of connections alone', async () => {
    expect(await using('copyFullTag', rowAt(connectionNode({ id: 'not connected' }, {}), trail))).toEqual([]);
  });
});
