import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { HttpResponse } from '../../../src/core/http';
import { dateOf, manifestAccept, readManifest, verifyDigest } from '../../../src/core/manifest';
import { printPlatform } from '../../../src/core/platform';
import { digestOf } from '../../sandbox/blob';
import { mediaTypes } from '../../sandbox/images';
import { fixture, schema1Type } from './fixture';

const served = (body: Buffer | string, headers: HttpResponse['headers'] = {}): HttpResponse => ({
  status: 200,
  headers,
  body: Buffer.from(body),
  url: 'https://r.test/v2/a/manifests/b',
});
const typed = (name: string, type: string): HttpResponse =>
  served(fixture(`${name}.manifest`), { 'content-type': type });
const empty = { mediaType: mediaTypes.ociEmpty, digest: `sha256:${'0'.repeat(64)}`, size: 2 };

const baseLayer = 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef';

describe('readManifest', () => {
  it.each([
    ['oci-image', mediaTypes.ociManifest, 'image', 'bfd7a7b14cfc6349bfbc291769692e4669470de97718d2ffab83273ea57474cb'],
    [
      'docker-image',
      mediaTypes.dockerManifest,
      'image',
      '20bf21ed457b390829cdbeec8795a7bea1626991fda603e0d01b4e7f60427e55',
    ],
    [
      'oci-artifact',
      mediaTypes.ociManifest,
      'artifact',
      'b26eabaea22efaea7960e5de08554d9a94a78ee7e625adf4ffd3fee741377c5e',
    ],
    [
      'sbom-referrer',
      mediaTypes.ociManifest,
      'artifact',
      '30cc0c708132298dd05b03e22eab4ecf99aa0ed0ce9c4904c2b5895707381576',
    ],
    ['oci-index', mediaTypes.ociIndex, 'index', 'f2f99b581189a99577e0e8344704b7d00736e554ef748d7e3e3cdc7113c0bf40'],
    ['docker-list', mediaTypes.dockerList, 'index', '6e40af1c2ca008eecf9c4bb03674a3e73af1204e745d06900b7ca75deb94b6af'],
    ['schema1', schema1Type, 'schema1', '7364fea9d84ee548ab67d4c46c6006289800c98de3fbf8c0a97138dfcc23f000'],
  ])('reads a recorded %s', (name, mediaType, kind, hex) => {
    const response = typed(name, mediaType);
    for (const reference of ['latest', `sha256:${hex}`])
      expect(readManifest(response, reference)).toMatchObject({ kind, mediaType, digest: `sha256:${hex}` });
    // Exactly as it came.
    expect(readManifest(response, 'latest').bytes).toBe(response.body);
  });

  it.each([
    ['oci-index-without-media-type', 'index', mediaTypes.ociIndex],
    ['oci-image-without-media-type', 'image', mediaTypes.ociManifest],
    ['schema1', 'schema1', schema1Type],
  ])('finds out by itself what %s is', (name, kind, mediaType) => {
    for (const headers of [{}, { 'content-type': 'application/json' }, { 'content-type': 'text/plain; charset=utf-8' }])
      expect(readManifest(served(fixture(`${name}.manifest`), headers), 'a')).toMatchObject({ kind, mediaType });
  });

  it('takes a signed schema 1 by the name of all its bytes, which registries give it that do not know it', () => {
    const digest = 'sha256:e028c450623065a8813712d8018f9a3d49e8adaad885f6e01371a1e26bd2224d';
    const stated = served(fixture('schema1.manifest'), {
      'content-type': schema1Type,
      'docker-content-digest': digest,
    });
    for (const reference of ['latest', digest])
      expect(readManifest(stated, reference)).toMatchObject({ kind: 'schema1', digest });
  });

  it('believes the header, then the manifest', () => {
    const parameters = `${mediaTypes.ociIndex}; charset=utf-8`;
    expect(readManifest(typed('oci-index-without-media-type', parameters), 'a').mediaType).toBe(mediaTypes.ociIndex);
    expect(readManifest(typed('docker-list', 'application/json'), 'a').mediaType).toBe(mediaTypes.dockerList);
  });

  it('reads what an index lists', () => {
    expect(readManifest(typed('docker-list', mediaTypes.dockerList), 'a')).toMatchObject({
      manifests: [
        { size: 527, platform: { os: 'linux', architecture: 'amd64' } },
        { size: 527, platform: { os: 'linux', architecture: 'arm', variant: 'v5' } },
        { size: 527, platform: { os: 'linux', architecture: 'arm', variant: 'v6' } },
        { size: 527, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
        { size: 527, platform: { os: 'linux', architecture: '386' } },
        { size: 528, platform: { os: 'linux', architecture: 'ppc64le' } },
        { size: 528, platform: { os: 'linux', architecture: 's390x' } },
      ],
    });
    expect(readManifest(typed('referrers-index', mediaTypes.ociIndex), 'a')).toMatchObject({
      manifests: [
        { artifactType: 'application/example.sbom', annotations: { preference: '1' } },
        { artifactType: 'application/example.sbom', annotations: { preference: '2' } },
      ],
    });
  });

  it('reads config, layers and annotations of an image', () => {
    expect(readManifest(typed('oci-image-without-media-type', mediaTypes.ociManifest), 'a')).toMatchObject({
      config: { mediaType: mediaTypes.ociConfig, size: 7023 },
      layers: [{ size: 32654 }, { size: 16724 }, { size: 73109 }],
      annotations: { 'com.example.key1': 'value1', 'com.example.key2': 'value2' },
    });
  });

  it('reads architecture and layers of schema 1, from the base up', () => {
    const manifest = readManifest(typed('schema1', schema1Type), 'a');
    if (manifest.kind !== 'schema1') throw new Error('It is no schema 1');
    expect(manifest.architecture).toBe('amd64');
    expect(manifest.steps.map(({ layer }) => layer)).toEqual(Array.from({ length: 3 }, () => baseLayer));
    expect(manifest.steps[0]?.v1Compatibility).toContain('"created"');
  });

  it('takes null for absent', () => {
    const body = {
      schemaVersion: 2,
      mediaType: null,
      config: { ...empty, annotations: null, platform: null },
      layers: null,
    };
    const manifest = readManifest(served(JSON.stringify({ ...body, annotations: null })), 'a');
    expect(manifest).toMatchObject({ kind: 'artifact', layers: [], annotations: {} });
    expect(manifest).not.toHaveProperty('artifactType');
  });

  it('refuses a body that is not what was asked for, or not what its header says', () => {
    const wrong = `sha256:${'0'.repeat(64)}`;
    const body = fixture('oci-image.manifest');
    const refusal = `the content does not match its digest ${wrong}`;
    expect(() => readManifest(served(body), wrong)).toThrow(refusal);
    expect(() => readManifest(served(body, { 'docker-content-digest': wrong }), 'latest')).toThrow(refusal);
    expect(() => readManifest(served(`${body.toString()}\n`), digestOf(body))).toThrow('does not match');
  });

  it.each(['', '[]', '{}', '{"schemaVersion":3}', '{"manifests":{}}', '{"config":{"digest":"sha256:x"}}'])(
    'refuses %j',
    (body) => {
      let failure: unknown;
      try {
        readManifest(served(body), 'latest');
      } catch (error) {
        failure = error;
      }
      expect(failure).toMatchObject({ kind: 'malformed', detail: { subject: 'r.test' } });
    },
  );
});

describe('digests', () => {
  it.each([
    'sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',
    'sha512:a4abd4448c49562d828115d13a1fccea927f52b4d5459297f8b43e42da89238bc13626e43dcb38ddb082488927ec904fb42057443983e88585179d50551afe62',
  ])('that name the content are believed: %s', (digest) => {
    expect(() => {
      verifyDigest(served('x'), digest);
    }).not.toThrow();
  });

  it.each([
    [`sha256:${'0'.repeat(64)}`, 'the content does not match its digest'],
    [`sha512:${'0'.repeat(128)}`, 'the content does not match its digest'],
    [`blake3:${'0'.repeat(64)}`, 'the content cannot be checked against its digest'],
    [`SHA256:${'0'.repeat(64)}`, 'the content cannot be checked against its digest'],
  ])('that do not, or that cannot be told, are refused: %s', (digest, message) => {
    expect(() => {
      verifyDigest(served('x'), digest);
    }).toThrow(new Failure('malformed', `${message} ${digest}`, { subject: 'r.test' }));
  });

  it.each(['', 'none', 'sha256:', '"sha256:abc"', 'md5:x'])(
    'are counted here where the head names none: %j',
    (stated) => {
      const { digest } = readManifest(served('{"manifests":[]}', { 'docker-content-digest': stated }), 'a');
      expect(digest).toBe('sha256:27b7a2ad77ebd6c3663a9dc5d493a96943c48d8c7c77b3c123d2f6712f1ff7ed');
    },
  );
});

describe('manifestAccept', () => {
  it('names every type in one field', () => {
    const types = manifestAccept.split(',').map((range) => range.split(';')[0]?.trim());
    const { ociIndex, ociManifest, dockerList, dockerManifest } = mediaTypes;
    expect(types).toEqual([ociIndex, ociManifest, dockerList, dockerManifest, schema1Type, '*/*']);
  });
});

describe('dates and platforms', () => {
  it.each([
    ['2026-01-02T03:04:05.678901234Z', '2026-01-02T03:04:05.678Z'],
    ['2026-01-02T03:04:05+02:00', '2026-01-02T01:04:05.000Z'],
    // What reproducible builds set is no date to show.
    ['1970-01-01T00:00:00Z', undefined],
    ['0001-01-01T00:00:00Z', undefined],
    ['1970-12-31T23:59:59Z', undefined],
    ['1980-01-01T00:00:01Z', undefined],
    ['1980-01-01T00:00:00+01:00', undefined],
    ['1980-01-02T00:00:00Z', '1980-01-02T00:00:00.000Z'],
    [-62_135_596_800_000, undefined],
    [0, undefined],
    [1000, undefined],
    [315_532_801_000, undefined],
    [1_767_225_600_000, '2026-01-01T00:00:00.000Z'],
    [Number.MAX_VALUE, undefined],
    ['yesterday', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('read %s as %s', (text, date) => {
    expect(dateOf(text)?.toISOString()).toBe(date);
  });

  it('are printed as people write them', () => {
    expect(printPlatform({ os: 'linux', architecture: 'arm', variant: 'v7', osVersion: '1' })).toBe('linux/arm/v7');
    expect(printPlatform({ os: 'windows', architecture: 'amd64' })).toBe('windows/amd64');
  });
});
