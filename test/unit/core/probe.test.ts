import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Failure } from '../../../src/core/failure';
import { resolveAddresses, openSocket, openTunnel } from '../../../src/core/network/probe';
import { reason } from '../../../src/ui/report';
import { freePort } from '../../sandbox/loopback';
import { shortenTimeLimits } from '../weather/bench';

vi.mock('node:dns/promises', () => ({ lookup: vi.fn() }));

const { signal } = new AbortController();

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const outcome = await work.catch((error: unknown) => error);
  if (!(outcome instanceof Failure)) throw new Error('It is no Failure.', { cause: outcome });
  return outcome;
}

/** A connection to a server on loopback. Both are closed at the end of the test. */
async function connectedTo(onConnection: (socket: Socket) => void): Promise<Socket> {
  const server = createServer((socket) => {
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  const port = await freePort();
  await once(server.listen(port, '127.0.0.1'), 'listening');
  const socket = await openSocket('127.0.0.1', port, signal);
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  return socket;
}

describe('looking up a name', () => {
  it('ends after ten seconds', async () => {
    shortenTimeLimits(10_000);
    // The system's resolver cannot be made to hang, so this one is scripted.
    vi.mocked(lookup).mockReturnValueOnce(new Promise(() => undefined));
    const failure = await failureOf(resolveAddresses('registry.example.com', signal));
    expect(failure.kind).toBe('timedOut');
    expect(reason(failure)).toBe(
      'no address was found for the name registry.example.com within ten seconds. Check the network or the VPN.',
    );
  });

  it('ends when it is aborted', async () => {
    vi.mocked(lookup).mockReturnValueOnce(new Promise(() => undefined));
    const controller = new AbortController();
    const looking = resolveAddresses('registry.example.com', controller.signal);
    controller.abort();
    await expect(looking).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('a tunnel through a proxy', () => {
  const proxy = new URL('http://bob:p%25ss@proxy.example.com:3128');

  it('is opened, also if the answer comes in several parts', async () => {
    let asked = '';
    const socket = await connectedTo((end) => {
      end.setNoDelay();
      end.once('data', (text) => {
        asked = text.toString();
        const rest = 'HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n'.split('');
        const next = () => {
          const character = rest.shift();
          if (character !== undefined) end.write(character, next);
        };
        next();
      });
    });
    await openTunnel(socket, proxy, 'registry.example.com:443', signal);
    expect(asked.split('\r\n')).toEqual([
      'CONNECT registry.example.com:443 HTTP/1.1',
      'Host: registry.example.com:443',
      `Proxy-Authorization: Basic ${Buffer.from('bob:p%ss').toString('base64')}`,
      '',
      '',
    ]);
    // The wait leaves no listeners behind.
    for (const event of ['readable', 'close', 'connect']) expect(socket.listenerCount(event)).toBe(0);
  });

  it('is waited for ten seconds in all, even if more of the answer keeps coming', async () => {
    shortenTimeLimits(10_000);
    const socket = await connectedTo((end) => {
      const dripping = setInterval(() => end.write('x'), 20);
      end.once('close', () => {
        clearInterval(dripping);
      });
    });
    const failure = await failureOf(openTunnel(socket, proxy, 'registry.example.com:443', signal));
    expect([failure.kind, failure.detail.subject]).toEqual(['timedOut', 'proxy.example.com:3128']);
  });

  it.each([
    ['HTTP/1.1 403 Forbidden\r\n\r\n', 'rejected', 'Forbidden'],
    ['SSH-2.0-OpenSSH_9\r\n\r\n', 'malformed', 'it is not an HTTP proxy'],
    ['HTTP/1.1 200', 'unreachable', 'the connection was closed'],
  ])('is refused by the answer %j', async (answer, kind, message) => {
    const socket = await connectedTo((end) => end.once('data', () => end.end(answer)));
    const failure = await failureOf(openTunnel(socket, proxy, 'registry.example.com:443', signal));
    expect([failure.kind, failure.message]).toEqual([kind, message]);
  });
});
