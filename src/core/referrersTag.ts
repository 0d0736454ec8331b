/** Tags that are not versions of an image: they contain signatures and other referrers of a digest. */

/**
 * The tag that lists referrers when the registry has no referrers API: 32 characters of the algorithm, 64 of the hash.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema
 */
export function referrersTag(digest: string): string {
  const [algorithm = '', encoded = ''] = digest.split(':');
  return `${algorithm.slice(0, 32)}-${encoded.slice(0, 64)}`.replace(/[^\w.-]/g, '-');
}

/** The tags in which cosign stores signatures, attestations and SBOMs when it does not write referrers. */
export function cosignTags(digest: string): readonly string[] {
  const name = digest.replace(':', '-');
  return ['.sig', '.att', '.sbom'].map((suffix) => name + suffix);
}

/** Whether a tag is one of these, for a digest of any algorithm that is registered. */
export function isDigestTag(tag: string): boolean {
  return /^(?:sha256|sha384|sha512|blake3)-[a-f0-9]{64}(?:[a-f0-9]{32})?(?:\.(?:sig|att|sbom))?$/.test(tag);
}
