import { createHash } from 'node:crypto';
import type { Predicate } from './artifacts';
import { predicateTypes } from './artifacts';
import type { Annotations } from './blob';
import { blob, jsonBlob } from './blob';
import { buildManifest, mediaTypes, type BuiltManifest } from './images';
import type { MiniSigstore, SigningOptions } from './miniSigstore';

/** What cosign and GitHub attach to an image, signed by an authority of the test's own. */

interface Layer {
  readonly blob: ReturnType<typeof blob>;
  readonly annotations?: Annotations;
}

const hexOf = ({ digest }: BuiltManifest): string => digest.slice('sha256:'.length);

/** What cosign keeps below a tag: https://github.com/sigstore/cosign/blob/v2.6.1/specs/SIGNATURE_SPEC.md */
function kept(layers: readonly Layer[], subject?: BuiltManifest): BuiltManifest {
  return buildManifest({
    config: jsonBlob(mediaTypes.ociEmpty, {}),
    layers,
    ...(subject === undefined ? {} : { subject, artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json' }),
  });
}

/** The tag of an image's signatures, attestations or SBOMs. */
export function proofTag(subject: BuiltManifest, suffix: 'sig' | 'att' | 'sbom'): string {
  return `sha256-${hexOf(subject)}.${suffix}`;
}

/** Signatures without a key of an image, each by another signer. `about`: which image they sign; usually the same. */
export function keylessSignatures(
  sigstore: MiniSigstore,
  about: BuiltManifest,
  signers: readonly SigningOptions[],
): BuiltManifest {
  const payload = Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': 'registry.test/app' },
        image: { 'docker-manifest-digest': about.digest },
        type: 'cosign container image signature',
      },
      optional: null,
    }),
  );
  const type = 'application/vnd.dev.cosign.simplesigning.v1+json';
  return kept(
    signers.map((options) => ({ blob: blob(type, payload), annotations: sigstore.sign(payload, options).annotations })),
  );
}

/** https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md */
function preAuthEncoding(type: string, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);
}

/** Attestations that are signed without a key. */
export function signedAttestations(
  sigstore: MiniSigstore,
  subject: BuiltManifest,
  predicates: readonly Predicate[],
  signer: SigningOptions = {},
): BuiltManifest {
  const payloadType = 'application/vnd.in-toto+json';
  const layers = predicates.map(({ type, content }): Layer => {
    const statement = {
      _type: 'https://in-toto.io/Statement/v0.1',
      predicateType: type,
      subject: [{ name: 'registry.test/app', digest: { sha256: hexOf(subject) } }],
      predicate: content,
    };
    const payload = Buffer.from(JSON.stringify(statement));
    const { annotations, signature } = sigstore.sign(preAuthEncoding(payloadType, payload), {
      ...signer,
      kind: 'dsse',
      payload,
    });
    const envelope = {
      payloadType,
      payload: payload.toString('base64'),
      signatures: [{ keyid: '', sig: signature.toString('base64') }],
    };
    return {
      blob: jsonBlob('application/vnd.dsse.envelope.v1+json', envelope),
      // The signature is in the envelope.
      annotations: { ...annotations, 'dev.cosignproject.cosign/signature': '', predicateType: type },
    };
  });
  return kept(layers);
}

/** Provenance as GitHub's workflows write it: https://docs.github.com/actions/security-for-github-actions/using-artifact-attestations */
export function gitHubProvenance(repository: string, commit: string): Predicate {
  return {
    type: predicateTypes.provenanceV1,
    content: {
      buildDefinition: {
        buildType: 'https://actions.github.io/buildtypes/workflow/v1',
        externalParameters: {
          workflow: { ref: 'refs/tags/v2.1.0', repository, path: '.github/workflows/release.yml' },
        },
        resolvedDependencies: [
          { uri: `git+${repository}@refs/tags/v2.1.0`, digest: { gitCommit: commit } },
          { uri: 'pkg:docker/node@22-bookworm', digest: { sha256: createHash('sha256').update('node').digest('hex') } },
        ],
      },
      runDetails: {
        builder: { id: `${repository}/.github/workflows/release.yml@refs/tags/v2.1.0` },
        metadata: { invocationId: `${repository}/actions/runs/17/attempts/1` },
      },
    },
  };
}
