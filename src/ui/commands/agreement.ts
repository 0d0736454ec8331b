import { isDeepStrictEqual } from 'node:util';
import { t } from '@vscode/l10n';
import { printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { causes } from '../../core/causes';
import { isCancellation, report } from '../report';
import type { App } from '../app';
import { count } from '../words';

/**
 * Asks with what `read` found, and reads again when the user has agreed: where that differs, asks anew. What was agreed to, as it
 * is just before; nothing when the user declines.
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

/** The first paragraph of a question that is asked anew. */
export function changeNotice(hasChanged: boolean): readonly string[] {
  return hasChanged ? [t('This has changed since you agreed. Nothing has been deleted yet.')] : [];
}

/**
 * Looks at the registry after a deletion. What is left there is a warning, and so is not to know; the deletion itself was accepted.
 * Whether nothing is left.
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
