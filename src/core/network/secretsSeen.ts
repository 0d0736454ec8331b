import type { HttpRequest, HttpResponse } from '../http';
import type { Redaction } from './redaction';

/** Of forms and of JSON, sent or received. */
const secretFields = /^((access_|refresh_|id_)?token|password|(client_)?secret)$/;
/** No answer that brings a token is longer. */
const longestTokenAnswer = 128 * 1024;
/** What a server calls its token may be any word; a shorter one is not taken for a secret, or it could blot out what we say. */
const shortestToken = 16;

/** Tells the redaction each secret that a request carries. */
export function noteSent(redaction: Redaction, { headers = {}, body = '' }: HttpRequest): void {
  const authorization = Object.entries(headers).find(([name]) => /^authorization$/i.test(name))?.[1] ?? '';
  const space = authorization.indexOf(' ');
  const proof = authorization.slice(space + 1);
  const isBasic = /^basic$/i.test(authorization.slice(0, Math.max(space, 0)));
  if (isBasic || proof.length >= shortestToken) redaction.add(proof);
  if (isBasic) redaction.add(passwordOf(proof));
  for (const secret of secretsIn(fieldsOf(body) ?? [...new URLSearchParams(body)])) redaction.add(secret);
}

/** Tells it each token that an answer brings; only token servers and what is asked by POST bring some. */
export function noteReceived(
  redaction: Redaction,
  { method, namedBy }: Pick<HttpRequest, 'method' | 'namedBy'>,
  { body }: Pick<HttpResponse, 'body'>,
): void {
  if ((method !== 'POST' && namedBy === undefined) || body.length > longestTokenAnswer) return;
  for (const token of secretsIn(fieldsOf(new TextDecoder().decode(body)) ?? []))
    if (token.length >= shortestToken) redaction.add(token);
}

function passwordOf(proof: string): string {
  const login = Buffer.from(proof, 'base64').toString();
  return login.slice(login.indexOf(':') + 1);
}

type Fields = readonly (readonly [name: string, value: unknown])[];

/** Nothing where it is no JSON. */
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
