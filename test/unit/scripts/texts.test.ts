import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { bundleFile, textsOf, textsOfSource } from '../../../scripts/texts';

const withT = (code: string): string => `import { t } from '@vscode/l10n';\n${code}`;

describe('the texts of the source', () => {
  it('are in l10n/bundle.l10n.json, as “npm run l10n” writes it', async () => {
    const kept = JSON.parse(await readFile(bundleFile, 'utf8')) as object;
    const found = JSON.parse(await textsOfSource()) as object;
    expect(found).toHaveProperty(['just now']);
    expect({
      missing: Object.keys(found).filter((key) => !(key in kept)),
      unused: Object.keys(kept).filter((key) => !(key in found)),
    }).toEqual({ missing: [], unused: [] });
    expect(kept).toEqual(found);
  });

  it.each([
    ['a plain text', withT("const f = () => t('Pull {0}', name);"), { 'Pull {0}': 'Pull {0}' }],
    ['escapes', withT(String.raw`const f = () => t('one\n“two” it\'s');`), { "one\n“two” it's": "one\n“two” it's" }],
    ['a template without holes', withT('const f = () => t(`one\ntwo`);'), { 'one\ntwo': 'one\ntwo' }],
    ['both ways of a choice', withT("const f = () => (a ? t('one') : t('two'));"), { one: 'one', two: 'two' }],
    ['a text for a method', withT("class A { b() { return t('one'); } }"), { one: 'one' }],
    ['another name', "import { t as text } from '@vscode/l10n';\nconst f = () => text('one');", { one: 'one' }],
    ['a namespace', "import * as l10n from '@vscode/l10n';\nconst f = () => l10n.t('one');", { one: 'one' }],
    [
      'a comment for the translator',
      withT("const f = () => t({ message: 'Open', comment: 'a verb' });"),
      { 'Open/a verb': { message: 'Open', comment: ['a verb'] } },
    ],
    ['the t of somebody else', "import { t } from './t';\nconst a = t('one');", {}],
    ['a member that is called t', withT("const f = () => other.t('one');"), {}],
  ])('are found: %s', (_what, code, expected) => {
    expect(textsOf('a.ts', code)).toEqual(expected);
  });

  it.each([
    ['put together', withT("const f = () => t('one' + two);"), 'src/a.ts:2: the text must stand in the call to t'],
    ['in a variable', withT('const f = () => t(text);'), 'src/a.ts:2: the text must stand in the call to t'],
    ['with holes of its own', withT('const f = () => t(`one ${two}`);'), 'the text must stand in the call to t'],
    ['without a comment', withT("const f = () => t({ message: 'one' });"), 'the text must stand in the call to t'],
    ['in a tagged template', withT('const f = () => t`one ${two}`;'), 'src/a.ts:2: t can only be called'],
    ['where t is handed on', withT('const f = () => list.map(t);'), 'src/a.ts:2: t can only be called'],
    ['too early', withT("\nconst name = t('one');"), 'src/a.ts:3: a text at the top of a module is read before'],
  ])('are refused %s', (_how, code, message) => {
    expect(() => textsOf('a.ts', code)).toThrow(message);
  });
});
