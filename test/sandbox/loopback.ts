import { randomInt } from 'node:crypto';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createNetServer, type AddressInfo } from 'node:net';

/** PEM texts; with `clientCa` only clients with a certificate of that authority are served. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string;
}

export interface ListenOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly host?: string;
  readonly tls?: TlsMaterial;
}

export interface Listener {
  /** Scheme, host and port without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Sockets accepted so far. */
  readonly connections: () => number;
  /** Ends running requests too. */
  readonly stop: () => Promise<void>;
}

function createServer(handler: RequestListener, tls: TlsMaterial | undefined): Server {
  if (!tls) return createHttpServer(handler);
  const { cert, key, clientCa } = tls;
  const mutual = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  return createHttpsServer({ cert, key, ...mutual }, handler);
}

function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port');
  return address.port;
}

/** Serves HTTP, or HTTPS with `tls`, on the loopback address unless told another. */
export async function listen(handler: RequestListener, options: ListenOptions = {}): Promise<Listener> {
  const { port = 0, host = '127.0.0.1', tls } = options;
  const server = createServer(handler, tls);
  let connections = 0;
  server.on('connection', () => connections++);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const bound = portOf(server);
  return {
    url: `${tls ? 'https' : 'http'}://${host}:${bound}`,
    port: bound,
    connections: () => connections,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/**
 * A port nobody listens on at the moment, for programs that cannot choose one themselves; rejects when `wanted` is not 0
 * and taken.
 */
export async function freePort(wanted = 0, host = '127.0.0.1'): Promise<number> {
  if (wanted !== 0) return tryPort(wanted, host);
  for (;;) {
    // Below those that systems hand out, so that nothing else is given this one before the program takes it; browsers open all of these.
    const port = randomInt(11_000, 32_768);
    try {
      return await tryPort(port, host);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}

/** Listens there for a moment; gives the port back, or rejects when it is taken. */
async function tryPort(port: number, host: string): Promise<number> {
  const server = createNetServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  return port;
}
