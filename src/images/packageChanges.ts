import { defined } from '../core/defined';
import { pause as nextTurn } from '../core/pause';
import type { Pause } from '../core/pause';
import { sliceRows, sortInSlices } from '../core/sortInSlices';
import { directionOf } from './versionDirection';
import type { Direction } from './versionDirection';

/** What tells a package of a list of software from others. */
export interface NamedPackage {
  readonly name: string;
  readonly version?: string;
  /** `deb`, `npm`: names of different types are different packages. */
  readonly type?: string;
}

/** Sorted by name, then type. */
export interface PackageChanges<P extends NamedPackage> {
  readonly added: readonly P[];
  readonly removed: readonly P[];
  /** In other versions on each side. */
  readonly moved: readonly PackageMove[];
  /** How many are on both sides, each version counted. */
  readonly unchanged: number;
}

/** The versions that only one side has. Empty: that side has the package without saying in which version. */
interface PackageMove {
  readonly name: string;
  readonly type?: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Only of one version to one other, where every way to compare them agrees. */
  readonly direction?: Direction;
}

/** The packages of one name and type, once for each version. */
type Versions<P> = ReadonlyMap<string | undefined, P>;

/**
 * What changed between two lists of software. A name may occur in several versions, as in npm: they are compared as sets, so that
 * only those that differ are told.
 */
export async function comparePackages<P extends NamedPackage>(
  before: readonly P[],
  after: readonly P[],
  pause: Pause = nextTurn,
): Promise<PackageChanges<P>> {
  const [old, now] = [await byKey(before, pause), await byKey(after, pause)];
  const [added, removed]: [P[], P[]] = [[], []];
  const moved: PackageMove[] = [];
  let unchanged = 0;
  let seen = 0;
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    if (++seen % sliceRows === 0) await pause();
    const [were, are] = [old.get(key) ?? none<P>(), now.get(key) ?? none<P>()];
    const [gone, come] = [onlyIn(were, are), onlyIn(are, were)];
    unchanged += were.size - gone.length;
    const [first] = gone;
    if (first !== undefined && come.length > 0) {
      moved.push(moveOf(first, gone, come));
      continue;
    }
    removed.push(...gone);
    added.push(...come);
  }
  return {
    added: await sortInSlices(added, byName, pause),
    removed: await sortInSlices(removed, byName, pause),
    moved: await sortInSlices(moved, byName, pause),
    unchanged,
  };
}

async function byKey<P extends NamedPackage>(
  packages: readonly P[],
  pause: Pause,
): Promise<ReadonlyMap<string, Versions<P>>> {
  const found = new Map<string, Map<string | undefined, P>>();
  for (const [at, each] of packages.entries()) {
    if (at > 0 && at % sliceRows === 0) await pause();
    const key = `${each.type ?? ''}\n${each.name}`;
    const versions = found.get(key) ?? new Map<string | undefined, P>();
    if (!versions.has(each.version)) versions.set(each.version, each);
    found.set(key, versions);
  }
  return found;
}

function none<P>(): Versions<P> {
  return new Map();
}

function onlyIn<P>(one: Versions<P>, other: Versions<P>): readonly P[] {
  return [...one].flatMap(([version, each]) => (other.has(version) ? [] : [each]));
}

function moveOf(
  { name, type }: NamedPackage,
  gone: readonly NamedPackage[],
  come: readonly NamedPackage[],
): PackageMove {
  const [from, to] = [versionsOf(gone), versionsOf(come)];
  const [before, after] = [from[0], to[0]];
  const isOne = gone.length === 1 && come.length === 1 && before !== undefined && after !== undefined;
  const direction = isOne ? directionOf(before, after, type) : undefined;
  return { name, ...defined({ type }), from, to, ...defined({ direction }) };
}

function versionsOf(packages: readonly NamedPackage[]): readonly string[] {
  return packages.flatMap(({ version }) => version ?? []).sort();
}

function byName(one: NamedPackage | PackageMove, other: NamedPackage | PackageMove): number {
  return compareTexts(one.name, other.name) || compareTexts(one.type ?? '', other.type ?? '');
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
