import { describe, expect, it, onTestFinished } from 'vitest';
import { axiosHttp } from '../../../src/core/axiosHttp';
import { RegistryClient } from '../../../src/core/registryClient';
import * as artifacts from '../../sandbox/artifacts';
import { layer } from '../../sandbox/blob';
import type { Reply } from '../../sandbox/faults';
import { buildImage, buildIndex, mediaTypes } from '../../sandbox/images';
import { jsonReply } from '../../sandbox/serve';
import type { V2ServerOptions } from '../../sandbox/v2Options';
import { startV2Server, type V2Server } from '../../sandbox/v2Server';
import { collectLog } from '../collectLog';
import { failing } from '../failing';
import { scripted, textOf } from './scripted';

const { signal } = new AbortController();
const image = buildImage({ layers: [layer({ files: { a: 'a' } })] });
const index = buildIndex([{ manifest: image }]);
const signature = artifacts.buildSignatureReferrer(image, 'team/app', new Date(0));
const repositories = [
  { name: 'a', tags: {} },
  { name: 'b', tags: { one: image } },
  { name: 'team/app', tags: { image, index, again: image }, untagged: [signature] },
];
const config = image.blobs[0];
const configDigest = config?.digest ?? '';

const clientOf = (url: string): RegistryClient => new RegistryClient(axiosHttp(collectLog()), url);

async function start(options: V2ServerOptions = {}): Promise<{ server: V2Server; client: RegistryClient }> {
  const server = await startV2Server({ repositories, ...options });
  onTestFinished(() => server.stop());
  return { server, client: clientOf(server.url) };
}

const pathsOf = ({ requests }: Pick<V2Server, 'requests'>): string[] =>
  requests.map(({ method, path }) => `${method} ${path}`);

describe('lists', () => {
  it('are read page by page, below a path too', async () => {
    const { client, server } = await start({ pageCap: 2, prefix: '/reg' });
    const first = await client.catalog(undefined, signal);
    expect(first.items).toEqual(['a', 'b']);
    expect(await client.catalog(first.next, signal)).toEqual({ items: ['team/app'] });
    expect(pathsOf(server)).toEqual(['GET /reg/v2/_catalog?n=1000', 'GET /reg/v2/_catalog?last=b&n=2']);
  });

  it('are empty when the registry says null, nothing or an empty list', async () => {
    const replies = [{ tags: null }, { name: 'a' }, { tags: [] }];
    const { url } = await scripted(() => jsonReply(200, replies.shift()));
    for (let time = 0; time < 3; time++)
      expect({ ...(await clientOf(url).tags('a', undefined, signal)), answer: undefined }).toEqual({ items: [] });
  });

  it.each([400, 405])('are asked for in pages of the registry’s own when it refuses ours with %i', async (status) => {
    const { client, server } = await start({ catalogPageSize: 2 });
    server.fail(/n=1000/, { status });
    const first = await client.catalog(undefined, signal);
    expect(first.items).toEqual(['a', 'b']);
    expect((await client.catalog(first.next, signal)).items).toEqual(['team/app']);
    expect(server.requests.map(({ path }) => path)).toEqual(['/v2/_catalog', '/v2/_catalog?last=b&n=2']);
  });

  it('reject with what the registry says', async () => {
    const { client, server } = await start();
    expect(await failing(client.tags('none', undefined, signal))).toMatchObject({
      kind: 'notFound',
      message: 'repository name not known to registry',
      detail: { code: 'NAME_UNKNOWN', status: 404, subject: new URL(server.url).host },
    });
    server.fail(/_catalog/, { status: 200, body: '<html>' });
    expect(await failing(client.catalog(undefined, signal))).toMatchObject({ kind: 'malformed' });
    // A page that was there is not asked for in another way.
    server.clearFaults();
    server.fail(/last=/, { status: 400 });
    expect(await failing(client.catalog(`${server.url}/v2/_catalog?last=b`, signal))).toMatchObject({
      kind: 'rejected',
    });
  });

  it('need a token for pulling, or for the catalog', async () => {
    const scopes: unknown[] = [];
    const { server } = await start();
    const client = new RegistryClient((request, abort) => {
      scopes.push(request.scope);
      return axiosHttp(collectLog())(request, abort);
    }, server.url);
    await client.ping(signal);
    await client.catalog(undefined, signal);
    await client.tags('team/app', undefined, signal);
    await client.head('team/app', 'image', signal);
    await client.deleteManifest('team/app', 'index', signal);
    expect(scopes).toEqual([
      undefined,
      'registry:catalog:*',
      'repository:team/app:pull',
      'repository:team/app:pull',
      'repository:team/app:pull,delete',
    ]);
  });
});

describe('manifests', () => {
  it('are read by tag and by digest, byte for byte', async () => {
    const { client } = await start();
    for (const [reference, built] of [
      ['index', index],
      [image.digest, image],
    ] as const) {
      const manifest = await client.manifest('team/app', reference, signal);
      expect(manifest.digest).toBe(built.digest);
      expect(Buffer.from(manifest.bytes).equals(built.bytes)).toBe(true);
    }
  });

  it('are asked for once by digest, and each time by tag', async () => {
    const { client, server } = await start();
    await client.manifest('team/app', 'image', signal);
    await client.manifest('team/app', image.digest, signal);
    expect(server.requests.length).toBe(1);
    await client.manifest('team/app', 'image', signal);
    expect(server.requests.length).toBe(2);
    // Another repository may refuse what this one gives.
    expect(await failing(client.manifest('a', image.digest, signal))).toMatchObject({ kind: 'notFound' });
  });

  it('and blobs of a digest are asked for once by all who ask at the same time, also when one of them leaves', async () => {
    const { client, server } = await start();
    const leaving = new AbortController();
    const left = client.blob('team/app', configDigest, 100_000, leaving.signal);
    const others = [1, 2].map(() => client.blob('team/app', configDigest, 100_000, signal));
    const manifests = [1, 2].map(() => client.manifest('team/app', image.digest, signal));
    leaving.abort();
    await expect(left).rejects.toThrow('aborted');
    expect(
      (await Promise.all(others)).map((bytes) => Buffer.from(bytes).equals(config?.bytes ?? Buffer.alloc(0))),
    ).toEqual([...[true, true]]);
    expect((await Promise.all(manifests)).map(({ digest }) => digest)).toEqual([image.digest, image.digest]);
    expect(pathsOf(server).sort()).toEqual([
      `GET /v2/team/app/blobs/${configDigest}`,
      `GET /v2/team/app/manifests/${image.digest}`,
    ]);
  });

  it('fail for all who asked, and are asked for again by the next', async () => {
    const { client, server } = await start();
    server.fail(/blobs/, { status: 404, times: 1 });
    const both = await Promise.allSettled([1, 2].map(() => client.blob('team/app', configDigest, 100_000, signal)));
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await client.blob('team/app', configDigest, 100_000, signal)).length).toBe(config?.bytes.length);
    // What was refused did not reach the registry.
    expect(server.requests).toHaveLength(1);
  });

  it('are refused when they are not what was asked for', async () => {
    const { client, server } = await start();
    const swapped = (headers = {}): Reply => ({
      status: 200,
      headers: { 'Content-Type': index.mediaType, ...headers },
      body: index.bytes,
    });
    server.fail(/manifests\/sha256/, swapped());
    expect(await failing(client.manifest('team/app', image.digest, signal))).toMatchObject({ kind: 'malformed' });
    server.fail(/manifests\/image/, swapped({ 'Docker-Content-Digest': image.digest }));
    expect(await failing(client.manifest('team/app', 'image', signal))).toMatchObject({ kind: 'malformed' });
    server.clearFaults();
    expect(await client.manifest('team/app', image.digest, signal)).toMatchObject({ digest: image.digest });
  });

  it('are refused when they are longer than any', async () => {
    const { client, server } = await start();
    server.fail(/manifests/, { status: 200, body: `{"schemaVersion":1${' '.repeat(4 * 1024 * 1024)}}` });
    expect(await failing(client.manifest('team/app', 'image', signal))).toMatchObject({ kind: 'malformed' });
  });

  it('tell their digest by HEAD, unless the registry keeps it to itself', async () => {
    const { client, server } = await start();
    expect(await client.head('team/app', 'image', signal)).toMatchObject({ digest: image.digest });
    server.behaviour.digestHeader = false;
    expect(await client.head('team/app', 'index', signal)).not.toHaveProperty('digest');
    expect(pathsOf(server)).toEqual(['HEAD /v2/team/app/manifests/image', 'HEAD /v2/team/app/manifests/index']);
  });

  it('are forgotten when they are deleted', async () => {
    const { client } = await start();
    await client.manifest('team/app', image.digest, signal);
    await client.deleteManifest('team/app', image.digest, signal);
    expect(await failing(client.manifest('team/app', image.digest, signal))).toMatchObject({ kind: 'notFound' });
    expect(await failing(client.deleteManifest('team/app', image.digest, signal))).toMatchObject({ kind: 'notFound' });
    expect((await client.tags('team/app', undefined, signal)).items).toEqual(['index']);
  });
});

describe('blobs', () => {
  it('are read once, and checked', async () => {
    const { client, server } = await start();
    const read = async () => textOf({ body: await client.blob('team/app', configDigest, 10_000, signal) });
    server.fail(/blobs/, { status: 200, body: 'other', times: 1 });
    expect(await failing(read())).toMatchObject({ kind: 'malformed' });
    for (let time = 0; time < 2; time++) expect(await read()).toBe(config?.bytes.toString());
    expect(server.requests.length).toBe(1);
  });

  it('are refused when they are longer than the reader takes', async () => {
    const { client } = await start();
    expect(await failing(client.blob('team/app', configDigest, 10, signal))).toMatchObject({ kind: 'malformed' });
  });

  it('are fetched from elsewhere, without the credentials', async () => {
    const { server: cdn } = await start();
    const { server } = await start({ redirectBlobsTo: cdn.url });
    const client = new RegistryClient(
      (request, abort) =>
        axiosHttp(collectLog())({ ...request, headers: { ...request.headers, Authorization: 'Bearer x' } }, abort),
      server.url,
    );
    expect(textOf({ body: await client.blob('team/app', configDigest, 10_000, signal) })).toBe(
      config?.bytes.toString(),
    );
    expect([server, cdn].map(({ requests }) => requests[0]?.headers.authorization)).toEqual(['Bearer x', undefined]);
  });
});

describe('referrers', () => {
  it('are listed where there is an API for them', async () => {
    const { client, server } = await start();
    expect(await client.referrers('team/app', image.digest, signal)).toEqual({
      descriptors: [
        expect.objectContaining({
          digest: signature.digest,
          artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json',
          mediaType: mediaTypes.ociManifest,
        }),
      ],
    });
    expect(await client.referrers('team/app', index.digest, signal)).toEqual({ descriptors: [] });
    expect(pathsOf(server)).toEqual([
      `GET /v2/team/app/referrers/${image.digest}`,
      `GET /v2/team/app/referrers/${index.digest}`,
    ]);
  });

  const tagOf = (digest: string) => digest.replace(':', '-');

  it.each([400, 404, 405, 406, 501])('are listed by their tag where %i tells that there is no API', async (status) => {
    const { client, server } = await start({
      repositories: [
        { name: 'team/app', tags: { image, [tagOf(image.digest)]: artifacts.buildReferrersIndex([signature]) } },
        { name: 'team/web', tags: { image } },
      ],
    });
    server.fail(/referrers/, { status });
    expect(await client.referrers('team/app', image.digest, signal)).toMatchObject({
      descriptors: [{ digest: signature.digest }],
    });
    server.clearFaults();
    // Not asked again in this repository, and asked in another.
    expect(await client.referrers('team/app', index.digest, signal)).toEqual({ descriptors: [] });
    await client.referrers('team/web', image.digest, signal);
    expect(pathsOf(server).slice(-2)).toEqual([
      `GET /v2/team/app/manifests/${tagOf(index.digest)}`,
      `GET /v2/team/web/referrers/${image.digest}`,
    ]);
  });

  it('are asked for again where the image alone was not known', async () => {
    const { client, server } = await start();
    server.fail(/referrers/, { status: 404, body: '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}', times: 1 });
    await client.referrers('team/app', image.digest, signal);
    expect((await client.referrers('team/app', image.digest, signal)).descriptors).toHaveLength(1);
  });

  it('are not known where the registry is in trouble, whatever the tag tells', async () => {
    const { client, server } = await start({
      repositories: [
        { name: 'team/app', tags: { image, [tagOf(image.digest)]: artifacts.buildReferrersIndex([signature]) } },
      ],
    });
    server.fail(/referrers/, { status: 500, times: 1 });
    expect(await client.referrers('team/app', image.digest, signal)).toMatchObject({
      descriptors: [{ digest: signature.digest }],
      failure: { kind: 'rejected' },
    });
    // Trouble tells nothing of what it can do.
    await client.referrers('team/app', image.digest, signal);
    expect(pathsOf(server).at(-1)).toBe(`GET /v2/team/app/referrers/${image.digest}`);
  });

  const page = (names: readonly number[], next?: string): Reply => ({
    status: 200,
    headers: { 'Content-Type': mediaTypes.ociIndex, ...(next === undefined ? {} : { Link: `<${next}>; rel="next"` }) },
    body: JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociIndex,
      manifests: names.map((name) => ({
        mediaType: mediaTypes.ociManifest,
        digest: `sha256:${String(name).padStart(64, '0')}`,
        size: 1,
      })),
    }),
  });
  const path = `/v2/team/app/referrers/${image.digest}`;

  it('are read to the end of their pages', async () => {
    const { client, server } = await start();
    server.fail(/referrers\/[^?]*$/, page([1, 2], `${path}?last=2&n=2`));
    server.fail(/last=2/, page([3, 4], `${path}?last=4`));
    server.fail(/last=4/, page([5]));
    const { descriptors, failure } = await client.referrers('team/app', image.digest, signal);
    expect(descriptors.map(({ digest }) => Number(digest.slice(-1)))).toEqual([1, 2, 3, 4, 5]);
    expect(failure).toBeUndefined();
  });

  it('are those that were read, where a page fails, leads on for ever or to another host', async () => {
    const { client, server } = await start();
    server.fail(/referrers\/[^?]*$/, page([1], `${path}?last=1`));
    server.fail(/last=1/, { status: 403 });
    expect(await client.referrers('team/app', image.digest, signal)).toMatchObject({
      descriptors: [{}],
      failure: { kind: 'forbidden' },
    });
    server.clearFaults();
    server.fail(/referrers/, page([1], 'https://evil.test/v2/x?last=1'));
    expect(await client.referrers('team/app', image.digest, signal)).toMatchObject({
      descriptors: [{}],
      failure: { kind: 'malformed' },
    });
    let asked = 0;
    const { url } = await scripted(() => page([1], `${path}?last=${++asked}`));
    expect(await clientOf(url).referrers('team/app', image.digest, signal)).toMatchObject({
      descriptors: [{}],
      failure: { detail: { code: 'NO_NEW_ROWS' } },
    });
    expect(asked).toBeLessThan(30);
  });
});

describe('ping', () => {
  it('tells whether there is a registry', async () => {
    const { client, server } = await start();
    await client.ping(signal);
    expect(await failing(clientOf(`${server.url}/none`).ping(signal))).toMatchObject({
      kind: 'notFound',
      message: '404 page not found',
    });
    expect(pathsOf(server)).toEqual(['GET /v2/', 'GET /none/v2/']);
  });
});
