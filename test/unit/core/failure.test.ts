import { describe, expect, it } from 'vitest';
import { Failure, isAboutServer, isContagious, isDenied, isUnreached } from '../../../src/core/failure';
import { failureOf, retryAfter } from '../../../src/core/refusal';
import type { FailureKind } from '../../../src/core/failure';
import type { HttpResponse } from '../../../src/core/http';

const answer = (status: number, body = '', headers: HttpResponse['headers'] = {}): HttpResponse => ({
  status,
  headers,
  body: Buffer.from(body),
  url: 'https://r.test:5000/v2/a/manifests/b',
});
const json = (status: number, content: unknown): HttpResponse => answer(status, JSON.stringify(content));

describe('failureOf', () => {
  it.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'notFound'],
    [410, 'notFound'],
    [429, 'rateLimited'],
    [405, 'unsupported'],
    [501, 'unsupported'],
    [400, 'rejected'],
    [409, 'rejected'],
    [500, 'rejected'],
    [503, 'rejected'],
  ])('takes %i for %s', (status, kind) => {
    expect(failureOf(answer(status))).toMatchObject({ kind, message: '', detail: { subject: 'r.test:5000', status } });
  });

  it('looks at the code where the status does not tell', () => {
    const withCode = (status: number, code: string) => failureOf(json(status, { errors: [{ code }] }));
    expect(withCode(400, 'UNSUPPORTED')).toMatchObject({ kind: 'unsupported', detail: { code: 'UNSUPPORTED' } });
    expect(withCode(503, 'TOOMANYREQUESTS').kind).toBe('rateLimited');
    expect(withCode(404, 'UNSUPPORTED').kind).toBe('notFound');
  });

  it.each([
    [
      'a registry',
      { errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown', detail: {} }] },
      'manifest unknown',
    ],
    ['a registry of few words', { errors: [{ code: 'DENIED' }] }, 'DENIED'],
    ['OAuth', { error: 'invalid_grant', error_description: 'expired' }, 'expired'],
    ['OAuth without description', { error: 'invalid_grant' }, 'invalid_grant'],
    ['others', { message: 'no such image' }, 'no such image'],
    ['yet others', { detail: 'too many' }, 'too many'],
    ['Docker Hub', { details: 'incorrect username or password' }, 'incorrect username or password'],
    ['nobody', {}, ''],
    ['a list', [], ''],
    ['a server that says it in objects', { errors: [], error: { code: 5 }, message: null }, ''],
  ])('says what %s says', (_who, content, message) => {
    expect(failureOf(json(400, content)).message).toBe(message);
  });

  it.each([
    ['text', '404 page not found\n', { 'content-type': 'text/plain' }, '404 page not found'],
    ['lines', 'first\r\n  second', {}, 'first second'],
    ['a web page', '<html><body>Bad gateway', { 'content-type': 'text/html' }, ''],
    ['a web page in disguise', '  <!DOCTYPE html>', { 'content-type': 'text/plain' }, ''],
    ['bytes', '\u0000\u0001', {}, ''],
    ['half of a JSON text', '{"errors":[', {}, ''],
    ['too much', 'x'.repeat(1000), {}, `${'x'.repeat(299)}…`],
  ])('reads %s', (_what, body, headers, message) => {
    expect(failureOf(answer(502, body, headers)).message).toBe(message);
  });

  it('tells how long to wait', () => {
    expect(failureOf(answer(429, '', { 'retry-after': '30' })).detail.retryAfterSeconds).toBe(30);
    expect(failureOf(answer(429)).detail).not.toHaveProperty('retryAfterSeconds');
  });

  it('is an error with a name', () => {
    const failure = failureOf(answer(404, 'gone'));
    expect([failure instanceof Failure, failure instanceof Error, String(failure)]).toEqual([
      true,
      true,
      'Failure: gone',
    ]);
  });
});

describe('a failure', () => {
  const kinds: readonly FailureKind[] = [
    ...(['unauthorized', 'forbidden', 'notFound', 'unlisted', 'rateLimited', 'unsupported'] as const),
    ...(['unreachable', 'untrusted', 'timedOut', 'malformed', 'rejected'] as const),
  ];
  const thoseThat = (is: (error: unknown) => boolean) =>
    kinds.filter((kind) => is(new Failure(kind, '', { subject: 'r.test' })));

  it('tells that no answer came', () => {
    expect(thoseThat(isUnreached)).toEqual(['unreachable', 'timedOut']);
  });

  it('tells that a credential does not do', () => {
    expect(thoseThat(isDenied)).toEqual(['unauthorized', 'forbidden']);
  });

  it('tells of the server, or of what was asked for', () => {
    expect(thoseThat(isAboutServer)).toEqual(['rateLimited', 'unreachable', 'untrusted', 'timedOut']);
  });

  it('is met by the next request as well, where it tells of server or credential', () => {
    const contagious = ['unauthorized', 'rateLimited', 'unreachable', 'untrusted', 'timedOut'];
    expect(thoseThat(isContagious)).toEqual(contagious);
    for (const is of [isUnreached, isDenied, isAboutServer, isContagious]) expect(is(new Error('other'))).toBe(false);
  });
});

describe('retryAfter', () => {
  it.each(['-1', '2 seconds', '', '1e3'])('is nothing when it cannot be read: “%s”', (value) => {
    expect(retryAfter(answer(429, '', { 'retry-after': value }))).toBeUndefined();
  });

  it.each([
    ['0', 0],
    [' 120 ', 120],
    ['Thu, 01 Jan 2026 00:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('reads %s as %s', (value, seconds) => {
    expect(retryAfter(answer(429, '', { 'retry-after': value }))).toBe(seconds);
  });
});
