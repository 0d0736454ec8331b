import { t } from '@vscode/l10n';

/**
 * The language of our texts, as BCP 47. Each translation names its own, so that numbers, dates and plural forms are of the
 * same language as the words around them, also where VS Code's language is one that we have no translation for.
 */
export function language(): string {
  return t({
    message: 'en',
    comment: 'The language of this translation (BCP 47), which numbers, dates and plural forms follow.',
  });
}

/** The order of plural forms in a text: https://unicode.org/reports/tr35/tr35-numbers.html#Language_Plural_Rules */
const categories = ['zero', 'one', 'two', 'few', 'many', 'other'];

/**
 * The one of several forms that goes with a number: `plural(n, t('{0} tag | {0} tags'))`. A translation has a form for each
 * category that `Intl.PluralRules` has for its language, in the order above. `{0}` is the number as it is written in that
 * language, `{1}` and on are `more`.
 */
export function plural(number: number, forms: string, ...more: readonly string[]): string {
  const rules = new Intl.PluralRules(language());
  const { pluralCategories } = rules.resolvedOptions();
  const used = categories.filter((category) => pluralCategories.some((one) => one === category));
  const each = forms.split(' | ');
  const form = each[used.indexOf(rules.select(number))] ?? each.at(-1) ?? forms;
  const values = [number.toLocaleString(language()), ...more];
  return form.replace(/\{(\d+)\}/g, (hole, index: string) => values[Number(index)] ?? hole);
}
