import type * as dns from 'node:dns';
import { EventEmitter } from 'node:events';
import { Agent, request } from 'node:http';
import type { ClientRequest } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isPrivateAddress, isPrivateHost } from '../../../src/core/network/privateAddress';
import { AddressGuard } from '../../../src/core/network/addressGuard';
import { failing } from '../failing';

/** The addresses that a lookup finds, by name. */
const names = vi.hoisted(() => new Map<string, readonly string[]>());
const found = (name: string): dns.LookupAddress[] =>
  (names.get(name) ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
vi.mock('node:dns', () => ({
  lookup: (name: string, _options: unknown, callback: (error: Error | null, found?: dns.LookupAddress[]) => void) => {
    if (names.has(name)) callback(null, found(name));
    else callback(new Error(`getaddrinfo ENOTFOUND ${name}`));
  },
}));
vi.mock('node:dns/promises', () => ({ lookup: (name: string) => Promise.resolve(found(name)) }));
afterEach(() => {
  names.clear();
});

const inside = [
  ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  ...['169.254.169.254', '100.64.0.1', '100.100.100.200', '100.127.255.255', '168.63.129.16', '192.0.0.192'],
  ...['198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
  ...[
    '::',
    '::1',
    '0:0:0:0:0:0:0:1',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    'fec0::1',
    'fc00::1',
    'fdff::1',
    'fd00:ec2::254',
  ],
  ...['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '0:0:0:0:0:ffff:a9fe:a9fe', '::127.0.0.1', '::a00:1'],
  ...['64:ff9b::10.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::1', '2002:a00:1::1', '2002:7f00:1::', 'ff02::1'],
];
const outside = [
  ...[
    '1.1.1.1',
    '8.8.8.8',
    '100.63.255.255',
    '100.128.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '168.63.129.17',
    '223.255.255.255',
  ],
  ...['2606:4700:4700::1111', '2a00:1450:4001::1', '::ffff:8.8.8.8', '64:ff9b::808:808', '2002:808:808::1', 'fe00::1'],
];

describe('an address', () => {
  it.each(inside)('%s belongs to this machine, its network or its cloud', (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });
  it.each([...outside, 'localhost', 'registry.example', ''])('%s does not', (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });
  it.each(['localhost', 'LOCALHOST.', 'a.localhost', '[::1]', '127.0.0.1', '[fd00::1]'])(
    '%s is a private host',
    (host) => {
      expect(isPrivateHost(host)).toBe(true);
    },
  );
  it.each(['localhost.example', 'notlocalhost', 'registry.example', '[2606:4700::1]', '8.8.8.8'])(
    '%s may be public',
    (host) => {
      expect(isPrivateHost(host)).toBe(false);
    },
  );
});

/** A request that is never sent. The test emits its events. */
function requestOf(ended: (error: Error) => void = () => undefined): ClientRequest {
  const agent = Object.assign(new Agent(), { addRequest: () => undefined });
  return Object.assign(request('http://registry.example', { agent }), { destroy: ended });
}

describe('an address that a server on the internet names', () => {
  const registry = new URL('https://registry.example/v2/');
  const answered = (known: AddressGuard, remoteAddress: string | undefined, proxy?: string) => {
    const request = requestOf();
    known.noteAddress(registry, request);
    if (proxy !== undefined) request.emit('proxy', { proxy });
    request.emit('response', { socket: { remoteAddress } });
  };
  const hosts = () => {
    const known = new AddressGuard();
    answered(known, '93.184.216.34');
    return known;
  };
  const token = new URL('https://token.example/');
  /** The addresses that a request would connect to, with a lookup as in Node's `net.connect`. */
  const connecting = async (known: AddressGuard, to: URL, all: boolean): Promise<unknown> => {
    const guard = await known.guardFor(registry, to);
    return new Promise((resolve, reject) => {
      guard?.lookup(to.hostname, { all }, (error, address) => {
        if (error === null) resolve(address);
        else reject(error);
      });
    });
  };

  it.each(inside)('is not requested if its name leads to %s', async (address) => {
    names.set('token.example', [address.replace(/%.*/, '')]);
    for (const all of [true, false])
      expect(await failing(connecting(hosts(), token, all))).toMatchObject({
        kind: 'untrusted',
        message: 'it leads to token.example, which is on a private network',
        detail: { subject: 'registry.example', code: 'PRIVATE_ADDRESS' },
      });
  });

  it('is not requested if one of its addresses is private, in any order', async () => {
    names.set('token.example', ['1.1.1.1', '10.0.0.1']);
    expect(await failing(connecting(hosts(), token, true))).toMatchObject({ kind: 'untrusted' });
  });

  it('is requested at its public addresses, over a new connection', async () => {
    names.set('token.example', ['1.1.1.1', '2606:4700:4700::1111']);
    expect(await connecting(hosts(), token, true)).toEqual([
      { address: '1.1.1.1', family: 4 },
      { address: '2606:4700:4700::1111', family: 6 },
    ]);
    expect(await connecting(hosts(), token, false)).toBe('1.1.1.1');
  });

  it('fails for an unknown name as the system does', async () => {
    await expect(connecting(hosts(), token, true)).rejects.toThrow('ENOTFOUND token.example');
  });

  it('does not check the name of a proxy', async () => {
    names.set('proxy.corp', ['10.0.0.1']);
    const guard = await hosts().guardFor(registry, token);
    const address = await new Promise((resolve) => {
      guard?.lookup('proxy.corp', {}, (_error, proxy) => {
        resolve(proxy);
      });
    });
    expect(address).toBe('10.0.0.1');
  });

  it.each(['https://127.0.0.1/', 'https://[::ffff:10.0.0.1]/', 'https://2130706433/', 'https://localhost/'])(
    'may not be %s',
    async (url) => {
      expect(await failing(hosts().guardFor(registry, new URL(url)))).toMatchObject({ kind: 'untrusted' });
    },
  );

  it('may be on the same host, on any port', async () => {
    const own = new URL('https://registry.example:8443/token');
    expect(await new AddressGuard().guardFor(registry, own)).toBeUndefined();
    names.set('registry.example', ['93.184.216.34']);
    expect(await connecting(hosts(), own, false)).toBe('93.184.216.34');
  });

  it('may not be on the same host if that now has a private address', async () => {
    names.set('registry.example', ['127.0.0.1']);
    const own = new URL('https://registry.example:8443/token');
    expect(await failing(connecting(hosts(), own, true))).toMatchObject({ kind: 'untrusted' });
  });

  it.each([
    ['has not answered yet', undefined, ['10.0.0.1']],
    ['answered through a private proxy, and has a public address', '10.0.0.9', ['93.184.216.34']],
    ['answered through a private proxy, and has no address here', '10.0.0.9', undefined],
    ['answered from a public address, and now has a private one', '93.184.216.34', ['10.0.0.1']],
  ])('may not be private if the registry %s', async (_how, reached, now) => {
    const known = new AddressGuard();
    answered(known, reached);
    if (now !== undefined) names.set('registry.example', now);
    expect(await failing(known.guardFor(registry, new URL('https://10.0.0.2/')))).toMatchObject({ kind: 'untrusted' });
  });

  it('may not be private if a proxy answered, even from an address of the registry', async () => {
    const known = new AddressGuard();
    names.set('registry.example', ['10.0.0.1']);
    answered(known, '10.0.0.1', 'PROXY proxy.corp:3128');
    expect(await failing(known.guardFor(registry, new URL('https://10.0.0.2/')))).toMatchObject({ kind: 'untrusted' });
  });

  describe('is not requested over a connection', () => {
    /** The outcome of a request that gets this connection. */
    const given = async (socket: { connecting: boolean; remoteAddress?: string }, proxy = 'DIRECT') => {
      const ended: Error[] = [];
      const request = requestOf((error) => ended.push(error));
      (await hosts().guardFor(registry, token))?.watch(request);
      request.emit('proxy', { proxy });
      const connection = Object.assign(new EventEmitter(), socket);
      request.emit('socket', connection);
      connection.emit('connect');
      return ended.map(({ message }) => message);
    };
    const refusal = ['it leads to token.example, which is on a private network'];

    it('that another request opened to a private address', async () => {
      expect(await given({ connecting: false, remoteAddress: '10.0.0.1' })).toEqual(refusal);
      expect(await given({ connecting: false, remoteAddress: '1.1.1.1' })).toEqual([]);
    });

    it('that is opened to a private address', async () => {
      expect(await given({ connecting: true, remoteAddress: '::ffff:10.0.0.1' })).toEqual(refusal);
      expect(await given({ connecting: true, remoteAddress: '2606:4700::1' })).toEqual([]);
    });

    it('except one to a proxy, at any address', async () => {
      expect(await given({ connecting: false, remoteAddress: '10.0.0.1' }, 'PROXY proxy.corp:3128')).toEqual([]);
    });
  });

  it('may be private if the registry is private', async () => {
    const known = new AddressGuard();
    names.set('registry.example', ['10.0.0.1']);
    answered(known, '10.0.0.1', 'DIRECT');
    expect(await known.guardFor(registry, new URL('https://10.0.0.2/'))).toBeUndefined();
    expect(
      await new AddressGuard().guardFor(new URL('http://127.0.0.1:5000/'), new URL('https://10.0.0.2/')),
    ).toBeUndefined();
  });
});
