import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { harmless, plainText, visible, withEscapes } from '../../../src/core/plainText';

/** What VS Code makes links of, and icons: https://github.com/microsoft/vscode/blob/1.105.0/src/vs/base/common/linkedText.ts and iconLabels.ts */
const link = /\[[^\]]*\]\((https?:|command:|file:)/i;
const icon = /\$\([\w~-]+\)/;
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800]/u;

const hostile = [
  ['a link', '[Retry](command:workbench.action.quit)', '[Retry] (command:workbench.action.quit)'],
  ['a link to a page', 'see [the docs](https://evil.example "hint")', 'see [the docs] (https://evil.example "hint")'],
  ['links in links', '[[a](command:b)](command:c)', '[[a] (command:b)] (command:c)'],
  ['a link in pieces', '[a]\u200b(command:b)', '[a] (command:b)'],
  ['a link over lines', '[a]\u0007\u202e(command:b)', '[a] (command:b)'],
  ['an icon', '$(verified-filled) Docker Hub', '$ (verified-filled) Docker Hub'],
  ['an icon in pieces', '$\u2060(loading~spin)', '$ (loading~spin)'],
  ['an icon of an icon', '$$((sync))', '$$ ((sync))'],
  ['lines', 'one\r\ntwo\u2028three\u0085\vfour\tfive', 'one two three four five'],
  ['directions', 'gpj.\u202eexe \u2066a\u2069 \u200fb\u061c', 'gpj.exe a b'],
  ['what is not there', '\u3164\uffa0\u115f\u034f\ufe0f\u{e0041}\u{e0100}\u2800x\ud800', 'x'],
  ['an icon of the font', '\ueb99 trusted', 'trusted'],
  ['marks on marks', `z${'\u0301'.repeat(50)}`, `z${'\u0301'.repeat(4)}`],
] as const;

describe('a text for VS Code', () => {
  it.each(hostile)('is text: %s', (_what, text, shown) => {
    expect(harmless(text)).toBe(shown);
  });

  it.each(['Größe 10 µm — “ok”', 'مستودع', 'מאגר', '容器镜像', 'नमस्ते', 'v1.2.3-rc_1', '(a) [b] $c'])(
    'stays as it is: %s',
    (text) => {
      expect(harmless(text)).toBe(text);
    },
  );

  it('holds no link, no icon and nothing unseen, whatever it is made of', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom(
          '[',
          ']',
          '](',
          '(',
          ')',
          '$',
          '$(',
          'command:',
          'https://',
          '\\',
          '~',
          '\n',
          '\u200b',
          '\u202e',
          '\ud83d',
          'x',
        ),
        fc.string({ unit: 'binary', maxLength: 5 }),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const shown = harmless(parts.join(''));
        expect([link.test(shown), icon.test(shown), unseen.test(shown), shown.includes('\n')]).toEqual([
          false,
          false,
          false,
          false,
        ]);
      }),
      { numRuns: 3000 },
    );
  });

  it('leaves one space where invisible characters stood between spaces', () => {
    expect(visible('a\t\0\t \u200bb')).toBe('a b');
  });

  it('has an end', () => {
    expect(harmless('a'.repeat(1_000_000))).toHaveLength(2000);
    expect(plainText('a'.repeat(1_000_000))).toHaveLength(300);
    expect(visible('\u0301'.repeat(1_000_000))).toHaveLength(4);
  });
});

describe('a document', () => {
  it('shows what nobody sees, in JSON as the same character', () => {
    const value = { 'a\u202eb': 'c\u200b\u2028\u{e0041}\u0085 ü\tü' };
    const text = JSON.stringify(value, undefined, 2);
    const shown = withEscapes(text);
    expect(shown).toBe('{\n  "a\\u202eb": "c\\u200b\\u2028\\udb40\\udc41\\u0085 ü\\tü"\n}');
    expect(JSON.parse(shown)).toEqual(value);
  });

  it('keeps its lines and tabs, and is not touched where all is seen', () => {
    expect(withEscapes('a: 1\r\n\tb: ü\n')).toBe('a: 1\r\n\tb: ü\n');
  });

  it('holds nothing unseen, whatever it is made of, and JSON keeps its values', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = JSON.stringify({ [text]: text });
        const shown = withEscapes(json);
        expect(unseen.test(shown.replace(/[\n\r\t]/g, ''))).toBe(false);
        expect(JSON.parse(shown)).toEqual(JSON.parse(json));
      }),
    );
  });
});
