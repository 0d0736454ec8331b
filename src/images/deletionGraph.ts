import { t } from '@vscode/l10n';
import pLimit from 'p-limit';
import { Failure } from '../core/failure';
import { isIndexType } from '../core/manifest';
import type { ImageSource, KnownTag } from './imageSource';
import { readChildren } from './indexTree';
import type { IndexManifest } from '../core/manifest';
import type { Platform } from '../core/model';
import { cosignTags, isDigestTag } from '../core/referrersTag';

/** Requests of one reading at a time. */
const width = 6;
/** Images of one deletion whose referrers are asked for; those of more are not counted. */
const mostAsked = 41;

/** What a deletion would do, read from the registry when it is asked for. */
export interface DeletionPreview {
  readonly digest: string;
  /** Every tag on this digest, sorted; the tag asked about is always one of them. */
  readonly tags: readonly string[];
  /** Platforms of an index that nothing leads to any more. */
  readonly platforms: readonly Platform[];
  /** Indexes that stay and have this image as a child: afterwards it is missing there. */
  readonly loses: readonly Loss[];
  /** Platforms of an index that stay, because they have tags of their own or belong to other indexes. */
  readonly stays: readonly Kept[];
  /** How many signatures, SBOMs and other referrers describe what goes; absent where that could not be read. */
  readonly referrers?: number;
  /** Tags that the registry does not let us look behind: what they would lose is not known. */
  readonly unknown: readonly string[];
}

export interface Loss {
  /** The tags on the index. */
  readonly tags: readonly string[];
  /** None where the index does not tell. */
  readonly platforms: readonly Platform[];
}

export interface Kept {
  readonly platform: Platform;
  /** The tags that lead to it, also by way of an index. */
  readonly tags: readonly string[];
}

/** What a deletion looks at. */
export type GraphSource = Pick<ImageSource, 'tags' | 'stated' | 'manifest' | 'referrers'>;

/** Why a deletion cannot be told: not every tag is read. */
export function tooManyTags(host: string): Failure {
  const explanation = t('the repository has too many tags to tell which of them share the image');
  return new Failure('unsupported', '', { subject: host, explanation });
}

/** What a tag points to. */
interface Point {
  readonly digest: string;
  /** Absent where the registry did not tell. */
  readonly isIndex?: boolean;
}

interface Child {
  readonly digest: string;
  readonly isIndex: boolean;
  readonly platform?: Platform;
}

/**
 * What goes, loses and stays when the image of the tag `label` is deleted by its digest. A request for each tag that the listing
 * does not tell enough of, and one for each index. `progress` counts tags.
 */
export async function readDeletion(
  source: GraphSource,
  label: string,
  progress: (done: number, of: number) => void,
  signal: AbortSignal,
): Promise<DeletionPreview> {
  const limit = pLimit(width);
  // A page that moved while it was read may name a tag twice.
  const listed = uniqueBy(await source.tags(signal), ({ name }) => name);
  const digestTags = new Set(listed.map(({ name }) => name).filter(isDigestTag));
  const target = await readTarget(source, label, listed, signal);
  const tags = [{ name: label }, ...listed.filter(({ name }) => name !== label && !isDigestTag(name))];

  const unknown = new Set<string>(target.isRead ? [] : [label]);
  const namesOf = new Map<string, string[]>();
  const indexes = new Set<string>();
  const looked = new Map<string, Promise<Point | undefined>>();
  let done = 0;
  const look = async (tag: KnownTag): Promise<void> => {
    signal.throwIfAborted();
    const key = tag.digest ?? tag.name;
    const asked = tag.name === label || tag.digest === target.digest ? Promise.resolve(target) : looked.get(key);
    const asking = asked ?? pointOf(source, tag, signal);
    looked.set(key, asking);
    const point = await asking;
    progress(++done, tags.length);
    if (point === undefined) unknown.add(tag.name);
    else {
      namesOf.set(point.digest, [...(namesOf.get(point.digest) ?? []), tag.name]);
      if (point.digest === target.digest) return;
      if (point.isIndex === undefined) unknown.add(tag.name);
      if (point.isIndex === true) indexes.add(point.digest);
    }
  };
  await Promise.all(tags.map((tag) => limit(look, tag)));

  const childrenOf = new Map<string, readonly Child[]>();
  const open = async (digest: string): Promise<void> => {
    signal.throwIfAborted();
    const index = await unlessRefused(() => source.manifest(digest, signal));
    const found = index?.kind === 'index' ? await allChildren(source, index, signal) : undefined;
    if (found !== undefined) childrenOf.set(digest, found.children);
    const isKnown = index !== undefined && found?.isWhole !== false;
    if (!isKnown) for (const name of namesOf.get(digest) ?? []) unknown.add(name);
  };
  await Promise.all([...indexes].map((digest) => limit(open, digest)));

  const own = target.index === undefined ? [] : (await allChildren(source, target.index, signal)).children;
  const ownPlatforms = unique(own.flatMap(({ platform }) => platform ?? []));
  const loses: Loss[] = [];
  for (const [digest, children] of childrenOf) {
    const lost = children.filter((child) => child.digest === target.digest);
    if (lost.length === 0) continue;
    const platforms =
      target.index === undefined ? unique(lost.flatMap(({ platform }) => platform ?? [])) : ownPlatforms;
    loses.push({ tags: (namesOf.get(digest) ?? []).sort(), platforms });
  }
  const keepers = ({ digest }: Child): readonly string[] => {
    const through = [...childrenOf].filter(([, children]) => children.some((child) => child.digest === digest));
    return [digest, ...through.map(([index]) => index)].flatMap((one) => namesOf.get(one) ?? []).sort();
  };
  const leaves = uniqueBy(own, ({ digest }) => digest).map((child) => ({ ...child, tags: keepers(child) }));
  const goes = leaves.filter((child) => child.tags.length === 0);
  const referrers = await countReferrers(
    source,
    [target.digest, ...goes.map(({ digest }) => digest)],
    digestTags,
    signal,
  );
  return {
    digest: target.digest,
    tags: (namesOf.get(target.digest) ?? []).sort(),
    platforms: goes.flatMap(({ platform }) => platform ?? []),
    loses: loses.sort((one, other) => (one.tags.join() < other.tags.join() ? -1 : 1)),
    stays: leaves.flatMap(({ platform, tags: by }) => (platform && by.length > 0 ? { platform, tags: by } : [])),
    ...(referrers === undefined ? {} : { referrers }),
    unknown: [...unknown].sort(),
  };
}

/** Those of the tags that still point to the digest: some registries keep them when its manifest goes, or delete later. */
export async function readTagsLeft(
  source: Pick<GraphSource, 'stated' | 'manifest'>,
  digest: string,
  tags: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const limit = pLimit(width);
  const isLeft = async (name: string): Promise<boolean> => {
    signal.throwIfAborted();
    const stated = await unlessRefused(() => source.stated(name, signal));
    if (stated?.digest !== undefined) return stated.digest === digest;
    try {
      return (await source.manifest(name, signal)).digest === digest;
    } catch (error) {
      if (error instanceof Failure && error.kind === 'notFound') return false;
      throw error;
    }
  };
  const left = await Promise.all(tags.map((name) => limit(isLeft, name)));
  return tags.filter((_name, index) => left[index]);
}

/** What a tag points to now; without a digest where the registry does not tell. Rejects with `notFound` when there is no such tag. */
export async function readPoint(
  source: Pick<GraphSource, 'stated' | 'manifest'>,
  name: string,
  signal: AbortSignal,
): Promise<{ readonly digest?: string }> {
  const stated = await unlessRefused(() => source.stated(name, signal));
  if (stated?.digest !== undefined) return { digest: stated.digest };
  try {
    return { digest: (await source.manifest(name, signal)).digest };
  } catch (error) {
    if (error instanceof Failure && ['unsupported', 'forbidden'].includes(error.kind)) return {};
    throw error;
  }
}

/** Where the listing knows the digest, its manifest need not be readable. */
async function readTarget(
  source: GraphSource,
  label: string,
  listed: readonly KnownTag[],
  signal: AbortSignal,
): Promise<Point & { readonly isRead: boolean; readonly index?: IndexManifest }> {
  const digest = listed.find(({ name }) => name === label)?.digest;
  const manifest =
    digest === undefined
      ? await source.manifest(label, signal)
      : await unlessRefused(() => source.manifest(digest, signal));
  if (manifest !== undefined)
    return { digest: manifest.digest, isRead: true, ...(manifest.kind === 'index' ? { index: manifest } : {}) };
  return { digest: digest ?? '', isRead: false };
}

/** By HEAD, which is no pull; where that is refused or does not tell, by GET. Nothing where neither tells. */
async function pointOf(source: GraphSource, tag: KnownTag, signal: AbortSignal): Promise<Point | undefined> {
  if (tag.digest !== undefined && tag.isIndex !== undefined) return { digest: tag.digest, isIndex: tag.isIndex };
  const reference = tag.digest ?? tag.name;
  const { digest = tag.digest, mediaType = '' } = (await unlessRefused(() => source.stated(reference, signal))) ?? {};
  if (digest !== undefined && /manifest|index/.test(mediaType)) return { digest, isIndex: isIndexType(mediaType) };
  const manifest = await unlessRefused(() => source.manifest(reference, signal));
  if (manifest !== undefined) return { digest: manifest.digest, isIndex: manifest.kind === 'index' };
  return digest === undefined ? undefined : { digest };
}

/** With those of indexes within it, whole unless these are too many or too deep. What is not there is no child to look behind. */
async function allChildren(
  source: GraphSource,
  index: IndexManifest,
  signal: AbortSignal,
): Promise<{ readonly children: readonly Child[]; readonly isWhole: boolean }> {
  const read = (digest: string) => source.manifest(digest, signal);
  const { children, isWhole } = await readChildren(read, index, signal);
  const untold = children.find(({ failure }) => failure !== undefined && !isRefusal(failure));
  if (untold?.failure !== undefined) throw untold.failure;
  return {
    children: children.map(({ descriptor, platform }) => ({
      digest: descriptor.digest,
      isIndex: isIndexType(descriptor.mediaType),
      ...(platform === undefined ? {} : { platform }),
    })),
    isWhole,
  };
}

/** A side question: nothing where the registry does not tell, or there is too much to ask. */
async function countReferrers(
  source: GraphSource,
  digests: readonly string[],
  digestTags: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (digests.length > mostAsked) return undefined;
  const found = new Set<string>();
  try {
    for (const digest of digests) {
      signal.throwIfAborted();
      const { descriptors, failure } = await source.referrers(digest, signal);
      if (failure !== undefined) return undefined;
      for (const referrer of descriptors) found.add(referrer.digest);
      for (const tag of cosignTags(digest)) if (digestTags.has(tag)) found.add(tag);
    }
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
  return found.size;
}

/** Nothing where the registry refuses to tell of one thing; all else rises. */
async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Failure && isRefusal(error)) return undefined;
    throw error;
  }
}

function isRefusal({ kind }: Failure): boolean {
  return ['notFound', 'unsupported', 'forbidden'].includes(kind);
}

function unique(platforms: readonly Platform[]): readonly Platform[] {
  return uniqueBy(platforms, (platform) => JSON.stringify(platform));
}

function uniqueBy<T>(all: readonly T[], keyOf: (one: T) => string): readonly T[] {
  return [...new Map(all.map((one) => [keyOf(one), one])).values()];
}
