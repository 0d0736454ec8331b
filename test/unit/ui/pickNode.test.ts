import { describe, expect, it } from 'vitest';
import { mostBarrenPages, rowsLeftOut } from '../../../src/core/bounds';
import type { Page, Repository } from '../../../src/core/model';
import type { NodeCommand } from '../../../src/ui/commands/command';
import { pickNode } from '../../../src/ui/pickNode';
import { connectionNode, fakeApp } from './fakeApp';
import { user } from './scriptedUser';

const command = {
  title: () => 'Delete…',
  views: { registries: true, images: false },
  applies: () => false,
} as unknown as NodeCommand;

describe('a node that is looked for', () => {
  const picking = async (list: (page: number) => Page<Repository>, ...answers: readonly string[]) => {
    let asked = 0;
    const root = connectionNode({}, { list: () => Promise.resolve(list(asked++)) });
    const { ask, offered } = user('Acme', ...answers);
    const { app, told } = fakeApp({ ask, connected: [root] });
    const node = await pickNode(app, command);
    return { asked, told, node, offered: offered() };
  };

  it('is not looked for among pages without an end: the list ends, and that is said', async () => {
    const loads = Array.from({ length: mostBarrenPages - 1 }, () => 'Load more…');
    const { asked, told, offered } = await picking((page) => ({ items: [], next: String(page) }), ...loads);
    expect([asked, offered]).toEqual([mostBarrenPages, []]);
    expect(told).toEqual([
      '20 pages in a row had nothing new, and the registry points to yet another. The list may have no end.',
    ]);
  });

  it('is looked for among the rows of a list that was cut, which is said', async () => {
    const repository: Repository = { kind: 'repository', label: 'a', image: { host: 'r.test', path: 'a' } };
    const { told, offered } = await picking(() => ({ items: [repository], failure: rowsLeftOut('r.test', 1) }));
    expect(offered).toEqual(['a']);
    expect(told).toEqual([
      'Only the first 1 are shown; the registry lists more. Use Pull by Reference… to pull any image by its name.',
    ]);
  });
});
