import { t } from '@vscode/l10n';
import type { Tag } from '../../core/model';
import { printReference } from '../../core/reference';
import type { Locks } from '../../providers/provider';
import type { Node } from '../tree/node';
import type { App } from '../app';
import { nodeCommand } from './command';

interface Lockable {
  readonly tag: Tag;
  readonly locks: Locks;
  readonly parent: Node | undefined;
}

function lockable({ entry, provider: { locks }, parent }: Node, isLocked: boolean): Lockable | undefined {
  const isSo = entry?.kind === 'tag' && (entry.details?.isLocked ?? false) === isLocked;
  return isSo && locks !== undefined ? { tag: entry, locks, parent } : undefined;
}

async function set(app: App, { tag, locks, parent }: Lockable, isLocked: boolean): Promise<void> {
  const name = printReference(tag.image);
  const title = isLocked ? t('Locking {0}', name) : t('Unlocking {0}', name);
  await app.working(title, (_progress, signal) => locks.set(tag, isLocked, signal));
  app.tree.refresh(parent);
  app.done(isLocked ? t('Locked {0}', name) : t('Unlocked {0}', name));
}

export const lockTag = nodeCommand<Lockable>({
  id: 'lockTag',
  title: () => t('Lock'),
  downTo: 'tag',
  below: ({ provider }) => provider.locks !== undefined,
  needs: (node) => lockable(node, false),
  doing: ({ tag }) => t('lock {0}', printReference(tag.image)),
  run: (app, target) => set(app, target, true),
});

export const unlockTag = nodeCommand<Lockable>({
  id: 'unlockTag',
  title: () => t('Unlock'),
  downTo: 'tag',
  below: ({ provider }) => provider.locks !== undefined,
  needs: (node) => lockable(node, true),
  doing: ({ tag }) => t('unlock {0}', printReference(tag.image)),
  run: (app, target) => set(app, target, false),
});
