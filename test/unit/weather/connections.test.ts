import { describe, expect, it, onTestFinished } from 'vitest';
import { systemFailure } from '../../../src/core/network/systemFailure';
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
      'Could not list the repositories: HOST does not use https. If it uses plain http, type http:// in front.',
    );
  });

  const noNetwork = 'there is no network route to r.test. Check the network or the VPN.';
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
    ['ECONNRESET', 'r.test broke off the connection. If it happens again, check the network, VPN or proxy.'],
    ['EPIPE', 'r.test broke off the connection. If it happens again, check the network, VPN or proxy.'],
    ['ECONNABORTED', 'r.test cannot be reached: it did not work. Check its address, the network or the VPN.'],
  ])('is told by the system as %s', (code, sentence) => {
    const error = Object.assign(new Error('it did not work'), { code });
    expect(report(systemFailure('r.test', error), 'connect')?.message).toBe(`Could not connect: ${sentence}`);
  });

  const openSsl = (reason: string, rest: string) =>
    `0A00:error:0A000412:SSL routines:ssl3_read_bytes:${reason}:../deps/${rest}`;
  const boringSsl = (reason: string, rest = '') =>
    `3896:error:100000f7:SSL routines:OPENSSL_internal:${reason}:../../third_party/boringssl/src/ssl/tls_record.cc:242:${rest}\n`;
  const plain = 'r.test does not use https. If it uses plain http, type http:// in front.';
  const wantsClient = (words: string) => `r.test requires a client certificate that it trusts, and says “${words}”.`;
  const brokenOff = (words: string) =>
    `r.test broke off the TLS handshake and says “${words}”. It may require a client certificate.`;
  const mismatch = 'the client certificate and its key do not match.';
  it.each([
    ['EPROTO', openSsl('wrong version number', 'ssl3_record.c:355:'), plain],
    ['EPROTO', openSsl('packet length too long', 'ssl3_record.c:1:'), plain],
    ['EPROTO', openSsl('http request', 'ssl3_record.c:1:'), plain],
    ['EPROTO', boringSsl('WRONG_VERSION_NUMBER'), plain],
    ['ERR_SSL_WRONG_VERSION_NUMBER', boringSsl('WRONG_VERSION_NUMBER'), plain],
    ['EPROTO', boringSsl('ENCRYPTED_LENGTH_TOO_LONG'), plain],
    ['EPROTO', boringSsl('HTTP_REQUEST'), plain],
    ...[
      ['tlsv13 alert certificate required', 116],
      ['ssl/tls alert bad certificate', 42],
      ['tlsv1 alert unknown ca', 48],
    ].map(([words, number]) => [
      'ERR_SSL_ALERT',
      openSsl(`${words}`, `rec_layer_s3.c:916:SSL alert number ${number}`),
      wantsClient(`${words}`),
    ]),
    ...[
      ['SSLV3_ALERT_BAD_CERTIFICATE', 'sslv3 alert bad certificate'],
      ['SSLV3_ALERT_NO_CERTIFICATE', 'sslv3 alert no certificate'],
      ['SSLV3_ALERT_CERTIFICATE_EXPIRED', 'sslv3 alert certificate expired'],
      ['SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'sslv3 alert certificate unknown'],
      ['TLSV1_ALERT_UNKNOWN_CA', 'tlsv1 alert unknown ca'],
      ['TLSV1_ALERT_CERTIFICATE_REQUIRED', 'tlsv1 alert certificate required'],
      ['TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tlsv13 alert certificate required'],
    ].map(([reason = '', words = '']) => ['EPROTO', boringSsl(reason), wantsClient(words)]),
    [
      'EPROTO',
      boringSsl('TLSV1_ALERT_CERTIFICATE_REQUIRED', 'SSL alert number 116'),
      wantsClient('tlsv1 alert certificate required'),
    ],
    [
      'EPROTO',
      openSsl('ssl/tls alert handshake failure', 'rec_layer_s3.c:916:SSL alert number 40'),
      brokenOff('ssl/tls alert handshake failure'),
    ],
    [
      'EPROTO',
      boringSsl('SSLV3_ALERT_HANDSHAKE_FAILURE', 'SSL alert number 40'),
      brokenOff('sslv3 alert handshake failure'),
    ],
    [
      'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
      boringSsl('SSLV3_ALERT_HANDSHAKE_FAILURE'),
      brokenOff('sslv3 alert handshake failure'),
    ],
    ['ERR_OSSL_X509_KEY_VALUES_MISMATCH', 'error:05800074:x509 certificate routines::key values mismatch', mismatch],
    ['UNKNOWN', 'error:0b000074:X.509 certificate routines:OPENSSL_internal:KEY_VALUES_MISMATCH', mismatch],
    ['UNKNOWN', 'error:0b000073:X.509 certificate routines:OPENSSL_internal:KEY_TYPE_MISMATCH', mismatch],
  ])('is told by TLS as %s, %s', (code, said, sentence) => {
    const error = Object.assign(new Error(code === 'EPROTO' ? `write EPROTO ${said}` : said), { code });
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
