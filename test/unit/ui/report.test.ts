import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { FailureDetail, FailureKind } from '../../../src/core/failure';
import { causes } from '../../../src/core/causes';
import { report } from '../../../src/ui/report';

const subject = 'registry.example.com';

function said(kind: FailureKind, message: string, detail: Omit<FailureDetail, 'subject'> = {}): string | undefined {
  return report(new Failure(kind, message, { subject, ...detail }), 'list the tags of team/api')?.message;
}

describe('a report', () => {
  it('names the kind of each problem in so few words that a narrow view shows them', () => {
    const codes: readonly [FailureKind, Omit<FailureDetail, 'subject'>, string][] = [
      ['unauthorized', {}, 'Not signed in'],
      ['forbidden', {}, 'Not allowed'],
      ['notFound', {}, 'Not found'],
      ['notFound', { code: 'NO_ENGINE' }, 'No engine'],
      ['unlisted', {}, 'Not listed'],
      ['unsupported', {}, 'Not offered'],
      ['unsupported', { code: 'TOO_MANY_ROWS' }, 'List too long'],
      ['rateLimited', {}, 'Too many requests'],
      ['unreachable', {}, 'Not reachable'],
      ['untrusted', { code: 'CERT_HAS_EXPIRED' }, 'Not trusted'],
      ['untrusted', { code: 'NOT_TLS' }, 'Wrong protocol'],
      ['timedOut', {}, 'No answer'],
      ['malformed', {}, 'Unclear answer'],
      ['malformed', { code: 'NO_NEW_ROWS' }, 'List without end'],
      ['rejected', { status: 503 }, 'Server error'],
      ['rejected', { status: 400 }, 'Refused'],
      ['rejected', { nextStep: 'unlockTag' }, 'Locked'],
    ];
    for (const [kind, detail, words] of codes)
      expect(report(new Failure(kind, '', { subject, ...detail }), 'list')?.headline).toBe(words);
    expect(report(new Error('a defect'), 'list')?.headline).toBe('Unexpected error');
    expect(Math.max(...codes.map(([, , { length }]) => length))).toBeLessThan(20);
  });

  it.each<[FailureKind, string, Omit<FailureDetail, 'subject'>, string]>([
    ['unauthorized', 'authentication required', { status: 401 }, 'the registry says “authentication required” (401).'],
    ['unauthorized', '', { status: 401 }, 'the registry does not accept this credential (401).'],
    ['forbidden', '', { status: 403 }, 'this credential may not do that (403).'],
    [
      'notFound',
      'repository name not known to registry',
      { status: 404 },
      'the registry says “repository name not known to registry” (404).',
    ],
    ['unlisted', '', { status: 403 }, 'it does not list its repositories (403).'],
    ['notFound', '', { status: 404 }, 'it is not there (any more) (404).'],
    [
      'unsupported',
      'The operation is unsupported.',
      { status: 405 },
      'the registry does not offer this: “The operation is unsupported” (405).',
    ],
    [
      'rateLimited',
      '',
      { status: 429, retryAfterSeconds: 1200 },
      'registry.example.com has had too many requests from you. Try again in 20 minutes.',
    ],
    [
      'rateLimited',
      'slow down',
      { status: 429 },
      'registry.example.com has had too many requests from you: “slow down”. Wait a little, then try again.',
    ],
    [
      'unreachable',
      'getaddrinfo ENOTFOUND x',
      { code: 'ENOTFOUND' },
      'there is no server named registry.example.com. Check the spelling, the network or the VPN.',
    ],
    [
      'unreachable',
      'x',
      { code: 'ECONNREFUSED' },
      'nothing listens at registry.example.com. Check the port, or whether the registry is running.',
    ],
    [
      'unreachable',
      'x',
      { code: 'ECONNRESET' },
      'registry.example.com broke off the connection. If it happens again, check the network, VPN or proxy.',
    ],
    [
      'untrusted',
      'wrong version number',
      { code: 'NOT_TLS' },
      'registry.example.com does not use https. If it uses plain http, type http:// in front.',
    ],
    [
      'unreachable',
      'the port is reserved',
      { code: 'EACCES' },
      'registry.example.com cannot be reached: the port is reserved. Check its address, the network or the VPN.',
    ],
    [
      'untrusted',
      'x',
      { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
      'the certificate of registry.example.com is self-signed, so nobody vouches for it.',
    ],
    [
      'untrusted',
      'x',
      { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
      'the certificate of registry.example.com comes from an authority that this machine does not know.',
    ],
    ['untrusted', 'x', { code: 'CERT_HAS_EXPIRED' }, 'the certificate of registry.example.com has expired.'],
    [
      'untrusted',
      'x',
      { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
      'the certificate of registry.example.com was made for another name.',
    ],
    ['timedOut', 'x', {}, 'registry.example.com did not answer in time. Check the network, VPN or proxy.'],
    [
      'malformed',
      'it answered with a web page (text/html)',
      {},
      'registry.example.com does not answer as a registry does: it answered with a web page (text/html). Check its address, and any proxy on the way.',
    ],
    [
      'rejected',
      'database is locked',
      { status: 500 },
      'registry.example.com has a problem of its own (500): “database is locked”. Try again later.',
    ],
    ['rejected', '', { status: 418 }, 'registry.example.com refused (418).'],
  ])('of %s “%s” says what to do', (kind, message, detail, expected) => {
    expect(said(kind, message, detail)).toBe(`Could not list the tags of team/api: ${expected}`);
  });

  it('puts what it means before what was said', () => {
    const explanation = 'deletion is switched off in this registry';
    expect(said('unsupported', 'The operation is unsupported.', { status: 405, explanation })).toBe(
      'Could not list the tags of team/api: deletion is switched off in this registry. It says “The operation is unsupported” (405).',
    );
  });

  it('offers what can help', () => {
    const remedies = (kind: FailureKind) => report(new Failure(kind, '', { subject }), 'x')?.remedies;
    expect(remedies('unauthorized')).toEqual(['updateCredential', 'retry', 'showLog']);
    const ofAzure = new Failure('forbidden', '', { subject: 'Azure', speaker: 'program' });
    expect(report(ofAzure, 'x')?.remedies).toEqual(['retry', 'showLog']);
    expect(remedies('unlisted')).toEqual(['addRepository', 'updateCredential', 'retry', 'showLog']);
    expect(remedies('untrusted')).toEqual(['retry', 'diagnoseConnection', 'showLog']);
    const expired = new Failure('untrusted', '', { subject, code: 'CERT_HAS_EXPIRED' });
    expect(report(expired, 'x')?.remedies).toEqual(['editTrust', 'retry', 'diagnoseConnection', 'showLog']);
    const plain = new Failure('untrusted', '', { subject, code: 'NOT_TLS' });
    expect(report(plain, 'x')?.remedies).toEqual(['editAddress', 'retry', 'diagnoseConnection', 'showLog']);
    expect(remedies('unreachable')).toEqual(['retry', 'diagnoseConnection', 'showLog']);
    expect(remedies('unsupported')).toEqual(['showLog']);
    const refused = (status: number) => report(new Failure('rejected', '', { subject, status }), 'x')?.remedies;
    expect(refused(405)).toEqual(['retry', 'showLog']);
    expect(refused(503)).toEqual(['retry', 'diagnoseConnection', 'showLog']);
    const locked = new Failure('rejected', '', { subject, nextStep: 'unlockTag' });
    expect(report(locked, 'x')?.remedies).toEqual(['unlockTag', 'retry', 'showLog']);
  });

  it('says nothing of a cancellation', () => {
    expect(report(new DOMException('Aborted', 'AbortError'), 'x')).toBeUndefined();
  });

  it('admits a defect without its innards, which go to the log', () => {
    const defect = new TypeError("Cannot read properties of undefined (reading 'x')");
    expect(report(defect, 'list the tags')?.message).toBe(
      'Could not list the tags: an unexpected error. The log has the details.',
    );
    expect(causes(defect)).toContain('Cannot read properties of undefined');
    expect(causes(new Failure('unreachable', 'gone', { subject }, { cause: defect }))).toBe(
      "unreachable (registry.example.com): gone\n  caused by TypeError: Cannot read properties of undefined (reading 'x')",
    );
  });
});

describe('a report on a container engine', () => {
  const address = 'unix:///var/run/docker.sock';
  const of = (kind: FailureKind, message: string, detail: Omit<FailureDetail, 'subject'>) =>
    report(new Failure(kind, message, { subject: address, speaker: 'engine', ...detail }), 'pull app:1');

  it.each<[FailureKind, string, Omit<FailureDetail, 'subject'>, string]>([
    ['notFound', '', { code: 'NO_ENGINE' }, 'no container engine was found. Install or start Docker or Podman.'],
    [
      'unreachable',
      '',
      { code: 'ENOENT' },
      `nothing answers at ${address}. Start Docker or Podman, or use another engine.`,
    ],
    [
      'unreachable',
      '',
      { code: 'EACCES' },
      `you may not use ${address}. Join the group it belongs to (often “docker”) and log in again.`,
    ],
    [
      'unreachable',
      '',
      { code: 'ECONNRESET' },
      `the container engine at ${address} went away. Start it again, then try again.`,
    ],
    ['timedOut', '', {}, `the container engine at ${address} does not answer. Restart it, or use another.`],
    [
      'malformed',
      'its progress is not JSON',
      {},
      `${address} does not answer as a container engine does: its progress is not JSON. Is another program there?`,
    ],
    ['rejected', 'no space left on device', {}, 'the container engine says “no space left on device”.'],
  ])('%s %s: says what it means', (kind, message, detail, expected) => {
    expect(of(kind, message, detail)?.message).toBe(`Could not pull app:1: ${expected}`);
  });

  it('leads to another engine when this one does not answer, and only then', () => {
    expect(of('unreachable', '', { code: 'ENOENT' })?.remedies).toEqual(['useEngine', 'retry', 'showLog']);
    expect(of('rejected', 'conflict', {})?.remedies).toEqual(['retry', 'showLog']);
  });

  it('explains a registry that speaks plain http, and a program that is not there', () => {
    expect(said('untrusted', 'server gave HTTP response to HTTPS client', { code: 'PLAIN_HTTP' })).toContain(
      'registry.example.com uses plain http, which the container engine accepts only from registries that its own settings list as insecure.',
    );
    const x509 = 'x509: certificate signed by unknown authority';
    expect(said('untrusted', x509, { code: 'ENGINE_TRUST' })).toContain(
      `the container engine does not trust registry.example.com, and says “${x509}”. It uses its own certificate authorities: on the machine where it runs, put the CA file into certs.d/registry.example.com in /etc/docker`,
    );
    // The connection's own certificates would change nothing.
    const ofEngine = new Failure('untrusted', x509, { subject: 'registry.example.com', code: 'ENGINE_TRUST' });
    expect(report(ofEngine, 'pull')?.remedies).not.toContain('editTrust');
    // Whatever a code is called, it is no word of ours.
    for (const code of ['constructor', 'toString', '__proto__'])
      expect(said('untrusted', 'broken', { code })).toContain('registry.example.com cannot be trusted: broken.');
    const missing = new Failure('notFound', 'spawn docker ENOENT', {
      subject: 'docker',
      speaker: 'program',
      code: 'ENOENT',
    });
    expect(report(missing, 'log in')?.reason).toBe('There is no program “docker” on this machine.');
    // It may have been installed meanwhile.
    expect(report(missing, 'log in')?.remedies[0]).toBe('retry');
  });
});
