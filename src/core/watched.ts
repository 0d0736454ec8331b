import { Failure } from './failure';
import { redactUrl } from './http';
import type { Http, HttpRequest, HttpResponse } from './http';
import type { Redaction } from './redaction';

/** Of forms and of JSON, sent or received. */
const secretFields = /^((access_|refresh_|id_)?token|password|(client_)?secret)$/;
/** No answer that brings a token is longer. */
const longestTokenAnswer = 128 * 1024;

/** Notes each request in a line, and each secret that it carries or brings. */
export function watched(http: Http, requests: string[], redaction: Redaction): Http {
  return async (request, signal) => {
    for (const secret of secretsSent(request)) redaction.add(secret);
    const line = `${request.method} ${redactUrl(request.url)}`;
    const started = performance.now();
    const ended = (outcome: string) => {
      requests.push(`${line} ${outcome} (${Math.round(performance.now() - started)} ms)`);
    };
    try {
      const response = await http(request, signal);
      ended(String(response.status));
      for (const secret of secretsReceived(response)) redaction.add(secret);
      return response;
    } catch (error) {
      ended(error instanceof Failure ? `${error.kind}: ${error.message}` : 'no answer');
      throw error;
    }
  };
}

function secretsSent({ headers = {}, body = '' }: HttpRequest): readonly string[] {
  const authorization = Object.entries(headers).find(([name]) => /^authorization$/i.test(name))?.[1] ?? '';
  const [, scheme = '', proof = ''] = /^(\w+) (.*)$/.exec(authorization) ?? [];
  const password = /^basic$/i.test(scheme)
    ? Buffer.from(proof, 'base64')
        .toString()
        .replace(/^[^:]*:/, '')
    : '';
  return [proof, password, ...secretsIn(fieldsOf(body) ?? [...new URLSearchParams(body)])];
}

function secretsReceived({ body }: HttpResponse): readonly string[] {
  return body.length > longestTokenAnswer ? [] : secretsIn(fieldsOf(new TextDecoder().decode(body)) ?? []);
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
