import { isDeepStrictEqual } from 'node:util';
import { t } from '@vscode/l10n';
import { plural } from '../../core/locale';
import type { Obstacles } from '../../providers/provider';
import type { Ask } from '../ask';
import { count, platforms } from '../words';

/** A modal question before something is deleted. */
export interface Question {
  readonly message: string;
  readonly detail: readonly string[];
  /** Deletes all that was named, and unlocks what is locked. */
  readonly button: string;
  /** Deletes only what is not locked; absent if there is no choice. */
  readonly unlockedOnly?: string | undefined;
}

/** What the user agreed to. */
type Extent = 'all' | 'unlockedOnly';

/**
 * Asks the user about what `read` found, and reads again after the user has agreed. If the result differs, asks again. Returns
 * what was agreed to, as it was read last; nothing if the user declines.
 */
export async function readAndAsk<T>(
  ask: Ask,
  read: () => Promise<T>,
  questionOn: (found: T) => Question,
): Promise<{ readonly found: T; readonly extent: Extent } | undefined> {
  let found = await read();
  for (let hasChanged = false; ; hasChanged = true) {
    const extent = await askAbout(ask, questionOn(found), hasChanged);
    if (extent === undefined) return undefined;
    const before = found;
    found = await read();
    if (isDeepStrictEqual(before, found)) return { found, extent };
  }
}

async function askAbout(
  ask: Ask,
  { message, detail, button, unlockedOnly }: Question,
  hasChanged: boolean,
): Promise<Extent | undefined> {
  const notice = hasChanged ? [t('This has changed since you agreed. Nothing has been deleted yet.')] : [];
  // The first button is that of the Enter key.
  const buttons = [...(unlockedOnly === undefined ? [] : [unlockedOnly]), button];
  switch (await ask.choose(message, [...notice, ...detail], buttons)) {
    case undefined:
      return undefined;
    case unlockedOnly:
      return 'unlockedOnly';
    default:
      return 'all';
  }
}

/** Whether what is locked stays locked, is unlocked first if the user agrees, or only if the user chooses that. */
export type Unlocking = 'no' | 'yes' | 'choice';

/** What a question says about obstacles. */
export function describeObstacles(
  { locks = [], lockedPlatforms = [], rules = [] }: Obstacles,
  unlocking: Unlocking,
): readonly string[] {
  const tags = locks.flatMap((lock) => (lock.kind === 'tag' ? lock.name : []));
  const images = locks.filter(({ kind }) => kind === 'image').length;
  const repositories = locks.filter(({ kind }) => kind === 'repository').length;
  const said = [
    ...(tags.length > 0
      ? [plural(tags.length, t('The tag {1} is locked. | {0} tags are locked: {1}.'), listNames(tags))]
      : []),
    ...(images > 0 ? [plural(images, t('The image is locked. | {0} images are locked.'))] : []),
    ...(repositories > 0
      ? [
          plural(
            repositories,
            t(
              'The repository is locked, and so is all that is in it. | {0} repositories are locked, and so is all that is in them.',
            ),
          ),
        ]
      : []),
    ...(unlocking === 'yes'
      ? [t('What is locked is unlocked first, and locked again if the deletion fails.')]
      : unlocking === 'choice'
        ? [t('What is locked is left out, or unlocked first if you choose so, and locked again if the deletion fails.')]
        : []),
    ...(repositories > 0 && unlocking !== 'no'
      ? [
          plural(
            repositories,
            t('The repository is locked again afterwards. | The repositories are locked again afterwards.'),
          ),
        ]
      : []),
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

const mostListed = 20;
/** A modal question has no scroll bar: longer lists would push its buttons out of the window. */
const longestList = 600;

/** `a, b, c and 5 more` */
export function listNames(names: readonly string[], most = mostListed): string {
  const [first, ...others] = names.slice(0, most);
  if (first === undefined) return '';
  let list = first;
  let more = names.length - 1;
  for (const name of others) {
    const longer = `${list}, ${name}`;
    if (longer.length > longestList) break;
    list = longer;
    more--;
  }
  return more > 0 ? `${list} ${t('and {0} more', count(more))}` : list;
}
