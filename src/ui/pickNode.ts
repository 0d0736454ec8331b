import { t } from '@vscode/l10n';
import { isEndOfList, PageTrail } from '../core/bounds';
import { withDetail } from '../core/failure';
import type { Entry } from '../core/model';
import { printReference } from '../core/reference';
import { isUsable } from '../core/usable';
import { inTagOrder } from '../images/tagOrder';
import type { App } from './app';
import type { Choice } from './ask';
import type { AnyNode, NodeCommand } from './commands/command';
import { groupImages, imageRows } from './images/localNode';
import type { LocalNode } from './images/localNode';
import { report } from './report';
import { holdingOf, rowBelow, rowOf } from './tree/node';
import type { Node } from './tree/node';
import { count, localFacts, signedInAs, summary } from './words';

/** More choices would make a quick pick slow; the rest is behind "Load more…". */
const mostChoices = 2000;

/** Where to look for the node of a command. */
type Place = Node | 'images';

/**
 * Lets the user pick a node that the command applies to, step by step from the connections down, or from the local images. For
 * commands called from the palette. Nothing if dismissed.
 */
export async function pickNode(app: App, command: NodeCommand): Promise<AnyNode | undefined> {
  const title = command.title().replace(/…$/, '');
  const places = placesOf(app, command);
  const only = places.length === 1 && places[0] === 'images';
  const trail: Place[] = only ? ['images'] : [];
  for (;;) {
    const place = trail.at(-1);
    const picked =
      place === undefined
        ? await pickPlace(app, title, places)
        : place === 'images'
          ? await pickImage(app, title, command, !only)
          : await pickBelow(app, title, place);
    if (picked === undefined) return undefined;
    if (picked === 'back') trail.pop();
    else if (picked !== 'images' && command.applies(picked)) return picked;
    else if (picked === 'images' || picked.kind === 'node') trail.push(picked);
  }
}

function placesOf(app: App, { views }: NodeCommand): readonly Place[] {
  return [...(views.registries ? app.registries.all().map(rowOf) : []), ...(views.images ? (['images'] as const) : [])];
}

async function pickPlace(app: App, title: string, places: readonly Place[]): Promise<Place | 'back' | undefined> {
  const items = places.map((place): Choice<Place> =>
    place === 'images'
      ? { label: t('Images on this machine'), icon: 'package', value: place }
      : { label: place.connection.label, description: signedInAs(place.connection), icon: 'server', value: place },
  );
  const answer = await app.ask.pick({ title, placeholder: t('Registry'), items });
  return answer === 'back' ? 'back' : answer?.value;
}

/** All images in one list, because typing a part of the name is the shortest way to one. */
async function pickImage(
  app: App,
  title: string,
  { applies }: NodeCommand,
  canGoBack: boolean,
): Promise<LocalNode | 'back' | undefined> {
  const load = async () =>
    imageRows(groupImages(await app.images.list()))
      .filter(applies)
      .map(imageChoice);
  const answer = await app.ask.pick({ title, placeholder: t('Image'), canGoBack, items: load() });
  return answer === 'back' ? 'back' : answer?.value;
}

function imageChoice(node: LocalNode): Choice<LocalNode> {
  const { entry } = node;
  const facts = 'image' in entry ? localFacts(entry.image).join(' · ') : undefined;
  const label = entry.kind === 'image' ? printReference(entry.name) : node.label;
  return { label, description: facts, icon: 'package', value: node };
}

async function pickBelow(app: App, title: string, parent: Node): Promise<Node | 'back' | undefined> {
  const controller = new AbortController();
  const entries: Entry[] = [];
  const trail = new PageTrail(parent.connection.label);
  let next: string | undefined;
  let shown = 0;
  const load = async (): Promise<readonly Choice<Node | 'more'>[]> => {
    if (shown >= entries.length) {
      const page = await nextPage(parent, next, controller.signal);
      for (const entry of await inTagOrder(page.items)) if (isUsable(entry)) entries.push(entry);
      next = trail.after(page, page.items.length);
      const cut = page.failure ?? trail.failure;
      if (isEndOfList(cut)) app.tell(report(cut, '')?.reason ?? '', 'information');
    }
    shown = Math.min(shown + mostChoices, entries.length);
    const choices: Choice<Node | 'more'>[] = entries
      .slice(0, shown)
      .map((entry) => choiceOf(rowBelow(parent, entry), entry));
    if (shown < entries.length || next !== undefined)
      choices.push({
        label: t('Load more…'),
        description: remaining(entries.length - shown),
        icon: 'ellipsis',
        value: 'more',
      });
    return choices;
  };
  try {
    for (;;) {
      const answer = await app.ask.pick({
        title,
        placeholder: placeholderBelow(parent),
        canGoBack: true,
        items: load(),
      });
      if (answer === undefined || answer === 'back') return answer;
      if (answer.value !== 'more') return answer.value;
    }
  } finally {
    controller.abort();
  }
}

async function nextPage({ provider, entry, connection }: Node, cursor: string | undefined, signal: AbortSignal) {
  try {
    return await provider.list(entry, cursor, signal);
  } catch (error) {
    throw withDetail(error, { connection: connection.id });
  }
}

function choiceOf(node: Node, entry: Entry): Choice<Node> {
  const details = entry.kind === 'tag' ? entry.details : undefined;
  return { label: entry.label, value: node, ...(details === undefined ? {} : { description: summary(details) }) };
}

function remaining(rows: number): string | undefined {
  return rows > 0 ? t('{0} left', count(rows)) : undefined;
}

function placeholderBelow(node: Node): string {
  const { entry, connection } = node;
  switch (entry?.kind) {
    case undefined:
    case 'group':
    case 'registry':
      return holdingOf(node).one(entry?.label ?? connection.label);
    case 'repository':
      return t('Tag of {0}', entry.label);
    case 'tag':
    case 'platform':
    case 'attachment':
      return t('Platform of {0}', entry.label);
  }
}
