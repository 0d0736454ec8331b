import { t } from '@vscode/l10n';

/**
 * The language of our texts, as BCP 47. Each translation names its own language, so that numbers, dates and plural forms match
 * the words around them, even if there is no translation for the language of VS Code.
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
 * The plural form for a number: `plural(n, t('{0} tag | {0} tags'))`. A translation has a form for each category that
 * `Intl.PluralRules` has for its language, in the order above. `{0}` is the number in the format of that language; `{1}`, `{2}`
 * and so on are `more`.
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
