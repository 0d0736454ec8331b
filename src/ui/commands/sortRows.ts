import { t } from '@vscode/l10n';
import type { Entry } from '../../core/model';
import { factOf, factsOf, rowOrders } from '../../images/tagOrder';
import type { RowOrder } from '../../images/tagOrder';
import type { App } from '../app';
import type { Choice } from '../ask';
import { labelOf } from '../tree/node';
import type { Node } from '../tree/node';
import { count, orderName } from '../words';
import { nodeCommand } from './command';

export const sortRows = nodeCommand({
  id: 'sortRows',
  title: () => t('Sort…'),
  downTo: 'repository',
  needs: (node) => (isAboveTags(node) || isAboveRepositories(node) ? node : undefined),
  doing: (node) => t('sort {0}', labelOf(node)),
  run: async (app, node) => {
    await app.tree.open(node);
    const title = t('Sort {0}', labelOf(node));
    const current = app.tree.orderOf(node) ?? 'default';
    const answer = await app.ask.pick<RowOrder | 'default'>({
      title,
      placeholder: isAboveTags(node) ? t('Order of the tags') : t('Order of the repositories'),
      items: app.tree.entriesBelow(node).then((entries) => choices(node, entries, app.tree.defaultOrder(node))),
      selected: current,
    });
    if (answer === undefined || answer === 'back') return;
    const order = answer.value === 'default' ? undefined : answer.value;
    app.tree.setOrder(node, order);
    if (order !== undefined) await readFacts(app, node, order);
  },
});

function choices(
  node: Node,
  entries: readonly Entry[],
  byDefault: RowOrder | undefined,
): readonly Choice<RowOrder | 'default'>[] {
  const orders = isAboveTags(node) ? rowOrders : ordersOfRepositories(entries);
  return [
    byDefault === undefined
      ? { label: t('As the registry lists them'), value: 'default' }
      : { label: t('As in the settings'), description: orderName(byDefault), value: 'default' },
    ...orders.map((order) => ({ label: capitalized(orderName(order)), value: order })),
  ];
}

/** By their last change only where the registry tells it. */
function ordersOfRepositories(entries: readonly Entry[]): readonly RowOrder[] {
  const tellsDates = entries.some((entry) => factsOf(entry).time !== undefined);
  return [...(tellsDates ? (['newest', 'oldest'] as const) : []), 'name', 'nameReversed'];
}

/** Reads what the order goes by where the listing does not tell it. The row says of how many it is known. */
async function readFacts(app: App, node: Node, order: RowOrder): Promise<void> {
  const fact = factOf(order);
  if (fact === undefined || !isAboveTags(node) || node.provider.details === undefined) return;
  const entries = await app.tree.entriesBelow(node);
  if (entries.every((entry) => factsOf(entry)[fact] !== undefined)) return;
  const title =
    fact === 'time' ? t('Reading the dates of {0}', labelOf(node)) : t('Reading the sizes of {0}', labelOf(node));
  await app.working(title, (progress, signal) =>
    app.tree.readDetails(
      node,
      (done, of) => {
        progress(t('{0} of {1} tags', count(done), count(of)));
      },
      signal,
    ),
  );
}

function isAboveTags({ entry }: Node): boolean {
  return entry?.kind === 'repository';
}

function isAboveRepositories({ entry, provider }: Node): boolean {
  const mayBe = entry === undefined || entry.kind === 'group' || entry.kind === 'registry';
  return mayBe && provider.holds?.(entry) === undefined;
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
