import { t } from '@vscode/l10n';
import { chooseOther } from '../compareChoices';
import { ComparisonPage } from '../page/comparisonPage';
import { nameOfPlace, placeOfRow } from '../page/comparedPlace';
import type { ComparedPlace } from '../page/comparedPlace';
import type { AnyNode } from './command';
import { nodesCommand } from './command';

interface ComparedRow {
  readonly node: AnyNode;
  readonly place: ComparedPlace;
}

function comparedRow(node: AnyNode): ComparedRow | undefined {
  const place = placeOfRow(node);
  return place && { node, place };
}

/** Tells what changed between two rows, or between one and an image that is asked for. */
export const compareImages = nodesCommand<ComparedRow>({
  id: 'compareImages',
  title: () => t('Compare…'),
  isUse: true,
  downTo: 'tag',
  below: ({ provider }) => provider.content !== undefined,
  needs: comparedRow,
  needsLocal: comparedRow,
  doing: (rows) => t('compare {0}', rows.map(({ place }) => nameOfPlace(place)).join(', ')),
  run: async (app, rows) => {
    const [one, other] = rows;
    if (one === undefined) return;
    if (rows.length > 2) {
      app.tell(t('Two images are compared at a time: select one or two rows.'), 'information');
      return;
    }
    // Tags are listed with the newest first.
    const pair = other === undefined ? await chooseOther(app, one.node) : { before: other, after: one };
    if (pair !== undefined) app.openPage(new ComparisonPage(app, pair));
  },
});
