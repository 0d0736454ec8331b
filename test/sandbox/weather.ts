import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import type { Fault, RawFault, Reply, ReplyFault } from './faults';

const json = { 'Content-Type': 'application/json' };
const page =
  '<!DOCTYPE html><html><head><title>Welcome</title></head><body>Please log in to the network.</body></html>';
/** Longer than any answer is let be. */
const tooMuch = 40 * 1024 * 1024;

function answer(body: string | Buffer, headers: Reply['headers'] = {}): ReplyFault {
  return { status: 200, headers: { ...json, ...headers }, body };
}

function raw(head: readonly string[], body = ''): RawFault {
  return { raw: [...head, '', body].join('\r\n') };
}

/** A refusal in the registry's own words. */
function refusal(status: number, message: string, headers: Reply['headers'] = {}): ReplyFault {
  const body = JSON.stringify({ errors: [{ code: 'UNKNOWN', message, detail: null }] });
  return { status, headers: { ...json, ...headers }, body };
}

/**
 * Bad weather by name: what registries, and what stands before them, are known to do. For `fail` of any server here. Where
 * the client would wait and ask again, it is told to wait for nothing, unless waiting is what the weather is about.
 */
export const weather = {
  // Other content than was asked for.
  webPage: answer(page, { 'Content-Type': 'text/html; charset=utf-8' }),
  webPageOfProxy: { status: 502, headers: { 'Content-Type': 'text/html', 'Retry-After': '0' }, body: page },
  plainText: answer('ok', { 'Content-Type': 'text/plain' }),
  otherJson: answer('{"tags":{"a":1},"repositories":"none"}'),
  halfOfJson: answer('{"repositories":["team/a","te'),
  invalidUtf8: answer(Buffer.from('{"repositories":["caf\xe9"],"tags":["caf\xe9"]}', 'latin1')),
  emptyBody: answer(''),
  noContent: { status: 204 },
  notModified: { status: 304 },
  nesting: answer('['.repeat(5_000_000)),
  nestingInside: answer(`{"tags":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`),

  // Bodies without measure.
  endless: { kind: 'endless' },
  get gzipBomb() {
    return answer(gzipSync(Buffer.alloc(tooMuch, ' ')), { 'Content-Encoding': 'gzip' });
  },
  get deflateBomb() {
    return answer(deflateSync(Buffer.alloc(tooMuch, ' ')), { 'Content-Encoding': 'deflate' });
  },
  get brotliBomb() {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 1 };
    return answer(brotliCompressSync(Buffer.alloc(tooMuch, ' '), { params }), { 'Content-Encoding': 'br' });
  },
  packedOtherwise: answer('{}', { 'Content-Encoding': 'gzip' }),

  // No end in sight.
  silence: { kind: 'hang' },
  drip: { kind: 'drip', delayMs: 20 },
  halfOfHead: { raw: 'HTTP/1.1 200 OK\r\nContent-Type: appl', stays: true },
  promisesMore: { ...raw(['HTTP/1.1 200 OK', 'Content-Length: 1000'], '{}'), stays: true },

  // Broken connections.
  reset: { kind: 'reset' },
  truncated: { kind: 'truncate' },
  endsEarly: raw(['HTTP/1.1 200 OK', 'Content-Length: 1000'], '{}'),
  chunkCut: raw(['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked'], 'ff\r\n{"repositories":'),

  // Not HTTP, or hardly.
  banner: { raw: 'SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13\r\n' },
  badHeader: raw(['HTTP/1.1 200 OK', 'Content Type : application/json']),
  longHeader: raw(['HTTP/1.1 200 OK', `X-Long: ${'x'.repeat(100_000)}`]),
  badChunk: raw(['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked'], 'zz\r\n{}\r\n0\r\n\r\n'),

  // Led elsewhere.
  redirectLoop: { status: 307, headers: { Location: '/again' } },
  redirectNowhere: { status: 307, headers: { Location: 'file:///etc/passwd' } },
  redirectUnreadable: { status: 307, headers: { Location: 'http://[' } },
  redirectWithoutTarget: { status: 307 },
  linkElsewhere: answer('{"repositories":["a"],"tags":["a"]}', {
    Link: '<https://elsewhere.example/v2/_catalog?last=a>; rel="next"',
  }),
  linkUnreadable: answer('{"repositories":["a"],"tags":["a"]}', { Link: '<http://[>; rel="next"' }),

  // Refusals.
  tooManyRequests: refusal(429, 'too many requests'),
  tooManyForAMinute: refusal(429, 'too many requests', { 'Retry-After': '60' }),
  get tooManyUntilADate() {
    return refusal(429, '', { 'Retry-After': new Date(Date.now() + 3 * 3600_000).toUTCString() });
  },
  tooManySinceYesterday: refusal(429, 'too many requests', { 'Retry-After': '-5' }),
  tooManyForever: refusal(429, '', { 'Retry-After': '9'.repeat(400) }),
  internalError: refusal(500, 'database is locked'),
  unavailable: { status: 503, headers: { 'Retry-After': '0' } },
  maintenance: refusal(503, 'down for maintenance', { 'Retry-After': '1800' }),
  gatewayTimeout: { status: 504, headers: { 'Retry-After': '0' } },
  nastyWords: refusal(403, 'no\u0007\u001b[31m\r\n\u202eevil\u2066 \u0000text\ud800 '.concat('w'.repeat(2000))),
  manyErrors: {
    status: 403,
    headers: json,
    body: JSON.stringify({ errors: Array.from({ length: 500 }, (_, at) => ({ code: 'DENIED', message: `no ${at}` })) }),
  },
  deepErrors: { status: 403, headers: json, body: `{"errors":${'['.repeat(10_000)}` },
  emptyRefusal: { status: 403 },
} as const satisfies Record<string, Fault>;
