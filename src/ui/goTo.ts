import { t } from '@vscode/l10n';
import { Failure, withDetail } from '../core/failure';
import type { Entry } from '../core/model';
import { printReference } from '../core/reference';
import type { OpenRegistry } from '../registries/registries';
import type { App } from './app';
import { inspectImage } from './commands/inspectImage';
import { noteUse } from './recent';
import { imageBelow, rowAt } from './tree/node';
import type { Landing, Node } from './tree/node';

/**
 * Goes to the row of an entry. If it cannot be shown, says what is in the way, with a button that clears it. Rejects with why a list on
 * the way could not be read.
 */
export async function goTo(app: App, registry: OpenRegistry, trail: readonly Entry[]): Promise<void> {
  const landing = await app.tree.goTo(registry, trail);
  switch (landing.kind) {
    case 'shown':
      return noteUse(app, [landing.row]);
    case 'gone':
      app.tell(t('{0} is not connected any more.', registry.connection.label), 'information');
      return;
    case 'failed':
      // A registry without a list may have it all the same.
      if (isUnlisted(landing.failure) && landing.entry.kind === 'repository')
        return clearWay(app, registry, trail, { ...landing, kind: 'missing' });
      throw withDetail(landing.failure, { connection: registry.connection.id });
    case 'filtered':
    case 'missing':
      return clearWay(app, registry, trail, landing);
  }
}

function isUnlisted(failure: unknown): boolean {
  return failure instanceof Failure && failure.kind === 'unlisted';
}

/** Goes to an image by its digest: to a tag of it, if one is known. Otherwise the image can be looked at, since no row shows it. */
export async function goToDigest(
  app: App,
  registry: OpenRegistry,
  trail: readonly Entry[],
  digest: string,
): Promise<void> {
  await goTo(app, registry, trail);
  const row = rowAt(registry, trail);
  const { entry } = row;
  if (entry?.kind !== 'repository') return;
  const tags = await app.tree.entriesBelow(row);
  const tag = tags.find((each) => each.kind === 'tag' && each.details?.digest === digest);
  if (tag !== undefined) return goTo(app, registry, [...trail, tag]);
  const inspect = inspectImage.title();
  const name = printReference(entry.image);
  const why = t('No tag of {0} is known to lead to this digest.', name);
  if ((await app.message('information', why, inspect)) === inspect)
    await inspectImage.run(app, [imageBelow(row, entry.image, digest)]);
}

type InTheWay = Extract<Landing, { readonly kind: 'filtered' | 'missing' }>;

/** What can be done about it: its button, and what that does. */
interface Clearing {
  readonly button: string;
  readonly run: () => Promise<unknown>;
}

async function clearWay(app: App, registry: OpenRegistry, trail: readonly Entry[], landing: InTheWay): Promise<void> {
  const clearing = landing.kind === 'filtered' ? unfiltering(app, landing.row) : adding(app, registry, landing.entry);
  const buttons = clearing === undefined ? [] : [clearing.button];
  const pressed = await app.message('information', whatIsInTheWay(registry, landing), ...buttons);
  if (clearing === undefined || pressed !== clearing.button) return;
  try {
    await clearing.run();
  } catch (error) {
    throw withDetail(error, { connection: registry.connection.id });
  }
  const again = app.registries.find(registry.connection.id);
  if (again !== undefined) await goTo(app, again, trail);
}

function whatIsInTheWay({ connection: { label } }: OpenRegistry, { kind, row, entry }: InTheWay): string {
  const above = row.entry?.label ?? label;
  const name = entry.label;
  if (kind === 'filtered') return t('{0} is there, but the filter of {1} hides it.', name, above);
  switch (entry.kind) {
    case 'tag':
      return t('{0} has no tag {1}.', above, name);
    case 'repository':
      return t('{0} does not list the repository {1}.', above, name);
    default:
      return t('{0} does not list {1}.', above, name);
  }
}

function unfiltering(app: App, row: Node): Clearing {
  return {
    button: t('Clear Filter'),
    run: () => {
      app.tree.setFilter(row, '');
      return Promise.resolve();
    },
  };
}

/** How what is not listed is added by its name; nothing where that is not possible. */
function adding(app: App, registry: OpenRegistry, entry: Entry): Clearing | undefined {
  const { connection, provider } = registry;
  const { namespaces, checkRepository } = provider;
  if (entry.kind === 'group' && namespaces !== undefined)
    return {
      button: t('Add {0}', entry.label),
      run: async () => {
        await app.working(t('Reading {0}', entry.label), (_progress, signal) => namespaces.check(entry.key, signal));
        const known = connection.shown?.namespaces ?? [];
        await app.connections.setShown(connection.id, { namespaces: [...known, entry.key] });
      },
    };
  if (entry.kind !== 'repository' || checkRepository === undefined) return undefined;
  const { host, path } = entry.image;
  return {
    button: t('Add Repository'),
    run: async () => {
      await app.working(t('Reading {0}', path), (_progress, signal) => checkRepository(entry.image, signal));
      const known = connection.shown?.repositories ?? [];
      await app.connections.setShown(connection.id, { repositories: [...known, `${host}/${path}`] });
    },
  };
}
