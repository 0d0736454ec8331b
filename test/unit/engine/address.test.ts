import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import { contextAddress, noAddress, readAddress, typedAddress } from '../../../src/engine/address';
import { reason } from '../../../src/ui/report';

/** What docker 28.2.2 reached with each in DOCKER_HOST, or as the host of a context; nothing where it refused, or could reach nobody. */

function orRefused(read: () => string): string | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toMatchObject({ kind: 'malformed', detail: { speaker: 'engine', code: noAddress } });
    return undefined;
  }
}

describe('what docker takes in DOCKER_HOST', () => {
  it.each([
    ['tcp://', 'tcp://localhost:2375'],
    ['tcp://:2375', 'tcp://localhost:2375'],
    [':7777', 'tcp://localhost:7777'],
    ['tcp:///p', 'tcp://localhost:2375/p'],
    ['127.0.0.1', 'tcp://127.0.0.1:2375'],
    ['127.0.0.1:7777', 'tcp://127.0.0.1:7777'],
    ['tcp://127.0.0.1', 'tcp://127.0.0.1:2375'],
    ['tcp://127.0.0.1:', 'tcp://127.0.0.1:2375'],
    ['tcp://127.0.0.1:07777', 'tcp://127.0.0.1:7777'],
    ['tcp://127.0.0.1/p', 'tcp://127.0.0.1:2375/p'],
    ['tcp://127.0.0.1:7777/p/q/', 'tcp://127.0.0.1:7777/p/q/'],
    ['tcp://127.0.0.1:7777/a%20b/c d', 'tcp://127.0.0.1:7777/a%20b/c%20d'],
    ['tcp://127.0.0.1:7777?x=1', 'tcp://127.0.0.1:7777'],
    ['tcp://127.0.0.1:7777#x', 'tcp://127.0.0.1:7777'],
    ['tcp://u:p@127.0.0.1:7777', 'tcp://127.0.0.1:7777'],
    ['tcp://tcp://127.0.0.1:7777', 'tcp://127.0.0.1:7777'],
    ['  tcp://127.0.0.1:7777  ', 'tcp://127.0.0.1:7777'],
    ['tcp://LOCALHOST:7777', 'tcp://LOCALHOST:7777'],
    ['tcp://[::1]:2376', 'tcp://[::1]:2376'],
    ['tcp://[::1]:', 'tcp://[::1]:2375'],
    ['tcp://::1', 'tcp://[::1]:2375'],
    ['tcp:/127.0.0.1:7777', 'tcp://tcp:2375/127.0.0.1:7777'],
    ['unix:/tmp/e.sock', 'tcp://unix:2375/tmp/e.sock'],
    ['ssh', 'tcp://ssh:2375'],
    ['unix://', 'unix:///var/run/docker.sock'],
    ['unix:///tmp/e.sock ', 'unix:///tmp/e.sock'],
    ['unix:///tmp/e%2esock', 'unix:///tmp/e%2esock'],
    ['unix://tmp/e.sock', 'unix://tmp/e.sock'],
    ['unix://unix:///tmp/e.sock', 'unix:///tmp/e.sock'],
    ['npipe://', 'npipe:////./pipe/docker_engine'],
    ['npipe:////./pipe/mine', 'npipe:////./pipe/mine'],
    // Since docker 29; before, it was a path of localhost.
    ['/tmp/e.sock', 'unix:///tmp/e.sock'],
    ['./e.sock', 'unix://./e.sock'],
    ['ssh://me@build.example', 'ssh://me@build.example'],
    ['tcp://[::1]', undefined],
    ['tcp://127.0.0.1:abc', undefined],
    ['tcp://127.0.0.1:99999', undefined],
    ['tcp:127.0.0.1', undefined],
    ['tcp://local host', undefined],
    ['tcp://lo%20cal', undefined],
    ['tcp://127.0.0.1/%zz', undefined],
    ['tcp://127.0.0.1/\n', 'tcp://127.0.0.1:2375/'],
    ['tcp://127.0.0.1/\u0001', undefined],
    ['tcp://unix:///tmp/e.sock', undefined],
    ['TCP://127.0.0.1:7777', undefined],
    ['http://127.0.0.1:7777', undefined],
    ['https://127.0.0.1:7777', undefined],
    ['unix:///tmp/a://b', undefined],
    ['fd://', undefined],
    ['foo://x', undefined],
    ['://127.0.0.1:7777', undefined],
    ['SSH://host', undefined],
    ['ssh:host', undefined],
  ])('%j leads to %s', (text, url) => {
    expect(orRefused(() => typedAddress(text))).toBe(url);
  });
});

describe('what docker takes in a context', () => {
  it.each([
    ['tcp://:7777', 'tcp://localhost:7777'],
    ['tcp://127.0.0.1', 'tcp://127.0.0.1:80'],
    ['tcp://127.0.0.1:', 'tcp://127.0.0.1:80'],
    ['tcp://127.0.0.1:7777/p/q/', 'tcp://127.0.0.1:7777/p/q/'],
    ['tcp://u:p@127.0.0.1:7777?x=1', 'tcp://127.0.0.1:7777'],
    ['tcp://[::1]', 'tcp://[::1]:80'],
    ['TCP://127.0.0.1:7777', 'tcp://127.0.0.1:7777'],
    ['http://127.0.0.1:7777', 'tcp://127.0.0.1:7777'],
    ['https://127.0.0.1:7777', 'tcp://127.0.0.1:7777'],
    ['foo://127.0.0.1:7777', 'tcp://127.0.0.1:7777'],
    ['unix:///tmp/e.sock', 'unix:///tmp/e.sock'],
    ['unix:///tmp/e.sock ', 'unix:///tmp/e.sock '],
    ['unix:///tmp/a://b', 'unix:///tmp/a://b'],
    ['npipe:////./pipe/docker_engine', 'npipe:////./pipe/docker_engine'],
    ['ssh://h/p', 'ssh://h/p'],
    ['SSH://h', 'ssh://h'],
    ['tcp://', undefined],
    ['unix://', undefined],
    ['/tmp/e.sock', undefined],
    ['127.0.0.1:7777', undefined],
    ['  tcp://127.0.0.1:7777', undefined],
    ['http://127.0.0.1:7777/p', undefined],
    ['tcp://::1', undefined],
    ['tcp://127.0.0.1:abc', undefined],
    ['tcp://127.0.0.1:99999', undefined],
    ['tcp://local host', undefined],
    ['://x', undefined],
  ])('%j leads to %s', (text, url) => {
    expect(orRefused(() => contextAddress(text, false))).toBe(url);
  });

  it('goes to the port of https where it has certificates', () => {
    expect(contextAddress('tcp://engine.example', true)).toBe('tcp://engine.example:443');
    expect(contextAddress('tcp://engine.example:2376', true)).toBe('tcp://engine.example:2376');
  });
});

describe('what docker takes as ssh', () => {
  const nothing = { kind: 'ssh', user: '', host: 'host', port: '', path: '' };

  it.each([
    ['ssh://me@build.example.com', { user: 'me', host: 'build.example.com' }],
    [
      'ssh://me@build.example.com/run/user/1000/podman/podman.sock',
      { user: 'me', host: 'build.example.com', path: '/run/user/1000/podman/podman.sock' },
    ],
    ['ssh://me@[fd00::12]:2222', { user: 'me', host: 'fd00::12', port: '2222' }],
    ['ssh://[fe80::1%25eth0]', { host: 'fe80::1%eth0' }],
    ['ssh://host/', {}],
    ['ssh://host//', {}],
    ['ssh://host:', {}],
    ['ssh://@host', {}],
    ['ssh://host:022', { port: '022' }],
    ['ssh://HOST_x', { host: 'HOST_x' }],
    ['ssh://h\u00f6', { host: 'h\u00f6' }],
    ['ssh://-oProxyCommand=x', { host: '-oProxyCommand=x' }],
    ['ssh://me@a@host', { user: 'me@a' }],
    ['ssh://a%20b@host', { user: 'a b' }],
    ['ssh://DOMAIN%5Cme@host', { user: 'DOMAIN\\me' }],
    ['ssh://host/a%20b.sock', { path: '/a b.sock' }],
    ['ssh://host/a/../b.sock', { path: '/a/../b.sock' }],
    ['ssh://', undefined],
    ['ssh://me@', undefined],
    ['ssh://me:pw@host', undefined],
    ['ssh://:@host', undefined],
    ['ssh://host?x=1', undefined],
    ['ssh://host#f', undefined],
    ['ssh://host:abc', undefined],
    ['ssh://[fd00::12', undefined],
    ['ssh://ho%20st', undefined],
    ['ssh://%2e', undefined],
    ['ssh://host/%zz', undefined],
    // Docker quotes these, and then no server is called so.
    ['ssh://$(id)', undefined],
    ['ssh://a;b@host', undefined],
    ['ssh://host/%00', undefined],
  ])('%j leads to %j', (text, parts) => {
    let address;
    expect(orRefused(() => ((address = readAddress(typedAddress(text))), text)) !== undefined).toBe(
      parts !== undefined,
    );
    expect(address).toEqual(parts && { ...nothing, ...parts });
  });
});

describe('an address', () => {
  it('in its one form is what it was, and leads there', () => {
    expect(readAddress('unix:///tmp/e.sock')).toEqual({ kind: 'socket', path: '/tmp/e.sock' });
    expect(readAddress('npipe:////./pipe/docker_engine')).toEqual({ kind: 'socket', path: '//./pipe/docker_engine' });
    const tcp = { kind: 'tcp', host: '127.0.0.1', port: 7777, path: '/b' };
    expect(readAddress('tcp://127.0.0.1:7777//a/../b/')).toEqual(tcp);
    expect(readAddress('tcp://[::1]:7777')).toEqual({ ...tcp, host: '::1', path: '' });
    for (const url of ['tcp://[::1]:7777/a%20b', 'unix:///tmp/e.sock', 'ssh://me@h:1/p'])
      expect(typedAddress(url)).toBe(url);
  });

  it('is read or refused, whatever it is, and stays the same when it is read again', () => {
    const part = fc.constantFrom(
      'tcp',
      'unix',
      'ssh',
      '://',
      ':',
      '/',
      '//',
      '[',
      ']',
      '::1',
      '%25',
      '@',
      '?',
      '#',
      'a',
      '80',
      ' ',
    );
    const text = fc.oneof(
      fc.array(part).map((parts) => parts.join('')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(text, fc.boolean(), (any, isSecured) => {
        for (const read of [typedAddress, (one: string) => contextAddress(one, isSecured)]) {
          const url = orRefused(() => read(any));
          if (url === undefined) continue;
          expect(readAddress(url)).toHaveProperty('kind');
          if (url.startsWith('tcp:')) expect(typedAddress(url)).toBe(url);
        }
      }),
      { numRuns: 2000, examples: [['tcp://://://', false]] },
    );
  });

  it('that is refused does not show its password', () => {
    for (const text of ['ssh://me:hunter2@host', 'foo://me:hun/ter2@host', 'tcp://me:hun:ter2@x@ho st']) {
      const failure = (() => {
        try {
          return typedAddress(text);
        } catch (error) {
          return error;
        }
      })();
      expect(failure).toBeInstanceOf(Failure);
      const words = failure instanceof Failure ? `${reason(failure)} ${JSON.stringify(failure.detail)}` : '';
      expect(words).toMatch(/is not the address of a container engine: .+\./);
      expect(words).not.toMatch(/hun|ter2/);
    }
  });
});
