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
/** Images of one deletion whose referrers are counted. If there are more, referrers are not counted at all. */
const mostAsked = 41;

/** What a deletion would do, read from the registry just before it. */
export interface DeletionPreview {
  /** What is deleted, each by its digest, in the order of the tags that were named. */
  readonly images: readonly DeletedImage[];
  /** Platforms of the deleted indexes that no tag or index names afterwards. */
  readonly platforms: readonly Platform[];
  /** Indexes that stay and name a deleted image: afterwards the image is missing there. */
  readonly loses: readonly Loss[];
  /** Platforms of the deleted indexes that stay, because they have tags of their own or belong to other indexes. */
  readonly stays: readonly Kept[];
  /** Number of signatures, SBOMs and other referrers of the deleted images; absent when they could not be read. */
  readonly referrers?: number;
  /** Tags that could not be read: it is not known what they would lose. */
  readonly unknown: readonly string[];
}

export interface DeletedImage {
  readonly digest: string;
  /** Every tag on this digest, sorted. */
  readonly tags: readonly string[];
}

/** An index that stays without some of its children. */
export interface Loss {
  /** The tags on the index. */
  readonly tags: readonly string[];
  /** Empty when the index does not name the platform. */
  readonly platforms: readonly Platform[];
}

/** A platform that stays. */
export interface Kept {
  readonly platform: Platform;
  /** The tags on the platform itself, or on an index that names it. */
  readonly tags: readonly string[];
}

/** The part of an ImageSource that a deletion needs. */
export type GraphSource = Pick<ImageSource, 'tags' | 'head' | 'manifest' | 'referrers'>;

/** Pages of a list that must be read to the end. */
const mostPages = 100;

/** Every item of a list of tags. Rejects with a Failure when the list is too long, because an incomplete list proves nothing. */
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
  /** Absent when the registry did not say. */
  readonly isIndex?: boolean;
}

/** The manifest to delete. `isRead`: it could be read; then `index` is its content if it is an index. */
interface Target extends Point {
  readonly isRead: boolean;
  readonly index?: IndexManifest;
}

interface Child {
  readonly digest: string;
  readonly isIndex: boolean;
  readonly platform?: Platform;
}

/** What the named tags point to. */
interface Targets {
  readonly byLabel: ReadonlyMap<string, Target>;
  readonly byDigest: ReadonlyMap<string, Target>;
}

/** Where the tags of a repository point. */
interface Points {
  /** The tags on each digest. */
  readonly namesOf: ReadonlyMap<string, readonly string[]>;
  /** Digests of the tagged indexes that stay. */
  readonly indexes: ReadonlySet<string>;
  /** Tags that could not be read. */
  readonly unknown: ReadonlySet<string>;
}

type ChildrenOf = ReadonlyMap<string, readonly Child[]>;

/**
 * What a deletion of the tags `labels` by their digests would remove, damage and keep. Sends one request for each tag whose digest
 * or type the listing does not give, and one for each index. A tag that is not there is left out; rejects with a Failure `notFound`
 * if none is there. `progress` counts tags.
 */
export async function readDeletion(
  source: GraphSource,
  labels: readonly string[],
  progress: (done: number, of: number) => void,
  signal: AbortSignal,
): Promise<DeletionPreview> {
  // If the list changes while it is read, a tag may appear twice.
  const listed = uniqueBy(await source.tags(signal), ({ name }) => name);
  const targets = await readTargets(source, labels, listed, signal);
  const isNamed = new Set(labels);
  const named = [...targets.byLabel.keys()].map((name) => ({ name }));
  const others = listed.filter(({ name }) => !isNamed.has(name) && !isDigestTag(name));
  const points = await readPoints(source, targets, [...named, ...others], progress, signal);
  const { childrenOf, unknown } = await readIndexes(source, points, signal);
  const namesOn = (digest: string): readonly string[] => [...(points.namesOf.get(digest) ?? [])].sort();

  const own = await readOwnChildren(source, targets, signal);
  const leaves = uniqueBy([...own.values()].flat(), ({ digest }) => digest)
    .filter(({ digest }) => !targets.byDigest.has(digest))
    .map((child) => ({ ...child, tags: tagsLeadingTo(child, points, childrenOf) }));
  const goes = leaves.filter((child) => child.tags.length === 0);
  const digestTags = new Set(listed.map(({ name }) => name).filter(isDigestTag));
  const digests = [...targets.byDigest.keys(), ...goes.map(({ digest }) => digest)];
  const referrers = await countReferrers(source, digests, digestTags, signal);
  return {
    images: [...targets.byDigest.keys()].map((digest) => ({ digest, tags: namesOn(digest) })),
    platforms: goes.flatMap(({ platform }) => platform ?? []),
    loses: lossesOf(targets, own, childrenOf, namesOn),
    stays: leaves.flatMap(({ platform, tags: by }) => (platform && by.length > 0 ? { platform, tags: by } : [])),
    ...defined({ referrers }),
    unknown: [...new Set([...points.unknown, ...unknown])].sort(),
  };
}

async function readTargets(
  source: GraphSource,
  labels: readonly string[],
  listed: readonly KnownTag[],
  signal: AbortSignal,
): Promise<Targets> {
  const limit = pLimit(width);
  const digestOf = new Map(listed.map(({ name, digest }) => [name, digest]));
  const missing: Failure[] = [];
  const read = async (label: string): Promise<readonly (readonly [string, Target])[]> => {
    signal.throwIfAborted();
    try {
      return [[label, await readTarget(source, label, digestOf.get(label), signal)]];
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'notFound') throw error;
      missing.push(error);
      return [];
    }
  };
  const found = (await Promise.all([...new Set(labels)].map((label) => limit(read, label)))).flat();
  if (found.length === 0 && missing[0] !== undefined) throw missing[0];
  return { byLabel: new Map(found), byDigest: new Map(found.map(([, target]) => [target.digest, target])) };
}

/** The children of the deleted indexes, by the digest of each. */
async function readOwnChildren(
  source: GraphSource,
  { byDigest }: Targets,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly Child[]>> {
  const limit = pLimit(width);
  const read = async ({ digest, index }: Target) => {
    signal.throwIfAborted();
    const children = index === undefined ? [] : (await readAllChildren(source, index, signal)).children;
    return [digest, children] as const;
  };
  return new Map(await Promise.all([...byDigest.values()].map((target) => limit(read, target))));
}

/** The digest of every tag. Tags with the same listed digest share one request. */
async function readPoints(
  source: GraphSource,
  { byLabel, byDigest }: Targets,
  tags: readonly KnownTag[],
  progress: (done: number, of: number) => void,
  signal: AbortSignal,
): Promise<Points> {
  const limit = pLimit(width);
  const namesOf = new Map<string, string[]>();
  const indexes = new Set<string>();
  const unknown = new Set([...byLabel].flatMap(([label, { isRead }]) => (isRead ? [] : [label])));
  const looked = new Map<string, Promise<Point | undefined>>();
  let done = 0;
  const look = async (tag: KnownTag): Promise<void> => {
    signal.throwIfAborted();
    const key = tag.digest ?? tag.name;
    const target = byLabel.get(tag.name) ?? byDigest.get(tag.digest ?? '');
    const asked = target === undefined ? looked.get(key) : Promise.resolve(target);
    const asking = asked ?? readPointOfTag(source, tag, signal);
    looked.set(key, asking);
    const point = await asking;
    progress(++done, tags.length);
    if (point === undefined) unknown.add(tag.name);
    else {
      namesOf.set(point.digest, [...(namesOf.get(point.digest) ?? []), tag.name]);
      if (byDigest.has(point.digest)) return;
      if (point.isIndex === undefined) unknown.add(tag.name);
      if (point.isIndex === true) indexes.add(point.digest);
    }
  };
  await Promise.all(tags.map((tag) => limit(look, tag)));
  return { namesOf, indexes, unknown };
}

/** The children of the indexes. `unknown`: the tags of indexes that could not be read completely. */
async function readIndexes(
  source: GraphSource,
  { indexes, namesOf }: Points,
  signal: AbortSignal,
): Promise<{ readonly childrenOf: ChildrenOf; readonly unknown: readonly string[] }> {
  const limit = pLimit(width);
  const childrenOf = new Map<string, readonly Child[]>();
  const unknown: string[] = [];
  const open = async (digest: string): Promise<void> => {
    signal.throwIfAborted();
    const index = await undefinedIfRefused(() => source.manifest(digest, signal));
    const found = index?.kind === 'index' ? await readAllChildren(source, index, signal) : undefined;
    if (found !== undefined) childrenOf.set(digest, found.children);
    const isWhole = index !== undefined && found?.isWhole !== false;
    if (!isWhole) unknown.push(...(namesOf.get(digest) ?? []));
  };
  await Promise.all([...indexes].map((digest) => limit(open, digest)));
  return { childrenOf, unknown };
}

/** The indexes that name a deleted manifest as a child. `own`: the children of the deleted indexes. */
function lossesOf(
  { byDigest }: Targets,
  own: ReadonlyMap<string, readonly Child[]>,
  childrenOf: ChildrenOf,
  namesOn: (digest: string) => readonly string[],
): readonly Loss[] {
  const lostWith = (child: Child): readonly Platform[] => {
    const index = byDigest.get(child.digest)?.index;
    const gone = index === undefined ? [child] : (own.get(child.digest) ?? []);
    return gone.flatMap(({ platform }) => platform ?? []);
  };
  const losses = [...childrenOf].flatMap(([digest, children]): readonly Loss[] => {
    const lost = children.filter((child) => byDigest.has(child.digest));
    return lost.length === 0 ? [] : [{ tags: namesOn(digest), platforms: unique(lost.flatMap(lostWith)) }];
  });
  return losses.sort((one, other) => (one.tags.join() < other.tags.join() ? -1 : 1));
}

/** The tags on the child itself, and on the indexes that stay and name it. */
function tagsLeadingTo({ digest }: Child, { namesOf }: Points, childrenOf: ChildrenOf): readonly string[] {
  const through = [...childrenOf].filter(([, children]) => children.some((child) => child.digest === digest));
  return [digest, ...through.map(([index]) => index)].flatMap((one) => namesOf.get(one) ?? []).sort();
}

/** The tags that still point to the digest. Some registries keep tags after the manifest is deleted, or delete later. */
export async function readTagsLeft(
  source: Pick<GraphSource, 'head' | 'manifest'>,
  digest: string,
  tags: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const limit = pLimit(width);
  const isLeft = async (name: string): Promise<boolean> => {
    signal.throwIfAborted();
    const stated = await undefinedIfRefused(() => source.head(name, signal));
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

/** The current digest of a tag; absent when the registry does not say. Rejects with a Failure `notFound` when the tag is missing. */
export async function readPoint(
  source: Pick<GraphSource, 'head' | 'manifest'>,
  name: string,
  signal: AbortSignal,
): Promise<{ readonly digest?: string }> {
  const stated = await undefinedIfRefused(() => source.head(name, signal));
  if (stated?.digest !== undefined) return { digest: stated.digest };
  try {
    return { digest: (await source.manifest(name, signal)).digest };
  } catch (error) {
    if (error instanceof Failure && ['unsupported', 'forbidden'].includes(error.kind)) return {};
    throw error;
  }
}

/** `digest`: as listed. Where the listing gives it, the manifest itself need not be readable. */
async function readTarget(
  source: GraphSource,
  label: string,
  digest: string | undefined,
  signal: AbortSignal,
): Promise<Target> {
  const manifest =
    digest === undefined
      ? await source.manifest(label, signal)
      : await undefinedIfRefused(() => source.manifest(digest, signal));
  if (manifest !== undefined)
    return { digest: manifest.digest, isRead: true, ...(manifest.kind === 'index' ? { index: manifest } : {}) };
  return { digest: digest ?? '', isRead: false };
}

/** Asks by HEAD, which does not count as a pull; if that is not enough, by GET. Undefined when both fail. */
async function readPointOfTag(source: GraphSource, tag: KnownTag, signal: AbortSignal): Promise<Point | undefined> {
  if (tag.digest !== undefined && tag.isIndex !== undefined) return { digest: tag.digest, isIndex: tag.isIndex };
  const reference = tag.digest ?? tag.name;
  const { digest = tag.digest, mediaType = '' } =
    (await undefinedIfRefused(() => source.head(reference, signal))) ?? {};
  if (digest !== undefined && /manifest|index/.test(mediaType)) return { digest, isIndex: isIndexType(mediaType) };
  const manifest = await undefinedIfRefused(() => source.manifest(reference, signal));
  if (manifest !== undefined) return { digest: manifest.digest, isIndex: manifest.kind === 'index' };
  return digest === undefined ? undefined : { digest };
}

/** All children of an index, nested indexes included. `isWhole` as in readChildren. Missing nested indexes are not followed. */
async function readAllChildren(
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

/** Undefined when the registry does not answer or too many requests would be needed: this must not stop the deletion. */
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

/** Undefined when the registry refuses to give this one manifest or tag. Any other error rejects. */
async function undefinedIfRefused<T>(ask: () => Promise<T>): Promise<T | undefined> {
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
