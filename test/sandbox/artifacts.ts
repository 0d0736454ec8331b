import type { Annotations } from './blob';
import { blob, descriptorOf, digestOf, jsonBlob, layer } from './blob';
import type { BuiltManifest, IndexChild } from './images';
import { buildIndex, buildManifest, mediaTypes } from './images';

interface ArtifactFile {
  readonly name: string;
  readonly mediaType: string;
  readonly content: string | Buffer;
}

export interface ArtifactOptions {
  readonly artifactType: string;
  readonly files: readonly ArtifactFile[];
  readonly annotations?: Annotations;
  readonly subject?: BuiltManifest;
}

/** https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage */
export function buildArtifact({ artifactType, files, annotations, subject }: ArtifactOptions): BuiltManifest {
  return buildManifest({
    artifactType,
    config: jsonBlob(mediaTypes.ociEmpty, {}),
    layers: files.map(({ name, mediaType, content }) => ({
      blob: blob(mediaType, content),
      annotations: { 'org.opencontainers.image.title': name },
    })),
    ...(annotations ? { annotations } : {}),
    ...(subject ? { subject } : {}),
  });
}

export interface Chart {
  readonly name: string;
  readonly version: string;
  readonly appVersion?: string;
  readonly description?: string;
  readonly created?: Date;
}

/** https://helm.sh/docs/topics/registries/ */
export function buildHelmChart({
  name,
  version,
  appVersion = version,
  description = '',
  created,
}: Chart): BuiltManifest {
  const metadata = { name, version, description, apiVersion: 'v2', appVersion, type: 'application' };
  const yaml = Object.entries(metadata).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  const archive = layer({
    files: {
      [`${name}/Chart.yaml`]: yaml.join(''),
      [`${name}/values.yaml`]: `replicaCount: 2\nimage:\n  repository: acme/${name}\n  tag: ${appVersion}\n`,
      [`${name}/templates/deployment.yaml`]: `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\n`,
    },
  });
  return buildManifest({
    config: jsonBlob('application/vnd.cncf.helm.config.v1+json', metadata),
    layers: [{ blob: { ...archive, mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip' } }],
    annotations: {
      'org.opencontainers.image.title': name,
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.description': description,
      ...(created ? { 'org.opencontainers.image.created': created.toISOString() } : {}),
    },
  });
}

export const predicateTypes = {
  sbom: 'https://spdx.dev/Document',
  provenanceV02: 'https://slsa.dev/provenance/v0.2',
  provenanceV1: 'https://slsa.dev/provenance/v1',
} as const;

export interface Predicate {
  readonly type: string;
  readonly content: unknown;
}

export interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

export function spdxDocument(name: string, packages: readonly Package[], created: Date): Record<string, unknown> {
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name,
    documentNamespace: `https://sbom.example/${name}`,
    creationInfo: { created: created.toISOString(), creators: ['Tool: syft-v1.18.1'] },
    packages: packages.map((entry, index) => ({
      SPDXID: `SPDXRef-Package-${index}`,
      name: entry.name,
      versionInfo: entry.version,
      licenseConcluded: entry.license,
    })),
  };
}

export function sbom(name: string, packages: readonly Package[], created: Date): Predicate {
  return { type: predicateTypes.sbom, content: spdxDocument(name, packages, created) };
}

export interface Build {
  readonly source: string;
  readonly revision: string;
  readonly finished: Date;
  readonly version?: 'v0.2' | 'v1';
}

/** https://slsa.dev/spec/v0.2/provenance and https://slsa.dev/spec/v1.0/provenance */
export function provenance({ source, revision, finished, version = 'v1' }: Build): Predicate {
  const buildType = 'https://mobyproject.org/buildkit@v1';
  const finishedOn = finished.toISOString();
  if (version === 'v0.2') {
    const invocation = { configSource: { uri: source, digest: { sha1: revision }, entryPoint: 'Dockerfile' } };
    const metadata = { buildFinishedOn: finishedOn, completeness: { materials: true } };
    const content = { builder: { id: '' }, buildType, invocation, metadata, materials: [{ uri: source }] };
    return { type: predicateTypes.provenanceV02, content };
  }
  const content = {
    buildDefinition: { buildType, externalParameters: { configSource: { uri: source, digest: { sha1: revision } } } },
    runDetails: { builder: { id: '' }, metadata: { finishedOn } },
  };
  return { type: predicateTypes.provenanceV1, content };
}

/** The attestation manifest BuildKit adds to an index: https://docs.docker.com/build/metadata/attestations/attestation-storage/ */
export function buildAttestation(image: BuiltManifest, predicates: readonly Predicate[]): BuiltManifest {
  const hex = image.digest.slice('sha256:'.length);
  const statements = predicates.map(({ type, content }) => ({
    blob: jsonBlob('application/vnd.in-toto+json', {
      _type: 'https://in-toto.io/Statement/v0.1',
      predicateType: type,
      subject: [{ name: 'image', digest: { sha256: hex } }],
      predicate: content,
    }),
    annotations: { 'in-toto.io/predicate-type': type },
  }));
  const config = {
    architecture: 'unknown',
    os: 'unknown',
    config: {},
    rootfs: { type: 'layers', diff_ids: statements.map((statement) => statement.blob.digest) },
  };
  return buildManifest({ config: jsonBlob(mediaTypes.ociConfig, config), layers: statements });
}

/** An OCI index of the images, followed by one attestation manifest for each image that has predicates. */
export function buildAttestedIndex(
  images: readonly BuiltManifest[],
  predicatesFor: (image: BuiltManifest) => readonly Predicate[],
  annotations?: Annotations,
): BuiltManifest {
  const attestations = images.flatMap((image): IndexChild[] => {
    const predicates = predicatesFor(image);
    if (predicates.length === 0) return [];
    return [
      {
        manifest: buildAttestation(image, predicates),
        platform: { architecture: 'unknown', os: 'unknown' },
        annotations: {
          'vnd.docker.reference.digest': image.digest,
          'vnd.docker.reference.type': 'attestation-manifest',
        },
      },
    ];
  });
  const children = [...images.map((manifest) => ({ manifest })), ...attestations];
  return buildIndex(children, annotations ? { annotations } : {});
}

/** The tag under which clients look for referrers where the registry has no referrers API. */
export function referrersTag(subject: BuiltManifest): string {
  return subject.digest.replace(':', '-');
}

/** The tag under which cosign 1 and 2 keep the signature of an image. */
export function cosignTag(subject: BuiltManifest): string {
  return `${referrersTag(subject)}.sig`;
}

function simpleSigning(subject: BuiltManifest, reference: string): string {
  return JSON.stringify({
    critical: {
      identity: { 'docker-reference': reference },
      image: { 'docker-manifest-digest': subject.digest },
      type: 'cosign container image signature',
    },
    optional: null,
  });
}

/** https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md; the signature value is a placeholder. */
export function buildCosignSignature(subject: BuiltManifest, reference: string): BuiltManifest {
  const payload = blob('application/vnd.dev.cosign.simplesigning.v1+json', simpleSigning(subject, reference));
  const signature = Buffer.from(digestOf(`signature of ${payload.digest}`)).toString('base64');
  const config = { architecture: '', os: '', config: {}, rootfs: { type: 'layers', diff_ids: [payload.digest] } };
  return buildManifest({
    config: jsonBlob(mediaTypes.ociConfig, config),
    layers: [{ blob: payload, annotations: { 'dev.cosignproject.cosign/signature': signature } }],
  });
}

/** A signature that names its image by `subject`, found through the referrers API or the fallback index. */
export function buildSignatureReferrer(subject: BuiltManifest, reference: string, created: Date): BuiltManifest {
  return buildArtifact({
    artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json',
    files: [
      {
        name: 'signature.json',
        mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
        content: simpleSigning(subject, reference),
      },
    ],
    annotations: { 'org.opencontainers.image.created': created.toISOString() },
    subject,
  });
}

export function buildSbomReferrer(subject: BuiltManifest, document: unknown, created: Date): BuiltManifest {
  return buildArtifact({
    artifactType: 'application/spdx+json',
    files: [{ name: 'sbom.spdx.json', mediaType: 'application/spdx+json', content: JSON.stringify(document) }],
    annotations: { 'org.opencontainers.image.created': created.toISOString() },
    subject,
  });
}

/** https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema */
export function buildReferrersIndex(referrers: readonly BuiltManifest[]): BuiltManifest {
  const manifests = referrers.map((referrer) => ({
    ...descriptorOf(referrer),
    ...(referrer.artifactType === undefined ? {} : { artifactType: referrer.artifactType }),
    ...(referrer.annotations ? { annotations: referrer.annotations } : {}),
  }));
  const mediaType = mediaTypes.ociIndex;
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
  return { digest: digestOf(bytes), mediaType, bytes, blobs: [], children: referrers, layersSize: 0 };
}
