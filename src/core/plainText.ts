/** What others wrote, on one line and without characters that nobody sees: control, direction, halves of a character. */
export function visible(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .trim();
}

/** The same, at most 300 characters long. */
export function plainText(text: string): string {
  const line = visible(text);
  // The cut may leave half of a character.
  return line.length > 300 ? `${visible(line.slice(0, 299))}…` : line;
}
