/** The most of a typed filter that is looked at. */
const mostCharacters = 200;

/**
 * Finds out whether a name matches what a user typed: it has to match each of the words, in any order and in any case. A word is a part of the
 * name; with `*`, which stands for any characters, it is a pattern for the whole name: `1.*`, `*-alpine`. Everything matches no words.
 */
export function nameFilter(typed: string): (name: string) => boolean {
  const tests = typed.slice(0, mostCharacters).toLowerCase().split(/\s+/).filter(Boolean).map(wordTest);
  return (name) => {
    const lower = name.toLowerCase();
    return tests.every((test) => test(lower));
  };
}

/** The longest text that a name must have in it to match what was typed, for a service that finds names by one; empty if there is none. */
export function wordToFind(typed: string): string {
  const texts = typed
    .slice(0, mostCharacters)
    .toLowerCase()
    .split(/[\s*]+/);
  return texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
}

function wordTest(word: string): (name: string) => boolean {
  const [first = '', ...others] = word.split('*');
  const last = others.pop();
  if (last === undefined) return (name) => name.includes(word);
  return (name) => {
    if (!name.startsWith(first)) return false;
    let at = first.length;
    for (const part of others) {
      const found = name.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return name.length - last.length >= at && name.endsWith(last);
  };
}
