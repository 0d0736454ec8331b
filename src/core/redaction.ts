import { redactUrl } from './http';

/** A shorter one would blot out half of every text, and is nowhere to be found in what we say. */
const shortestSecret = 4;

/** What looks like a secret wherever it comes from: tokens in three parts, tokens that tell their maker, and who sends them. */
const secretShapes = [
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  /\b(?:gh[oprsu]_|github_pat_|dckr_(?:pat|oat)_|glpat-)[\w-]+/g,
  /(?<=\b(?:Bearer|Basic) )[\w~+/.-]{12,}=*/g,
];

/** Keeps secrets out of a text that is shown to strangers. */
export class Redaction {
  private readonly secrets = new Set<string>();

  add(secret: string | undefined): void {
    if (secret === undefined || secret.length < shortestSecret) return;
    this.secrets.add(secret);
    this.secrets.add(encodeURIComponent(secret));
  }

  /** The text without the secrets that were added, without what looks like one, and with its URLs fit for logs. */
  of(text: string): string {
    // The longest first: one may be part of another.
    const known = [...this.secrets].sort((a, b) => b.length - a.length);
    const withoutKnown = known.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
    const withoutShapes = secretShapes.reduce((rest, shape) => rest.replace(shape, '***'), withoutKnown);
    return withoutShapes.replace(/\b[a-z]+:\/\/[^\s"'`<>|()]+/g, (url) => (/[?@]/.test(url) ? redactUrl(url) : url));
  }
}
