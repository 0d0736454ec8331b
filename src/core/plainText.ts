/**
 * What others wrote, made fit to be shown. VS Code takes some of it for more than text: `[label](command:…)` becomes a link that
 * runs a command, `$(name)` an icon. Both are broken by a space, which reads and copies as what it is.
 */

/**
 * Characters that nobody sees, or that change how others are seen: control, format and direction, halves of a character, what
 * fonts leave out, private use (the icons of VS Code), and a letter and a pattern that look like nothing.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}\u2800]/gu;
/** More marks on one letter than any script has would cover the lines around it. */
const tooManyMarks = /(\p{M}{4})\p{M}+/gu;
const longest = 300;
/** Of a whole sentence of ours with words of others in it. */
const longestSentence = 2000;

/** On one line, without what nobody sees. */
export function visible(text: string): string {
  return text.replace(/\s+/g, ' ').replace(unseen, '').replace(tooManyMarks, '$1').trim();
}

/** The same, at most 300 characters long. */
export function plainText(text: string): string {
  return cut(visible(text), longest);
}

/** A line for VS Code to show as it stands: the same without links and icons, at most 2,000 characters long. */
export function harmless(text: string): string {
  return cut(visible(text.slice(0, 10 * longestSentence)), longestSentence)
    .replaceAll('](', '] (')
    .replaceAll('$(', '$ (');
}

/** The cut may leave half of a character. */
function cut(line: string, most: number): string {
  return line.length > most ? `${visible(line.slice(0, most - 1))}…` : line;
}

/** Of a document, in which lines and tabs are what they are. Line ends of other kinds count for nothing in JSON, and for much in YAML. */
const unseenInDocument =
  /[^\P{Cc}\t\n\r]|[\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;
const plainAscii = /^[\t\n\r -~]*$/;

/** What nobody sees as its escape, `\u202e`: in a string of JSON or YAML it stays the same character. */
export function withEscapes(text: string): string {
  if (plainAscii.test(text)) return text;
  return text.replace(unseenInDocument, (character) =>
    Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
