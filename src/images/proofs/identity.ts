import type { CertificateSigner } from './proof';

/** Somebody whom the user expects to sign. */
export interface ExpectedIdentity {
  /** The whole subject alternative name; `*` stands for any text, slashes included. */
  readonly identity: string;
  /** The whole URL of the issuer. */
  readonly issuer: string;
}

/** Whether a certificate's signer is the expected one. The issuer counts as well: anybody can run one that calls them as they like. */
export function isIdentity({ identity, issuer }: CertificateSigner, expected: ExpectedIdentity): boolean {
  return issuer !== '' && issuer === expected.issuer && matchesPattern(identity, expected.identity);
}

/** Whether the whole text matches, in time linear in the text for each star of the pattern. */
function matchesPattern(text: string, pattern: string): boolean {
  const parts = pattern.split('*');
  const first = parts[0] ?? '';
  if (parts.length === 1) return text === pattern;
  const last = parts.at(-1) ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
