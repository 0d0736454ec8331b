import { describe, expect, it, onTestFinished } from 'vitest';
import { systemFailure } from '../../../src/core/http';
import { report } from '../../../src/ui/report';
import { freePort } from '../../sandbox/loopback';
import { startWire, type Wire } from '../../sandbox/wire';
import { expectNoStrays, openAt, registry, shortenTimeLimits, signal, told, type Bench } from './bench';

expectNoStrays();

describe('a server that cannot be reached', () => {
  it('has no such name', async () => {
    expect(await told(openAt('https://registry.invalid').list(undefined, undefined, signal))).toMatch(
      // Without any network, looking the name up fails in another way.
      /^Could not list the repositories: (there is no server named registry\.invalid\. Check the spelling, the network or the VPN|the name registry\.invalid cannot be looked up at the moment\. Check the network or the VPN)\.$/,
    );
  });

  it('has nobody at its port', async () => {
    const provider = openAt(`http://127.0.0.1:${await freePort()}`);
    expect(await told(provider.list(undefined, undefined, signal))).toBe(
      'Could not list the repositories: nothing listens at HOST. Check the port, or whether the registry is running.',
    );
  });

  it('speaks plain http where https is meant', async () => {
    const { server } = await registry();
    const provider = openAt(server.url.replace('http:', 'https:'));
    expect(await told(provider.list(undefined, undefined, signal))).toBe(
      'Could not list the repositories: HOST does not speak https. If it is meant to be plain, type http:// in front.',
    );
  });

  const noNetwork = 'no network leads from this machine to r.test. Check the network or the VPN.';
  it.each([
    ['ENOTFOUND', 'there is no server named r.test. Check the spelling, the network or the VPN.'],
    ['EAI_AGAIN', 'the name r.test cannot be looked up at the moment. Check the network or the VPN.'],
    ['ENETUNREACH', noNetwork],
    ['ENETDOWN', noNetwork],
    ['EHOSTUNREACH', noNetwork],
    ['EHOSTDOWN', noNetwork],
    ['EADDRNOTAVAIL', noNetwork],
    ['ETIMEDOUT', 'r.test did not answer in time. Check the network, VPN or proxy.'],
    ['ECONNREFUSED', 'nothing listens at r.test. Check the port, or whether the registry is running.'],
    ['ECONNRESET', 'r.test broke the connection off. If it happens again, check the network, VPN or proxy.'],
    ['EPIPE', 'r.test broke the connection off. If it happens again, check the network, VPN or proxy.'],
    ['ECONNABORTED', 'r.test cannot be reached: it did not work. Check its address, the network or the VPN.'],
  ])('is told by the system as %s', (code, sentence) => {
    const error = Object.assign(new Error('it did not work'), { code });
    expect(report(systemFailure('r.test', error), 'connect')?.message).toBe(`Could not connect: ${sentence}`);
  });

  it('has two addresses, of which one has no route: the other tells what went wrong', () => {
    const errors = ['ENETUNREACH', 'ECONNREFUSED'].map((code) => Object.assign(new Error(code), { code }));
    for (const order of [errors, errors.toReversed()])
      expect(systemFailure('r.test', new AggregateError(order)).detail.code).toBe('ECONNREFUSED');
    expect(systemFailure('r.test', new AggregateError(errors.slice(0, 1))).detail.code).toBe('ENETUNREACH');
  });
});

describe('a network that goes and comes back', () => {
  async function behindWire(): Promise<Bench & { readonly wire: Wire; readonly names: () => Promise<string[]> }> {
    const bench = await registry();
    const wire = await startWire(bench.server.port);
    onTestFinished(() => wire.stop());
    const provider = openAt(`http://${wire.host}`);
    const names = async () => (await provider.list(undefined, undefined, signal)).items.map(({ label }) => label);
    return { ...bench, provider, wire, names };
  }

  it('leaves dead connections behind, which nobody notices', async () => {
    const { wire, names, server } = await behindWire();
    expect(await names()).toEqual(['team/app']);
    const before = server.connections();
    wire.cut();
    expect(await names()).toEqual(['team/app']);
    expect(server.connections()).toBe(before + 1);
  });

  it('swallows what is sent, which ends in time', async () => {
    const { wire, names } = await behindWire();
    expect(await names()).toEqual(['team/app']);
    wire.hold('up');
    shortenTimeLimits();
    expect(await told(names())).toBe(
      'Could not list the repositories: HOST did not answer in time. Check the network, VPN or proxy.',
    );
    wire.release();
    expect(await names()).toEqual(['team/app']);
  });

  it('swallows the rest of an answer, which ends in time', async () => {
    const { wire, names } = await behindWire();
    wire.hold('down', 40);
    shortenTimeLimits();
    expect(await told(names())).toBe(
      'Could not list the repositories: HOST did not answer in time. Check the network, VPN or proxy.',
    );
    wire.release();
    expect(await names()).toEqual(['team/app']);
  });

  it('takes the server with it, and brings it back', async () => {
    const { server, provider, repository } = await registry();
    const list = () => provider.list(repository, undefined, signal);
    expect((await list()).items).toHaveLength(1);
    await server.stop();
    expect(await told(list(), 'list the tags')).toBe(
      'Could not list the tags: nothing listens at HOST. Check the port, or whether the registry is running.',
    );
    await registry({ port: server.port });
    expect((await list()).items).toHaveLength(1);
  });
});
