import { config, t } from '@vscode/l10n';
import { afterEach, describe, expect, it } from 'vitest';
import { language, plural } from '../../../src/core/locale';
import { age, count, size, describeTransfer, wait } from '../../../src/ui/words';

/** As VS Code hands the bundle of a language over. */
function speak(bundle: Readonly<Record<string, string>>): void {
  config({ contents: { ...bundle } });
}

const languageKey = 'en/The language of this translation (BCP 47), which numbers, dates and plural forms follow.';
const tags = (number: number): string => plural(number, t('{0} tag | {0} tags'));

afterEach(() => {
  speak({});
});

describe('without a translation', () => {
  it('numbers, sizes and ages are English, whatever the language of VS Code or the machine', () => {
    expect(language()).toBe('en');
    expect(count(12_345)).toBe('12,345');
    expect(size(1_240_000_000)).toBe('1.2 GB');
  });

  it('there is a form for one, and one for all others', () => {
    expect([0, 1, 2, 1_234].map(tags)).toEqual(['0 tags', '1 tag', '2 tags', '1,234 tags']);
  });

  it('a form may leave the number out, and have more than it', () => {
    const copied = (number: number): string => plural(number, t('Copied {1} | Copied {0} names'), 'app:1.0');
    expect([1, 2].map(copied)).toEqual(['Copied app:1.0', 'Copied 2 names']);
  });

  it('what is filled in is not looked through for holes and forms', () => {
    expect(plural(1, t('Copied {1} | Copied {0} names'), 'a | {0}')).toBe('Copied a | {0}');
  });
});

describe('with a translation', () => {
  it('numbers, sizes and ages are of its language', () => {
    speak({ [languageKey]: 'de' });
    expect(count(12_345)).toBe('12.345');
    expect(size(1_240_000_000)).toBe('1,2 GB');
    expect(wait(45)).toBe('in 45 Sekunden');
    expect(age(new Date('2026-06-13T11:00:00Z'), new Date('2026-06-15T12:00:00Z'))).toBe('vor 2 Tagen');
  });

  it('plural forms are those of its language', () => {
    speak({
      [languageKey]: 'de',
      '{1} of {0} layer | {1} of {0} layers': '{1} von {0} Schicht | {1} von {0} Schichten',
    });
    const state = { layersDone: 0, bytes: 0, bytesDone: 0 };
    expect([1, 7].map((layers) => describeTransfer({ ...state, layers }, 0))).toEqual([
      '0 von 1 Schicht',
      '0 von 7 Schichten',
    ]);
  });

  it('there may be more forms than English has', () => {
    speak({ [languageKey]: 'pl', '{0} tag | {0} tags': '{0} tag | {0} tagi | {0} tagów | {0} tagu' });
    expect([1, 2, 5, 22, 1.5].map(tags)).toEqual(['1 tag', '2 tagi', '5 tagów', '22 tagi', '1,5 tagu']);
  });

  it('and fewer', () => {
    speak({ [languageKey]: 'ja', '{0} tag | {0} tags': 'タグ {0} 件' });
    expect([1, 2].map(tags)).toEqual(['タグ 1 件', 'タグ 2 件']);
  });
});
