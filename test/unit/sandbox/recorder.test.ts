import { Agent } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { layer } from '../../sandbox/blob';
import { buildImage } from '../../sandbox/images';
import { createPki, type Pki } from '../../sandbox/pki';
import { startRecorder, type Recorder } from '../../sandbox/recorder';
import { startV2Server, type V2Server } from '../../sandbox/v2Server';
import { ask, askJson, manifestTypes } from './ask';

const image = buildImage({ layers: [layer({ padding: { seed: 'recorder', size: 300_000 } })] });
const repositories = [
  { name: 'a', tags: { one: image, two: image } },
  { name: 'b', tags: { one: image } },
];
let server: V2Server;
let recorder: Recorder;

beforeAll(async () => {
  server = await startV2Server({ repositories, prefix: '/reg' });
  recorder = await startRecorder(server.url);
});
afterEach(() => {
  recorder.reset();
  recorder.clearFaults();
  recorder.latencyMs = 0;
});
afterAll(async () => {
  await recorder.stop();
  await server.stop();
});

describe('recorder', () => {
  it('passes requests and answers unchanged, and notes them without secrets', async () => {
    const headers = { ...manifestTypes, Authorization: 'Bearer secret', 'X-Registry-Auth': 'secret' };
    const answer = await ask(`${recorder.url}/v2/a/manifests/one`, { headers });
    expect(answer.body.equals(image.bytes)).toBe(true);
    expect(answer.headers['content-type']).toBe(image.mediaType);
    await ask(`${recorder.url}/v2/none/tags/list`);
    expect(recorder.requests).toMatchObject([
      {
        order: 0,
        method: 'GET',
        path: '/reg/v2/a/manifests/one',
        status: 200,
        hasAuthorization: true,
        state: 'answered',
      },
      { order: 1, path: '/reg/v2/none/tags/list', status: 404, hasAuthorization: false },
    ]);
    expect(JSON.stringify(recorder.requests)).not.toContain('secret');
  });

  it('passes bodies in both directions', async () => {
    const big = image.blobs[1];
    expect(
      (await ask(`${recorder.url}/v2/a/blobs/${big?.digest ?? ''}`)).body.equals(big?.bytes ?? Buffer.alloc(0)),
    ).toBe(true);
    const url = `${recorder.url}/v2/fresh/blobs/uploads/?digest=${big?.digest ?? ''}`;
    expect((await ask(url, { method: 'POST', body: big?.bytes ?? '' })).status).toBe(201);
  });

  it('keeps absolute links and challenges pointing at itself', async () => {
    server.behaviour.links = 'absolute';
    const { headers } = await ask(`${recorder.url}/v2/a/tags/list?n=1`);
    expect(headers.link).toBe(`<${recorder.url}/v2/a/tags/list?last=one&n=1>; rel="next"`);
    server.behaviour.links = 'relative';
    const realm = new URL(server.url).origin;
    server.behaviour.auth = {
      kind: 'bearer',
      challenge: [`Bearer realm="${realm}/token"`, 'Basic'],
      accessOf: () => undefined,
    };
    const refused = await ask(`${recorder.url}/v2/`);
    delete server.behaviour.auth;
    expect(refused.headers['www-authenticate']).toBe(`Bearer realm="http://127.0.0.1:${recorder.port}/token", Basic`);
  });

  it('counts connections and the most requests at the same time', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 3 });
    recorder.latencyMs = 10;
    await Promise.all(Array.from({ length: 9 }, () => ask(`${recorder.url}/v2/_catalog`, { agent })));
    agent.destroy();
    expect([recorder.requests.length, recorder.connections, recorder.maxConcurrent]).toEqual([9, 3, 3]);
    recorder.latencyMs = 0;
    recorder.reset();
    for (const path of ['_catalog', 'a/tags/list']) await ask(`${recorder.url}/v2/${path}`);
    expect([recorder.requests.length, recorder.connections, recorder.maxConcurrent]).toEqual([2, 2, 1]);
  });

  it('breaks what it is told to break', async () => {
    recorder.fail(/tags\/list/, { status: 503, times: 1 });
    recorder.fail(/tags\/list/, { kind: 'reset', times: 1 });
    recorder.fail(/manifests/, { kind: 'truncate' });
    expect((await ask(`${recorder.url}/v2/a/tags/list`)).status).toBe(503);
    await expect(ask(`${recorder.url}/v2/a/tags/list`)).rejects.toThrow('socket hang up');
    expect((await ask(`${recorder.url}/v2/a/tags/list`)).status).toBe(200);
    await expect(ask(`${recorder.url}/v2/a/manifests/one`, { headers: manifestTypes })).rejects.toThrow('aborted');
    await recorder.until((requests) => requests.every(({ state }) => state !== 'running'));
    expect(recorder.requests.map(({ state }) => state)).toEqual(['answered', 'broken', 'answered', 'broken']);
  });

  it('tells when a client gives up', async () => {
    recorder.fail(/_catalog/, { kind: 'hang' });
    const client = new AbortController();
    const pending = ask(`${recorder.url}/v2/_catalog`, { signal: client.signal });
    const outcome = expect(pending).rejects.toThrow('aborted');
    await recorder.until((requests) => requests.length === 1);
    expect(recorder.requests[0]?.state).toBe('running');
    client.abort();
    await outcome;
    await recorder.until(([first]) => first?.state === 'broken');
    await expect(recorder.until((requests) => requests.length === 2, 20)).rejects.toThrow(
      'GET /reg/v2/_catalog broken',
    );
  });
});

describe('recorder with TLS', () => {
  let pki: Pki;
  beforeAll(async () => {
    pki = await createPki();
  });
  afterAll(() => pki.remove());

  it('stands on either side of it', async () => {
    const secure = await startV2Server({ repositories, tls: pki.tls() });
    const outward = await startRecorder(secure.url, { ca: pki.ca.cert });
    const inward = await startRecorder(server.url, { tls: pki.tls() });
    try {
      expect(await askJson(`${outward.url}/v2/b/tags/list`)).toEqual({ name: 'b', tags: ['one'] });
      expect(inward.url).toMatch(/^https:/);
      expect((await ask(`${inward.url}/v2/`, { tls: { ca: pki.ca.cert } })).status).toBe(200);
    } finally {
      await Promise.all([outward.stop(), inward.stop(), secure.stop()]);
    }
  });
});
