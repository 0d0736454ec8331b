import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import { failureOf, retryAfter } from '../../../src/core/refusal';
import type { FailureDetail, FailureKind } from '../../../src/core/failure';
import { axiosHttp } from '../../../src/core/axiosHttp';
import { systemFailure } from '../../../src/core/network/systemFailure';
import type { HttpResponse } from '../../../src/core/http';
import { readManifest, verifyDigest } from '../../../src/core/manifest';
import { plainText } from '../../../src/core/plainText';
import { RegistryClient } from '../../../src/core/registryClient';
import { catalogAnswer, decodeJson, imageConfigAnswer, tagsAnswer, tokenAnswer } from '../../../src/core/schemas';
import { readGoogleTags } from '../../../src/providers/generic/googleTags';
import { report } from '../../../src/ui/report';
import { collectLog } from '../collectLog';
import { fixture } from '../core/fixture';
import { buildImage, buildIndex } from '../../sandbox/images';

const url = 'https://r.test/v2/a/manifests/b';
const runs = { numRuns: 500 };
const bytes = fc.uint8Array({ maxLength: 200 });
const anyText = fc.string({ unit: 'binary', maxLength: 400 });
const anyHeaders = fc.dictionary(
  fc.constantFrom('content-type', 'docker-content-digest', 'retry-after', 'x-retry-after', 'link'),
  anyText,
);
const answer = (body: Uint8Array, headers: HttpResponse['headers'] = {}, status = 200): HttpResponse => ({
  status,
  headers,
  body,
  url,
});
const inBytes = (text: string): Uint8Array => Buffer.from(text);

/** What `work` gives; a Failure of ours is fine, any other error is not. */
function orFailure<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expectWords(error.message);
    expect(error.kind).toBe('malformed');
    return undefined;
  }
}

/** One line that can be shown, not too long and with nothing missing. */
function expectWords(text: string): void {
  expect(text).toBe(text.trim());
  expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  expect(text.length).toBeLessThanOrEqual(300);
  expect(text).not.toContain('undefined');
}

/** Some value somewhere in a JSON text, replaced by another. */
const damaged = (text: string): fc.Arbitrary<string> => {
  const places = [...text.matchAll(/"[^"]*"|\d+|null|true|false/g)];
  return fc
    .tuple(fc.constantFrom(...places), fc.json({ maxDepth: 1 }))
    .map(([place, value]) => text.slice(0, place.index) + value + text.slice(place.index + place[0].length));
};

const image = buildImage();
const manifests = [
  image.bytes.toString(),
  buildIndex([{ manifest: image }]).bytes.toString(),
  ...['oci-image', 'docker-list', 'oci-artifact', 'schema1'].map((name) => fixture(`${name}.manifest`).toString()),
];

describe('whatever a registry sends', () => {
  it.each([
    ['bytes', bytes],
    ['JSON', fc.json().map(inBytes)],
    ['a damaged manifest', fc.oneof(...manifests.map(damaged)).map(inBytes)],
  ])('as a manifest, %s: it is read, by its own digest, or refused', (_what, bodies) => {
    fc.assert(
      fc.property(bodies, anyHeaders, (body, headers) => {
        const manifest = orFailure(() => readManifest(answer(body, headers), 'latest'));
        if (manifest === undefined) return;
        // Of a signed one, what is signed counts alone.
        if (manifest.kind === 'schema1') return;
        const algorithm = manifest.digest.split(':')[0] ?? '';
        expect(manifest.digest).toBe(`${algorithm}:${createHash(algorithm).update(body).digest('hex')}`);
      }),
      runs,
    );
  });

  it('is what its digest names, or refused', () => {
    fc.assert(
      fc.property(bytes, bytes, fc.constantFrom('sha256', 'sha512'), (body, other, algorithm) => {
        const digestOf = (content: Uint8Array) => `${algorithm}:${createHash(algorithm).update(content).digest('hex')}`;
        expect(() => {
          verifyDigest(answer(body), digestOf(body));
        }).not.toThrow();
        if (Buffer.compare(body, other) === 0) return;
        expect(() => {
          verifyDigest(answer(body), digestOf(other));
        }).toThrow(Failure);
      }),
      runs,
    );
  });

  it.each([
    ['a catalog', catalogAnswer],
    ['tags', tagsAnswer],
    ['a token', tokenAnswer],
    ['a config', imageConfigAnswer],
  ])('as %s is read or refused', (_what, schema) => {
    const config = damaged(image.blobs[0]?.bytes.toString() ?? '').map(inBytes);
    const fields = fc.constantFrom('repositories', 'tags', 'name', 'token', 'expires_in');
    const likely = fc.dictionary(fields, fc.jsonValue()).map((value) => inBytes(JSON.stringify(value)));
    fc.assert(
      fc.property(fc.oneof(bytes, fc.json().map(inBytes), likely, config), anyHeaders, (body, headers) => {
        orFailure(() => decodeJson(schema, answer(body, headers)));
      }),
      runs,
    );
  });

  it('as a refusal is told in words that can be shown', () => {
    const word = fc.oneof(anyText, fc.jsonValue());
    const errors = fc.record({ errors: fc.array(fc.record({ code: word, message: word }, { requiredKeys: [] })) });
    const others = fc.dictionary(fc.constantFrom('error', 'error_description', 'message', 'detail', 'text'), word);
    const bodies = fc.oneof(
      bytes,
      anyText.map(inBytes),
      fc.oneof(errors, others, fc.jsonValue()).map((value) => inBytes(JSON.stringify(value))),
    );
    fc.assert(
      fc.property(bodies, anyHeaders, fc.integer({ min: 200, max: 599 }), (body, headers, status) => {
        const failure = failureOf(answer(body, headers, status));
        expectWords(failure.message);
        expect(failure.detail.status).toBe(status);
        expectSentence(failure);
      }),
      runs,
    );
  });

  it('as a wait is a number of seconds, or nothing', () => {
    const values = fc.oneof(anyText, fc.bigInt().map(String), fc.double().map(String), fc.date().map(String));
    fc.assert(
      fc.property(values, fc.constantFrom('retry-after', 'x-retry-after'), (value, name) => {
        const seconds = retryAfter(answer(new Uint8Array(), { [name]: value }, 429));
        if (seconds !== undefined) expect(Number.isSafeInteger(seconds) && seconds >= 0).toBe(true);
      }),
      runs,
    );
  });

  it('as a name is asked for within its part of the path, or not at all', async () => {
    const names = fc.oneof(
      anyText,
      fc
        .array(fc.constantFrom('..', '.', 'a', '%2e', '', '\\', '?', '#', ':', '@', '//'), { maxLength: 6 })
        .map((parts) => parts.join('/')),
      fc.webPath(),
    );
    const http = axiosHttp(collectLog());
    await fc.assert(
      fc.asyncProperty(names, async (name) => {
        const asked: string[] = [];
        const client = new RegistryClient(async (request) => {
          asked.push(request.url);
          // What the real one refuses, it refuses before it asks.
          const outcome = await http(request, AbortSignal.abort()).catch((error: unknown) => error);
          if (outcome instanceof Failure) throw outcome;
          return answer(inBytes('{}'));
        }, 'https://r.test/reg');
        const page = await client.tags(name, undefined, new AbortController().signal).catch((error: unknown) => error);
        if (page instanceof Failure) return;
        const { origin, pathname, search } = new URL(asked[0] ?? '');
        expect([origin, search]).toEqual(['https://r.test', '?n=1000']);
        expect(pathname).toMatch(/^\/reg\/v2\/.*\/tags\/list$/);
        expect(asked[0]).toBe(`${origin}${pathname}${search}`);
      }),
      runs,
    );
  });
});

/** What a user reads: a sentence with nothing missing. */
function expectSentence(error: unknown): void {
  const told = report(error, 'list the tags of team/api');
  for (const [text, beginning] of [
    [told?.message ?? '', /^Could not list the tags of team\/api: \S/],
    [told?.reason ?? '', /^\S/],
  ] as const) {
    expect(text).toMatch(beginning);
    expect(text).toMatch(/[.!?…]”?( \(\d+\))?\.?$/);
    expect(text).not.toMatch(/undefined|NaN|\[object|(?<!“)“\s*”(?!”)|\{\d\}|[\p{Cc}\p{Cf}\p{Cs}]/u);
  }
  expect(told?.remedies).toContain('showLog');
}

describe('whatever fails', () => {
  const kinds: readonly FailureKind[] = [
    'unauthorized',
    'forbidden',
    'notFound',
    'rateLimited',
    'unsupported',
    'unreachable',
    'untrusted',
    'timedOut',
    'malformed',
    'rejected',
  ];
  const codes = [
    'ENOTFOUND',
    'EAI_AGAIN',
    'ECONNREFUSED',
    'ECONNRESET',
    'EPROTO',
    'ENETUNREACH',
    'CERT_HAS_EXPIRED',
    'ENOENT',
    'EACCES',
    'NO_ENGINE',
    'PLAIN_HTTP',
  ];
  const detail: fc.Arbitrary<FailureDetail> = fc.record(
    {
      subject: fc.constantFrom('r.test', 'r.test:5000', 'unix:///var/run/docker.sock'),
      speaker: fc.constantFrom('engine' as const, 'program' as const),
      status: fc.integer({ min: 400, max: 599 }),
      code: fc.oneof(fc.constantFrom(...codes), anyText),
      retryAfterSeconds: fc.nat(),
      explanation: fc.constantFrom('the token has too few scopes', 'it is locked'),
    },
    { requiredKeys: ['subject'] },
  );

  it('is told in a sentence', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), anyText, detail, (kind, message, more) => {
        const failure = new Failure(kind, message, more);
        expectWords(failure.message);
        expectSentence(failure);
      }),
      { numRuns: 3000 },
    );
  });

  it.each(['', ' ', '\u0000', '\u200b'])('of the system without words (%j) is told by its code', (message) => {
    const { reason } =
      report(systemFailure('r.test', Object.assign(new Error(message), { code: 'EODD' })), 'list') ?? {};
    expect(reason).toBe('R.test cannot be reached: EODD. Check its address, the network or the VPN.');
  });

  it('of the system or of ours is told in a sentence', () => {
    const error = fc
      .tuple(anyText, fc.oneof(anyText, fc.constantFrom(...codes)))
      .map(([message, code]) => Object.assign(new Error(message), { code }));
    fc.assert(
      fc.property(
        fc.oneof(
          error,
          anyText,
          fc.array(error).map((errors) => new AggregateError(errors)),
        ),
        (thrown) => {
          expectSentence(systemFailure('r.test', thrown));
          expectSentence(thrown);
        },
      ),
      runs,
    );
  });

  it('is shown without what cannot be seen, and the same twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
        const shown = plainText(text);
        expectWords(shown);
        expect(plainText(shown)).toBe(shown);
      }),
      runs,
    );
  });
});

describe('what lists of tags tell beyond V2', () => {
  const google = JSON.stringify({
    child: ['below'],
    manifest: {
      [`sha256:${'0'.repeat(64)}`]: {
        imageSizeBytes: '12',
        mediaType: 'application/vnd.oci.image.index.v1+json',
        timeCreatedMs: '1501774217070',
        timeUploadedMs: '1552917295327',
        tag: ['a'],
      },
    },
    tags: ['a'],
  });

  it('is read or left alone, whatever stands there', () => {
    fc.assert(
      fc.property(damaged(google), (text) => {
        const answered = orFailure(() => decodeJson(tagsAnswer, answer(inBytes(text))));
        if (answered === undefined) return;
        const { details, below } = readGoogleTags(answered);
        for (const { created, size, digest } of details.values()) {
          expect(digest).toMatch(/^[a-z0-9]+[^/]*:[\w=-]{32,}$/);
          expect(created === undefined || !Number.isNaN(created.getTime())).toBe(true);
          expect(size === undefined || size > 0).toBe(true);
        }
        expect(below.every((name) => typeof name === 'string')).toBe(true);
      }),
      runs,
    );
  });
});
