import { describe, expect, it, onTestFinished } from 'vitest';
import { readDeletion, readPoint, readTagsLeft, type GraphSource } from '../../../src/images/deletionGraph';
import { axiosHttp } from '../../../src/core/axiosHttp';
import { RegistryClient } from '../../../src/core/registryClient';
import { registrySource } from '../../../src/providers/v2';
import * as artifacts from '../../sandbox/artifacts';
import { buildImage, buildIndex, type BuiltManifest } from '../../sandbox/images';
import type { SeedRepository } from '../../sandbox/seed';
import type { V2ServerOptions } from '../../sandbox/v2Options';
import { startV2Server } from '../../sandbox/v2Server';
import { collectLog } from '../collectLog';
import { failing } from '../failing';

const { signal } = new AbortController();
const platform = (architecture: string) => ({ os: 'linux', architecture });
const child = (architecture: string) => buildImage({ platform: platform(architecture) });
const [amd64, arm64, s390x] = [child('amd64'), child('arm64'), child('s390x')];
const armv7Platform = { os: 'linux', architecture: 'arm', variant: 'v7' };
const armv7 = buildImage({ platform: armv7Platform });
const index = (...children: readonly BuiltManifest[]) => buildIndex(children.map((manifest) => ({ manifest })));
const other = buildImage({ user: 'other' });
const path = 'team/app';

async function serving(
  tags: SeedRepository['tags'],
  options: V2ServerOptions = {},
  untagged: readonly BuiltManifest[] = [],
) {
  const server = await startV2Server({ repositories: [{ name: path, tags, untagged }], ...options });
  onTestFinished(() => server.stop());
  const client = new RegistryClient(axiosHttp(collectLog()), server.url);
  const source = registrySource(client, { host: client.host, path }, async (its) =>
    (await client.tags(path, undefined, its)).items.map((name) => ({ name })),
  );
  const read = (label: string, from: GraphSource = source) => readDeletion(from, [label], () => undefined, signal);
  return { server, source, read };
}

const nothing = { platforms: [], loses: [], stays: [], referrers: 0, unknown: [] };

describe('what a deletion does', () => {
  it('to a plain image is that its tags go, at one request a tag and two more', async () => {
    const { read, server } = await serving({ a: amd64, b: amd64, c: other });
    expect(await read('b')).toEqual({ ...nothing, images: [{ digest: amd64.digest, tags: ['a', 'b'] }] });
    expect(
      server.requests.map(({ method, path: asked }) => `${method} ${asked.replace(/.*\/app\//, '')}`).sort(),
    ).toEqual([
      `GET manifests/b`,
      `GET referrers/${amd64.digest}`,
      'GET tags/list?n=1000',
      'HEAD manifests/a',
      'HEAD manifests/c',
    ]);
  });

  it('to the child of an index is that the index loses a platform', async () => {
    const { read } = await serving({ '1': index(amd64, armv7), latest: index(amd64, armv7), armv7, x: index(amd64) });
    expect(await read('armv7')).toEqual({
      ...nothing,
      images: [{ digest: armv7.digest, tags: ['armv7'] }],
      loses: [{ tags: ['1', 'latest'], platforms: [armv7Platform] }],
    });
  });

  it.each(['oci', 'docker'] as const)('reaches through indexes in indexes (%s)', async (format) => {
    const inner = buildIndex([{ manifest: arm64 }, { manifest: armv7 }], { format });
    const outer = buildIndex([{ manifest: amd64 }, { manifest: inner }], { format });
    const { read } = await serving({ outer, inner, armv7 });
    expect((await read('armv7')).loses).toEqual([
      { tags: ['inner'], platforms: [armv7Platform] },
      { tags: ['outer'], platforms: [armv7Platform] },
    ]);
    expect(await read('inner')).toMatchObject({
      loses: [{ tags: ['outer'], platforms: [platform('arm64'), armv7Platform] }],
      platforms: [],
    });
    expect(await read('outer')).toMatchObject({
      platforms: [platform('amd64')],
      stays: [
        { platform: platform('arm64'), tags: ['inner'] },
        { platform: armv7Platform, tags: ['armv7', 'inner'] },
      ],
    });
  });

  it('ends where indexes are nested deeper than any real one', async () => {
    let nested = index(armv7);
    for (let depth = 0; depth < 12; depth++) nested = index(nested);
    const { read, server } = await serving({ nested, other });
    // What was not looked into is said to be unknown.
    expect((await read('other')).unknown).toEqual(['nested']);
    expect(server.requests.filter(({ method }) => method === 'GET').length).toBeLessThan(14);
  });

  it('does not look into more indexes than any real one has inside, and says so', async () => {
    const inner = Array.from({ length: 120 }, (_, at) => index(buildImage({ user: `u${at}` })));
    const { read, server } = await serving({ wide: buildIndex(inner.map((manifest) => ({ manifest }))), other });
    expect((await read('other')).unknown).toEqual(['wide']);
    expect(server.requests.filter(({ method }) => method === 'GET').length).toBeLessThan(110);
  });

  it('names what stays of an index: children with a tag or another index of their own', async () => {
    const { read } = await serving({ '1': index(amd64, arm64, armv7), two: index(arm64, s390x), armv7 });
    expect(await read('1')).toEqual({
      ...nothing,
      images: [{ digest: index(amd64, arm64, armv7).digest, tags: ['1'] }],
      platforms: [platform('amd64')],
      stays: [
        { platform: platform('arm64'), tags: ['two'] },
        { platform: armv7Platform, tags: ['armv7'] },
      ],
    });
  });

  it('looks behind an index whose child is not there any more', async () => {
    const broken = index(index(s390x), armv7);
    const { read, server } = await serving({ broken, armv7 });
    server.forget(path, index(s390x).digest);
    expect((await read('armv7')).loses).toEqual([{ tags: ['broken'], platforms: [armv7Platform] }]);
  });

  it('counts what describes the image and the platforms that go, by API', async () => {
    const about = (subject: BuiltManifest, name: string) =>
      artifacts.buildArtifact({
        artifactType: `application/vnd.${name}`,
        files: [{ name, mediaType: 'text/plain', content: Buffer.from(name) }],
        subject,
      });
    const whole = index(amd64, arm64);
    const untagged = [about(whole, 'one'), about(amd64, 'two'), about(arm64, 'three')];
    const { read } = await serving({ whole, arm64 }, {}, untagged);
    expect((await read('whole')).referrers).toBe(2);
  });

  it('counts what describes the image by tags where there is no API, and hides those tags', async () => {
    const signature = buildImage({ user: 'signature' });
    const tags = {
      a: amd64,
      [artifacts.referrersTag(amd64)]: index(s390x, other),
      [artifacts.cosignTag(amd64)]: signature,
      [artifacts.cosignTag(arm64)]: signature,
    };
    const { read } = await serving(tags, { referrers: false });
    expect(await read('a')).toEqual({ ...nothing, images: [{ digest: amd64.digest, tags: ['a'] }], referrers: 3 });
  });

  it('does not count what describes more images than can be asked for', async () => {
    const many = Array.from({ length: 50 }, (_, at) => ({ manifest: buildImage({ user: `u${at}` }) }));
    const { read, server } = await serving({ many: buildIndex(many) });
    expect((await read('many')).referrers).toBeUndefined();
    expect(server.requests.filter(({ path }) => path.includes('/referrers/'))).toEqual([]);
  });

  it('does not fail over referrers, which are then not known', async () => {
    const { read, server } = await serving({ a: amd64 });
    server.fail(/referrers/, { status: 403 });
    expect(await read('a')).not.toHaveProperty('referrers');
  });

  it.each([404, 405, 403])('is asked by GET where HEAD is refused with %i', async (status) => {
    const { read, server } = await serving({ '1': index(amd64, armv7), armv7, also: armv7 });
    server.fail(/HEAD/, { status });
    expect(await read('armv7')).toEqual({
      ...nothing,
      images: [{ digest: armv7.digest, tags: ['also', 'armv7'] }],
      loses: [{ tags: ['1'], platforms: [armv7Platform] }],
    });
  });

  it.each([404, 405, 403])('is not known of tags for which neither tells (%i)', async (status) => {
    const { read, server } = await serving({ '1': index(amd64, armv7), armv7 });
    server.fail(/manifests\/1$/, { status });
    expect(await read('armv7')).toMatchObject({ images: [{ tags: ['armv7'] }], loses: [], unknown: ['1'] });
  });

  it('is not known of an index that may not be read', async () => {
    const { read, server } = await serving({ '1': index(amd64, armv7), armv7 });
    server.fail(new RegExp(`GET .*${index(amd64, armv7).digest}`), { status: 403 });
    expect((await read('armv7')).unknown).toEqual(['1']);
  });

  it('is not read by halves: any other failure rises', async () => {
    const { read, server } = await serving({ '1': index(amd64, armv7), armv7 });
    server.fail(/HEAD .*\/1$/, { status: 500 });
    expect(await failing(read('armv7'))).toMatchObject({ detail: { status: 500 } });
  });

  it('is read where the registry names no digest in its answers', async () => {
    const { read } = await serving({ '1': index(amd64, armv7), armv7, also: armv7 }, { digestHeader: false });
    expect(await read('armv7')).toMatchObject({
      images: [{ tags: ['also', 'armv7'] }],
      loses: [{ tags: ['1'] }],
      unknown: [],
    });
  });

  it('names the very tag, though the list does not have it', async () => {
    const { read, source } = await serving({ hidden: amd64, b: amd64 });
    const tags = () => Promise.resolve([{ name: 'b' }]);
    expect((await read('hidden', { ...source, tags })).images[0]?.tags).toEqual(['b', 'hidden']);
  });

  it('costs a request only for what the list does not tell', async () => {
    const { read, source, server } = await serving({
      '1': index(amd64, armv7),
      armv7,
      latest: index(amd64, armv7),
      other,
    });
    const listed = { '1': index(amd64, armv7), latest: index(amd64, armv7), armv7, other };
    const known = Object.entries(listed).map(([name, { digest }]) => ({
      name,
      digest,
      isIndex: name === '1' || name === 'latest',
    }));
    const found = await read('armv7', { ...source, tags: () => Promise.resolve(known) });
    expect(found.loses).toEqual([{ tags: ['1', 'latest'], platforms: [armv7Platform] }]);
    // The image, the index, and who refers to the image.
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
    const untold = known.map(({ name, digest }) => ({ name, digest }));
    const before = server.requests.length;
    await read('armv7', { ...source, tags: () => Promise.resolve(untold) });
    expect(server.requests.slice(before).filter(({ method }) => method === 'HEAD').length).toBe(2);
  });

  it('says of which tags it is not known when the registry refuses all but the list', async () => {
    const { read, source, server } = await serving({ '1': amd64, two: other });
    server.fail(/manifests|referrers/, { status: 403 });
    const tags = () =>
      Promise.resolve([
        { name: '1', digest: amd64.digest },
        { name: 'two', digest: other.digest },
      ]);
    const found = await read('1', { ...source, tags });
    expect(found).toMatchObject({ images: [{ digest: amd64.digest, tags: ['1'] }], unknown: ['1', 'two'] });
  });
});

describe('what the deletion of several does', () => {
  const together = async (labels: readonly string[], tags: SeedRepository['tags']) => {
    const { source, server } = await serving(tags);
    const seen: string[] = [];
    const progress = (done: number, of: number) => seen.push(`${done}/${of}`);
    return { found: await readDeletion(source, labels, progress, signal), server, seen };
  };

  it('is read in one go, which costs no more than that of one', async () => {
    const { found, server, seen } = await together(['c', 'a'], { a: amd64, b: amd64, c: other, d: arm64 });
    expect(found).toEqual({
      ...nothing,
      images: [
        { digest: other.digest, tags: ['c'] },
        { digest: amd64.digest, tags: ['a', 'b'] },
      ],
    });
    expect(seen).toEqual(['1/4', '2/4', '3/4', '4/4']);
    const asked = server.requests.map(({ method, path: its }) => `${method} ${its.replace(/.*\/app\//, '')}`);
    expect(asked.filter((one) => !one.includes('referrers')).sort()).toEqual([
      ...['GET manifests/a', 'GET manifests/c', 'GET tags/list?n=1000', 'HEAD manifests/b', 'HEAD manifests/d'],
    ]);
  });

  it('counts an image of several tags once', async () => {
    const { found } = await together(['a', 'b', 'a'], { a: amd64, b: amd64, c: amd64 });
    expect(found.images).toEqual([{ digest: amd64.digest, tags: ['a', 'b', 'c'] }]);
  });

  it('says of nothing that goes as well that it stays, or that it loses', async () => {
    const tags = { '1': index(amd64, armv7), '2': index(arm64, armv7), armv7, x: index(armv7, s390x) };
    const { found } = await together(['1', '2', 'armv7'], tags);
    expect(found.platforms).toEqual([platform('amd64'), platform('arm64')]);
    expect(found).toMatchObject({ stays: [], loses: [{ tags: ['x'], platforms: [armv7Platform] }] });
    // A platform that the two indexes share goes with the second alone.
    const shared = await together(['1', '2'], { '1': index(amd64, armv7), '2': index(arm64, armv7) });
    expect(shared.found.platforms).toEqual([platform('amd64'), armv7Platform, platform('arm64')]);
    const one = await together(['1'], { '1': index(amd64, armv7), '2': index(arm64, armv7) });
    expect(one.found.stays).toEqual([{ platform: armv7Platform, tags: ['2'] }]);
  });

  it('names the platforms that one index loses by all of them', async () => {
    const { found } = await together(['a', 'b'], { '1': index(amd64, armv7, s390x), a: amd64, b: armv7 });
    expect(found.loses).toEqual([{ tags: ['1'], platforms: [platform('amd64'), armv7Platform] }]);
  });

  it('leaves out a tag that is not there, unless none is', async () => {
    const { found } = await together(['a', 'gone'], { a: amd64 });
    expect(found.images).toEqual([{ digest: amd64.digest, tags: ['a'] }]);
    expect(await failing(together(['gone', 'also-gone'], { a: amd64 }))).toMatchObject({ kind: 'notFound' });
  });
});

describe('which tags are left', () => {
  it('are those that still point to the digest', async () => {
    const { source, server } = await serving({ a: amd64, b: amd64, moved: other });
    const left = () => readTagsLeft(source, amd64.digest, ['a', 'b', 'moved', 'gone'], signal);
    expect(await left()).toEqual(['a', 'b']);
    server.fail(/HEAD/, { status: 405 });
    expect(await left()).toEqual(['a', 'b']);
  });

  it('is not known where the registry does not tell', async () => {
    const { source, server } = await serving({ a: amd64 });
    server.fail(/manifests/, { status: 403 });
    expect(await failing(readTagsLeft(source, amd64.digest, ['a'], signal))).toMatchObject({ kind: 'forbidden' });
  });
});

describe('what a tag points to', () => {
  it('is told by HEAD, by GET, or not at all', async () => {
    const { source, server } = await serving({ a: amd64 });
    expect(await readPoint(source, 'a', signal)).toEqual({ digest: amd64.digest });
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD']);
    expect(await failing(readPoint(source, 'gone', signal))).toMatchObject({ kind: 'notFound' });
    server.fail(/HEAD/, { status: 404 });
    expect(await readPoint(source, 'a', signal)).toEqual({ digest: amd64.digest });
    server.fail(/GET/, { status: 405 });
    expect(await readPoint(source, 'a', signal)).toEqual({});
  });
});
