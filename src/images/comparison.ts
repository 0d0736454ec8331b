import { isDeepStrictEqual } from 'node:util';
import { defined } from '../core/defined';
import { groupBy } from '../core/groupBy';
import type { Platform } from '../core/model';
import { platformKey } from '../core/platform';
import type { Instruction } from './buildSteps';
import type { BaseImage, ImageFacts, ImageSize, Layer, RunSettings } from './imageFacts';
import { compareSteps } from './stepChanges';
import type { StepChanges } from './stepChanges';

/** What changed from one image to another: data without words. All text in it is of others. */
export interface ImageComparison {
  readonly answer: Answer;
  readonly size: SizeChange;
  readonly layers: LayerChanges;
  readonly settings: SettingChanges;
  readonly environment: NamedChanges;
  readonly labels: NamedChanges;
  readonly base?: Change<BaseImage>;
  readonly platform?: Change<Platform>;
  readonly created?: Change<Date>;
  readonly steps: StepChanges;
}

/**
 * The first sentence.
 * - `sameManifest`: one digest, of one platform.
 * - `sameImage`: one config, so the same content and settings; the manifests differ, for example in the compression of the layers.
 * - `sameLayers`: the same layers in the same order, another config.
 * - `sameBase`: the first layers are the same.
 * - `someLayers`: others are.
 * - `nothingShared`: every layer of each is known not to be in the other.
 * - `unknown`: an image tells no layers, or each tells others' names: digests here, unpacked digests there.
 */
type Answer = 'sameManifest' | 'sameImage' | 'sameLayers' | 'sameBase' | 'someLayers' | 'nothingShared' | 'unknown';

/** Absent: that image says nothing. At least one of both is there. */
export interface Change<T> {
  readonly before?: T;
  readonly after?: T;
}

interface SizeChange {
  readonly before?: ImageSize;
  readonly after?: ImageSize;
  /** Bytes, negative where the image became smaller. Absent when a size is not known, or one is unpacked and the other compressed. */
  readonly difference?: number;
}

/** Each layer of both images once, from the base up. Layers that cannot be compared, as an answer `unknown` says, count as not shared. */
export interface LayerChanges {
  readonly shared: readonly SharedLayer[];
  readonly removed: readonly LayerOfStep[];
  readonly added: readonly LayerOfStep[];
  /** How many of the shared ones both images begin with. */
  readonly base: number;
  /**
   * Compressed bytes of the layers that somebody needs who has the first image; a layer that occurs twice is loaded once. An engine
   * that keeps a layer only together with those below it loads more. Absent where a size is not known.
   */
  readonly download?: number;
}

interface SharedLayer {
  readonly before: LayerOfStep;
  readonly after: LayerOfStep;
}

export interface LayerOfStep extends Layer {
  /** Absent where the history does not reach. */
  readonly step?: Instruction;
}

/** Those that differ. The order of ports and volumes does not count. */
type SettingChanges = {
  readonly [Setting in Exclude<keyof RunSettings, 'environment'>]?: Change<NonNullable<RunSettings[Setting]>>;
};

/** Sorted by name. Their order in the image does not count; of variables of one name the last is taken, as a container does. */
export interface NamedChanges {
  readonly added: readonly Named[];
  readonly removed: readonly Named[];
  readonly changed: readonly { readonly name: string; readonly before: string; readonly after: string }[];
}

interface Named {
  readonly name: string;
  readonly value: string;
}

export function compareImages(before: ImageFacts, after: ImageFacts): ImageComparison {
  const layers = compareLayers(before, after);
  return {
    answer: answerOf(before, after, layers),
    size: compareSizes(before.size, after.size),
    layers,
    settings: compareSettings(before.run, after.run),
    environment: compareNamed(before.run.environment, after.run.environment),
    labels: compareNamed(Object.entries(before.labels), Object.entries(after.labels)),
    ...defined({
      base: changeOf(before.base, after.base),
      platform: changeOf(before.platform, after.platform, isSamePlatform),
      created: changeOf(before.created, after.created),
    }),
    steps: compareSteps(before.steps, after.steps),
  };
}

/** Whether the comparison found any difference in what the images say. Two packings of one image have none. */
export function isEmptyComparison({ layers, settings, environment, labels, ...rest }: ImageComparison): boolean {
  const named = [environment, labels].flatMap(({ added, removed, changed }) => [...added, ...removed, ...changed]);
  const listed = [...layers.removed, ...layers.added, ...Object.keys(settings), ...named];
  const { base, platform, created, steps } = rest;
  const hasValues = [base, platform, created].some((change) => change !== undefined);
  return listed.length === 0 && !hasValues && steps.changes.every(({ kind }) => kind === 'kept');
}

function changeOf<T>(
  before: T | undefined,
  after: T | undefined,
  isSame: (before: T, after: T) => boolean = isDeepStrictEqual,
): Change<T> | undefined {
  const isEqual = before === undefined || after === undefined ? before === after : isSame(before, after);
  if (isEqual) return undefined;
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

function isSamePlatform(before: Platform, after: Platform): boolean {
  return before.osVersion === after.osVersion && platformKey(before) === platformKey(after);
}

function compareSizes(before: ImageSize | undefined, after: ImageSize | undefined): SizeChange {
  const isComparable = before !== undefined && before.isUnpacked === after?.isUnpacked;
  return defined({ before, after, difference: isComparable ? after.bytes - before.bytes : undefined });
}

function compareSettings(before: RunSettings, after: RunSettings): SettingChanges {
  const list = (one: readonly string[], other: readonly string[]) => changeOf(one, other);
  const set = (one: readonly string[], other: readonly string[]) => changeOf(one.toSorted(), other.toSorted());
  return defined({
    entrypoint: list(before.entrypoint, after.entrypoint),
    command: list(before.command, after.command),
    user: changeOf(before.user, after.user),
    workingDirectory: changeOf(before.workingDirectory, after.workingDirectory),
    stopSignal: changeOf(before.stopSignal, after.stopSignal),
    healthCheck: changeOf(before.healthCheck, after.healthCheck),
    shell: list(before.shell, after.shell),
    ports: set(before.ports, after.ports),
    volumes: set(before.volumes, after.volumes),
  });
}

type Pairs = readonly (readonly [name: string, value: string])[];

/** Of entries with one name, the last counts. */
export function compareNamed(before: Pairs, after: Pairs): NamedChanges {
  const [old, now] = [new Map(before), new Map(after)];
  const onlyIn = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): readonly Named[] =>
    [...one].flatMap(([name, value]) => (other.has(name) ? [] : [{ name, value }])).sort(byName);
  const changed = [...old].flatMap(([name, value]) => {
    const next = now.get(name);
    return next === undefined || next === value ? [] : [{ name, before: value, after: next }];
  });
  return { added: onlyIn(now, old), removed: onlyIn(old, now), changed: changed.sort(byName) };
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : Number(one.name > other.name);
}

function answerOf(before: ImageFacts, after: ImageFacts, { shared, removed, added, base }: LayerChanges): Answer {
  // In an engine it may be the digest of an index, of which two platforms were pulled.
  const { platform } = before;
  const { platform: other } = after;
  const isOnePlatform = platform === undefined || other === undefined || platformKey(platform) === platformKey(other);
  if (before.digest !== undefined && before.digest === after.digest && isOnePlatform) return 'sameManifest';
  if (before.configDigest !== undefined && before.configDigest === after.configDigest) return 'sameImage';
  if (before.layers.length === 0 || after.layers.length === 0) return 'unknown';
  if (base > 0) return removed.length === 0 && added.length === 0 && base === shared.length ? 'sameLayers' : 'sameBase';
  if (shared.length > 0) return 'someLayers';
  const all = [...before.layers, ...after.layers];
  return haveAll('digest', all) || haveAll('diffId', all) ? 'nothingShared' : 'unknown';
}

function compareLayers(before: ImageFacts, after: ImageFacts): LayerChanges {
  const pairs = pairLayers(before.layers, after.layers);
  const [old, now] = [layersOf(before), layersOf(after)];
  const taken = new Set(pairs.values());
  const shared = old.flatMap((layer, at): readonly SharedLayer[] => {
    const partner = now[pairs.get(at) ?? -1];
    return partner === undefined ? [] : [{ before: layer, after: partner }];
  });
  const changed = old.findIndex((_layer, at) => pairs.get(at) !== at);
  const added = now.filter((_layer, at) => !taken.has(at));
  return {
    shared,
    removed: old.filter((_layer, at) => !pairs.has(at)),
    added,
    base: changed === -1 ? old.length : changed,
    ...defined({ download: downloadOf(before.layers, after.layers, added) }),
  };
}

/** With their words, and the size that only the step has in an engine, if there is a step for each layer. */
function layersOf({ layers, steps }: ImageFacts): readonly LayerOfStep[] {
  const own = steps.filter(({ layer }) => layer !== undefined);
  if (own.length !== layers.length) return layers;
  return layers.map((layer, at): LayerOfStep => {
    const { keyword, text = '', comment, layer: inHistory } = own[at] ?? {};
    const step = keyword === undefined && text === '' ? undefined : { text, ...defined({ keyword, comment }) };
    return { ...inHistory, ...layer, ...defined({ step }) };
  });
}

/**
 * The index of each layer's equal in the other image. Layers are equal when their digests are, and then when their unpacked digests
 * are: the same content, compressed by another tool. Of a layer that occurs several times, as an empty one often does, each
 * occurrence finds its own.
 */
function pairLayers(before: readonly Layer[], after: readonly Layer[]): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>();
  const taken = new Set<number>();
  for (const name of ['digest', 'diffId'] as const) {
    const free = groupBy(
      [...after.keys()].filter((at) => !taken.has(at)),
      (at) => after[at]?.[name],
    );
    for (const [at, { [name]: id }] of before.entries()) {
      const partner = id === undefined || pairs.has(at) ? undefined : free.get(id)?.shift();
      if (partner === undefined) continue;
      pairs.set(at, partner);
      taken.add(partner);
    }
  }
  return pairs;
}

function downloadOf(before: readonly Layer[], after: readonly Layer[], added: readonly Layer[]): number | undefined {
  const isRemote = after.every(({ digest }) => digest !== undefined);
  if (!isRemote || !(haveAll('digest', before) || haveAll('diffId', [...before, ...after]))) return undefined;
  const owned = new Set<string | undefined>(before.flatMap(({ digest, diffId }) => [digest, diffId]));
  const missing = added.filter(({ digest = '', diffId = '' }) => !owned.has(digest) && !owned.has(diffId));
  const sizes = [...new Map(missing.map(({ digest, size }) => [digest, size])).values()];
  return sizes.reduce<number | undefined>(
    (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );
}

function haveAll(name: 'digest' | 'diffId', layers: readonly Layer[]): boolean {
  return layers.every(({ [name]: id }) => id !== undefined);
}
