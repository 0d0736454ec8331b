import { describe, expect, it } from 'vitest';
import { everyRow, groupImages } from '../../../src/ui/images/localNode';
import type { LocalNode } from '../../../src/ui/images/localNode';
import { localFacts } from '../../../src/ui/words';
import { localImage, reference } from './fakeApp';

function drawn(nodes: readonly LocalNode[], depth = 0): string[] {
  return nodes.flatMap(({ label, children }) => [`${'  '.repeat(depth)}${label}`, ...drawn(children, depth + 1)]);
}

const digest = `sha256:${'d'.repeat(64)}`;

const imagesIn = (nodes: readonly LocalNode[]) => everyRow(nodes).filter(({ children }) => children.length === 0);

describe('the rows of the Images view', () => {
  it('are grouped by registry, repository and tag, those without a name last', () => {
    const images = [
      localImage('a', []),
      localImage('b', ['webapp6:latest', 'localhost:5000/a/b:c']),
      localImage('c', ['ghcr.io/acme/web:2.0', 'ghcr.io/acme/api:1.0', 'me/app:1']),
    ];
    expect(drawn(groupImages(images))).toEqual([
      ...['docker.io', '  me/app', '    1', '  webapp6', '    latest'],
      ...['ghcr.io', '  acme/api', '    1.0', '  acme/web', '    2.0'],
      ...['localhost:5000', '  a/b', '    c'],
      ...['Untagged', '  aaaaaaaaaaaa'],
    ]);
  });

  it('have the newest image of a repository first, and one row for each of forty tags', () => {
    const tags = Array.from({ length: 40 }, (_value, index) => `acme.example/app:v${index}`);
    const older = localImage('a', tags, { created: new Date('2026-01-01') });
    const newer = localImage('b', ['acme.example/app:new'], { created: new Date('2026-02-01') });
    const rows = imagesIn(groupImages([older, newer]));
    expect(rows).toHaveLength(41);
    expect(rows[0]?.label).toBe('new');
    expect(new Set(rows.map(({ id }) => id)).size).toBe(41);
  });

  it('have images without a date last, and say no age of them', () => {
    const dated = localImage('a', ['acme.example/app:dated'], { created: new Date('1999-01-01') });
    const { id, names, digests, size } = localImage('b', ['acme.example/app:undated']);
    const undated = { id, names, digests, size };
    expect(imagesIn(groupImages([undated, dated])).map(({ label }) => label)).toEqual(['dated', 'undated']);
    expect([localFacts(undated), localFacts(dated).length]).toEqual([['1 MB'], 2]);
  });

  it('show an image pulled by digest under its repository', () => {
    const image = localImage('a', [], { digests: [reference(`acme.example/app@${digest}`)] });
    expect(drawn(groupImages([image]))).toEqual(['acme.example', '  app', '    @sha256:dddddddddddd']);
  });

  it('lead from every row to the one above', () => {
    const [registry] = groupImages([localImage('a', ['acme.example/app:1'])]);
    const image = registry?.children[0]?.children[0];
    expect([image?.parent?.label, image?.parent?.parent]).toEqual(['app', registry]);
  });

  it('draw two thousand images', () => {
    const images = Array.from({ length: 2000 }, (_value, index) =>
      localImage('a', [`acme.example/app${index % 50}:v${index}`], { id: `sha256:${index}` }),
    );
    expect(imagesIn(groupImages(images))).toHaveLength(2000);
  });
});
