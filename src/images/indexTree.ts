import pLimit from 'p-limit';
import { defined } from '../core/defined';
import { Failure } from '../core/failure';
import { isIndexType } from '../core/manifest';
import type { IndexManifest, Manifest } from '../core/manifest';
import type { Descriptor, Platform } from '../core/model';

/** Deeper than any index is nested. */
const mostDepth = 8;
/** More indexes inside of one than any has. */
const mostNested = 100;
/** Requests at a time. */
const width = 6;

/** What an index, or an index inside of it, names. */
export interface Child {
  readonly descriptor: Descriptor;
  /** The index that names it. */
  readonly index: IndexManifest;
  /** As the nearest index tells that names one. */
  readonly platform?: Platform;
  /** What it is, where it is an index itself. */
  readonly nested?: IndexManifest;
  /** Why such an index could not be read. */
  readonly failure?: Failure;
  /** An index that was read elsewhere, or lies too deep to be read. */
  readonly isSkipped?: true;
}

/**
 * All that an index leads to, by way of indexes inside of it as well. `isWhole`: nothing was left out because it lies too deep
 * or is too much. Refusals to tell of one index are its own; `read` may reject with what is no Failure.
 */
export async function readChildren(
  read: (digest: string) => Promise<Manifest>,
  root: IndexManifest,
  signal: AbortSignal,
): Promise<{ readonly children: readonly Child[]; readonly isWhole: boolean }> {
  const children: Child[] = [];
  const limit = pLimit(width);
  const seen = new Set([root.digest]);
  let isWhole = true;
  let level: readonly Pick<Child, 'descriptor' | 'index' | 'platform'>[] = childrenOf(root, undefined);
  for (let depth = 0; depth <= mostDepth && level.length > 0; depth++) {
    const look = async (child: (typeof level)[number]): Promise<Child> => {
      const { digest, mediaType } = child.descriptor;
      if (!isIndexType(mediaType)) return child;
      if (seen.has(digest)) return { ...child, isSkipped: true };
      if (depth === mostDepth || seen.size > mostNested) {
        isWhole = false;
        return { ...child, isSkipped: true };
      }
      seen.add(digest);
      signal.throwIfAborted();
      try {
        const manifest = await read(digest);
        return manifest.kind === 'index' ? { ...child, nested: manifest } : child;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        return { ...child, failure: error };
      }
    };
    const looked = await Promise.all(level.map((child) => limit(look, child)));
    children.push(...looked);
    level = looked.flatMap(({ nested, platform }) => (nested === undefined ? [] : childrenOf(nested, platform)));
  }
  return { children, isWhole };
}

function childrenOf(index: IndexManifest, around: Platform | undefined) {
  return index.manifests.map((descriptor) => {
    const platform = isAttestation(descriptor) ? undefined : (descriptor.platform ?? around);
    return { descriptor, index, ...defined({ platform }) };
  });
}

/** Those of the children that an engine could run: no index, and none of BuildKit's attestations. */
export function leavesOf(children: readonly Child[]): readonly Child[] {
  return children.filter(
    ({ descriptor, nested, isSkipped }) =>
      nested === undefined && isSkipped === undefined && !isAttestation(descriptor),
  );
}

/** BuildKit's claim the platform unknown/unknown. */
function isAttestation({ annotations, platform }: Descriptor): boolean {
  return (
    annotations?.['vnd.docker.reference.type'] === 'attestation-manifest' ||
    (platform?.os === 'unknown' && platform.architecture === 'unknown')
  );
}
