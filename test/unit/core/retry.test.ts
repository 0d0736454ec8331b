import { describe, expect, it } from 'vitest';
import { axiosHttp } from '../../../src/core/axiosHttp';
import { withRetry } from '../../../src/core/retry';
import type { Reply } from '../../sandbox/faults';
import { startRecorder } from '../../sandbox/recorder';
import { collectLog } from '../collectLog';
import { failing } from '../failing';
import { scripted, send, textOf } from './scripted';

const http = withRetry(axiosHttp(collectLog()));
const busy = (status: number, wait: string): Reply => ({ status, headers: { 'Retry-After': wait } });
const fine: Reply = { status: 200, body: 'fine' };

/** A server that gives one reply after the other, then the last for ever. */
async function replying(...replies: readonly [Reply, ...Reply[]]) {
  let at = 0;
  return scripted(() => replies[Math.min(at++, replies.length - 1)] ?? replies[0]);
}

describe('withRetry', () => {
  it('asks again when an answer breaks off', async () => {
    const server = await scripted(() => ({ status: 200, body: 'the whole of it' }));
    server.fail(/./, { kind: 'truncate', times: 1 });
    const response = await send(withRetry(axiosHttp(collectLog())), `${server.url}/v2/`);
    expect(textOf(response)).toBe('the whole of it');
    expect(server.requests).toHaveLength(2);
  });

  it.each([429, 502, 503, 504])('asks again after %i', async (status) => {
    const { url, requests } = await replying(busy(status, '0'), busy(status, '0'), fine);
    expect(textOf(await send(http, url))).toBe('fine');
    expect(requests.length).toBe(3);
  });

  it('waits as long as it is told', async () => {
    const [slow, quick] = [await replying(busy(429, '1'), fine), await replying(busy(429, '0'), fine)];
    const finished: string[] = [];
    const ask = async (name: string, url: string) => {
      expect(textOf(await send(http, url))).toBe('fine');
      finished.push(name);
    };
    await Promise.all([ask('slow', slow.url), ask('quick', quick.url)]);
    expect(finished).toEqual(['quick', 'slow']);
  });

  it('waits a little when it is told nothing', async () => {
    const { url, requests } = await replying({ status: 503 }, fine);
    expect(textOf(await send(http, url))).toBe('fine');
    expect(requests.length).toBe(2);
  });

  it('understands a date that has come', async () => {
    const { url, requests } = await replying(busy(503, 'Thu, 01 Jan 2026 00:00:00 GMT'), fine);
    expect(textOf(await send(http, url))).toBe('fine');
    expect(requests.length).toBe(2);
  });

  it('gives the refusal back after three attempts', async () => {
    const { url, requests } = await replying(busy(503, '0'));
    expect(await send(http, url)).toMatchObject({ status: 503 });
    expect(requests.length).toBe(3);
  });

  it.each(['11', '3600', 'Fri, 01 Jan 2100 00:00:00 GMT'])(
    'gives it back at once when told to wait %s',
    async (wait) => {
      const { url, requests } = await replying(busy(429, wait));
      expect(await send(http, url)).toMatchObject({ status: 429, headers: { 'retry-after': wait } });
      expect(requests.length).toBe(1);
    },
  );

  it.each([200, 202, 301, 400, 401, 403, 404, 405, 408, 418, 500, 501])('takes %i for an answer', async (status) => {
    const { url, requests } = await replying(busy(status, '0'));
    expect(await send(http, url)).toMatchObject({ status });
    expect(requests.length).toBe(1);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)('never sends %s twice', async (method) => {
    const { url, requests } = await replying(busy(503, '0'));
    expect(await send(http, url, { method })).toMatchObject({ status: 503 });
    expect(requests.length).toBe(1);
  });

  it('sends HEAD again', async () => {
    const { url, requests } = await replying(busy(503, '0'), fine);
    expect(await send(http, url, { method: 'HEAD' })).toMatchObject({ status: 200 });
    expect(requests.map(({ method }) => method)).toEqual(['HEAD', 'HEAD']);
  });

  it('asks again when the connection broke, but not for ever', async () => {
    const recorder = await startRecorder((await replying(fine)).url);
    recorder.fail(/GET \/once/, { kind: 'reset', times: 1 });
    recorder.fail(/always/, { kind: 'reset' });
    expect(textOf(await send(http, `${recorder.url}/once`))).toBe('fine');
    expect(recorder.requests.length).toBe(2);
    recorder.reset();
    const broken = { kind: 'unreachable', detail: { code: 'ECONNRESET' } };
    expect(await failing(send(http, `${recorder.url}/always`))).toMatchObject(broken);
    expect(recorder.requests.length).toBe(3);
    recorder.reset();
    expect(await failing(send(http, `${recorder.url}/always`, { method: 'DELETE' }))).toMatchObject(broken);
    expect(recorder.requests.length).toBe(1);
    await recorder.stop();
  });

  it('does not ask again for an answer it cannot take', async () => {
    const { url, requests } = await replying({ status: 200, body: 'too long' });
    expect(await failing(send(http, url, { maxBytes: 3 }))).toMatchObject({ kind: 'malformed' });
    expect(requests.length).toBe(1);
  });

  it('stops waiting when aborted', async () => {
    const { url, requests } = await replying(busy(429, '10'));
    const controller = new AbortController();
    const abortsAfter = withRetry(async (request, signal) => {
      const response = await axiosHttp(collectLog())(request, signal);
      // By then it waits.
      setImmediate(() => {
        controller.abort();
      });
      return response;
    });
    await expect(abortsAfter({ method: 'GET', url }, controller.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(requests.length).toBe(1);
  });
});
