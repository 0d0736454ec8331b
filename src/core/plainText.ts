/**
 * Makes text of others safe to show. VS Code turns `[label](command:…)` into a link that runs a command, and `$(name)` into an icon.
 * A space breaks both.
 */

/**
 * Characters that are invisible, or that change how others look: control, format and direction, unpaired surrogates, ignorable and
 * unassigned ones, private use (the icons of VS Code), and the blank Braille pattern.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}\u2800]/gu;
/** Too many marks on one letter would cover the lines around it. */
const tooManyMarks = /(\p{M}{4})\p{M}+/gu;
const longest = 300;
/** Characters of a whole sentence that contains text of others, at most. */
const longestSentence = 2000;

/** The text on one line, without invisible characters. */
export function visible(text: string): string {
  return text.replace(/\s/g, ' ').replace(unseen, '').replace(/ +/g, ' ').replace(tooManyMarks, '$1').trim();
}

/** As `visible`, at most 300 characters long. */
export function plainText(text: string): string {
  return cut(visible(text), longest);
}

/** As `visible`, without links and icons, at most 2,000 characters long: safe for VS Code to show. */
export function harmless(text: string): string {
  return cut(visible(text.slice(0, 10 * longestSentence)), longestSentence)
    .replaceAll('](', '] (')
    .replaceAll('$(', '$ (');
}

/** Shortens a line; `visible` removes a surrogate that the cut left unpaired. */
function cut(line: string, most: number): string {
  return line.length > most ? `${visible(line.slice(0, most - 1))}…` : line;
}

/** As `unseen`, but keeps tabs and ordinary line ends. Unicode line separators are removed, because YAML reads them as line ends. */
const unseenInDocument =
  /[^\P{Cc}\t\n\r]|[\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;
const plainAscii = /^[\t\n\r -~]*$/;

/** The text without invisible characters, which could split a word that is searched for. Line ends and tabs stay. */
export function seen(text: string): string {
  return plainAscii.test(text) ? text : text.replace(unseenInDocument, '');
}

/** Writes invisible characters as escapes, such as `\u202e`: in a JSON or YAML string they mean the same. */
export function withEscapes(text: string): string {
  if (plainAscii.test(text)) return text;
  return text.replace(unseenInDocument, (character) =>
    Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
