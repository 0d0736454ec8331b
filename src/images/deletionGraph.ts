import { t } from '@vscode/l10n';
import pLimit from 'p-limit';
import { defined } from '../core/defined';
import { Failure } from '../core/failure';
import { isIndexType } from '../core/manifest';
import type { ImageSource, KnownTag } from './imageSource';
import { readChildren } from './indexTree';
import type { IndexManifest } from '../core/manifest';
import type { Page, Platform } from '../core/model';
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

/** An index that stays without one of its children. */
export interface Loss {
  /** The tags on the index. */
  readonly tags: readonly string[];
  /** None where the index does not tell. */
  readonly platforms: readonly Platform[];
}

/** A platform that stays. */
interface Kept {
  readonly platform: Platform;
  /** The tags that lead to it, also by way of an index. */
  readonly tags: readonly string[];
}

/** What a deletion looks at. */
export type GraphSource = Pick<ImageSource, 'tags' | 'stated' | 'manifest' | 'referrers'>;

/** Pages of a list that is read as a whole. */
const mostPages = 100;

/** Every item of a list that tells where tags point; rejects where it is longer than is read, since half of it tells nothing. */
export async function readWhole<T>(
  host: string,
  page: (cursor: string | undefined) => Promise<Page<T>>,
): Promise<readonly T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < mostPages; pages++) {
    const { items, next, failure } = await page(cursor);
    for (const item of items) all.push(item);
    if (failure !== undefined) break;
    if (next === undefined) return all;
    cursor = next;
  }
  const explanation = t('the repository has too many tags to tell which of them share the image');
  throw new Failure('unsupported', '', { subject: host, explanation });
}

/** What a tag points to. */
interface Point {
  readonly digest: string;
  /** Absent where the registry did not tell. */
  readonly isIndex?: boolean;
}

/** What is to go; `isRead`: its manifest could be read, and is `index` where it is one. */
interface Target extends Point {
  readonly isRead: boolean;
  readonly index?: IndexManifest;
}

interface Child {
  readonly digest: string;
  readonly isIndex: boolean;
  readonly platform?: Platform;
}

/** Where the tags of a repository point. */
interface Points {
  /** The tags on each digest. */
  readonly namesOf: ReadonlyMap<string, readonly string[]>;
  /** Digests of the indexes among them, but for the one that goes. */
  readonly indexes: ReadonlySet<string>;
  /** Tags that the registry does not let us look behind. */
  readonly unknown: ReadonlySet<string>;
}

type ChildrenOf = ReadonlyMap<string, readonly Child[]>;

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
  // A page that moved while it was read may name a tag twice.
  const listed = uniqueBy(await source.tags(signal), ({ name }) => name);
  const target = await readTarget(source, label, listed, signal);
  const tags = [{ name: label }, ...listed.filter(({ name }) => name !== label && !isDigestTag(name))];
  const points = await readPoints(source, label, target, tags, progress, signal);
  const { childrenOf, unknown } = await openIndexes(source, points, signal);
  const namesOn = (digest: string): readonly string[] => [...(points.namesOf.get(digest) ?? [])].sort();

  const own = target.index === undefined ? [] : (await allChildren(source, target.index, signal)).children;
  const leaves = uniqueBy(own, ({ digest }) => digest).map((child) => ({
    ...child,
    tags: tagsLeadingTo(child, points, childrenOf),
  }));
  const goes = leaves.filter((child) => child.tags.length === 0);
  const digestTags = new Set(listed.map(({ name }) => name).filter(isDigestTag));
  const digests = [target.digest, ...goes.map(({ digest }) => digest)];
  const referrers = await countReferrers(source, digests, digestTags, signal);
  return {
    digest: target.digest,
    tags: namesOn(target.digest),
    platforms: goes.flatMap(({ platform }) => platform ?? []),
    loses: lossesOf(target, own, childrenOf, namesOn),
    stays: leaves.flatMap(({ platform, tags: by }) => (platform && by.length > 0 ? { platform, tags: by } : [])),
    ...defined({ referrers }),
    unknown: [...new Set([...points.unknown, ...unknown])].sort(),
  };
}

/** Where every tag points; those of one digest that is listed are asked for together. */
async function readPoints(
  source: GraphSource,
  label: string,
  target: Target,
  tags: readonly KnownTag[],
  progress: (done: number, of: number) => void,
  signal: AbortSignal,
): Promise<Points> {
  const limit = pLimit(width);
  const namesOf = new Map<string, string[]>();
  const indexes = new Set<string>();
  const unknown = new Set<string>(target.isRead ? [] : [label]);
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
  return { namesOf, indexes, unknown };
}

/** What the indexes lead to; `unknown`: the tags of those that cannot be read, or not wholly. */
async function openIndexes(
  source: GraphSource,
  { indexes, namesOf }: Points,
  signal: AbortSignal,
): Promise<{ readonly childrenOf: ChildrenOf; readonly unknown: readonly string[] }> {
  const limit = pLimit(width);
  const childrenOf = new Map<string, readonly Child[]>();
  const unknown: string[] = [];
  const open = async (digest: string): Promise<void> => {
    signal.throwIfAborted();
    const index = await unlessRefused(() => source.manifest(digest, signal));
    const found = index?.kind === 'index' ? await allChildren(source, index, signal) : undefined;
    if (found !== undefined) childrenOf.set(digest, found.children);
    const isWhole = index !== undefined && found?.isWhole !== false;
    if (!isWhole) unknown.push(...(namesOf.get(digest) ?? []));
  };
  await Promise.all([...indexes].map((digest) => limit(open, digest)));
  return { childrenOf, unknown };
}

/** The indexes that have what goes as a child. */
function lossesOf(
  target: Target,
  own: readonly Child[],
  childrenOf: ChildrenOf,
  namesOn: (digest: string) => readonly string[],
): readonly Loss[] {
  const ownPlatforms = unique(own.flatMap(({ platform }) => platform ?? []));
  const losses = [...childrenOf].flatMap(([digest, children]): readonly Loss[] => {
    const lost = children.filter((child) => child.digest === target.digest);
    if (lost.length === 0) return [];
    const platforms =
      target.index === undefined ? unique(lost.flatMap(({ platform }) => platform ?? [])) : ownPlatforms;
    return [{ tags: namesOn(digest), platforms }];
  });
  return losses.sort((one, other) => (one.tags.join() < other.tags.join() ? -1 : 1));
}

/** Its own tags, and those of the indexes that stay and have it. */
function tagsLeadingTo({ digest }: Child, { namesOf }: Points, childrenOf: ChildrenOf): readonly string[] {
  const through = [...childrenOf].filter(([, children]) => children.some((child) => child.digest === digest));
  return [digest, ...through.map(([index]) => index)].flatMap((one) => namesOf.get(one) ?? []).sort();
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
): Promise<Target> {
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
      ...defined({ platform }),
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
