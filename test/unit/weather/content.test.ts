import { describe, expect, it } from 'vitest';
import type { ImageReference } from '../../../src/core/reference';
import { buildImage, buildIndex, mediaTypes } from '../../sandbox/images';
import { weather } from '../../sandbox/weather';
import { expectNoStrays, image, registry, signal, told } from './bench';

expectNoStrays();

const other = buildImage({ user: 'other' });
const odd = (what: string) =>
  `HOST does not answer as a registry does: ${what}. Check its address, and any proxy on the way.`;
const manifestOf = (bytes: Buffer | string, headers: Readonly<Record<string, string>> = {}) => ({
  status: 200,
  headers: { 'Content-Type': mediaTypes.ociManifest, ...headers },
  body: bytes,
});

describe('a manifest', () => {
  it.each([
    [
      'whose digest in the head is another’s',
      manifestOf(image.bytes, { 'Docker-Content-Digest': other.digest }),
      odd(`the content does not match its digest ${other.digest}`),
    ],
    [
      'whose digest is of an unknown algorithm',
      manifestOf(image.bytes, { 'Docker-Content-Digest': `blake3:${'0'.repeat(64)}` }),
      odd(`the content cannot be checked against its digest blake3:${'0'.repeat(64)}`),
    ],
    ['that is a web page', weather.webPage, odd('it answered a web page (text/html; charset=utf-8)')],
    ['that is empty', weather.emptyBody, odd('it answered nothing (application/json)')],
    ['that is some JSON', manifestOf('{}'), odd(`its manifest is of an unknown kind (${mediaTypes.ociManifest})`)],
    [
      'that is deep',
      manifestOf(`{"config":${'{"config":'.repeat(50_000)}1${'}'.repeat(50_000)}}`),
      odd('it answered JSON of another kind: config digest Invalid input'),
    ],
    [
      'of a size below nothing',
      manifestOf(image.bytes.toString().replace(/"size":\s*\d+/, '"size":-1')),
      odd('it answered JSON of another kind: config size Invalid input'),
    ],
    [
      'whose config has a path for a digest',
      manifestOf(image.bytes.toString().replace(/sha256:\w+/, '../../secret')),
      odd('it answered JSON of another kind: config digest Invalid input'),
    ],
    ['longer than any', manifestOf(' '.repeat(5_000_000)), odd('its answer is too long')],
  ])('%s is refused', async (_what, fault, sentence) => {
    const { server, provider, tag } = await registry();
    server.fail(/manifests/, fault);
    const expected = `Could not inspect: ${sentence}`;
    expect(await told(provider.content?.manifest(tag.image, signal), 'inspect')).toBe(expected);
    expect(await told(provider.details?.(tag, signal), 'inspect')).toBe(expected);
    server.clearFaults();
    expect(await provider.details?.(tag, signal)).toMatchObject({ digest: image.digest });
  });

  it.each([
    ['text/html', mediaTypes.ociManifest],
    ['application/json; charset=utf-8', mediaTypes.ociManifest],
    ['', mediaTypes.ociManifest],
  ])('is read whatever type it is said to be: %j', async (type, mediaType) => {
    const { server, provider, tag } = await registry();
    server.fail(/manifests/, manifestOf(image.bytes, { 'Content-Type': type }));
    expect(await provider.details?.(tag, signal)).toMatchObject({ digest: image.digest, mediaType });
  });

  it.each(['', 'none', 'sha256:short'])('is counted where its digest is missing or none: %j', async (stated) => {
    const { server, provider, tag } = await registry({ digestHeader: false });
    if (stated !== '') server.fail(/manifests/, manifestOf(image.bytes, { 'Docker-Content-Digest': stated }));
    expect(await provider.details?.(tag, signal)).toMatchObject({ digest: image.digest });
  });

  it('asked for by its digest is that one or none', async () => {
    const { server, provider, tag } = await registry();
    const { host, path } = tag.image;
    const byDigest: ImageReference = { host, path, digest: image.digest };
    server.fail(/manifests/, manifestOf(other.bytes, { 'Docker-Content-Digest': other.digest }));
    expect(await told(provider.content?.manifest(byDigest, signal), 'inspect')).toBe(
      `Could not inspect: ${odd(`the content does not match its digest ${image.digest}`)}`,
    );
  });

  it('below an index is that one or none', async () => {
    const index = buildIndex([{ manifest: image }]);
    const { server, provider, tag } = await registry({ repositories: [{ name: 'team/app', tags: { a: index } }] });
    server.fail(/manifests\/sha256/, manifestOf(other.bytes));
    const details = await provider.details?.(tag, signal);
    expect(details).toMatchObject({ digest: index.digest, platforms: [{ os: 'linux', architecture: 'amd64' }] });
    expect(details).not.toHaveProperty('size');
    const failure = { kind: 'malformed', message: `the content does not match its digest ${image.digest}` };
    expect((await provider.list(tag, undefined, signal)).items).toMatchObject([{ label: 'linux/amd64', failure }]);
  });
});

describe('a config', () => {
  const digest = image.blobs[0]?.digest ?? '';
  it.each([
    ['of another image', { status: 200, body: '{}' }, `the content does not match its digest ${digest}`],
    ['that is a web page', weather.webPage, `the content does not match its digest ${digest}`],
    ['that has no end', weather.endless, 'its answer is too long'],
    ['that is gone', { status: 404 }, 'it is not there'],
    ['that is kept back', { status: 403, body: '{"errors":[{"code":"DENIED","message":"no"}]}' }, 'no'],
  ])('%s leaves the image what else is told of it', async (_what, fault, why) => {
    const { server, provider, tag } = await registry();
    server.fail(/blobs/, fault);
    expect(await provider.details?.(tag, signal)).toMatchObject({
      digest: image.digest,
      type: 'image',
      platforms: [],
      faults: [`config ${digest}: ${why}`],
    });
    expect((await provider.list(tag, undefined, signal)).items).toMatchObject([{ label: 'unknown platform' }]);
  });

  it('that is cut off is asked for again', async () => {
    const { server, provider, tag } = await registry();
    server.fail(/blobs/, weather.truncated);
    expect(await told(provider.details?.(tag, signal), 'read the details')).toBe(
      'Could not read the details: HOST broke off the connection. If it happens again, check the network, VPN or proxy.',
    );
    server.clearFaults();
    expect(await provider.details?.(tag, signal)).toMatchObject({ platforms: [{ os: 'linux' }] });
  });

  it('that is no JSON, although its digest holds, is the image’s own fault', async () => {
    const broken = buildImage();
    const text = broken.bytes.toString();
    const { server, provider, tag } = await registry();
    const body = 'not JSON';
    const bodyDigest = 'sha256:62b8125a6f6d924ec53345b5fcd58ca3ed3f5e7d51e2e146e5f1346508acce69';
    server.fail(/manifests/, manifestOf(text.replace(digest, bodyDigest)));
    server.fail(/blobs/, { status: 200, body });
    expect(await provider.details?.(tag, signal)).toMatchObject({ type: 'image', platforms: [], faults: ['config'] });
    expect(await provider.content?.config(tag.image, signal)).toMatchObject({ config: {}, faults: ['config'] });
  });
});
