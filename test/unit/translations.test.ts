import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Bundle } from '../../scripts/texts';
import { projectRoot } from '../rig/paths';

const read = (file: string): Bundle => JSON.parse(readFileSync(join(projectRoot, file), 'utf8')) as Bundle;
const textOf = (entry: Bundle[string]): string => (typeof entry === 'string' ? entry : entry.message);
const holes = (text: string): readonly string[] => [...new Set(text.match(/\{\d+\}/g))].sort();
const links = (text: string): readonly string[] => (text.match(/\(command:[\w.]+\)|`[^`]+`/g) ?? []).sort();
const forms = (text: string): number => text.split(' | ').length;

const english = read('l10n/bundle.l10n.json');
const manifest = read('package.nls.json');
const languages = readdirSync(join(projectRoot, 'l10n')).flatMap(
  (file) => /^bundle\.l10n\.(.+)\.json$/.exec(file)?.[1] ?? [],
);
it('German is among the languages', () => {
  expect(languages).toContain('de');
});

describe.each(languages)('the translation %s', (language) => {
  const bundle = read(`l10n/bundle.l10n.${language}.json`);
  const own = read(`package.nls.${language}.json`);
  const entries = Object.entries(bundle).map(([key, entry]) => ({
    key,
    text: textOf(entry),
    original: textOf(english[key] ?? ''),
  }));

  it('names its language, as Intl knows it', () => {
    const key = Object.keys(english).find((candidate) => candidate.startsWith('en/')) ?? '';
    expect(bundle[key]).toBe(language);
    expect(Intl.PluralRules.supportedLocalesOf([language])).toEqual([language]);
  });

  it('has all that package.json shows, with the same commands and code in it', () => {
    expect(Object.keys(own).sort()).toEqual(Object.keys(manifest).sort());
    for (const [key, text] of Object.entries(own))
      expect(links(textOf(text)), key).toEqual(links(textOf(manifest[key] ?? '')));
  });

  it('has no text that English does not have', () => {
    expect(Object.keys(bundle).filter((key) => !(key in english))).toEqual([]);
  });

  it('has every text', () => {
    expect(Object.keys(english).filter((key) => !(key in bundle))).toEqual([]);
  });

  it('fills in what English fills in', () => {
    const single = entries.filter(({ original }) => forms(original) === 1);
    for (const { key, text, original } of single) expect(holes(text), key).toEqual(holes(original));
    // A form of several may leave the number out.
    for (const { key, text, original } of entries)
      for (const hole of holes(text)) expect(holes(original), key).toContain(hole);
  });

  it('has a plural form for each category of its language', () => {
    const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories.length;
    for (const { key, text } of entries.filter(({ original }) => forms(original) > 1))
      expect(forms(text), key).toBe(wanted);
  });
});
