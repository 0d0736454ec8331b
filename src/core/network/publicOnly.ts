import { t } from '@vscode/l10n';
import { lookup } from 'node:dns';
import { lookup as lookupAll } from 'node:dns/promises';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import { LRUCache } from 'lru-cache';
import { Failure } from '../failure';
import { isPrivateAddress, isPrivateHost } from './privateAddress';

/** Keeps a request from connecting to a private address. */
export interface Guard {
  /** For the request's option of that name: refuses a private address before anything is sent to it. */
  readonly lookup: LookupFunction;
  /** Ends the request where it is given a connection to a private address that is open already. */
  readonly watch: (request: ClientRequest) => void;
}

/**
 * Keeps servers of the internet from leading us into the user's own network: by a redirect, or by the token server they name. What
 * counts is the address that is connected to, not how a name reads.
 */
export class KnownHosts {
  /** The addresses at which hosts answered last, by name. */
  private readonly addresses = new LRUCache<string, string>({ max: 200 });

  /** Notes the address at which a server answers a request, unless a proxy is in between. */
  note({ hostname }: URL, request: ClientRequest): void {
    const isProxied = proxied(request);
    request.once('response', ({ socket: { remoteAddress } }: IncomingMessage) => {
      if (remoteAddress !== undefined && !isProxied()) this.addresses.set(hostname, remoteAddress);
      else this.addresses.delete(hostname);
    });
  }

  /**
   * How `to`, which `from` named, may be asked; nothing where `from` may name any address. Throws a Failure where `to` tells that it
   * is private; the guard does where its name leads there.
   */
  async guard(from: URL, to: URL): Promise<Guard | undefined> {
    // A name may lead elsewhere at its next lookup: one that was public stays so.
    const isSameHost = to.hostname === from.hostname;
    if (isSameHost && !this.addresses.has(from.hostname)) return undefined;
    if (await this.isPrivate(from)) return undefined;
    if (isPrivateHost(to.hostname)) throw leadsInside(from, to);
    return {
      lookup: publicLookup(from, to),
      watch: (request) => {
        watchSocket(from, to, request);
      },
    };
  }

  /** Whether a host answered from a private address that is its own. Behind a proxy it counts as public. */
  private async isPrivate({ hostname }: URL): Promise<boolean> {
    if (isPrivateHost(hostname)) return true;
    const address = this.addresses.get(hostname);
    if (address === undefined || !isPrivateAddress(address)) return false;
    const own = await lookupAll(hostname, { all: true }).catch(() => []);
    return own.some((each) => each.address === address);
  }
}

/**
 * Whether a request goes through a proxy, as far as is known when its connection is: VS Code tells by an event,
 * https://github.com/microsoft/vscode-proxy-agent/blob/v0.45.0/src/agent.ts; elsewhere there is none.
 */
function proxied(request: ClientRequest): () => boolean {
  let isProxied = false;
  request.on('proxy', ({ proxy }: { readonly proxy: string }) => {
    isProxied = proxy !== 'DIRECT';
  });
  return () => isProxied;
}

/** A connection may have been opened by another request, which was free to. */
function watchSocket(from: URL, to: URL, request: ClientRequest): void {
  const isProxied = proxied(request);
  request.once('socket', (socket: Socket) => {
    const check = () => {
      if (!isProxied() && isPrivateAddress(socket.remoteAddress ?? '')) request.destroy(leadsInside(from, to));
    };
    // What is sent waits for the connection, and this listener comes first.
    if (socket.connecting) socket.once('connect', check);
    else check();
  });
}

/** As the system looks names up; of the name of `to`, refuses what is private. */
function publicLookup(from: URL, to: URL): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, '');
        return;
      }
      const [first] = found;
      // Any other name is that of a proxy.
      const isRefused = hostname === to.hostname && found.some(({ address }) => isPrivateAddress(address));
      if (isRefused) callback(leadsInside(from, to), '');
      else if (options.all === true) callback(null, found);
      else callback(null, first?.address ?? '', first?.family);
    });
  };
}

function leadsInside(from: URL, to: URL): Failure {
  const detail = { subject: from.host, code: 'PRIVATE_ADDRESS' };
  return new Failure('untrusted', t('it leads to {0}, which is on a private network', to.host), detail);
}
