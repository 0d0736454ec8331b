/** One challenge of a `WWW-Authenticate` field: https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1 */
export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** Names in lower case, values unquoted. */
  readonly parameters: Readonly<Record<string, string | undefined>>;
}

const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const quoted = /"((?:[^"\\]|\\.)*)"/y;
const blank = /[ \t]*/y;
const separator = /[ \t,]*/y;
/** `token68` and other unreadable text is skipped up to the next comma. */
const unreadable = /[^,]*/y;

/**
 * Reads every challenge of a field, in any order and quoting. Never throws: unreadable parts are left out.
 */
export function parseChallenges(field: string): Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(field);
    if (match !== null) at += match[0].length;
    return match ?? undefined;
  };
  while (at < field.length) {
    take(separator);
    const name = take(token)?.[0];
    if (name === undefined) {
      take(unreadable);
      if (field[at] !== ',') break;
      continue;
    }
    const afterName = at;
    take(blank);
    // A token followed by `=` is a parameter of the challenge before it; any other token starts a challenge.
    if (field[at] !== '=') {
      at = afterName;
      challenges.push({ scheme: name.toLowerCase(), parameters: {} });
      continue;
    }
    at++;
    take(blank);
    const value = take(quoted)?.[1]?.replace(/\\(.)/g, '$1') ?? take(token)?.[0];
    const current = challenges.at(-1);
    if (value === undefined) take(unreadable);
    else if (current !== undefined) current.parameters[name.toLowerCase()] ??= value;
  }
  return challenges;
}
