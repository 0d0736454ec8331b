import { describe, expect, it } from 'vitest';
import { Failure, type FailureKind } from '../../../src/core/failure';
import { failureOfClient, mostWords, failureOfWords } from '../../../src/engine/engineFailure';

const endpoint = 'unix:///var/run/docker.sock';
const host = 'registry.example:5000';

/** As Docker Engine 20.10 and Podman 4.3 say it. */
const registrys: readonly (readonly [kind: FailureKind, words: string, code?: string])[] = [
  ['unauthorized', 'no basic auth credentials'],
  ['unauthorized', 'unauthorized: authentication required'],
  ['unauthorized', `Head "http://${host}/v2/app/web/manifests/1": no basic auth credentials`],
  ['unauthorized', 'unauthorized: incorrect username or password'],
  [
    'unauthorized',
    `trying to reuse blob sha256:22e1 at destination: unable to retrieve auth token: invalid username/password: unauthorized: incorrect username or password`,
  ],
  ['forbidden', 'denied: requested access to the resource is denied'],
  [
    'forbidden',
    `writing blob: initiating layer upload to /v2/app/web/blobs/uploads/ in ${host}: errors:\ndenied: requested access to the resource is denied\nunauthorized: authentication required\n`,
  ],
  ['forbidden', `initializing source docker://${host}/app:1: reading manifest 1 in ${host}/app: denied`],
  ['notFound', `manifest for ${host}/app/web:nope not found: manifest unknown: manifest unknown`],
  ['notFound', `reading manifest nope in ${host}/multi: manifest unknown`],
  ['notFound', 'no matching manifest for linux/amd64 in the manifest list entries', 'NO_PLATFORM'],
  [
    'notFound',
    `choosing an image from manifest list docker://${host}/multi:arm: no image found in image index for architecture s390x, variant "", OS linux`,
    'NO_PLATFORM',
  ],
  ['rateLimited', 'toomanyrequests: slow down'],
  ['unsupported', "error parsing HTTP 405 response body: invalid character 'M' looking for beginning of value"],
  ['untrusted', `Get "https://${host}/v2/": http: server gave HTTP response to HTTPS client`, 'PLAIN_HTTP'],
  ['untrusted', `Get "https://${host}/v2/": x509: certificate signed by unknown authority`, 'ENGINE_TRUST'],
  ['unreachable', `Get "http://${host}/v2/": dial tcp 127.0.0.1:1: connect: connection refused`],
  ['unreachable', 'Get "https://nohost.invalid/v2/": dial tcp: lookup nohost.invalid on 10.0.0.1:53: no such host'],
  ['timedOut', `Get "https://${host}/v2/": dial tcp 10.9.9.9:443: i/o timeout`],
  ['rejected', 'received unexpected HTTP status: 500 Internal Server Error'],
  ['rejected', 'manifest invalid'],
  ['unreachable', `Patch "http://${host}/v2/app/blobs/uploads/1": http: request body was too slow`],
];

const engines: readonly (readonly [kind: FailureKind, status: number | undefined, words: string])[] = [
  ['notFound', undefined, `An image does not exist locally with the tag: ${host}/app/nope`],
  ['notFound', undefined, `tag does not exist: ${host}/app/web:nope`],
  ['notFound', 404, `failed to find image ${host}/app:1: ${host}/app:1: image not known`],
  ['notFound', 404, 'No such image: shorty:latest'],
  ['rejected', 400, 'invalid reference format: repository name must be lowercase'],
  ['rejected', 404, `no such image: ${host}/In/Valid:1: invalid reference format: repository name must be lowercase`],
  [
    'rejected',
    undefined,
    `image source "${host}/In:1" is not a containers-storage-transport reference: Invalid image name "${host}/In:1", unknown transport "registry.example"`,
  ],
  ['rejected', 409, 'conflict: unable to remove repository reference "app:1" (must force)'],
];

describe('words of an engine', () => {
  for (const [kind, words, code] of registrys) {
    it(`mean ${kind} by the registry: ${words}`, () => {
      const failure = failureOfWords(words, undefined, endpoint, host);
      expect(failure).toMatchObject({ kind, message: words.replace(/\s+/g, ' ').trim() });
      expect(failure.detail).toEqual({ subject: host, ...(code === undefined ? {} : { code }) });
    });
  }

  for (const [kind, status, words] of engines) {
    it(`mean ${kind} by the engine itself: ${words}`, () => {
      const failure = failureOfWords(words, status, endpoint, host);
      expect(failure).toMatchObject({ kind, message: words });
      expect(failure.detail).toEqual({ subject: endpoint, speaker: 'engine' });
    });
  }

  it('are the engine’s where no registry takes part', () => {
    const failure = failureOfWords('unauthorized: authentication required', 500, endpoint, undefined);
    expect(failure).toMatchObject({ kind: 'rejected', detail: { subject: endpoint, speaker: 'engine' } });
  });

  it('are not mistaken for names of images in them', () => {
    for (const name of ['team/unauthorized', 'tls:', 'denied', 'toomanyrequests', 'no-such-host', 'timeout']) {
      const failure = failureOfWords(`reading manifest in ${host}/${name}: blob went away`, undefined, endpoint, host);
      expect(failure).toMatchObject({ kind: 'rejected', detail: { speaker: 'engine' } });
    }
  });

  it('are one line that can be read', () => {
    const { message } = failureOfWords(`a\n\tb ${'x'.repeat(1000)}`, undefined, endpoint, host);
    expect(message).toMatch(/^a b x+…$/);
    expect(message).toHaveLength(300);
  });
});

describe('what the client throws', () => {
  const thrown = (message: string, more: object) => Object.assign(new Error(message), more);

  it('for an answer with a status carries the engine’s words', () => {
    const error = thrown('(HTTP code 404) no such image - No such image: app:1 ', { statusCode: 404 });
    expect(failureOfClient(error, endpoint, undefined)).toMatchObject({
      kind: 'notFound',
      message: 'No such image: app:1',
    });
    const unauthorized = thrown('(HTTP code 500) server error - unauthorized: x ', { statusCode: 500 });
    expect(failureOfClient(unauthorized, endpoint, host)).toMatchObject({
      kind: 'unauthorized',
      message: 'unauthorized: x',
    });
    const unknown = thrown('(HTTP code 502) unexpected - [object Object] ', { statusCode: 502 });
    expect(failureOfClient(unknown, endpoint, undefined)).toMatchObject({ kind: 'rejected', message: '' });
  });

  const codes: readonly (readonly [code: string, kind: FailureKind])[] = [
    ['ENOENT', 'unreachable'],
    ['EACCES', 'unreachable'],
    ['ECONNREFUSED', 'unreachable'],
    ['SSH', 'unreachable'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'untrusted'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'untrusted'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'untrusted'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'untrusted'],
    ['HPE_INVALID_CONSTANT', 'malformed'],
  ];
  for (const [code, kind] of codes) {
    it(`with the code ${code} is ${kind}, for a registry too`, () => {
      const detail = { subject: endpoint, speaker: 'engine', code };
      for (const registry of [host, undefined]) {
        expect(failureOfClient(thrown('words', { code }), endpoint, registry)).toMatchObject({ kind, detail });
      }
    });
  }

  it('for several addresses is what the first says', () => {
    const error = new AggregateError([thrown('', { code: 'ECONNREFUSED' }), thrown('', { code: 'EHOSTUNREACH' })]);
    expect(failureOfClient(error, endpoint, undefined).detail).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('without a code is a connection that broke, where it says so', () => {
    expect(failureOfClient(new Error('aborted'), endpoint, undefined).detail).toMatchObject({ code: 'ECONNRESET' });
    expect(failureOfClient(new Error('strange'), endpoint, undefined).detail).toMatchObject({ code: 'UNKNOWN' });
  });

  it('on purpose stays as it is', () => {
    const failure = new Failure('malformed', 'words', { subject: endpoint });
    expect(failureOfClient(failure, endpoint, host)).toBe(failure);
  });
});

describe('words without an end', () => {
  it('are looked through as far as any engine has some to say', () => {
    const after = (length: number) =>
      failureOfWords(`${'x'.repeat(length)} unauthorized`, undefined, endpoint, host).kind;
    expect([after(mostWords - 20), after(mostWords)]).toEqual(['unauthorized', 'rejected']);
  });
});
