import pLimit from 'p-limit';
import { t } from '@vscode/l10n';
import { causes } from '../../core/causes';
import { Failure, isContagious } from '../../core/failure';
import type { ImageReference } from '../../core/reference';
import type { Lock, Locks } from '../../providers/provider';
import type { App } from '../app';
import { commonError, isCancellation, listFailures, report } from '../report';
import type { Failed } from '../report';
import type { Node } from '../tree/node';
import { count } from '../words';
import type { Progress } from '../working';
import { listNames, readAndAsk } from './agreement';
import type { Question, Unlocking } from './agreement';

/** What one request deletes. */
export interface Removal {
  /** `registry.example.com/team/app:1` */
  readonly name: string;
  /** An image of its repository. */
  readonly image: ImageReference;
  /** Id of its connection. */
  readonly connection: string;
  /** Absent where nothing can be unlocked. */
  readonly locks: Locks | undefined;
  /** The locks that keep it. */
  readonly held: readonly Lock[];
  readonly delete: (signal: AbortSignal) => Promise<void>;
  /** Names of what is still there. Absent: the registry deletes later. */
  readonly left?: (signal: AbortSignal) => Promise<readonly string[]>;
}

/** How one command deletes. `Found` is what it reads before it asks. */
export interface Course<Found> {
  /** The rows above what is deleted. They are listed again unless the user declines. */
  readonly parents: readonly (Node | undefined)[];
  /** Titles of the progress. */
  readonly checking: string;
  readonly deleting: (removals: readonly Removal[]) => string;
  readonly read: (progress: Progress, signal: AbortSignal) => Promise<Found>;
  readonly questionOn: (found: Found) => Question;
  readonly removals: (found: Found) => readonly Removal[];
  /** Said when all of them are deleted. */
  readonly deleted: (removals: readonly Removal[]) => string;
}

/** What becomes of locks: there is a choice only if something else can be deleted without lifting any. */
export function unlockingOf(removals: readonly Removal[]): Unlocking {
  const locked = removals.filter(({ held }) => held.length > 0);
  if (!locked.some(({ locks }) => locks !== undefined)) return 'no';
  return locked.length < removals.length ? 'choice' : 'yes';
}

/** Reads what would be deleted, asks, reads again, deletes what was agreed to, and checks that it is gone. */
export async function deleteAgreed<Found>(app: App, course: Course<Found>): Promise<void> {
  let isDeclined = false;
  try {
    const agreed = await readAndAsk(app.ask, () => app.working(course.checking, course.read), course.questionOn);
    isDeclined = agreed === undefined;
    if (agreed === undefined) return;
    const all = course.removals(agreed.found);
    const removals = agreed.extent === 'all' ? all : all.filter(({ held }) => held.length === 0);
    const [only, ...others] = removals;
    if (only !== undefined && others.length === 0) await deleteOne(app, course, only);
    else await deleteEach(app, course, removals);
  } finally {
    // Even after a failure, the tree must show what the registry has now.
    if (!isDeclined) for (const parent of distinct(course.parents)) app.tree.refresh(parent);
  }
}

function distinct(parents: Course<unknown>['parents']): readonly (Node | undefined)[] {
  return [...new Map(parents.map((parent) => [parent?.id, parent])).values()];
}

async function deleteOne<Found>(app: App, course: Course<Found>, removal: Removal): Promise<void> {
  await app.working(course.deleting([removal]), (_progress, signal) => remove(app, removal, signal));
  if (await isGone(app, removal)) app.done(course.deleted([removal]));
}

interface Tally {
  readonly deleted: Removal[];
  readonly failed: (Failed & { readonly connection: string })[];
  /** Names of what is still there. */
  readonly left: string[];
  /** Why it could not be checked what is still there. */
  unchecked?: unknown;
}

/** One after the other; continues after a failure. Rejects with a Failure that names what failed. */
async function deleteEach<Found>(app: App, course: Course<Found>, removals: readonly Removal[]): Promise<void> {
  const tally: Tally = { deleted: [], failed: [], left: [] };
  await app.working(course.deleting(removals), async (progress, signal) => {
    await removeEach(app, removals, tally, progress, signal);
    if (!signal.aborted) await checkEach(tally, signal);
  });
  const { deleted, failed, left, unchecked } = tally;
  if (left.length > 0)
    app.tell(
      t(
        'The deletion was accepted, but these are still there: {0}. Some registries delete later, and some keep tags. Refresh to see.',
        listNames(left),
      ),
      'warning',
    );
  if (unchecked !== undefined) {
    app.log.warn(`Could not look at what is left\n  ${causes(unchecked)}`);
    app.tell(t('The deletion was accepted. Could not check whether all is gone: {0}.', whyOf(unchecked)), 'warning');
  }
  if (deleted.length > 0 && left.length === 0 && unchecked === undefined) app.done(course.deleted(deleted));
  if (deleted.length + failed.length < removals.length)
    app.tell(
      t('Cancelled: {0} of {1} deleted. The others stay.', count(deleted.length), count(removals.length)),
      'information',
    );
  if (failed.length > 0) throw failureOf(failed, removals);
}

/** Cancel takes effect between two: nobody could tell what became of a request that was broken off. */
async function removeEach(
  app: App,
  removals: readonly Removal[],
  tally: Tally,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  for (const [index, removal] of removals.entries()) {
    if (signal.aborted) return;
    const { name, connection } = removal;
    progress([t('{0} of {1}', count(index + 1), count(removals.length)), name].join(' · '));
    const same = tally.failed.find((failed) => failed.connection === connection && isContagious(failed.error));
    try {
      if (same !== undefined) throw same.error;
      await remove(app, removal, new AbortController().signal);
      app.log.info(`Deleted ${name}`);
      tally.deleted.push(removal);
    } catch (error) {
      app.log.error(`Could not delete ${name}\n  ${causes(error)}`);
      tally.failed.push({ name, connection, error });
    }
  }
}

async function checkEach(tally: Tally, signal: AbortSignal): Promise<void> {
  try {
    for (const { left } of tally.deleted) if (left !== undefined) tally.left.push(...(await left(signal)));
  } catch (error) {
    tally.unchecked = error;
  }
}

function failureOf(failed: Tally['failed'], removals: readonly Removal[]): unknown {
  const common = commonError(failed, removals.length);
  if (common !== undefined) return common;
  const explanation = t('{0} of {1} stayed: {2}', count(failed.length), count(removals.length), listFailures(failed));
  return new Failure('rejected', '', { subject: removals[0]?.image.host ?? '', explanation });
}

/** Deletes with the locks lifted. What is still there afterwards is locked again, and a warning says so if that fails. */
async function remove(app: App, { name, image, locks, held, ...removal }: Removal, signal: AbortSignal): Promise<void> {
  if (locks === undefined || held.length === 0) return removal.delete(signal);
  const lockAgain = await locks.lift(image, held, signal);
  let isDeleted = false;
  try {
    await removal.delete(signal);
    isDeleted = true;
  } finally {
    try {
      // Cannot be cancelled: what was locked must not stay open.
      await lockAgain(isDeleted, new AbortController().signal);
    } catch (error) {
      app.log.warn(`Could not lock ${name} again\n  ${causes(error)}`);
      app.tell(
        t('{0} was unlocked for the deletion and could not be locked again: {1}.', name, whyOf(error)),
        'warning',
      );
    }
  }
}

/** Checks the registry after a deletion that it accepted, and warns if something is left or if the check fails. */
async function isGone(app: App, { name, image: { host }, left }: Removal): Promise<boolean> {
  if (left === undefined) return true;
  try {
    const names = await app.working(t('Checking what is left of {0}', name), (_progress, signal) => left(signal));
    if (names.length === 0) return true;
    app.tell(
      t(
        '{0} accepted the deletion of {1}, but these are still there: {2}. Some registries delete later, and some keep tags. Refresh to see.',
        host,
        name,
        listNames(names),
      ),
      'warning',
    );
  } catch (error) {
    app.log.warn(`Could not look at what is left of ${name}\n  ${causes(error)}`);
    app.tell(
      t('{0} accepted the deletion of {1}. Could not check whether it is gone: {2}.', host, name, whyOf(error)),
      'warning',
    );
  }
  return false;
}

/** The reason, without its full stop. */
function whyOf(error: unknown): string {
  return isCancellation(error) ? t('cancelled') : (report(error, '')?.reason ?? '').replace(/\.$/, '');
}

/** Whether `look` finds it. Rejects if that cannot be found out. */
export async function isThere(look: () => Promise<unknown>): Promise<boolean> {
  try {
    await look();
    return true;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'notFound') return false;
    throw error;
  }
}

/**
 * What `look` finds of each, of `width` at the same time; nothing of what is not there. Rejects if none is there, or if it cannot be
 * found out of one.
 */
export async function lookAtEach<T, Found>(
  all: readonly T[],
  width: number,
  look: (one: T, signal: AbortSignal) => Promise<Found>,
  signal: AbortSignal,
): Promise<readonly (Found | undefined)[]> {
  const limit = pLimit(width);
  const controller = new AbortController();
  const either = AbortSignal.any([signal, controller.signal]);
  let missing: Failure | undefined;
  const lookAt = async (one: T): Promise<Found | undefined> => {
    either.throwIfAborted();
    try {
      return await look(one, either);
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'notFound') throw error;
      missing ??= error;
      return undefined;
    }
  };
  try {
    const found = await Promise.all(all.map((one) => limit(lookAt, one)));
    if (missing !== undefined && found.every((each) => each === undefined)) throw missing;
    return found;
  } finally {
    controller.abort();
  }
}
