import { globalAgent } from 'node:https';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { axiosHttp } from '../../../src/core/axiosHttp';
import { redactUrl } from '../../../src/core/network/redaction';
import { freePort } from '../../sandbox/loopback';
import { createPki, type Pki } from '../../sandbox/pki';
import { startRecorder } from '../../sandbox/recorder';
import { collectLog } from '../collectLog';
import { failing } from '../failing';
import { scripted, send, textOf } from './scripted';

const http = axiosHttp(collectLog());
const subjectOf = (url: string): string => new URL(url).host;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('an exchange', () => {
  it('gives the answer as it came, whatever its status', async () => {
    const body = Buffer.from([0, 255, 13, 10, 0xc3, 0x28]);
    const { url } = await scripted(({ path }) => ({
      status: Number(path.slice(1)),
      headers: { 'X-Mixed-Case': 'Kept As Is', 'WWW-Authenticate': ['Basic', 'Bearer realm="r"'] },
      body,
    }));
    for (const status of [200, 204, 304, 401, 404, 418, 500, 503]) {
      const response = await send(http, `${url}/${status}`);
      expect(response).toMatchObject({
        status,
        url: `${url}/${status}`,
        headers: { 'x-mixed-case': 'Kept As Is', 'www-authenticate': 'Basic, Bearer realm="r"' },
      });
    }
    expect(Buffer.from((await send(http, `${url}/200`)).body).equals(body)).toBe(true);
  });

  it('sends what it is told to, byte for byte', async () => {
    const { url, requests } = await scripted(() => ({ status: 200 }));
    await send(http, `${url}/a?last=b%2Fc&n=1%7E`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'a/b' },
      body: 'x=%20&y=ß',
    });
    await send(http, `${url}/`, { method: 'HEAD' });
    expect(requests[0]).toMatchObject({
      method: 'POST',
      path: '/a?last=b%2Fc&n=1%7E',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'a/b',
        'user-agent': 'registry-explorer',
        connection: 'keep-alive',
      },
    });
    expect(requests[0]?.body.toString()).toBe('x=%20&y=ß');
    expect(requests[1]).toMatchObject({ method: 'HEAD', headers: { accept: '*/*' } });
  });

  it('uses a connection again', async () => {
    const { url } = await scripted(() => ({ status: 200 }));
    const recorder = await startRecorder(url);
    for (let time = 0; time < 5; time++) await send(http, `${recorder.url}/`);
    expect([recorder.requests.length, recorder.connections]).toEqual([5, 1]);
    await recorder.stop();
  });

  it('leaves proxies to its host', async () => {
    for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']) vi.stubEnv(name, 'http://127.0.0.1:1');
    vi.stubEnv('NO_PROXY', '');
    const { url } = await scripted(() => ({ status: 200 }));
    expect((await send(http, url)).status).toBe(200);
  });
});

describe('a long answer', () => {
  it('is taken up to the limit, and no further', async () => {
    const { url } = await scripted(({ path }) => ({ status: 200, body: 'x'.repeat(Number(path.slice(1))) }));
    expect((await send(http, `${url}/1000`, { maxBytes: 1000 })).body.length).toBe(1000);
    expect(await failing(send(http, `${url}/1001`, { maxBytes: 1000 }))).toMatchObject({ kind: 'malformed' });
  });

  it('is refused when it does not tell its length', async () => {
    const { url } = await scripted(() => ({
      status: 200,
      headers: { 'Transfer-Encoding': 'chunked', 'Content-Length': undefined },
      body: 'x'.repeat(100_000),
    }));
    expect(await failing(send(http, url, { maxBytes: 1000 }))).toMatchObject({ kind: 'malformed' });
  });

  it('is refused when it is packed small', async () => {
    const bomb = gzipSync(Buffer.alloc(16 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(20_000);
    const { url } = await scripted(() => ({ status: 200, headers: { 'Content-Encoding': 'gzip' }, body: bomb }));
    expect(await failing(send(http, url))).toMatchObject({ kind: 'malformed' });
    const small = await scripted(() => ({
      status: 200,
      headers: { 'Content-Encoding': 'gzip' },
      body: gzipSync('unpacked'),
    }));
    expect(textOf(await send(http, small.url, { maxBytes: 8 }))).toBe('unpacked');
  });
});

describe('an end before the answer', () => {
  it('asks nothing when aborted before', async () => {
    const { url, requests } = await scripted(() => ({ status: 200 }));
    const aborted = http({ method: 'GET', url }, AbortSignal.abort());
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    expect(requests).toEqual([]);
  });

  it('rejects with the reason when aborted in the middle, and drops the connection', async () => {
    const recorder = await startRecorder((await scripted(() => ({ status: 200 }))).url);
    recorder.fail(/./, { kind: 'hang' });
    const controller = new AbortController();
    const reason = new DOMException('The view was closed', 'AbortError');
    const outcome = expect(http({ method: 'GET', url: recorder.url }, controller.signal)).rejects.toBe(reason);
    await recorder.until((requests) => requests.length === 1);
    controller.abort(reason);
    await outcome;
    await recorder.until(([first]) => first?.state === 'broken');
    await recorder.stop();
  });

  it('is not waited for where certificates cannot be read', async () => {
    const hangs = axiosHttp(collectLog(), () => new Promise(() => undefined));
    const signal = AbortSignal.timeout(50);
    const outcome = hangs({ method: 'GET', url: 'https://r.test/' }, signal);
    await expect(outcome).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('comes after a time limit', async () => {
    const { url, fail } = await scripted(() => ({ status: 200 }));
    fail(/./, { kind: 'hang' });
    const limit = vi
      .spyOn(AbortSignal, 'timeout')
      .mockImplementation(() => AbortSignal.abort(new DOMException('', 'TimeoutError')));
    expect(await failing(send(http, url))).toMatchObject({ kind: 'timedOut', detail: { subject: subjectOf(url) } });
    expect(limit).toHaveBeenCalledWith(30_000);
  });

  it('is a broken connection, and told as one', async () => {
    const { url, fail } = await scripted(() => ({ status: 200 }));
    fail(/./, { kind: 'reset' });
    const detail = { subject: subjectOf(url), code: 'ECONNRESET' };
    expect(await failing(send(http, url))).toMatchObject({ kind: 'unreachable', detail });
  });

  it('is a refused connection, and told as one', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const detail = { subject: subjectOf(url), code: 'ECONNREFUSED' };
    expect(await failing(send(http, url))).toMatchObject({ kind: 'unreachable', detail });
  });

  it('is an unknown host, and told as one', async () => {
    const failure = await failing(send(http, 'http://registry.invalid/v2/'));
    expect(failure).toMatchObject({ kind: 'unreachable', detail: { subject: 'registry.invalid' } });
    expect(failure.detail.code).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
  });
});

describe('TLS', () => {
  let pki: Pki;
  beforeAll(async () => {
    pki = await createPki();
  });
  afterAll(() => pki.remove());
  afterEach(() => {
    delete globalAgent.options.ca;
  });

  it('is refused when nobody known vouches for it', async () => {
    const { url, requests } = await scripted(() => ({ status: 200 }), { tls: pki.tls() });
    const detail = { subject: subjectOf(url), code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' };
    expect(await failing(send(http, url))).toMatchObject({ kind: 'untrusted', detail });
    expect(requests).toEqual([]);
  });

  it('is refused for another name', async () => {
    globalAgent.options.ca = pki.ca.cert;
    const { url, requests } = await scripted(() => ({ status: 200 }), { tls: pki.tls(), host: '127.0.0.2' });
    const detail = { subject: subjectOf(url), code: 'ERR_TLS_CERT_ALTNAME_INVALID' };
    expect(await failing(send(http, url))).toMatchObject({ kind: 'untrusted', detail });
    expect(requests).toEqual([]);
  });

  it('is not left by a redirect', async () => {
    globalAgent.options.ca = pki.ca.cert;
    const plain = await scripted(() => ({ status: 200 }));
    const { url } = await scripted(() => ({ status: 307, headers: { Location: plain.url } }), { tls: pki.tls() });
    const failure = await failing(send(http, url, { headers: { Authorization: 'Basic c2VjcmV0' } }));
    expect(failure).toMatchObject({ kind: 'untrusted', detail: { code: 'INSECURE_REDIRECT' } });
    expect(plain.requests).toEqual([]);
  });

  it('is what a plain server does not speak', async () => {
    const { url } = await scripted(() => ({ status: 200 }));
    const detail = { subject: subjectOf(url), code: 'NOT_TLS' };
    const failure = await failing(send(http, url.replace('http:', 'https:')));
    expect(failure).toMatchObject({ kind: 'untrusted', message: 'wrong version number', detail });
  });
});

describe('a redirect', () => {
  const secrets = { Authorization: 'Bearer secret', Cookie: 'session=secret', Accept: 'a/b' };

  it('takes the credentials along on the same origin', async () => {
    const { url, requests } = await scripted(({ path }) =>
      path === '/from' ? { status: 307, headers: { Location: '/to' } } : { status: 200, body: 'here' },
    );
    expect(textOf(await send(http, `${url}/from`, { headers: secrets }))).toBe('here');
    expect(requests[1]).toMatchObject({ path: '/to', headers: { authorization: 'Bearer secret', accept: 'a/b' } });
  });

  it.each([301, 302, 303, 307, 308])('leaves them behind on another port or host, with status %i', async (status) => {
    const other = await scripted(() => ({ status: 200, body: 'elsewhere' }));
    for (const location of [other.url, other.url.replace('127.0.0.1', 'localhost')]) {
      const { url } = await scripted(() => ({ status, headers: { Location: location } }));
      expect(textOf(await send(http, url, { headers: secrets }))).toBe('elsewhere');
    }
    expect(other.requests.length).toBe(2);
    for (const { headers } of other.requests) {
      expect(headers).toMatchObject({ accept: 'a/b' });
      expect(JSON.stringify(headers)).not.toContain('secret');
    }
  });

  it.each(['DELETE', 'PUT', 'PATCH', 'POST'] as const)('takes no %s to another origin', async (method) => {
    const other = await scripted(() => ({ status: 200 }));
    for (const status of [301, 302, 307, 308]) {
      const { url } = await scripted(() => ({ status, headers: { Location: other.url } }));
      expect(await failing(send(http, url, { method, headers: secrets }))).toMatchObject({
        kind: 'untrusted',
        message: `redirected what was sent to ${new URL(other.url).host}`,
      });
    }
    expect(other.requests).toEqual([]);
  });

  it.each(['DELETE', 'PUT', 'PATCH'] as const)(
    'to what another request answers is no outcome of a %s',
    async (method) => {
      const { url, requests } = await scripted(() => ({ status: 303, headers: { Location: '/elsewhere' } }));
      expect((await send(http, url, { method })).status).toBe(303);
      expect(requests.length).toBe(1);
    },
  );

  it('of a DELETE is followed on its own origin, as a DELETE', async () => {
    const { url, requests } = await scripted(({ path }) =>
      path === '/from' ? { status: 308, headers: { Location: '/to' } } : { status: 202 },
    );
    expect((await send(http, `${url}/from`, { method: 'DELETE' })).status).toBe(202);
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['DELETE /from', 'DELETE /to']);
  });

  it('tells which URL answered in the end', async () => {
    const other = await scripted(() => ({ status: 404 }));
    const { url } = await scripted(() => ({ status: 302, headers: { Location: `${other.url}/there` } }));
    expect((await send(http, url)).url).toBe(`${other.url}/there`);
  });

  it('does not bring them back by way of another origin', async () => {
    const own = await scripted(({ path }) => {
      if (path === '/end') return { status: 200 };
      return { status: 307, headers: { Location: path === '/start' ? '/step' : away.url } };
    });
    const away = await scripted(() => ({ status: 307, headers: { Location: `${own.url}/end` } }));
    await send(http, `${own.url}/start`, { headers: secrets });
    const seen = [...own.requests, ...away.requests].map(({ path, headers }) => [path, headers.authorization]);
    expect(seen).toEqual([
      ['/start', 'Bearer secret'],
      ['/step', 'Bearer secret'],
      ['/end', undefined],
      ['/', undefined],
    ]);
  });

  it('ends somewhere', async () => {
    const { url, requests } = await scripted(() => ({ status: 307, headers: { Location: '/again' } }));
    expect(await failing(send(http, url))).toMatchObject({ kind: 'malformed' });
    expect(requests.length).toBe(6);
  });

  it('leads to the web only', async () => {
    for (const location of ['file:///etc/passwd', 'http://[', 'javascript:0']) {
      const { url } = await scripted(() => ({ status: 307, headers: { Location: location } }));
      await failing(send(http, url));
    }
  });
});

describe('the log', () => {
  it('tells method, address and outcome, and no secret', async () => {
    const log = collectLog();
    const { url } = await scripted(({ path }) => ({ status: path.startsWith('/no') ? 404 : 200 }));
    const logged = axiosHttp(log);
    const secretUrl = url.replace('//', '//user:hunter2@');
    await send(logged, `${secretUrl}/v2/?n=5&token=hunter2`, { headers: { Authorization: 'Bearer hunter2' } });
    await send(logged, `${url}/no`, { method: 'POST', body: 'password=hunter2' });
    await failing(send(logged, `http://user:hunter2@127.0.0.1:${await freePort()}/?sig=hunter2`));
    expect(log.lines.map((line) => line.replace(/\d+ ms/, 'time').replace(/127.0.0.1:\d+/g, 'host'))).toEqual([
      'info GET http://host/v2/?n=5&token=*** 200 (time)',
      'info POST http://host/no 404 (time)',
      'warn GET http://host/?sig=*** unreachable: connect ECONNREFUSED host (time)',
    ]);
  });

  it('has a line for each hop', async () => {
    const log = collectLog();
    const other = await scripted(() => ({ status: 200 }));
    const { url } = await scripted(({ path }) => ({
      status: 307,
      headers: { Location: path === '/a' ? '/b' : `${other.url}/c?sig=hunter2` },
    }));
    await send(axiosHttp(log), `${url}/a`);
    expect(log.lines.map((line) => line.replace(/\(\d+ ms\)/, '').trim())).toEqual([
      `info GET ${url}/a 307`,
      `info GET ${url}/b 307`,
      `info GET ${other.url}/c?sig=*** 200`,
    ]);
  });

  it('repeats no secret that a server echoes', async () => {
    const log = collectLog();
    const { url } = await scripted(({ headers }) => ({
      status: 307,
      headers: { Location: `/${encodeURIComponent(headers.authorization ?? '')}/hunter-2` },
    }));
    const authorization = `Basic ${Buffer.from('alice:hunter-2').toString('base64')}`;
    await failing(send(axiosHttp(log), url, { headers: { Authorization: authorization } }));
    expect(log.lines.length).toBe(7);
    expect(log.lines.join()).not.toMatch(/hunter|YWxpY2U/);
  });

  it.each([
    ['https://user:secret@r.test/v2/?n=5&last=a%2Fb', 'https://r.test/v2/?n=5&last=a%2Fb'],
    ['https://r.test/?service=s&scope=a:b:c', 'https://r.test/?service=s&scope=a:b:c'],
    ['https://cdn.test/blob?X-Amz-Signature=secret&se=1', 'https://cdn.test/blob?X-Amz-Signature=***&se=***'],
    ['https://r.test/?account=secret&account=secret', 'https://r.test/?account=***'],
    ['not a url', '(unreadable URL)'],
  ])('shows %s as %s', (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });
});
