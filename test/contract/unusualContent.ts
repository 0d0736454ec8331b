import * as artifacts from '../sandbox/artifacts';
import { blob, descriptorOf, digestOf, jsonBlob, layer } from '../sandbox/blob';
import { buildImage, buildIndex, buildManifest, mediaTypes, type BuiltManifest } from '../sandbox/images';
import { buildSchema1 } from '../sandbox/schema1';

const created = new Date(Date.UTC(2026, 0, 12, 12));
const platforms = {
  amd64: { os: 'linux', architecture: 'amd64' },
  arm64: { os: 'linux', architecture: 'arm64' },
} as const;

function image(name: string, architecture: keyof typeof platforms = 'amd64'): BuiltManifest {
  return buildImage({ created, platform: platforms[architecture], layers: [layer({ files: { 'app/name': name } })] });
}

/** An index of indexes, each with an image and what BuildKit attests of it. */
export const nested = buildIndex(
  (['amd64', 'arm64'] as const).map((architecture) => ({
    manifest: artifacts.buildAttestedIndex([image('nested', architecture)], (child) => [
      artifacts.sbom(child.digest, [], created),
    ]),
    platform: platforms[architecture],
  })),
);

export const lost = image('sparse', 'arm64');
/** Whole when it is pushed; `lost` is deleted then. */
export const sparse = buildIndex([{ manifest: image('sparse') }, { manifest: lost }]);

export const schema1 = buildSchema1('odd/schema1', '1', created);

/** OCI 1.1 dropped it before it was final: https://github.com/opencontainers/image-spec/blob/v1.1.0-rc2/artifact.md */
const scan = blob('application/json', '{"findings":0}');
const artifactBytes = Buffer.from(
  JSON.stringify({
    mediaType: 'application/vnd.oci.artifact.manifest.v1+json',
    artifactType: 'application/vnd.example.scan',
    blobs: [descriptorOf(scan)],
  }),
);
export const artifactManifest: BuiltManifest = {
  digest: digestOf(artifactBytes),
  mediaType: 'application/vnd.oci.artifact.manifest.v1+json',
  bytes: artifactBytes,
  blobs: [scan],
  children: [],
  layersSize: scan.bytes.length,
};

export const referred = image('referred');
export const referrers = Array.from({ length: 60 }, (_, index) =>
  artifacts.buildSbomReferrer(referred, artifacts.spdxDocument(`scan ${index}`, [], created), created),
);

export const bundled = image('bundled');
const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** https://github.com/sigstore/cosign/blob/v3.0.2/specs/BUNDLE_SPEC.md */
function bundle(predicateType: string): BuiltManifest {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: bundled.digest.slice('sha256:'.length) } }],
    predicateType,
    predicate: {},
  };
  const dsseEnvelope = {
    payload: Buffer.from(JSON.stringify(statement)).toString('base64'),
    payloadType: 'application/vnd.in-toto+json',
    signatures: [{ sig: Buffer.from('signature').toString('base64') }],
  };
  return buildManifest({
    artifactType: bundleType,
    config: jsonBlob(mediaTypes.ociEmpty, {}),
    layers: [{ blob: jsonBlob(bundleType, { mediaType: bundleType, verificationMaterial: {}, dsseEnvelope }) }],
    subject: bundled,
    annotations: {
      'org.opencontainers.image.created': created.toISOString(),
      'dev.sigstore.bundle.content': 'dsse-envelope',
      'dev.sigstore.bundle.predicateType': predicateType,
    },
  });
}
export const bundles = [
  'https://sigstore.dev/cosign/sign/v1',
  'https://spdx.dev/Document',
  'https://slsa.dev/provenance/v1',
].map(bundle);
