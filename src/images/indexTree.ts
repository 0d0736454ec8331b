import pLimit from 'p-limit';
import { defined } from '../core/defined';
import { Failure } from '../core/failure';
import { isIndexType } from '../core/manifest';
import type { IndexManifest, Manifest } from '../core/manifest';
import type { Descriptor, Platform } from '../core/model';

/** Levels of nested indexes, at most. No real index has so many. */
const mostDepth = 8;
/** Indexes inside one index, at most. No real index has so many. */
const mostNested = 100;
/** Requests at a time. */
const width = 6;

/** A manifest that an index names, directly or through a nested index. */
export interface Child {
  readonly descriptor: Descriptor;
  /** The index that names it. */
  readonly index: IndexManifest;
  /** From the nearest index that names a platform. */
  readonly platform?: Platform;
  /** The content, when the child is an index. */
  readonly nested?: IndexManifest;
  /** Why the child index could not be read. */
  readonly failure?: Failure;
  /** The child index is not read: it was read before, or it is nested too deeply. */
  readonly isSkipped?: true;
}

/**
 * All children of an index, nested indexes included. `isWhole` is false when a limit left some out. A Failure of `read` becomes the
 * `failure` of that child; any other error rejects.
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

/** The children that an engine could run: without indexes and BuildKit's attestations. */
export function leavesOf(children: readonly Child[]): readonly Child[] {
  return children.filter(
    ({ descriptor, nested, isSkipped }) =>
      nested === undefined && isSkipped === undefined && !isAttestation(descriptor),
  );
}

/** BuildKit writes the platform unknown/unknown for its attestations. */
function isAttestation({ annotations, platform }: Descriptor): boolean {
  return (
    annotations?.['vnd.docker.reference.type'] === 'attestation-manifest' ||
    (platform?.os === 'unknown' && platform.architecture === 'unknown')
  );
}
