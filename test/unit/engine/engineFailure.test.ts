import { describe, expect, it } from 'vitest';
import type { FailureKind } from '../../../src/core/failure';
import { failureOfClient, refusal } from '../../../src/engine/engineFailure';

const engine = 'unix:///var/run/docker.sock';
const registry = 'registry.example.com';

describe('what an engine says of a registry', () => {
  // Docker 20.10.24 and Podman 4.3.1 against Distribution 2.8.
  it.each<[string, FailureKind, string?]>([
    ['no basic auth credentials', 'unauthorized'],
    ['unauthorized: authentication required', 'unauthorized'],
    [
      'Head "https://registry.example.com/v2/app/manifests/1": unauthorized: incorrect username or password',
      'unauthorized',
    ],
    ['denied: requested access to the resource is denied', 'forbidden'],
    ['manifest unknown: manifest unknown', 'notFound'],
    ['manifest for registry.example.com/app:9 not found: manifest unknown: manifest unknown', 'notFound'],
    ['no matching manifest for linux/amd64 in the manifest list entries', 'notFound', 'NO_PLATFORM'],
    ['toomanyrequests: You have reached your pull rate limit.', 'rateLimited'],
    [
      'Get "https://registry.example.com/v2/": http: server gave HTTP response to HTTPS client',
      'untrusted',
      'PLAIN_HTTP',
    ],
    ['Get "https://registry.example.com/v2/": x509: certificate signed by unknown authority', 'untrusted'],
    ['Get "https://registry.example.com/v2/": dial tcp: lookup registry.example.com: no such host', 'unreachable'],
    ['Patch "http://registry.example.com/v2/app/blobs/uploads/1": http: request body was too slow', 'unreachable'],
    ['received unexpected HTTP status: 500 Internal Server Error', 'rejected'],
  ])('%s: is the registry’s refusal', (words, kind, code) => {
    const failure = refusal(words, undefined, engine, registry);
    expect(failure).toMatchObject({ kind, message: words, detail: { subject: registry } });
    expect([failure.detail.speaker, failure.detail.code]).toEqual([undefined, code]);
  });

  it.each<[string, number | undefined, FailureKind]>([
    ['No such image: app:1', 404, 'notFound'],
    ['An image does not exist locally with the tag: registry.example.com/app', undefined, 'notFound'],
    [
      'conflict: unable to remove repository reference "app:1" (must force) - container 1a2b is using it',
      409,
      'rejected',
    ],
    ['write /var/lib/docker/tmp: no idea', undefined, 'rejected'],
  ])('%s: is the engine’s own', (words, status, kind) => {
    expect(refusal(words, status, engine, undefined)).toMatchObject({
      kind,
      detail: { subject: engine, speaker: 'engine' },
    });
  });

  it('keeps to one line of bounded length', () => {
    const { message } = refusal(`first\n  second ${'x'.repeat(5000)}`, undefined, engine, registry);
    expect([message.startsWith('first second'), message.length]).toEqual([true, 500]);
  });
});

describe('what the client throws', () => {
  const thrown = (message: string, more: Readonly<Record<string, unknown>> = {}) =>
    failureOfClient(Object.assign(new Error(message), more), engine, undefined);

  it('says whether the engine is there', () => {
    expect(thrown('connect ENOENT', { code: 'ENOENT' })).toMatchObject({
      kind: 'unreachable',
      detail: { code: 'ENOENT' },
    });
    expect(thrown('socket hang up')).toMatchObject({ kind: 'unreachable', detail: { code: 'ECONNRESET' } });
    expect(thrown('Parse Error', { code: 'HPE_INVALID_CONSTANT' })).toMatchObject({ kind: 'malformed' });
    expect(thrown('self-signed', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })).toMatchObject({ kind: 'untrusted' });
  });

  it('repeats the engine’s words without what the client puts around them', () => {
    const answer = { statusCode: 404 };
    expect(thrown('(HTTP code 404) no such image - No such image: app:1 ', answer)).toMatchObject({
      kind: 'notFound',
      message: 'No such image: app:1',
    });
  });
});
