import type { Failure } from '../../core/failure';
import type { Attachment, AttachmentKind } from '../../core/model';
import type { Provenance } from './provenance';
import type { SbomSummary } from './sbom';
import type { Artifact } from './statement';

/** What is known of an attachment as evidence: what it says, and whether somebody known signed it. Plain readonly data. */

/** Who holds the key of a certificate, as its authority saw it: https://github.com/sigstore/fulcio/blob/v1.7.1/docs/oid-info.md */
export interface CertificateSigner {
  readonly kind: 'certificate';
  /** The subject alternative name: a mail address, or the URL of a workflow. */
  readonly identity: string;
  /** The URL of the service that authenticated the identity; empty when the certificate does not tell. */
  readonly issuer: string;
}

/** A public key that the user has named. */
export interface KeySigner {
  readonly kind: 'key';
  /** The name of its file. */
  readonly name: string;
  /** `SHA256:` and the hash of the key in DER, in base64 without padding. */
  readonly fingerprint: string;
}

type Signer = CertificateSigner | KeySigner;

/**
 * What may be said of a proof. `verified`: signature, signer and content are right, and `by` must be shown beside it, because anybody
 * can have a certificate for an identity of their own. `isExpected` tells whether the user has named this identity or key.
 * `present`: nothing contradicts it and nothing proves it. `invalid`: it contradicts itself, the image, or whom the user expects.
 */
export type Verdict =
  | { readonly state: 'verified'; readonly by: Signer; readonly isExpected: boolean }
  | { readonly state: 'present'; readonly why: string }
  | { readonly state: 'invalid'; readonly why: string };

/** An attachment that was read and judged. */
export interface Proof {
  readonly attachment: Attachment;
  readonly type: AttachmentKind;
  readonly label: string;
  /** https://github.com/in-toto/attestation/blob/v1.1.0/spec/v1/statement.md `predicateType` */
  readonly predicateType?: string;
  readonly verdict: Verdict;
  /** Who has signed it according to its certificate. Anybody can write one: only `verdict` says whether it is true. */
  readonly claimedSigner?: CertificateSigner;
  readonly provenance?: Provenance;
  readonly sbom?: SbomSummary;
  /** When it was signed, as a log or an authority has confirmed. Only where a certificate is verified. */
  readonly signedAt?: Date;
  /** Why it could not be read. */
  readonly failure?: Failure;
}

/** The verdict on something signed, with what its evidence tells. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly claimedSigner?: CertificateSigner;
  readonly signedAt?: Date;
}

/** Judges signatures by whom the user trusts. Its methods never throw, whatever they are given. */
export interface Verifier {
  /** Judges a bundle, which is the value of its JSON text: https://docs.sigstore.dev/about/bundle/ */
  readonly judgeBundle: (bundle: unknown, artifact: Artifact) => Judgement;
  /** Judges a signature that was made with a key alone. */
  readonly judgeKeySignature: (content: Uint8Array, signature: Uint8Array) => Judgement;
}

export function present(why: string): Verdict {
  return { state: 'present', why };
}

export function invalid(why: string): Verdict {
  return { state: 'invalid', why };
}
