import type { Credential } from '../model';
import { visible } from '../plainText';

/** A shorter secret is not redacted: its characters occur in ordinary words. */
const shortestSecret = 4;

/** Patterns of secrets: JSON Web Tokens, tokens with a known prefix, and values of Authorization headers. */
const secretShapes = [
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  /\beyJ[\w-]*(?:\.[\w-]*)?(?=…)/g,
  /\b(?:gh[oprsu]_|github_pat_|dckr_(?:pat|oat)_|glpat-)[\w-]+/g,
  /(?<=\bBearer )[\w~+/.-]{12,}=*/g,
  // Base64, but not a word as in “Basic authentication”.
  /(?<=\bBasic )(?![A-Za-z]?[a-z]+(?![\w~+/=-]))[\w~+/.-]{12,}=*/g,
];

/** The most secrets that are remembered; the one that was added longest ago is forgotten first. */
const mostSecrets = 300;

/** The forms in which a secret may occur in a text. */
interface SecretForms {
  /** Length of the shortest of them. A shorter text contains none. */
  readonly shortest: number;
  /** The secret as it is, and encoded as a whole. */
  readonly forms: readonly string[];
  /** The characters to look for with any of them escaped; none if they are too few. */
  readonly characters: readonly string[];
}

/** Knows the secrets of this window, and removes them from every text that is shown or logged. */
export class Redaction {
  /** The one added last is the last. */
  private readonly secrets = new Map<string, SecretForms>();
  /** The longest first, because one secret may be part of another. Undefined after a secret was added. */
  private sorted: readonly SecretForms[] | undefined;

  /** Adds the secrets of a credential. */
  addCredential(credential: Credential): void {
    switch (credential.kind) {
      case 'anonymous':
        return;
      case 'basic':
        this.add(credential.secret);
        this.add(Buffer.from(`${credential.username}:${credential.secret}`).toString('base64'));
        return;
      case 'identityToken':
      case 'registryToken':
        this.add(credential.token);
    }
  }

  /** Adds a secret. One with fewer than four characters is ignored. */
  add(secret: string | undefined): void {
    if (secret === undefined || secret.length < shortestSecret) return;
    const known = this.secrets.get(secret);
    this.secrets.delete(secret);
    this.secrets.set(secret, known ?? searchedFor(secret));
    if (known !== undefined) return;
    const [oldest] = this.secrets.keys();
    if (oldest !== undefined && this.secrets.size > mostSecrets) this.secrets.delete(oldest);
    this.sorted = undefined;
  }

  /**
   * Replaces these with `***`: secrets that were added, the beginning of one before a cut (`…`), and text that looks like a secret.
   * URLs become fit for logs (redactUrl). Call this before anything is escaped for display.
   */
  redact(text: string): string {
    const withoutShapes = secretShapes.reduce((rest, shape) => rest.replace(shape, '***'), this.withoutKnown(text));
    const withoutUrls = withoutShapes.replace(/\b[a-z]+:\/\/[^\s"'`<>|()]+/g, (url) =>
      /[?@]/.test(url) ? redactUrl(url) : url,
    );
    return this.withoutKnown(withoutUrls);
  }

  private withoutKnown(text: string): string {
    this.sorted ??= [...this.secrets].sort(([one], [other]) => other.length - one.length).map(([, written]) => written);
    const known = this.sorted;
    // Thousands of row labels pass through here. Most secrets are tokens, which are longer than a label.
    const possible = known.filter(({ shortest }) => shortest <= text.length);
    let rest = text;
    // Repeated, because the text around a removed secret may now form another. It ends: `***` is shorter than every secret.
    for (let before = ''; before !== rest;) {
      before = rest;
      const inEscapes = /[%&\\+]/.test(rest) ? escapedIn(rest) : undefined;
      rest = possible.reduce((left, secret) => removeSecret(left, secret, inEscapes), rest);
    }
    const parts = rest.split('…');
    const last = parts.pop() ?? '';
    if (parts.length === 0) return last;
    // All secrets: the beginning that a cut left may be shorter than its secret.
    const forms = known.flatMap((written) => written.forms);
    return [...parts.map(withoutBeginning), last].join('…');

    function withoutBeginning(part: string): string {
      const length = Math.max(0, ...forms.map((form) => lengthOfBeginningAtEnd(part, form)));
      return length === 0 ? part : `${part.slice(0, -length)}***`;
    }
  }
}

function removeSecret(text: string, { characters, forms }: SecretForms, inEscapes: string | undefined): string {
  // Most secrets are not in a text, and few of these have only characters that are.
  const mayBeEscaped =
    inEscapes !== undefined &&
    characters.every((character) => character > '~' || text.includes(character) || inEscapes.includes(character));
  const rest = mayBeEscaped ? withoutEscaped(text, characters) : text;
  return forms.reduce((left, form) => left.replaceAll(form, '***'), rest);
}

/** What of ASCII the escapes of a text may stand for, read in every way. */
function escapedIn(text: string): string {
  const codes = Array.from(text.matchAll(mayBeEscapes), ([, hex, decimal]) =>
    hex === undefined ? Number(decimal) : Number.parseInt(hex, 16),
  );
  const named = text.includes('&') ? Object.keys(entities).join('') : '';
  const space = /[\s+]/.test(text) ? ' ' : '';
  return String.fromCharCode(...new Set(codes.filter((code) => code < 128))) + named + space;
}

/** What an escape begins with. */
const leads = '%&\\';

/**
 * Replaces a secret whose characters are each escaped as in a URL, HTML, JSON or a string literal, or not escaped. (A pattern for each
 * secret would take a megabyte of machine code for each, and in the end all of the memory for code.)
 */
function withoutEscaped(text: string, characters: readonly string[]): string {
  const [first] = characters;
  if (first === undefined) return text;
  let rest = '';
  let taken = 0;
  for (let start = 0; start < text.length; start++) {
    // No secret begins with a space, which can be written as a plus.
    const mayBegin = text.startsWith(first, start) || leads.includes(text.charAt(start));
    const end = mayBegin ? endOf(characters, text, start) : undefined;
    if (end === undefined) continue;
    rest += `${text.slice(taken, start)}***`;
    taken = end;
    start = end - 1;
  }
  return rest + text.slice(taken);
}

/** Where the characters end that begin at `start`, the farthest if there are several ways to read them; undefined if they are not there. */
function endOf(characters: readonly string[], text: string, start: number): number | undefined {
  let reached = [start];
  for (const character of characters) {
    const [only = 0, ...others] = reached;
    const isPlain = others.length === 0 && character !== ' ' && !leads.includes(text.charAt(only));
    if (isPlain && !text.startsWith(character, only)) return undefined;
    reached = isPlain ? [only + character.length] : [...new Set(reached.flatMap((at) => endsOf(character, text, at)))];
    if (reached.length === 0) return undefined;
  }
  return Math.max(...reached);
}

/** Length of the secret's beginning at the end of the text; 0 if that is too short to be recognised. */
function lengthOfBeginningAtEnd(text: string, secret: string): number {
  for (let length = Math.min(secret.length - 1, text.length); length >= shortestSecret; length--)
    if (text.endsWith(secret.slice(0, length))) return length;
  return 0;
}

function searchedFor(secret: string): SecretForms {
  const forms = formsOf(secret).filter((form) => form.length >= shortestSecret);
  const written = visible(secret);
  const isLookedFor = written.length >= shortestSecret;
  const searched = isLookedFor ? [...forms, written] : forms;
  const shortest = Math.min(...searched.map(({ length }) => length));
  return { shortest, forms, characters: isLookedFor ? Array.from(written) : [] };
}

/** The secret as it is, and as it is written in URLs, forms, JSON and Base64. */
function formsOf(secret: string): readonly string[] {
  const whole = secret.replace(/\p{Cs}/gu, '\ufffd');
  return [
    ...new Set([
      secret,
      visible(secret),
      // encodeURIComponent throws for half of a surrogate pair.
      encodeURIComponent(whole),
      new URLSearchParams([['', secret]]).toString().slice(1),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      Buffer.from(secret).toString('base64url'),
    ]),
  ];
}

/** HTML's named entities for characters that occur in passwords. */
const entities: Readonly<Partial<Record<string, string>>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
  '\u00a0': 'nbsp',
};

/** Where a character ends that begins at `at`, in each way in which it may be written there. */
function endsOf(character: string, text: string, at: number): readonly number[] {
  const ends = text.startsWith(character, at) ? [at + character.length] : [];
  const lead = text.charAt(at);
  if (character === ' ' && /[\s+]/.test(lead)) ends.push(at + 1);
  if (lead === '%') ends.push(...endsInUrl(character, text, at));
  if (lead === '&') ends.push(...endsInHtml(character, text, at));
  if (lead === '\\') ends.push(...endsInLiteral(character, text, at));
  return ends;
}

/** The digits of each escape, also of one inside another. */
const mayBeEscapes = /(?<=%|%25|&#[xX]0*|\\[uU]00|\\[xX])(?=([\da-fA-F]{2}))|(?<=&#0*)(?=([1-9]\d{0,2});)/g;
const inUrls = [/%([\da-f]{2})/iy, /%25([\da-f]{2})/iy];
const inHtml = { decimal: /&#(\d{1,13});/y, hexadecimal: /&#x([\da-f]{1,12});/iy };
const inLiterals = { unit: /\\{1,4}u([\da-f]{4})/iy, byte: /\\{1,4}x([\da-f]{2})/iy };

/** As bytes in UTF-8, each escaped once or twice. */
function endsInUrl(character: string, text: string, at: number): readonly number[] {
  let reached: readonly number[] = [at];
  for (const byte of Buffer.from(character)) {
    reached = reached.flatMap((from) => inUrls.flatMap((escape) => endIf(escape, text, from, byte)));
  }
  return reached;
}

function endsInHtml(character: string, text: string, at: number): readonly number[] {
  const code = character.codePointAt(0) ?? 0;
  const named = `&${entities[character] ?? ''};`;
  return [
    ...endIf(inHtml.decimal, text, at, code, 10),
    ...endIf(inHtml.hexadecimal, text, at, code),
    ...(named !== '&;' && text.startsWith(named, at) ? [at + named.length] : []),
  ];
}

/** Behind one to four backslashes: strings may be in strings. */
function endsInLiteral(character: string, text: string, at: number): readonly number[] {
  const units = Array.from({ length: character.length }, (_none, index) => character.charCodeAt(index));
  const asUnits = units.reduce<readonly number[]>(
    (reached, unit) => reached.flatMap((from) => endIf(inLiterals.unit, text, from, unit)),
    [at],
  );
  const asByte = endIf(inLiterals.byte, text, at, character.codePointAt(0) ?? 0);
  const asItself = /[^\w\s]/.test(character)
    ? [1, 2, 3, 4].filter((count) => text.startsWith('\\'.repeat(count) + character, at))
    : [];
  return [...asUnits, ...asByte, ...asItself.map((count) => at + count + character.length)];
}

/** Where the escape ends that stands at `at`, if it is that of this code. `escape`: sticky, with the digits as its group. */
function endIf(escape: RegExp, text: string, at: number, code: number, base = 16): readonly number[] {
  escape.lastIndex = at;
  const digits = escape.exec(text)?.[1];
  return digits !== undefined && Number.parseInt(digits, base) === code ? [escape.lastIndex] : [];
}

const harmlessParameters = new Set([
  'n',
  'last',
  'service',
  'scope',
  'artifactType',
  'digest',
  'page',
  'page_size',
  'orderby',
]);

/** A URL fit for logs: no user, no password, and only query values known to be harmless. */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return '(unreadable URL)';
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  for (const name of [...parsed.searchParams.keys()]) {
    if (!harmlessParameters.has(name)) parsed.searchParams.set(name, '***');
  }
  return parsed.href;
}
