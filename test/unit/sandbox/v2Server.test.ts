import { afterEach, describe, expect, it } from 'vitest';
import * as artifacts from '../../sandbox/artifacts';
import { layer } from '../../sandbox/blob';
import { buildImage, buildIndex } from '../../sandbox/images';
import { startV2Server, type V2Server } from '../../sandbox/v2Server';
import type { V2ServerOptions } from '../../sandbox/v2Options';
import { ask, askJson, basic, manifestTypes } from './ask';

const image = buildImage({ layers: [layer({ files: { a: 'a' } })] });
const index = buildIndex([{ manifest: image }]);
const created = new Date('2026-03-04T05:06:07Z');
const signature = artifacts.buildSignatureReferrer(image, 'a', created);
const sbom = artifacts.buildSbomReferrer(image, {}, created);
const repositories = [
  { name: 'team/app', tags: { b: image, a: index, C: image }, untagged: [signature, sbom] },
  { name: 'b', tags: {} },
  { name: 'a', tags: { x: image } },
];

let server: V2Server | undefined;

async function start(options: V2ServerOptions = {}): Promise<V2Server> {
  server = await startV2Server({ repositories, ...options });
  return server;
}

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

describe('lists', () => {
  it('gives the catalog page by page', async () => {
    const { url } = await start();
    const first = await ask(`${url}/v2/_catalog?n=2`);
    expect(JSON.parse(first.body.toString())).toEqual({ repositories: ['a', 'b'] });
    expect(first.headers.link).toBe('</v2/_catalog?last=b&n=2>; rel="next"');
    const second = await ask(`${url}/v2/_catalog?last=b&n=2`);
    expect(JSON.parse(second.body.toString())).toEqual({ repositories: ['team/app'] });
    expect(second.headers.link).toBeUndefined();
    expect(await askJson(`${url}/v2/_catalog?last=aa`)).toEqual({ repositories: ['b', 'team/app'] });
  });

  it('sorts tags as ASCII does, or keeps the order they were stored in', async () => {
    const { url, behaviour } = await start();
    expect(await askJson(`${url}/v2/team/app/tags/list`)).toEqual({ name: 'team/app', tags: ['C', 'a', 'b'] });
    behaviour.tagOrder = 'stored';
    expect(await askJson(`${url}/v2/team/app/tags/list?n=2&last=b`)).toEqual({ name: 'team/app', tags: ['a', 'C'] });
  });

  it('pages with absolute links under a prefix, or with links that lead nowhere', async () => {
    const { url, behaviour, port } = await start({ prefix: '/reg/', links: 'absolute', tagsPageSize: 1 });
    const link = (await ask(`${url}/v2/team/app/tags/list`)).headers.link;
    expect(link).toBe(`<http://127.0.0.1:${port}/reg/v2/team/app/tags/list?last=C&n=1>; rel="next"`);
    expect((await ask(`${url}/v2/team/app/tags/list?n=3`)).headers.link).toBeUndefined();
    behaviour.links = 'eager';
    expect((await ask(`${url}/v2/team/app/tags/list?n=3`)).headers.link).toContain('last=b');
    expect((await ask(`${url}/v2/team/app/tags/list?last=b`)).headers.link).toBeUndefined();
    expect((await ask(`${url}/v2/_catalog?n=1000`)).headers.link).toBeUndefined();
    expect((await ask(`http://127.0.0.1:${port}/v2/`)).status).toBe(404);
  });

  it('refuses pages that are too large, or cuts them', async () => {
    const { url, behaviour } = await start({ maxPageSize: 2 });
    const refused = await ask(`${url}/v2/_catalog?n=3`);
    expect([refused.status, refused.body.toString()]).toEqual([
      400,
      expect.stringContaining('PAGINATION_NUMBER_INVALID'),
    ]);
    Object.assign(behaviour, { maxPageSize: 1000, pageCap: 1 });
    expect(await askJson(`${url}/v2/_catalog?n=3`)).toEqual({ repositories: ['a'] });
  });

  it('tells an empty repository from an unknown one', async () => {
    const { url } = await start({ emptyTags: 'null' });
    expect(await askJson(`${url}/v2/b/tags/list`)).toEqual({ name: 'b', tags: null });
    const unknown = await ask(`${url}/v2/none/tags/list`);
    expect([unknown.status, unknown.body.toString()]).toEqual([404, expect.stringContaining('NAME_UNKNOWN')]);
    expect((await ask(`${url}/v2/Upper/tags/list`)).status).toBe(400);
  });
});

describe('content', () => {
  it('serves manifests and blobs with their digests', async () => {
    const { url, behaviour } = await start();
    const answer = await ask(`${url}/v2/team/app/manifests/a`, { headers: manifestTypes });
    expect(answer.headers['content-type']).toBe('application/vnd.oci.image.index.v1+json');
    expect(answer.headers['docker-content-digest']).toBe(index.digest);
    expect(answer.body.equals(index.bytes)).toBe(true);
    behaviour.digestHeader = false;
    const head = await ask(`${url}/v2/team/app/manifests/a`, { method: 'HEAD', headers: manifestTypes });
    expect(head.headers).not.toHaveProperty('docker-content-digest');
    expect([head.body.length, head.headers['content-length']]).toEqual([0, String(index.bytes.length)]);
    const config = image.blobs[0];
    expect((await ask(`${url}/v2/a/blobs/${config?.digest ?? ''}`)).body.toString()).toBe(config?.bytes.toString());
  });

  it('hides manifests of types that are not accepted by name', async () => {
    const { url, behaviour } = await start();
    const statusFor = async (accept: string): Promise<number> =>
      (await ask(`${url}/v2/team/app/manifests/a`, { headers: { Accept: accept } })).status;
    expect(await statusFor('application/vnd.oci.image.manifest.v1+json, */*;q=0.1')).toBe(404);
    behaviour.notAcceptable = 406;
    expect(await statusFor('*/*')).toBe(406);
    expect(await statusFor('text/plain,application/vnd.oci.image.index.v1+json;q=0.5')).toBe(200);
  });

  it('sends blobs from elsewhere when told', async () => {
    const { url } = await start({ redirectBlobsTo: 'http://cdn.test' });
    const digest = image.blobs[0]?.digest ?? '';
    const { status, headers } = await ask(`${url}/v2/a/blobs/${digest}`);
    expect([status, headers.location]).toEqual([307, `http://cdn.test/v2/a/blobs/${digest}`]);
  });

  it('lists referrers, by type too, or has no such API', async () => {
    const { url, behaviour } = await start();
    const path = `${url}/v2/team/app/referrers/${image.digest}`;
    expect(await askJson(path)).toMatchObject({ manifests: [{ digest: signature.digest }, { digest: sbom.digest }] });
    const filtered = await ask(`${path}?artifactType=application/spdx%2Bjson`);
    expect(filtered.headers['oci-filters-applied']).toBe('artifactType');
    expect(JSON.parse(filtered.body.toString())).toMatchObject({
      manifests: [{ digest: sbom.digest, artifactType: 'application/spdx+json' }],
    });
    behaviour.referrers = false;
    expect((await ask(path)).status).toBe(404);
  });
});

describe('changes', () => {
  it('takes a pushed image and refuses what is not whole', async () => {
    const { url } = await start({ repositories: [] });
    const put = (tag: string): ReturnType<typeof ask> =>
      ask(`${url}/v2/new/app/manifests/${tag}`, {
        method: 'PUT',
        headers: { 'Content-Type': image.mediaType },
        body: image.bytes,
      });
    const early = await put('one');
    expect([early.status, early.body.toString()]).toEqual([404, expect.stringContaining('MANIFEST_BLOB_UNKNOWN')]);
    const [config, content] = image.blobs;
    const uploads = `${url}/v2/new/app/blobs/uploads/`;
    const session = await ask(uploads, { method: 'POST' });
    expect(session.status).toBe(202);
    const location = `${url}${session.headers.location ?? ''}`;
    const patched = await ask(location, { method: 'PATCH', body: content?.bytes.subarray(0, 10) ?? '' });
    expect(patched.headers.range).toBe('0-9');
    const rest = { method: 'PUT', body: content?.bytes.subarray(10) ?? '' };
    expect((await ask(`${location}?digest=${content?.digest ?? ''}`, rest)).status).toBe(201);
    const wrong = await ask(`${uploads}?digest=${config?.digest ?? ''}`, { method: 'POST', body: 'other' });
    expect(wrong.status).toBe(400);
    const whole = { method: 'POST', body: config?.bytes ?? '' };
    expect((await ask(`${uploads}?digest=${config?.digest ?? ''}`, whole)).status).toBe(201);
    expect((await put('one')).headers['docker-content-digest']).toBe(image.digest);
    expect(await askJson(`${url}/v2/new/app/tags/list`)).toEqual({ name: 'new/app', tags: ['one'] });
  });

  it('mounts a blob of another repository', async () => {
    const { url } = await start();
    const digest = image.blobs[0]?.digest ?? '';
    const mount = `${url}/v2/b/blobs/uploads/?mount=${digest}&from=a`;
    expect((await ask(`${url}/v2/b/blobs/${digest}`)).status).toBe(404);
    expect((await ask(mount, { method: 'POST' })).status).toBe(201);
    expect((await ask(`${url}/v2/b/blobs/${digest}`)).status).toBe(200);
  });

  it('deletes a tag alone and a digest with all its tags', async () => {
    const { url } = await start();
    const remove = async (reference: string): Promise<number> =>
      (await ask(`${url}/v2/team/app/manifests/${reference}`, { method: 'DELETE' })).status;
    expect(await remove('a')).toBe(202);
    expect(await remove('a')).toBe(404);
    expect(await remove(image.digest)).toBe(202);
    expect(await askJson(`${url}/v2/team/app/tags/list`)).toEqual({ name: 'team/app', tags: [] });
  });

  it('refuses deletion as told', async () => {
    const { url, behaviour } = await start({ tagDelete: 405 });
    const remove = async (reference: string): Promise<number> =>
      (await ask(`${url}/v2/a/manifests/${reference}`, { method: 'DELETE' })).status;
    expect(await remove('x')).toBe(405);
    behaviour.tagDelete = 400;
    expect(await remove('x')).toBe(400);
    behaviour.deleteEnabled = false;
    expect(await remove(image.digest)).toBe(405);
    expect(await askJson(`${url}/v2/a/tags/list`)).toEqual({ name: 'a', tags: ['x'] });
  });
});

describe('authentication', () => {
  it('wants Basic credentials', async () => {
    const { url } = await start({ auth: { kind: 'basic', users: { bob: 'with:colon' } } });
    const refused = await ask(`${url}/v2/`, { headers: basic('bob', 'wrong') });
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Basic realm="Registry"']);
    expect((await ask(`${url}/v2/`, { headers: basic('bob', 'with:colon') })).status).toBe(200);
  });

  it('sends the challenge text it was given, on several lines if told', async () => {
    const { url, behaviour } = await start({
      auth: { kind: 'bearer', challenge: 'BEARER scope="*" , Realm="http://a"', accessOf: () => undefined },
    });
    expect((await ask(`${url}/v2/`)).headers['www-authenticate']).toBe('BEARER scope="*" , Realm="http://a"');
    behaviour.auth = {
      kind: 'bearer',
      challenge: ['Bearer realm="http://a"', 'Basic realm="b"'],
      accessOf: () => undefined,
    };
    expect((await ask(`${url}/v2/`)).headers['www-authenticate']).toBe('Bearer realm="http://a", Basic realm="b"');
  });

  it('allows what the token allows', async () => {
    const { url } = await start({
      auth: {
        kind: 'bearer',
        challenge: (scope, error) => `Bearer realm="http://t",scope="${scope ?? ''}",error="${error ?? ''}"`,
        accessOf: (token) => (token === 'good' ? [{ type: 'repository', name: 'a', actions: ['pull'] }] : undefined),
      },
    });
    const get = (path: string, token: string, method = 'GET'): ReturnType<typeof ask> =>
      ask(`${url}/v2/${path}`, { method, headers: { Authorization: `Bearer ${token}` } });
    expect((await get('a/tags/list', 'good')).status).toBe(200);
    expect((await get('', 'good')).status).toBe(200);
    expect((await get('a/tags/list', 'bad')).headers['www-authenticate']).toContain('error="invalid_token"');
    expect((await get('_catalog', 'good')).headers['www-authenticate']).toBe(
      'Bearer realm="http://t",scope="registry:catalog:*",error="insufficient_scope"',
    );
    expect((await get('a/manifests/x', 'good', 'DELETE')).status).toBe(401);
  });
});

describe('faults', () => {
  it('answers something else as often as told', async () => {
    const { url, fail } = await start();
    fail(/^GET \/v2\/_catalog/, { status: 429, headers: { 'Retry-After': '1' }, body: 'slow down', times: 1 });
    const struck = await ask(`${url}/v2/_catalog`);
    expect([struck.status, struck.headers['retry-after'], struck.body.toString()]).toEqual([429, '1', 'slow down']);
    expect((await ask(`${url}/v2/_catalog`)).status).toBe(200);
  });

  it('resets and truncates', async () => {
    const { url, fail, clearFaults } = await start();
    fail(/tags/, { kind: 'reset', times: 1 });
    await expect(ask(`${url}/v2/a/tags/list`)).rejects.toThrow('socket hang up');
    fail(/manifests/, { kind: 'truncate' });
    await expect(ask(`${url}/v2/a/manifests/x`, { headers: manifestTypes })).rejects.toThrow('aborted');
    clearFaults();
    expect((await ask(`${url}/v2/a/manifests/x`, { headers: manifestTypes })).status).toBe(200);
  });

  it('hangs until the client or the server ends', async () => {
    const running = await start();
    running.fail((request) => request.path === '/v2/', { kind: 'hang' });
    const pending = ask(`${running.url}/v2/`);
    const outcome = expect(pending).rejects.toThrow('socket hang up');
    await ask(`${running.url}/v2/_catalog`);
    await running.stop();
    await outcome;
  });

  it('answers late when slow', async () => {
    const { url, fail } = await start();
    fail(/./, { kind: 'slow', delayMs: 60, times: 1 });
    const begin = performance.now();
    expect((await ask(`${url}/v2/`)).status).toBe(200);
    expect(performance.now() - begin).toBeGreaterThan(55);
  });

  it('remembers what was asked', async () => {
    const { url, requests } = await start();
    await ask(`${url}/v2/_catalog?n=1`, { headers: { Authorization: 'Bearer x' } });
    expect(requests).toMatchObject([
      { method: 'GET', path: '/v2/_catalog?n=1', headers: { authorization: 'Bearer x' } },
    ]);
  });
});
