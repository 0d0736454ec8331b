import type { HttpRequest, HttpResponse } from '../http';
import type { Redaction } from './redaction';

/** Names of the fields with secrets in forms and JSON, sent or received. */
const secretFields = /^((access_|refresh_|id_)?token|password|(client_)?secret)$/;
/** Answers with a token are shorter, in bytes; longer ones are not searched. */
const longestTokenAnswer = 128 * 1024;
/** A server may send any text as its token. A shorter one is not redacted, because that could remove words from our own texts. */
const shortestToken = 16;

/** Adds each secret in a request to the redaction. */
export function addSentSecrets(redaction: Redaction, { headers = {}, body = '' }: HttpRequest): void {
  const authorization = Object.entries(headers).find(([name]) => /^authorization$/i.test(name))?.[1] ?? '';
  const space = authorization.indexOf(' ');
  const credentials = authorization.slice(space + 1);
  const isBasic = /^basic$/i.test(authorization.slice(0, Math.max(space, 0)));
  if (isBasic || credentials.length >= shortestToken) redaction.add(credentials);
  if (isBasic) redaction.add(passwordOf(credentials));
  for (const secret of secretsIn(fieldsOf(body) ?? [...new URLSearchParams(body)])) redaction.add(secret);
}

/** Adds each token in an answer to the redaction. Only the answers of token servers and to POST requests have tokens. */
export function addReceivedTokens(
  redaction: Redaction,
  { method, namedBy }: Pick<HttpRequest, 'method' | 'namedBy'>,
  { body }: Pick<HttpResponse, 'body'>,
): void {
  if ((method !== 'POST' && namedBy === undefined) || body.length > longestTokenAnswer) return;
  for (const token of secretsIn(fieldsOf(new TextDecoder().decode(body)) ?? []))
    if (token.length >= shortestToken) redaction.add(token);
}

function passwordOf(credentials: string): string {
  const login = Buffer.from(credentials, 'base64').toString();
  return login.slice(login.indexOf(':') + 1);
}

type Fields = readonly (readonly [name: string, value: unknown])[];

/** The fields of a JSON object; undefined if the text is not JSON. */
function fieldsOf(text: string): Fields | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [];
  } catch {
    return undefined;
  }
}

function secretsIn(fields: Fields): readonly string[] {
  return fields.flatMap(([name, value]) => (secretFields.test(name) && typeof value === 'string' ? [value] : []));
}
