import type { Manifest, Referrers, ManifestHead } from '../core/manifest';
import type { ImageReference } from '../core/reference';

/** A tag, with what the listing says about it. */
export interface KnownTag {
  readonly name: string;
  readonly digest?: string;
  readonly isIndex?: boolean;
}

/** The tags of a repository that name a digest, such as `sha256-…`: see isDigestTag. */
export interface DigestTags {
  readonly listed: ReadonlySet<string>;
  /** Whether all tags were listed: then there are no others. */
  readonly areAll: boolean;
}

/**
 * One repository of any registry. This folder reads images only through it. `reference` is a tag or a digest. All methods reject
 * with the signal's reason when aborted. All except `referrers` reject with a Failure when the registry refuses or does not answer.
 */
export interface ImageSource {
  /** The host and path that image names begin with. */
  readonly repository: Pick<ImageReference, 'host' | 'path'>;
  readonly manifest: (reference: string, signal: AbortSignal) => Promise<Manifest>;
  /** The digest and type of a manifest, without its content. Registries do not count this as a pull. */
  readonly head: (reference: string, signal: AbortSignal) => Promise<ManifestHead>;
  /** The content of a digest. Rejects when it is longer than `maxBytes`. */
  readonly blob: (digest: string, maxBytes: number, signal: AbortSignal) => Promise<Uint8Array>;
  /** The manifests that refer to this one. `failure` in the answer says why the list is missing or incomplete. */
  readonly referrers: (digest: string, signal: AbortSignal) => Promise<Referrers>;
  /** All tags, from a new listing. Rejects when there are too many to read. */
  readonly tags: (signal: AbortSignal) => Promise<readonly KnownTag[]>;
  /** What is known of the tags that name a digest. */
  readonly digestTags: DigestTags;
}
