import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import * as artifacts from '../../sandbox/artifacts';
import { digestOf, layer } from '../../sandbox/blob';
import { buildImage, buildIndex, type BuiltManifest } from '../../sandbox/images';

const created = new Date('2026-03-04T05:06:07Z');

function parsed({ bytes }: { readonly bytes: Buffer } = { bytes: Buffer.from('null') }): unknown {
  return JSON.parse(bytes.toString());
}

describe('layer', () => {
  it('is heavy when padded, equal for equal seeds and not compressible', () => {
    const heavy = layer({ padding: { seed: 'a', size: 200_000 } });
    expect(heavy.bytes.length).toBeGreaterThan(200_000);
    expect(layer({ padding: { seed: 'a', size: 200_000 } }).digest).toBe(heavy.digest);
    expect(layer({ padding: { seed: 'b', size: 200_000 } }).digest).not.toBe(heavy.digest);
  });

  it('knows the digest of the archive without compression', () => {
    const { bytes, digest, diffId } = layer({ files: { a: 'a' } });
    expect(digestOf(gunzipSync(bytes))).toBe(diffId);
    expect(digestOf(bytes)).toBe(digest);
  });
});

describe('buildImage', () => {
  const base = layer({ files: { base: 'base' } });
  const app = layer({ files: { app: 'app' } });
  const image = buildImage({
    format: 'docker',
    platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
    created,
    layers: [base, app],
    labels: { team: 'a' },
    env: ['A=1'],
    entrypoint: ['/run'],
    cmd: ['-v'],
    workingDir: '/srv',
    exposedPorts: ['80/tcp'],
    user: 'nobody',
    history: [{ createdBy: 'ADD base' }, { createdBy: 'ENV A=1', emptyLayer: true }, { createdBy: 'COPY app' }],
  });

  it('lists config and layers with their sizes', () => {
    expect(image.mediaType).toBe('application/vnd.docker.distribution.manifest.v2+json');
    expect(digestOf(image.bytes)).toBe(image.digest);
    expect(image.layersSize).toBe(base.bytes.length + app.bytes.length);
    expect(parsed(image)).toMatchObject({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', digest: image.blobs[0]?.digest },
      layers: [base, app].map(({ digest, bytes }) => ({
        mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
        digest,
        size: bytes.length,
      })),
    });
  });

  it('writes everything it was told into the config', () => {
    expect(parsed(image.blobs[0])).toEqual({
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
      created: '2026-03-04T05:06:07.000Z',
      config: {
        User: 'nobody',
        ExposedPorts: { '80/tcp': {} },
        Env: ['A=1'],
        Entrypoint: ['/run'],
        Cmd: ['-v'],
        WorkingDir: '/srv',
        Labels: { team: 'a' },
      },
      rootfs: { type: 'layers', diff_ids: [base.diffId, app.diffId] },
      history: [
        { created: '2026-03-04T05:06:07.000Z', created_by: 'ADD base' },
        { created: '2026-03-04T05:06:07.000Z', created_by: 'ENV A=1', empty_layer: true },
        { created: '2026-03-04T05:06:07.000Z', created_by: 'COPY app' },
      ],
    });
  });
});

describe('indexes and artifacts', () => {
  const image = buildImage({ created, layers: [layer({ files: { a: 'a' } })] });
  const mediaTypesOf = ({ bytes }: BuiltManifest): unknown[] =>
    (JSON.parse(bytes.toString()) as { layers: { mediaType: unknown }[] }).layers.map(({ mediaType }) => mediaType);

  it('gives each child of an index its platform', () => {
    const arm = buildImage({ platform: { os: 'linux', architecture: 'arm64' } });
    const index = buildIndex([{ manifest: image }, { manifest: arm }], { annotations: { a: 'b' } });
    expect(parsed(index)).toMatchObject({
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [
        { digest: image.digest, platform: { os: 'linux', architecture: 'amd64' }, size: image.bytes.length },
        { digest: arm.digest, platform: { os: 'linux', architecture: 'arm64' } },
      ],
      annotations: { a: 'b' },
    });
    expect(buildIndex([], { format: 'docker' }).mediaType).toBe(
      'application/vnd.docker.distribution.manifest.list.v2+json',
    );
  });

  it('attests as BuildKit does', () => {
    const build = { source: 'https://git.example/a', revision: 'abc', finished: created };
    const index = artifacts.buildAttestedIndex([image], () => [
      artifacts.sbom('a', [{ name: 'zlib', version: '1', license: 'Zlib' }], created),
      artifacts.provenance({ ...build, version: 'v0.2' }),
      artifacts.provenance(build),
    ]);
    const attestation = index.children[1];
    expect(parsed(index)).toMatchObject({
      manifests: [
        { digest: image.digest },
        {
          digest: attestation?.digest,
          platform: { os: 'unknown', architecture: 'unknown' },
          annotations: {
            'vnd.docker.reference.type': 'attestation-manifest',
            'vnd.docker.reference.digest': image.digest,
          },
        },
      ],
    });
    expect(parsed(attestation)).toMatchObject({
      layers: ['https://spdx.dev/Document', 'https://slsa.dev/provenance/v0.2', 'https://slsa.dev/provenance/v1'].map(
        (type) => ({
          mediaType: 'application/vnd.in-toto+json',
          annotations: { 'in-toto.io/predicate-type': type },
        }),
      ),
    });
    expect(parsed(attestation?.blobs[1])).toMatchObject({
      predicateType: 'https://spdx.dev/Document',
      subject: [{ digest: { sha256: image.digest.slice(7) } }],
      predicate: { packages: [{ name: 'zlib', versionInfo: '1' }] },
    });
  });

  it('builds a chart that holds its files', () => {
    const chart = artifacts.buildHelmChart({ name: 'web', version: '1.2.0', appVersion: '2.3.1', description: 'Web' });
    expect(parsed(chart)).toMatchObject({ config: { mediaType: 'application/vnd.cncf.helm.config.v1+json' } });
    expect(mediaTypesOf(chart)).toEqual(['application/vnd.cncf.helm.chart.content.v1.tar+gzip']);
    expect(parsed(chart.blobs[0])).toMatchObject({
      name: 'web',
      version: '1.2.0',
      appVersion: '2.3.1',
      apiVersion: 'v2',
    });
    // A file of an archive is there as it is.
    const archive = gunzipSync(chart.blobs[1]?.bytes ?? '').toString();
    expect(archive).toMatch(/web\/Chart\.yaml[^]*version: "1\.2\.0"/);
  });

  it('builds an artifact with the empty config of OCI 1.1', () => {
    const artifact = artifacts.buildArtifact({
      artifactType: 'application/vnd.acme',
      files: [{ name: 'a.txt', mediaType: 'text/plain', content: 'a' }],
      subject: image,
    });
    expect(parsed(artifact)).toMatchObject({
      artifactType: 'application/vnd.acme',
      config: {
        mediaType: 'application/vnd.oci.empty.v1+json',
        digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
        size: 2,
      },
      layers: [{ mediaType: 'text/plain', annotations: { 'org.opencontainers.image.title': 'a.txt' } }],
      subject: { digest: image.digest, mediaType: image.mediaType, size: image.bytes.length },
    });
  });

  it('signs the old way by tag and the new way by subject', () => {
    const signature = artifacts.buildCosignSignature(image, 'registry.example/a');
    expect(artifacts.cosignTag(image)).toBe(`sha256-${image.digest.slice(7)}.sig`);
    expect(mediaTypesOf(signature)).toEqual(['application/vnd.dev.cosign.simplesigning.v1+json']);
    expect(parsed(signature.blobs[1])).toMatchObject({
      critical: { image: { 'docker-manifest-digest': image.digest } },
    });
    const referrer = artifacts.buildSignatureReferrer(image, 'registry.example/a', created);
    expect(referrer.subject).toBe(image.digest);
    expect(artifacts.referrersTag(image)).toBe(`sha256-${image.digest.slice(7)}`);
    expect(parsed(artifacts.buildReferrersIndex([referrer]))).toMatchObject({
      manifests: [
        {
          digest: referrer.digest,
          artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json',
          annotations: { 'org.opencontainers.image.created': '2026-03-04T05:06:07.000Z' },
        },
      ],
    });
  });
});
