import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Faults, Reply, RequestLine } from './faults';
import { send, sendWith } from './faults';
import { listen, type Listener, type ListenOptions } from './loopback';

export interface ServedRequest extends RequestLine {
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Answer = (request: ServedRequest) => Reply | Promise<Reply>;

async function read(request: IncomingMessage, scheme: string): Promise<ServedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = 'GET', url: path = '/', headers } = request;
  const url = new URL(`${scheme}://${headers.host ?? 'localhost'}${path}`);
  return { method, path, url, headers, body: Buffer.concat(chunks) };
}

/** A server of whole requests and whole replies, with faults in between. */
export async function serve(answer: Answer, faults: Faults, options: ListenOptions): Promise<Listener> {
  const scheme = options.tls ? 'https' : 'http';
  return listen((message, response) => {
    read(message, scheme)
      .then((request) => sendWith(faults.take(request), response, () => answer(request)))
      .catch((error: unknown) => {
        if (response.headersSent || response.destroyed) response.destroy();
        else send(response, { status: 500, body: String(error) });
      });
  }, options);
}

/** https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes */
export function errorReply(status: number, code: string, message: string, headers: Reply['headers'] = {}): Reply {
  return jsonReply(status, { errors: [{ code, message, detail: null }] }, headers);
}

export function jsonReply(status: number, content: unknown, headers: Reply['headers'] = {}): Reply {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(content) };
}

/** User and password of Basic credentials; the password may hold colons. */
export function basicCredentials(authorization: string | undefined): { user: string; secret: string } | undefined {
  const encoded = /^basic (\S+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), secret: text.slice(colon + 1) };
}
