import { LRUCache } from 'lru-cache';
import type { Credential } from '../model';
import { visible } from '../plainText';

/** A shorter secret would blot out parts of every text. */
const shortestSecret = 4;

/** What always looks like a secret: tokens in three parts, tokens with a vendor's prefix, and values of Authorization headers. */
const secretShapes = [
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  /\beyJ[\w-]*(?:\.[\w-]*)?(?=…)/g,
  /\b(?:gh[oprsu]_|github_pat_|dckr_(?:pat|oat)_|glpat-)[\w-]+/g,
  /(?<=\bBearer )[\w~+/.-]{12,}=*/g,
  // Base64, and no word such as in “Basic authentication”.
  /(?<=\bBasic )(?![A-Za-z]?[a-z]+(?![\w~+/=-]))[\w~+/.-]{12,}=*/g,
];

/** The most secrets that are remembered; the least recently used is forgotten first. */
const mostSecrets = 300;
/** A longer secret is a token without characters that need escaping, so only its plain form is looked for. */
const longestPassword = 256;

/** How a secret may stand in a text. */
interface Written {
  /** Whole forms, encoded. */
  readonly forms: readonly string[];
  /** Each of its characters as it is, or escaped in some way; nothing where that is not looked for. */
  readonly pattern: () => RegExp | undefined;
}

/** Keeps secrets out of a text that is shown or written down. */
export class Redaction {
  private readonly secrets = new LRUCache<string, Written>({ max: mostSecrets });

  /** Adds what a credential keeps secret. */
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

  add(secret: string | undefined): void {
    if (secret === undefined || secret.length < shortestSecret || this.secrets.get(secret) !== undefined) return;
    const forms = formsOf(secret).filter((form) => form.length >= shortestSecret);
    // Made when the first text needs it, which few do.
    let pattern: RegExp | undefined;
    const written = visible(secret);
    const isLookedFor = written.length >= shortestSecret && written.length <= longestPassword;
    const made = () => (isLookedFor ? (pattern ??= patternOf(written)) : undefined);
    this.secrets.set(secret, { forms, pattern: made });
  }

  /**
   * The text without the secrets that were added, or what a cut (`…`) left of them, without what looks like one, and with its
   * URLs fit for logs. To be called before anything is escaped for display.
   */
  of(text: string): string {
    const withoutShapes = secretShapes.reduce((rest, shape) => rest.replace(shape, '***'), this.withoutKnown(text));
    const withoutUrls = withoutShapes.replace(/\b[a-z]+:\/\/[^\s"'`<>|()]+/g, (url) =>
      /[?@]/.test(url) ? redactUrl(url) : url,
    );
    return this.withoutKnown(withoutUrls);
  }

  private withoutKnown(text: string): string {
    // The longest first: one may be part of another.
    const known = [...this.secrets].sort(([one], [other]) => other.length - one.length).map(([, written]) => written);
    let rest = text;
    // Again, since what stood around one may be one now; each time it gets shorter, since none is as short as what takes its place.
    for (let before = ''; before !== rest;) {
      before = rest;
      rest = known.reduce(without, rest);
    }
    const parts = rest.split('…');
    const last = parts.pop() ?? '';
    const forms = known.flatMap((written) => written.forms);
    return [...parts.map(withoutBeginnings), last].join('…');

    function withoutBeginnings(part: string): string {
      const length = Math.max(0, ...forms.map((form) => lengthOfBeginningAtEnd(part, form)));
      return length === 0 ? part : `${part.slice(0, -length)}***`;
    }
  }
}

function without(text: string, { pattern, forms }: Written): string {
  const escapes = /[%&\\+]/.test(text) ? pattern() : undefined;
  const rest = escapes === undefined ? text : text.replace(escapes, '***');
  return forms.reduce((left, form) => left.replaceAll(form, '***'), rest);
}

/** Length of the secret's beginning at the end of the text; 0 if that is too short to be recognised. */
function lengthOfBeginningAtEnd(text: string, secret: string): number {
  for (let length = Math.min(secret.length - 1, text.length); length >= shortestSecret; length--)
    if (text.endsWith(secret.slice(0, length))) return length;
  return 0;
}

/** As it stands in texts, URLs, forms, JSON and what is encoded for transport. */
function formsOf(secret: string): readonly string[] {
  const whole = secret.replace(/\p{Cs}/gu, '\ufffd');
  return [
    ...new Set([
      secret,
      visible(secret),
      // Half of a character has no form in a URL.
      encodeURIComponent(whole),
      new URLSearchParams([['', secret]]).toString().slice(1),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      Buffer.from(secret).toString('base64url'),
    ]),
  ];
}

/** Names that HTML has for characters which passwords have. */
const entities: Readonly<Partial<Record<string, string>>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
  '\u00a0': 'nbsp',
};

/** Finds the secret however a server escaped its characters: in a URL, in HTML, in JSON or a string of a program, or not at all. */
function patternOf(secret: string): RegExp {
  const characters = Array.from(secret, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const units = [...Array(character.length).keys()].map((at) => character.charCodeAt(at));
    const bytes = [...Buffer.from(character)];
    const named = entities[character];
    const ways = [
      escapeForRegExp(character),
      ...(character === ' ' ? ['\\s', '\\+'] : []),
      bytes.map((byte) => `%(?:25)?${hexOf(byte, 2)}`).join(''),
      `&#0{0,6}${code};`,
      `&#[xX]0{0,6}${hexOf(code, 1)};`,
      ...(named === undefined ? [] : [`&${named};`]),
      units.map((unit) => `\\\\{1,4}u${hexOf(unit, 4)}`).join(''),
      ...(code < 256 ? [`\\\\{1,4}x${hexOf(code, 2)}`] : []),
      ...(/[^\w\s]/.test(character) ? [`\\\\{1,4}${escapeForRegExp(character)}`] : []),
    ];
    return `(?:${ways.join('|')})`;
  });
  return new RegExp(characters.join(''), 'gu');
}

/** A number in hexadecimal digits, large or small, at least so many. */
function hexOf(value: number, digits: number): string {
  const text = value.toString(16).padStart(digits, '0');
  return text.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

function escapeForRegExp(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
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
