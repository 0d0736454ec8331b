import { t } from '@vscode/l10n';
import type { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { defined } from '../defined';
import { Failure } from '../failure';
import { abandonable } from '../shared';
import { systemFailure } from './systemFailure';
import { isPrivateAddress } from './privateAddress';
import { proxyLogin } from './proxy';
import type { TlsMaterial } from './tls';

/** Checks the network below HTTP, only for the diagnosis: all other requests go through core/axiosHttp.ts. */

const timeoutMs = 10_000;
const mostCertificates = 10;

export interface Address {
  readonly address: string;
  readonly isPrivate: boolean;
}

/** The addresses of a host. Rejects with a Failure if the lookup fails or takes longer than ten seconds. */
export async function resolveAddresses(hostname: string, signal: AbortSignal): Promise<readonly Address[]> {
  const host = withoutBrackets(hostname);
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const found = await abandonable(lookup(host, { all: true }), AbortSignal.any([signal, limit]));
    return found.map(({ address }) => ({ address, isPrivate: isPrivateAddress(address) }));
  } catch (error) {
    signal.throwIfAborted();
    throw limit.aborted ? timeoutFailure(host, error, 'LOOKUP') : systemFailure(host, error);
  }
}

/** Opens a TCP connection, which the caller closes. Rejects with a Failure. */
export async function openSocket(hostname: string, port: number, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host: withoutBrackets(hostname), port });
  // Without a listener, an error between two waits would be thrown as an uncaught exception.
  socket.on('error', () => undefined);
  await waitForEvent(socket, 'connect', `${hostname}:${port}`, signal);
  return socket;
}

/** Asks a proxy to connect the socket to `target` (`host:port`). Rejects with a Failure if it refuses. https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6 */
export async function openTunnel(socket: Socket, proxy: URL, target: string, signal: AbortSignal): Promise<void> {
  const { username, password } = proxyLogin(proxy);
  const login = Buffer.from(`${username}:${password}`).toString('base64');
  const lines = [
    `CONNECT ${target} HTTP/1.1`,
    `Host: ${target}`,
    ...(username === '' && password === '' ? [] : [`Proxy-Authorization: Basic ${login}`]),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  // The limit is for the whole answer, which may come in several parts.
  const limit = AbortSignal.timeout(timeoutMs);
  let answer = '';
  while (answer.length < 16_384 && !answer.includes('\r\n\r\n')) {
    await waitForEvent(socket, 'readable', proxy.host, signal, limit);
    const chunk: unknown = socket.read();
    if (Buffer.isBuffer(chunk)) answer += chunk.toString('latin1');
  }
  const [, status, words = ''] = /^HTTP\/\S+ (\d+) ?(.*)/.exec(answer) ?? [];
  if (status === undefined) throw new Failure('malformed', t('it is not an HTTP proxy'), { subject: proxy.host });
  if (status !== '200')
    throw new Failure('rejected', words.trim(), { subject: proxy.host, status: Number(status), code: 'PROXY' });
}

interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  readonly validFrom: string;
  readonly validTo: string;
  /** SHA-256. */
  readonly fingerprint: string;
}

export interface TlsProbe {
  readonly protocol: string;
  readonly cipher: string;
  /** The server's own first. */
  readonly chain: readonly Certificate[];
  /** Names in the server's certificate: `DNS:registry.example.com`. */
  readonly names: readonly string[];
  /** Why verification fails; undefined if it succeeds. */
  readonly failure: Failure | undefined;
}

/** Does a TLS handshake over the socket and reads its certificates. A certificate that fails verification is in `failure`, not thrown. */
export async function probeTls(
  socket: Socket,
  url: URL,
  material: TlsMaterial,
  signal: AbortSignal,
): Promise<TlsProbe> {
  const secure = tlsOver(socket, url, material);
  secure.on('error', () => undefined);
  try {
    await waitForEvent(secure, 'secureConnect', url.host, signal);
    const chain = chainOf(secure.getPeerX509Certificate());
    return {
      protocol: secure.getProtocol() ?? '',
      cipher: secure.getCipher().name,
      chain: chain.map(describeCertificate),
      names: (chain[0]?.subjectAltName ?? '').split(', ').filter((name) => name !== ''),
      failure: trustFailureOf(secure, url),
    };
  } finally {
    secure.destroy();
  }
}

function tlsOver(socket: Socket, url: URL, material: TlsMaterial): TLSSocket {
  const host = withoutBrackets(url.hostname);
  try {
    return connectTls({
      ...material,
      socket,
      host,
      ...defined({ servername: isIP(host) === 0 ? host : undefined }),
      // The certificate is shown even if it is not trusted. Nothing is sent over this connection.
      rejectUnauthorized: false,
    });
  } catch (error) {
    // OpenSSL throws for files that it cannot use, such as the key of another certificate.
    throw systemFailure(url.host, error);
  }
}

function trustFailureOf(secure: TLSSocket, url: URL): Failure | undefined {
  if (secure.authorized) return undefined;
  // The type is Error, but the value is the error's code.
  const code = String(secure.authorizationError);
  return systemFailure(url.host, Object.assign(new Error(code), { code }));
}

function chainOf(own: X509Certificate | undefined): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (let each = own; each !== undefined && chain.length < mostCertificates; each = each.issuerCertificate) {
    // A root certificate is its own issuer.
    if (chain.at(-1)?.fingerprint256 === each.fingerprint256) break;
    chain.push(each);
  }
  return chain;
}

function describeCertificate({ subject, issuer, validFrom, validTo, fingerprint256 }: X509Certificate): Certificate {
  return {
    subject: printName(subject),
    issuer: printName(issuer),
    validFrom: printTime(validFrom),
    validTo: printTime(validTo),
    fingerprint: fingerprint256,
  };
}

/** A name on one line: Node writes each of its parts on a line. */
function printName(name: string): string {
  return name.replace(/\n/g, ', ');
}

function printTime(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date.toISOString().slice(0, 16).replace('T', ' ');
}

/** Waits for an event of a socket. If the socket closes, the limit is over or the signal aborts first, destroys the socket and rejects. */
async function waitForEvent(
  socket: Socket,
  event: string,
  subject: string,
  signal: AbortSignal,
  limit = AbortSignal.timeout(timeoutMs),
): Promise<void> {
  const waiting = new AbortController();
  const either = AbortSignal.any([signal, limit, waiting.signal]);
  try {
    const closed = once(socket, 'close', { signal: either }).then(() => {
      throw Object.assign(new Error(t('the connection was closed')), { code: 'ECONNRESET' });
    });
    await Promise.race([once(socket, event, { signal: either }), closed]);
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw limit.aborted ? timeoutFailure(subject, error) : systemFailure(subject, error);
  } finally {
    waiting.abort();
  }
}

function timeoutFailure(subject: string, cause: unknown, code?: string): Failure {
  const words = t('no answer within {0} seconds', timeoutMs / 1000);
  return new Failure('timedOut', words, { subject, ...defined({ code }) }, { cause });
}

/** A host name from a URL, an IPv6 address without its brackets. */
function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
