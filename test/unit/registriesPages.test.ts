import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contextOf } from './providerContext';
import { providerTypes } from './providerTypes';

/** docs/registries has a page for each kind of registry that the setting `registryExplorer.connections` takes. */

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const folder = 'docs/registries';
const index = read(`${folder}/README.md`);

/** The rows of the table in the index: the page that a row leads to, the ids of its kinds, and whether they can delete. */
const rows = [...index.matchAll(/^\| \[[^\]]+\]\(([\w-]+\.md)[^)]*\) +\|(.+)\|$/gm)].map(
  ([, page = '', cells = '']) => {
    const [ids = '', , untag = '', images = ''] = cells.split('|').map((cell) => cell.trim());
    return { page, ids: [...ids.matchAll(/`(\w+)`/g)].map(([, id = '']) => id), untag, images };
  },
);

describe('docs/registries', () => {
  it('has every kind of registry in its table', () => {
    const [, list = ''] = /"provider": \{\s*"type": "string",\s*"enum": (\[[^\]]+\])/.exec(read('package.json')) ?? [];
    const kinds = JSON.parse(list) as readonly string[];
    expect(kinds.length).toBeGreaterThan(10);
    expect(rows.flatMap(({ ids }) => ids).sort()).toEqual([...kinds].sort());
  });

  it.each(rows)('says of $ids whether tags and images can be deleted', ({ ids, untag, images }) => {
    for (const type of providerTypes.filter(({ id }) => ids.includes(id) && id !== 'azure')) {
      const signIn = { kind: 'basic', account: 'alice' } as const;
      const connection = {
        id: 'one',
        provider: type.id,
        label: type.label,
        url: 'https://registry.example.com',
        signIn,
      };
      const { deletion } = type.open(connection, contextOf({ kind: 'basic', username: 'alice', secret: 'secret' }));
      expect([untag !== 'no', images !== 'no'], type.id).toEqual([
        deletion?.untag !== undefined,
        deletion?.image !== undefined,
      ]);
    }
  });

  it('has no page to which the table does not lead', () => {
    const pages = readdirSync(join(root, folder)).filter((file) => file !== 'README.md');
    expect(pages.sort()).toEqual([...new Set(rows.map(({ page }) => page))].sort());
  });

  it.each(rows)('says on $page how to sign in to $ids, what is listed, and what was never tested', ({ page, ids }) => {
    const text = read(`${folder}/${page}`);
    for (const id of ids) expect(text).toMatch(new RegExp(`^\`${id}\`|\\. \`${id}\`:`, 'm'));
    for (const part of ['Sign in', 'Rights', 'Lists', 'Never tested'])
      expect(text).toMatch(new RegExp(`^## ${part}$|\\*\\*${part}\\*\\*`, 'm'));
  });

  it('is led to from the README', () => {
    expect(read('README.md')).toContain('](docs/registries/README.md)');
  });
});

const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'src/README.md', 'test/README.md'],
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];

describe.each(documents)('%s', (file) => {
  it('leads to pages and headings that are there', () => {
    const links = [...read(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const lost = links.filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [path = '', heading] = link.split('#');
      const target = path === '' ? file : join(dirname(file), path);
      if (!existsSync(join(root, target))) return true;
      return heading !== undefined && !anchorsIn(read(target)).includes(heading);
    });
    expect(lost).toEqual([]);
  });
});

/** As GitHub makes them of headings. */
function anchorsIn(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
