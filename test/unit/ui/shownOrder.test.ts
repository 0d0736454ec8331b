import { describe, expect, it } from 'vitest';
import { rowBelow } from '../../../src/ui/tree/node';
import type { Node } from '../../../src/ui/tree/node';
import { inShownOrder } from '../../../src/ui/tree/shownOrder';
import { connectionNode, reference } from './fakeApp';

const roots = ['z', 'a'].map((id) => connectionNode({ id }, {}));
const repositoriesOf = (parent: Node, ...paths: readonly string[]) =>
  paths.map((path) =>
    rowBelow(parent, { kind: 'repository', label: path, image: reference(`registry.example.com/${path}`) }),
  );
const tagsOf = (parent: Node, ...labels: readonly string[]) =>
  labels.map((label) => rowBelow(parent, { kind: 'tag', label, image: reference(`registry.example.com/x:${label}`) }));
const [z, a] = roots as [Node, Node];
const [web, api] = repositoriesOf(z, 'web', 'api') as [Node, Node];
const [other] = repositoriesOf(a, 'web') as [Node];
const levels = new Map<Node | undefined, readonly Node[]>([
  [undefined, roots],
  [z, [web, api]],
  [a, [other]],
  [web, tagsOf(web, 'latest', '2', '10')],
  [api, tagsOf(api, '1')],
  [other, tagsOf(other, '5')],
]);

describe('the order of selected rows', () => {
  const ordered = (rows: readonly Node[]) => {
    const asked: (string | undefined)[] = [];
    const below = (parent: Node | undefined) => {
      asked.push(parent?.id);
      return levels.get(parent) ?? [];
    };
    const found = inShownOrder(rows, { parentOf: ({ parent }) => parent, below });
    return { ids: found.map(({ id }) => id), asked };
  };
  const all = [...levels.values()].flat();

  it('is that of the view, level by level, whatever was clicked first', () => {
    const expected = [
      ...['z', 'z/repository:web', 'z/repository:web/tag:latest', 'z/repository:web/tag:2', 'z/repository:web/tag:10'],
      ...['z/repository:api', 'z/repository:api/tag:1', 'a', 'a/repository:web', 'a/repository:web/tag:5'],
    ];
    expect(ordered(all).ids).toEqual(expected);
    expect(ordered([...all].reverse()).ids).toEqual(expected);
  });

  it('looks at each level once', () => {
    const { asked } = ordered(all);
    expect(asked).toEqual([...new Set(asked)]);
  });

  it('has what is not on its level any more at the end of it', () => {
    expect(ordered(tagsOf(web, 'gone', '10')).ids).toEqual(['z/repository:web/tag:10', 'z/repository:web/tag:gone']);
  });
});
