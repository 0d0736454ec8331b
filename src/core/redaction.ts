import { redactUrl } from './http';
import { visible } from './plainText';

/** A shorter one would blot out half of every text, and is nowhere to be found in what we say. */
const shortestSecret = 4;

/** What looks like a secret wherever it comes from: tokens in three parts, tokens that tell their maker, and who sends them. */
const secretShapes = [
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  /\beyJ[\w-]*(?:\.[\w-]*)?(?=…)/g,
  /\b(?:gh[oprsu]_|github_pat_|dckr_(?:pat|oat)_|glpat-)[\w-]+/g,
  /(?<=\b(?:Bearer|Basic) )[\w~+/.-]{12,}=*/g,
];

/** Keeps secrets out of a text that is shown to strangers. */
export class Redaction {
  private readonly secrets = new Set<string>();

  add(secret: string | undefined): void {
    if (secret === undefined || secret.length < shortestSecret) return;
    for (const written of formsOf(secret)) if (written.length >= shortestSecret) this.secrets.add(written);
  }

  /**
   * The text without the secrets that were added, or what a cut (`…`) left of them, without what looks like one, and with its
   * URLs fit for logs. To be called before anything is escaped.
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
    const known = [...this.secrets].sort((a, b) => b.length - a.length);
    let rest = text;
    // Again, since what stood around one may be one now; each time it gets shorter.
    while (known.some((secret) => rest.includes(secret)))
      rest = known.reduce((left, secret) => left.replaceAll(secret, '***'), rest);
    const parts = rest.split('…');
    const last = parts.pop() ?? '';
    return [...parts.map(withoutBeginnings), last].join('…');

    function withoutBeginnings(part: string): string {
      const length = Math.max(0, ...known.map((secret) => beginningAtEnd(part, secret)));
      return length === 0 ? part : `${part.slice(0, -length)}***`;
    }
  }
}

/** How much of the secret's beginning the text ends with; 0 where that is too short to be told from any other text. */
function beginningAtEnd(text: string, secret: string): number {
  for (let length = secret.length - 1; length >= shortestSecret; length--)
    if (text.endsWith(secret.slice(0, length))) return length;
  return 0;
}

/** As it stands in texts, URLs, forms, JSON and what is encoded for transport. */
function formsOf(secret: string): readonly string[] {
  return [
    secret,
    visible(secret),
    // Half of a character has no form in a URL.
    encodeURIComponent(secret.replace(/\p{Cs}/gu, '\ufffd')),
    new URLSearchParams([['', secret]]).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
  ];
}
