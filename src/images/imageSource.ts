import type { Manifest, Referrers, ManifestHead } from '../core/manifest';
import type { ImageReference } from '../core/reference';

/** A tag, with what a listing tells of it. */
export interface KnownTag {
  readonly name: string;
  readonly digest?: string;
  readonly isIndex?: boolean;
}

/**
 * One repository, whichever registry holds it: all that this room reads images through. `reference` is a tag or a digest. All but
 * `referrers` reject with a Failure where the registry refuses, or does not answer; all reject with the signal's reason when
 * aborted.
 */
export interface ImageSource {
  /** What images are named after. */
  readonly repository: Pick<ImageReference, 'host' | 'path'>;
  readonly manifest: (reference: string, signal: AbortSignal) => Promise<Manifest>;
  /** What is known of a manifest without reading it, which counts as no pull. */
  readonly head: (reference: string, signal: AbortSignal) => Promise<ManifestHead>;
  /** The bytes that the digest names; more than `maxBytes` are refused. */
  readonly blob: (digest: string, maxBytes: number, signal: AbortSignal) => Promise<Uint8Array>;
  /** What refers to a manifest; why that is not known, or not all, is part of the answer. */
  readonly referrers: (digest: string, signal: AbortSignal) => Promise<Referrers>;
  /** All tags, listed anew. Rejects where there are too many of them to be read. */
  readonly tags: (signal: AbortSignal) => Promise<readonly KnownTag[]>;
  /** Those tags that name a digest, `sha256-…`, as far as they were listed: see isDigestTag. */
  readonly digestTags: ReadonlySet<string>;
}
