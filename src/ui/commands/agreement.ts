import { isDeepStrictEqual } from 'node:util';
import { t } from '@vscode/l10n';
import { printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { causes } from '../../core/causes';
import { isCancellation, report } from '../report';
import type { App } from '../app';
import { plural } from '../../core/locale';
import type { Lock, Locks, Obstacles } from '../../providers/provider';
import { count, platforms } from '../words';

/**
 * Asks the user about what `read` found, and reads again after the user has agreed. If the result differs, asks again. Returns
 * what was agreed to, as it was read last; nothing if the user declines.
 */
export async function readAndAsk<T>(
  read: () => Promise<T>,
  ask: (found: T, hasChanged: boolean) => Promise<boolean>,
): Promise<T | undefined> {
  let found = await read();
  for (let hasChanged = false; await ask(found, hasChanged); hasChanged = true) {
    const before = found;
    found = await read();
    if (isDeepStrictEqual(before, found)) return found;
  }
  return undefined;
}

/** The first paragraph of a question that is asked again. */
export function changeNotice(hasChanged: boolean): readonly string[] {
  return hasChanged ? [t('This has changed since you agreed. Nothing has been deleted yet.')] : [];
}

/** Deletes with the locks lifted. What is still there afterwards is locked again, and a warning says so if that fails. */
export async function unlockedFor(
  app: App,
  locks: Locks | undefined,
  image: ImageReference,
  held: readonly Lock[],
  act: () => Promise<void>,
): Promise<void> {
  if (locks === undefined || held.length === 0) return act();
  const name = printReference(image);
  const lockAgain = await app.working(t('Unlocking {0}', name), (_progress, signal) => locks.lift(image, held, signal));
  let isDeleted = false;
  try {
    await act();
    isDeleted = true;
  } finally {
    try {
      // Not in a notification that can be cancelled: what was locked must not stay open.
      await lockAgain(isDeleted, new AbortController().signal);
    } catch (error) {
      app.log.warn(`Could not lock ${name} again\n  ${causes(error)}`);
      const why = (report(error, '')?.reason ?? '').replace(/\.$/, '');
      app.tell(t('{0} was unlocked for the deletion and could not be locked again: {1}.', name, why), 'warning');
    }
  }
}

/** Whether locks are lifted if the user agrees. */
export function willUnlock(locks: Locks | undefined, found: Obstacles): boolean {
  return locks !== undefined && found.locks !== undefined && found.locks.length > 0;
}

/** What a question says about obstacles. */
export function describeObstacles(locksOf: Locks | undefined, found: Obstacles): readonly string[] {
  const { locks = [], lockedPlatforms = [], rules = [] } = found;
  const isUnlocked = willUnlock(locksOf, found);
  const tags = locks.flatMap((lock) => (lock.kind === 'tag' ? lock.name : []));
  const images = locks.filter(({ kind }) => kind === 'image').length;
  const holdsAll = locks.some(({ kind }) => kind === 'repository');
  const said = [
    ...(tags.length > 0
      ? [plural(tags.length, t('The tag {1} is locked. | {0} tags are locked: {1}.'), listNames(tags))]
      : []),
    ...(images > 0 ? [plural(images, t('The image is locked. | {0} images are locked.'))] : []),
    ...(holdsAll ? [t('The repository is locked, and so is all that is in it.')] : []),
    ...(isUnlocked ? [t('What is locked is unlocked first, and locked again if the deletion fails.')] : []),
    ...(holdsAll && isUnlocked ? [t('The repository is locked again afterwards.')] : []),
  ];
  return [
    ...(said.length > 0 ? [said.join(' ')] : []),
    ...(lockedPlatforms.length > 0
      ? [
          plural(
            lockedPlatforms.length,
            t(
              'Its platform {1} is locked itself: it stays in the registry without a tag. | Its platforms {1} are locked themselves: they stay in the registry without a tag.',
            ),
            platforms(lockedPlatforms),
          ),
        ]
      : []),
    ...rules,
  ];
}

/**
 * Checks the registry after a deletion that it accepted, and warns if something is left or if the check fails. True if nothing is
 * left.
 */
export async function checkGone(
  app: App,
  image: ImageReference,
  left: (signal: AbortSignal) => Promise<readonly string[]>,
): Promise<boolean> {
  const name = printReference(image);
  try {
    const names = await app.working(t('Checking what is left of {0}', name), (_progress, signal) => left(signal));
    if (names.length === 0) return true;
    app.tell(
      t(
        '{0} accepted the deletion of {1}, but these are still there: {2}. Some registries delete later, and some keep tags. Refresh to see.',
        image.host,
        name,
        listNames(names),
      ),
      'warning',
    );
  } catch (error) {
    app.log.warn(`Could not look at what is left of ${name}\n  ${causes(error)}`);
    const why = isCancellation(error) ? t('cancelled') : (report(error, '')?.reason ?? '').replace(/\.$/, '');
    app.tell(
      t('{0} accepted the deletion of {1}. Could not check whether it is gone: {2}.', image.host, name, why),
      'warning',
    );
  }
  return false;
}

const mostListed = 20;

/** `a, b, c and 5 more` */
export function listNames(names: readonly string[], most = mostListed): string {
  const more = names.length - most;
  return names.slice(0, most).join(', ') + (more > 0 ? ` ${t('and {0} more', count(more))}` : '');
}
