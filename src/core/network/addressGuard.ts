import { t } from '@vscode/l10n';
import { lookup } from 'node:dns';
import { lookup as lookupAll } from 'node:dns/promises';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import { LRUCache } from 'lru-cache';
import { Failure } from '../failure';
import { isPrivateAddress, isPrivateHost } from './privateAddress';

/** Keeps a request from connecting to a private address. */
export interface RequestGuard {
  /** The request's option `lookup`: refuses a private address before anything is sent there. */
  readonly lookup: LookupFunction;
  /** Ends the request if it gets an open connection to a private address. */
  readonly watch: (request: ClientRequest) => void;
}

/**
 * Prevents servers on the internet from leading us into the user's own network by a redirect, or by the token server they name. The
 * address of the connection decides, not the name of the host.
 */
export class AddressGuard {
  /** The addresses from which hosts answered last, by host name. */
  private readonly addresses = new LRUCache<string, string>({ max: 200 });

  /** Remembers the address from which a server answers a request. With a proxy, that is not known. */
  noteAddress({ hostname }: URL, request: ClientRequest): void {
    const isProxied = watchForProxy(request);
    request.once('response', ({ socket: { remoteAddress } }: IncomingMessage) => {
      if (remoteAddress !== undefined && !isProxied()) this.addresses.set(hostname, remoteAddress);
      else this.addresses.delete(hostname);
    });
  }

  /**
   * The guard for a request to `to`, which `from` named; undefined if `from` may name any address. Rejects with a Failure if `to` is
   * private by its text. If only the lookup of its name shows that, the guard fails the request.
   */
  async guardFor(from: URL, to: URL): Promise<RequestGuard | undefined> {
    // The next lookup of a name may give another address: a host that was public must stay public, even for requests to itself.
    const isSameHost = to.hostname === from.hostname;
    if (isSameHost && !this.addresses.has(from.hostname)) return undefined;
    if (await this.isPrivate(from)) return undefined;
    if (isPrivateHost(to.hostname)) throw privateAddressFailure(from, to);
    return {
      lookup: publicLookup(from, to),
      watch: (request) => {
        watchSocket(from, to, request);
      },
    };
  }

  /** Whether a host answered from a private address that its name has. Behind a proxy it counts as public. */
  private async isPrivate({ hostname }: URL): Promise<boolean> {
    if (isPrivateHost(hostname)) return true;
    const address = this.addresses.get(hostname);
    if (address === undefined || !isPrivateAddress(address)) return false;
    const found = await lookupAll(hostname, { all: true }).catch(() => []);
    return found.some((each) => each.address === address);
  }
}

/**
 * Returns whether a request goes through a proxy, once it has its connection. VS Code emits an event for that:
 * https://github.com/microsoft/vscode-proxy-agent/blob/v0.45.0/src/agent.ts. Outside VS Code there is no proxy.
 */
function watchForProxy(request: ClientRequest): () => boolean {
  let isProxied = false;
  request.on('proxy', ({ proxy }: { readonly proxy: string }) => {
    isProxied = proxy !== 'DIRECT';
  });
  return () => isProxied;
}

/** Checks the address of a request's connection, which another request without a guard may have opened. */
function watchSocket(from: URL, to: URL, request: ClientRequest): void {
  const isProxied = watchForProxy(request);
  request.once('socket', (socket: Socket) => {
    const check = () => {
      if (!isProxied() && isPrivateAddress(socket.remoteAddress ?? ''))
        request.destroy(privateAddressFailure(from, to));
    };
    // Nothing is sent before the connection is open, and this listener is called first.
    if (socket.connecting) socket.once('connect', check);
    else check();
  });
}

/** The system's lookup, which fails for the name of `to` if one of its addresses is private. */
function publicLookup(from: URL, to: URL): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, '');
        return;
      }
      const [first] = found;
      // Another name is that of a proxy.
      const isRefused = hostname === to.hostname && found.some(({ address }) => isPrivateAddress(address));
      if (isRefused) callback(privateAddressFailure(from, to), '');
      else if (options.all === true) callback(null, found);
      else callback(null, first?.address ?? '', first?.family);
    });
  };
}

function privateAddressFailure(from: URL, to: URL): Failure {
  const detail = { subject: from.host, code: 'PRIVATE_ADDRESS' };
  return new Failure('untrusted', t('it leads to {0}, which is on a private network', to.host), detail);
}
