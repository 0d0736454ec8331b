import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** docs/settings.md has every setting of package.json, by its group, with its default and its scope. */

const read = (file: string): string => readFileSync(resolve(import.meta.dirname, '../..', file), 'utf8');
const page = read('docs/settings.md');
const words = JSON.parse(read('package.nls.json')) as Readonly<Record<string, string>>;
const manifest = JSON.parse(read('package.json')) as Manifest;

interface Setting {
  readonly type: string;
  readonly default: unknown;
  readonly scope?: string;
  readonly enum?: readonly string[];
  readonly tags?: readonly string[];
  readonly items?: { readonly properties?: Readonly<Record<string, { readonly enum?: readonly string[] }>> };
}

interface Manifest {
  readonly contributes: {
    readonly configuration: readonly {
      readonly title: string;
      readonly properties: Readonly<Record<string, Setting>>;
    }[];
  };
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] };
  };
}

const groups = manifest.contributes.configuration.map(({ title, properties }) => ({
  title: words[title.replaceAll('%', '')] ?? title,
  settings: Object.entries(properties),
}));

/** The part of the page below a heading, up to the next one of its rank or a higher one. */
function below(heading: string): string {
  const [, rank = ''] = /^(#+) /.exec(heading) ?? [];
  const after = page.split(`\n${heading}\n`)[1];
  if (after === undefined) throw new Error(`docs/settings.md has no “${heading}”.`);
  return after.split(new RegExp(`\\n#{1,${rank.length}} `))[0] ?? '';
}

function written({ type, default: byDefault }: Setting): string {
  if (byDefault === '') return '';
  return `\`${type === 'string' ? String(byDefault) : JSON.stringify(byDefault)}\``;
}

describe('docs/settings.md', () => {
  it('has the groups of the settings editor, and after them what others set', () => {
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([...groups.map(({ title }) => title), 'Settings of others']);
  });

  it.each(groups)('has each setting of $title with its default and scope', ({ title, settings }) => {
    const rows = [...below(`## ${title}`).matchAll(/^\| `(registryExplorer\.[^`]+)` *\|([^|]*)\|([^|]*)\|$/gm)];
    expect(rows.map((row) => row.slice(1).map((cell) => cell.trim()))).toEqual(
      settings.map(([name, setting]) => [name, written(setting), setting.scope ?? 'window']),
    );
  });

  it.each(groups)('says of each setting of $title what it does, and which values it takes', ({ title, settings }) => {
    const group = below(`## ${title}`);
    for (const [name, { enum: values = [], items }] of settings) {
      const isListed = group.includes(`\n- \`${name}\`: `);
      const text = isListed ? group : below(`### \`${name}\``);
      expect(text.replaceAll(/^\|.*$/gm, '').trim().length, name).toBeGreaterThan(60);
      const properties = Object.entries(items?.properties ?? {});
      // The kinds of registries have pages of their own.
      const named = properties.flatMap(([key, { enum: all = [] }]) => [key, ...(key === 'provider' ? [] : all)]);
      for (const value of [...values, ...named]) expect(text, name).toContain(`\`${value}\``);
    }
  });

  it.each(groups)(
    'says how the settings of $title are found, if the settings editor hides them',
    ({ title, settings }) => {
      const isAdvanced = settings.some(([, { tags = [] }]) => tags.includes('advanced'));
      expect(below(`## ${title}`).includes('`@tag:advanced ')).toBe(isAdvanced);
    },
  );

  it('has examples that the settings accept', () => {
    const examples = [...page.matchAll(/```json\n(.+?)```/gs)].map(([, text = '']) => text);
    expect(examples.length).toBeGreaterThan(1);
    for (const example of examples) {
      const values = JSON.parse(`{${example}}`) as Readonly<Record<string, unknown>>;
      for (const [name, value] of Object.entries(values)) {
        const setting = groups.flatMap(({ settings }) => settings).find(([known]) => known === name)?.[1];
        expect(value, name).toSatisfy(new Ajv({ strict: false }).compile(setting ?? false));
      }
    }
  });

  it('says which settings a workspace without trust cannot write', () => {
    const [beginning = ''] = page.split('\n## ');
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    for (const name of restrictedConfigurations) expect(beginning).toContain(`\`${name}\``);
  });

  it('is led to from the README', () => {
    expect(read('README.md')).toContain('](docs/settings.md)');
  });
});
