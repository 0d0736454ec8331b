import { describe, expect, it, onTestFinished } from 'vitest';
import { axiosHttp } from '../../../src/core/axiosHttp';
import { mostAttestations, readAttachment } from '../../../src/images/attachments';
import { readDetails, readPlatforms } from '../../../src/images/imageReader';
import type { Attachment, PlatformImage } from '../../../src/core/model';
import { isDigestTag } from '../../../src/core/referrersTag';
import { RegistryClient } from '../../../src/core/registryClient';
import type { ImageSource } from '../../../src/images/imageSource';
import { registrySource } from '../../../src/providers/v2';
import * as artifacts from '../../sandbox/artifacts';
import { jsonBlob, layer } from '../../sandbox/blob';
import { buildImage, buildIndex, buildManifest, mediaTypes, type BuiltManifest } from '../../sandbox/images';
import { type SeedRepository } from '../../sandbox/seed';
import { startRecorder } from '../../sandbox/recorder';
import { startV2Server } from '../../sandbox/v2Server';
import { collectLog } from '../collectLog';
import { httpdConfig, recorded, schema1Type } from '../core/fixture';

const { signal } = new AbortController();
const created = new Date('2026-03-04T05:06:07Z');
const padded = (size: number) => [layer({ padding: { seed: 'reader', size } })];
const amd = buildImage({ created, layers: padded(1000), labels: { team: 'web' } });
const arm = buildImage({
  created: new Date('2026-03-05T00:00:00Z'),
  platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
  layers: padded(2000),
});
const linuxAmd64 = { os: 'linux', architecture: 'amd64' };
const linuxArmV7 = { os: 'linux', architecture: 'arm', variant: 'v7' };
const sizeOf = ({ layersSize, blobs }: BuiltManifest): number => layersSize + (blobs[0]?.bytes.length ?? 0);

async function serving(tags: SeedRepository['tags'], untagged: readonly BuiltManifest[] = []) {
  const server = await startV2Server({ repositories: [{ name: 'team/app', tags, untagged }] });
  onTestFinished(() => server.stop());
  return { server, client: clientOf(server.url) };
}

const clientOf = (url: string): RegistryClient => new RegistryClient(axiosHttp(collectLog()), url);
const sourceOf = (client: RegistryClient, digestTags: readonly string[] = []): ImageSource =>
  registrySource(client, { host: 'r.test', path: 'team/app' }, () => Promise.resolve([]), {
    listed: new Set(digestTags),
    areAll: true,
  });
const detailsOf = async (tag: string, built: BuiltManifest) =>
  readDetails(sourceOf((await serving({ [tag]: built })).client), tag, signal);

describe('readDetails', () => {
  it('of an image are of its config', async () => {
    expect(await detailsOf('a', amd)).toEqual({
      digest: amd.digest,
      mediaType: mediaTypes.ociManifest,
      type: 'image',
      created,
      size: sizeOf(amd),
      platforms: [linuxAmd64],
      labels: { team: 'web' },
    });
  });

  it('of a recorded image are what its makers published', async () => {
    expect(await detailsOf('a', recorded('oci-image', mediaTypes.ociManifest, [httpdConfig()]))).toEqual({
      digest: 'sha256:bfd7a7b14cfc6349bfbc291769692e4669470de97718d2ffab83273ea57474cb',
      mediaType: mediaTypes.ociManifest,
      type: 'image',
      created: new Date('2016-09-23T23:20:45.789Z'),
      size: 71_942_085,
      platforms: [linuxAmd64],
      labels: {},
    });
  });

  it('of an index are of linux/amd64, with the platforms of all', async () => {
    const index = buildIndex([{ manifest: arm }, { manifest: amd }], { annotations: { title: 'both' } });
    expect(await detailsOf('a', index)).toEqual({
      digest: index.digest,
      mediaType: mediaTypes.ociIndex,
      type: 'index',
      created,
      size: sizeOf(amd),
      platforms: [linuxArmV7, linuxAmd64],
      labels: { team: 'web' },
    });
  });

  it('of an index without linux/amd64 are of its first platform', async () => {
    const index = buildIndex([{ manifest: arm }], { format: 'docker' });
    expect(await detailsOf('a', index)).toMatchObject({
      mediaType: mediaTypes.dockerList,
      created: new Date('2026-03-05T00:00:00Z'),
      size: sizeOf(arm),
      platforms: [linuxArmV7],
    });
  });

  it('of an index without a platform to run are its own', async () => {
    const index = buildIndex([], { annotations: { 'org.opencontainers.image.created': '2026-01-01T00:00:00Z' } });
    expect(await detailsOf('a', index)).toMatchObject({
      type: 'index',
      platforms: [],
      created: new Date('2026-01-01T00:00:00Z'),
    });
  });

  it('never name the platform unknown/unknown of attestations', async () => {
    const index = artifacts.buildAttestedIndex([amd, arm], (child) => [artifacts.sbom(child.digest, [], created)]);
    expect((await detailsOf('a', index)).platforms).toEqual([linuxAmd64, linuxArmV7]);
  });

  it('of an artifact tell its type', async () => {
    const chart = artifacts.buildHelmChart({ name: 'web', version: '1.0.0', created });
    expect(await detailsOf('a', chart)).toMatchObject({
      type: 'artifact',
      artifactType: 'application/vnd.cncf.helm.config.v1+json',
      created,
      size: sizeOf(chart),
      platforms: [],
      labels: { 'org.opencontainers.image.title': 'web' },
    });
    const policy = artifacts.buildArtifact({ artifactType: 'application/vnd.acme', files: [] });
    expect(await detailsOf('a', policy)).toMatchObject({
      type: 'artifact',
      artifactType: 'application/vnd.acme',
      size: 2,
    });
  });

  it('of schema 1 are what there is', async () => {
    const { client, server } = await serving({});
    const { bytes } = recorded('schema1', schema1Type);
    server.fail(/manifests/, { status: 200, headers: { 'Content-Type': schema1Type }, body: bytes });
    expect(await readDetails(sourceOf(client), 'a', signal)).toEqual({
      digest: 'sha256:7364fea9d84ee548ab67d4c46c6006289800c98de3fbf8c0a97138dfcc23f000',
      mediaType: schema1Type,
      type: 'image',
      created: new Date('2016-03-03T11:29:44.222Z'),
      platforms: [linuxAmd64],
      labels: {
        Checksum: '4fef81d30f31f9213c642881357e6662846a0f884c2366c13ebad807b4031368  ./tests/test-images/Dockerfile.2',
        Name: 'atomic-test-2',
      },
    });
  });

  it('say that the config is none', async () => {
    const odd = buildManifest({ config: { ...jsonBlob(mediaTypes.ociConfig, ['x']) }, layers: [] });
    expect(await detailsOf('a', odd)).toMatchObject({ type: 'image', platforms: [], labels: {}, faults: ['config'] });
  });
});

describe('readPlatforms', () => {
  const readAll = async ({ client }: { client: RegistryClient }, tag: string, digestTags: readonly string[] = []) =>
    (await readPlatforms(sourceOf(client, digestTags), tag, signal)).items;
  const typesOf = (entries: readonly (PlatformImage | Attachment)[]): string[][] =>
    entries.map((entry) => [
      entry.label,
      ...(entry.kind === 'platform' ? entry.attachments.map(({ type, label }) => `${type}: ${label}`) : [entry.type]),
    ]);

  it('asks for no more attestations of a platform than any has', async () => {
    const asked: string[] = [];
    const descriptor = (name: number, annotations: Record<string, string>) => ({
      mediaType: mediaTypes.ociManifest,
      digest: `sha256:${String(name).padStart(64, '0')}`,
      size: 1,
      annotations,
    });
    const platform = { ...descriptor(0, {}), platform: linuxAmd64 };
    const attestation = {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': platform.digest,
    };
    const manifests = [platform, ...Array.from({ length: 5000 }, (_none, at) => descriptor(at + 1, attestation))];
    const unasked = () => Promise.reject(new Error('Nobody needs it'));
    const source: ImageSource = {
      repository: { host: 'r.test', path: 'team/app' },
      manifest: (reference) => {
        asked.push(reference);
        const common = { digest: reference, mediaType: '', bytes: new Uint8Array(), annotations: {}, faults: [] };
        const config = descriptor(0, {});
        return Promise.resolve(
          reference === 'a'
            ? { ...common, kind: 'index', manifests }
            : { ...common, kind: 'image', config, layers: [] },
        );
      },
      referrers: () => Promise.resolve({ descriptors: [] }),
      head: unasked,
      blob: unasked,
      tags: unasked,
      digestTags: { listed: new Set(), areAll: true },
    };
    await readPlatforms(source, 'a', signal);
    expect(asked.length).toBe(2 + mostAttestations);
  });

  it('gives a plain image its own platform', async () => {
    expect(await readAll(await serving({ a: amd }), 'a')).toEqual([
      {
        kind: 'platform',
        label: 'linux/amd64',
        image: { host: 'r.test', path: 'team/app', digest: amd.digest },
        platform: linuxAmd64,
        size: sizeOf(amd),
        attachments: [],
      },
    ]);
  });

  it('folds attestations into the platforms they are of', async () => {
    const index = artifacts.buildAttestedIndex([amd, arm], (child) =>
      child === arm
        ? [artifacts.sbom('arm', [], created)]
        : [
            artifacts.sbom('amd', [], created),
            artifacts.provenance({ source: 'git', revision: '1', finished: created, version: 'v0.2' }),
            { type: 'https://acme.test/tested', content: {} },
          ],
    );
    const source = await serving({ a: index });
    const entries = await readAll(source, 'a');
    expect(typesOf(entries)).toEqual([
      ['linux/amd64', 'sbom: SBOM (SPDX)', 'provenance: Provenance', 'artifact: https://acme.test/tested'],
      ['linux/arm/v7', 'sbom: SBOM (SPDX)'],
    ]);
    const [first] = entries.flatMap((entry) => (entry.kind === 'platform' ? entry.attachments : []));
    if (first === undefined) throw new Error('There is no attachment');
    const statement = Buffer.from(await readAttachment(sourceOf(source.client), first, signal)).toString();
    expect(JSON.parse(statement)).toMatchObject({
      predicateType: 'https://spdx.dev/Document',
      subject: [{ digest: { sha256: amd.digest.slice('sha256:'.length) } }],
      predicate: { name: 'amd' },
    });
    expect(first.size).toBe(statement.length);
  });

  const index = buildIndex([{ manifest: amd }, { manifest: arm }]);
  const signature = artifacts.buildSignatureReferrer(amd, 'team/app', created);
  const sbom = artifacts.buildSbomReferrer(index, { spdxVersion: 'SPDX-2.3' }, created);
  const cosigned = artifacts.buildCosignSignature(arm, 'team/app');
  const expected = [
    ['linux/amd64', 'signature: Signature'],
    ['linux/arm/v7', 'signature: Signature'],
    // What describes the index comes last.
    ['SBOM (SPDX)', 'sbom'],
  ];

  it('finds referrers by the API, and signatures by cosign’s tag', async () => {
    const cosignTag = artifacts.cosignTag(arm);
    const source = await serving({ a: index, [cosignTag]: cosigned }, [signature, sbom]);
    const entries = await readAll(source, 'a', [cosignTag]);
    expect(typesOf(entries)).toEqual(expected);
    const shown = entries.at(-1);
    if (shown?.kind !== 'attachment') throw new Error('There is no SBOM');
    // A referrer of one file opens as that file.
    const file = await readAttachment(sourceOf(source.client), shown, signal);
    expect(Buffer.from(file).toString()).toBe('{"spdxVersion":"SPDX-2.3"}');
  });

  describe('where not all tags were listed', () => {
    const attested = artifacts.cosignTag(amd).replace(/sig$/, 'att');
    const open = async (tags: SeedRepository['tags']) => {
      const { server } = await serving(tags);
      const recorder = await startRecorder(server.url);
      onTestFinished(() => recorder.stop());
      const client = clientOf(recorder.url);
      const source = registrySource(client, { host: 'r.test', path: 'team/app' }, () => Promise.resolve([]));
      const asked = () => recorder.requests.filter(({ path }) => path.includes('/manifests/sha256-'));
      return { recorder, asked, read: () => readPlatforms(source, 'a', signal) };
    };

    it('asks for the tags of cosign, without a pull', async () => {
      const { read, asked } = await open({ a: amd, [artifacts.cosignTag(amd)]: cosigned });
      expect(typesOf((await read()).items)).toEqual([['linux/amd64', 'signature: Signature']]);
      const gets = asked().filter(({ method }) => method === 'GET');
      expect(gets.map(({ path }) => path)).toEqual([`/v2/team/app/manifests/${artifacts.cosignTag(amd)}`]);
      expect(asked().filter(({ method }) => method === 'HEAD')).toHaveLength(3);
    });

    it('asks for those of an index, and not of each image in it', async () => {
      const { read, asked } = await open({ a: index });
      await read();
      expect(asked().map(({ method, path }) => [method, path.includes(index.digest.replace(':', '-'))])).toEqual(
        Array.from({ length: 3 }, () => ['HEAD', true]),
      );
    });

    it('says so when the registry does not tell, and still shows the others', async () => {
      const { read, recorder } = await open({ a: amd, [artifacts.cosignTag(amd)]: cosigned });
      recorder.fail(new RegExp(`HEAD .*${attested}`), { status: 403 });
      const page = await read();
      expect(typesOf(page.items)).toEqual([['linux/amd64', 'signature: Signature']]);
      expect(page.items).toMatchObject([{ attachmentsFailure: { kind: 'forbidden' } }]);
    });
  });

  it('finds referrers by their tag where there is no API', async () => {
    const tags = {
      a: index,
      [artifacts.cosignTag(arm)]: cosigned,
      [artifacts.referrersTag(amd)]: artifacts.buildReferrersIndex([signature]),
      [artifacts.referrersTag(index)]: artifacts.buildReferrersIndex([sbom]),
    };
    const server = await startV2Server({ repositories: [{ name: 'team/app', tags }], referrers: false });
    onTestFinished(server.stop);
    const source = { client: clientOf(server.url) };
    expect(typesOf(await readAll(source, 'a', Object.keys(tags)))).toEqual(expected);
  });

  it('lists what describes an artifact, which has no platform', async () => {
    const chart = artifacts.buildHelmChart({ name: 'web', version: '1.0.0' });
    const signed = artifacts.buildSignatureReferrer(chart, 'team/app', created);
    expect(typesOf(await readAll(await serving({ a: chart }, [signed]), 'a'))).toEqual([['Signature', 'signature']]);
  });

  it('marks an attestation that is gone', async () => {
    const attested = artifacts.buildAttestedIndex([amd], () => [artifacts.sbom('amd', [], created)]);
    const source = await serving({ a: { ...attested, children: [amd] } });
    const entries = await readAll(source, 'a');
    expect(typesOf(entries)).toEqual([['linux/amd64', 'attestation: Attestation']]);
    expect(entries).toMatchObject([{ attachments: [{ failure: { kind: 'notFound' } }] }]);
  });

  it('asks a few at a time', async () => {
    const many = Array.from({ length: 20 }, (_, at) => buildImage({ user: String(at), layers: padded(10) }));
    const { server } = await serving({ a: buildIndex(many.map((manifest) => ({ manifest }))) });
    const recorder = await startRecorder(server.url, { latencyMs: 10 });
    onTestFinished(() => recorder.stop());
    expect((await readAll({ client: clientOf(recorder.url) }, 'a')).length).toBe(20);
    expect(recorder.maxConcurrent).toBeLessThanOrEqual(6);
  });
});

describe('isDigestTag', () => {
  const hex = '0123456789abcdef'.repeat(4);
  it.each([`sha256-${hex}`, `sha256-${hex}.sig`, `sha256-${hex}.att`, `sha256-${hex}.sbom`])('knows %s', (tag) => {
    expect(isDigestTag(tag)).toBe(true);
  });
  it.each(['latest', 'sha256-abc', `sha256-${hex}.zip`, `x-sha256-${hex}`, `sha256-${hex}-slim`])(
    'lets %s be',
    (tag) => {
      expect(isDigestTag(tag)).toBe(false);
    },
  );
});
