import { isDeepStrictEqual } from 'node:util';
import { t } from '@vscode/l10n';
import { printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { causes } from '../../core/causes';
import { isCancellation, report } from '../report';
import type { App } from '../app';
import { count } from '../words';

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
