import { t } from '@vscode/l10n';
import { isEndOfList, PageTrail } from '../core/bounds';
import { withDetail } from '../core/failure';
import type { Connection } from '../core/model';
import { printReference } from '../core/reference';
import { isUsable } from '../core/usable';
import { inTagOrder } from '../images/tagOrder';
import type { ProviderType } from '../providers/provider';
import type { OpenRegistry } from '../registries/registries';
import type { App } from './app';
import type { Choice } from './ask';
import type { AnyNode, NodeCommand } from './commands/command';
import { pullByReference } from './commands/pullImage';
import { everyRow, groupImages } from './images/localNode';
import type { LocalNode } from './images/localNode';
import { lookOf } from './foundLook';
import { rowsOf } from './recent';
import { report } from './report';
import { holdingOf, rowBelow, rowOf } from './tree/node';
import type { Node } from './tree/node';
import { count, localFacts, signedInAs, summary } from './words';

/** More choices would make a quick pick slow; the rest is behind "Load more…". */
const mostChoices = 2000;

/** Where to look for the node of a command. */
type Place = Node | 'images';

/** The one choice of an empty list: it says why, and leads back. */
const nothing = 'nothing';

/**
 * Lets the user pick a node that the command applies to, step by step from the connections down, or from the local images. For
 * commands called from the palette. Only rows are offered that the command applies to or that lead to some. Nothing if dismissed.
 */
export async function pickNode(app: App, command: NodeCommand): Promise<AnyNode | undefined> {
  const title = titleOf(command);
  const places = placesOf(app, command);
  const only = places.length === 1 && places[0] === 'images';
  const trail: Place[] = only ? ['images'] : [];
  for (;;) {
    const place = trail.at(-1);
    const picked =
      place === undefined
        ? await pickPlace(app, title, places, only ? [] : marked(app, command))
        : place === 'images'
          ? await pickImage(app, title, command, !only)
          : await pickBelow(app, title, command, place);
    if (picked === undefined) return undefined;
    if (picked === 'pull') {
      await pullByReference.run(app);
      return undefined;
    }
    if (picked === 'back') trail.pop();
    else if (picked !== 'images' && command.applies(picked)) return picked;
    else if (picked === 'images' || picked.kind === 'node') trail.push(picked);
  }
}

/** The title of a command, as a name for what it does. */
export function titleOf(command: NodeCommand): string {
  return command.title().replace(/…$/, '');
}

function placesOf(app: App, { views, reaches }: NodeCommand): readonly Place[] {
  const connections = views.registries ? app.registries.all().map(rowOf).filter(reaches) : [];
  return [...connections, ...(views.images ? (['images'] as const) : [])];
}

/**
 * The kinds of registry that a command can be used with. Each is opened for a connection that is not stored; nothing is sent.
 */
export function kindsThatReach(app: App, { reaches }: NodeCommand): readonly ProviderType[] {
  const kinds = app.providerTypes.filter((type) => reaches(rowOf(sampleOf(app, type))));
  // The presets are special cases of the kind that takes any registry.
  return kinds.some(({ isPreset }) => isPreset === false) ? kinds.filter(({ isPreset }) => isPreset !== true) : kinds;
}

/** A connection of that kind, with an account. */
function sampleOf(app: App, { id, label }: ProviderType): OpenRegistry {
  const { armUrl, authentication } = app.cloud();
  // As an account of Azure is listed in settings. To all other kinds it is an account that they do not know.
  const connection: Connection = {
    ...{ id: 'new', provider: id, label, url: armUrl, shared: true, isOfWorkspace: false },
    signIn: { kind: 'account', authentication, account: '' },
  };
  return { connection, provider: app.registries.openWith(connection, { kind: 'anonymous' }) };
}

/** What was used last, and the favourites: those that the command applies to, each once. */
function marked(app: App, { views, applies }: NodeCommand): readonly Choice<Node>[] {
  if (!views.registries) return [];
  const known = new Set<string>();
  const choices = (rows: readonly Node[], section: string) =>
    rows.filter(applies).flatMap((row): Choice<Node>[] => {
      if (known.has(row.id)) return [];
      known.add(row.id);
      return [{ ...lookOf(row), section, value: row }];
    });
  return [
    ...choices(rowsOf(app, app.recent.all()), t('Recent')),
    ...choices(rowsOf(app, app.favourites.all()), t('Favourites')),
  ];
}

async function pickPlace(
  app: App,
  title: string,
  places: readonly Place[],
  first: readonly Choice<Node>[],
): Promise<Place | 'back' | undefined> {
  const section = first.length === 0 ? {} : { section: t('Connected registries') };
  const all = places.map((place): Choice<Place> =>
    place === 'images'
      ? { label: t('Images on this machine'), icon: 'package', ...section, value: place }
      : {
          label: place.connection.label,
          description: signedInAs(place.connection),
          icon: 'server',
          ...section,
          value: place,
        },
  );
  const items = [...first, ...all];
  const answer = await app.ask.pick({ title, placeholder: t('Registry'), items });
  return answer === 'back' ? 'back' : answer?.value;
}

/** All images in one list, because typing a part of the name is the shortest way to one. */
async function pickImage(
  app: App,
  title: string,
  { applies }: NodeCommand,
  canGoBack: boolean,
): Promise<LocalNode | 'pull' | 'back' | undefined> {
  const load = async (): Promise<readonly Choice<LocalNode | 'pull' | typeof nothing>[]> => {
    const images = groupImages(await app.images.list());
    const choices = everyRow(images).filter(applies).map(imageChoice);
    if (choices.length > 0) return choices;
    if (images.length === 0)
      return [
        {
          label: t('Pull by Reference…'),
          detail: t('There are no images on this machine.'),
          icon: 'cloud-download',
          value: 'pull',
        },
      ];
    return [nothingHere(title, canGoBack)];
  };
  const answer = await app.ask.pick({ title, placeholder: t('Image'), canGoBack, items: load() });
  if (answer === undefined || answer === 'back') return answer;
  if (answer.value === nothing) return canGoBack ? 'back' : undefined;
  return answer.value;
}

function nothingHere(title: string, canGoBack: boolean): Choice<typeof nothing> {
  const label = t('Nothing here that “{0}” can be used with', title);
  return { label, icon: 'info', value: nothing, ...(canGoBack ? { detail: t('Back') } : {}) };
}

function imageChoice(node: LocalNode): Choice<LocalNode> {
  const { entry } = node;
  const facts = 'image' in entry ? localFacts(entry.image).join(' · ') : undefined;
  const label = 'name' in entry ? printReference(entry.name) : node.label;
  return { label, description: facts, icon: entry.kind === 'repository' ? 'repo' : 'package', value: node };
}

async function pickBelow(
  app: App,
  title: string,
  { reaches }: NodeCommand,
  parent: Node,
): Promise<Node | 'back' | undefined> {
  const controller = new AbortController();
  const nodes: Node[] = [];
  const trail = new PageTrail(parent.connection.label);
  let next: string | undefined;
  let shown = 0;
  const load = async (): Promise<readonly Choice<Node | 'more' | typeof nothing>[]> => {
    if (shown >= nodes.length) {
      const page = await nextPage(parent, next, controller.signal);
      for (const entry of await inTagOrder(page.items)) {
        const node = rowBelow(parent, entry);
        if (isUsable(entry) && reaches(node)) nodes.push(node);
      }
      next = trail.after(page, page.items.length);
      const cut = page.failure ?? trail.failure;
      if (isEndOfList(cut)) app.tell(report(cut, '')?.reason ?? '', 'information');
      else if (cut !== undefined && nodes.length === 0) throw withDetail(cut, { connection: parent.connection.id });
    }
    shown = Math.min(shown + mostChoices, nodes.length);
    const choices = nodes.slice(0, shown).map(choiceOf);
    if (shown < nodes.length || next !== undefined)
      return [
        ...choices,
        { label: t('Load more…'), description: remaining(nodes.length - shown), icon: 'ellipsis', value: 'more' },
      ];
    return choices.length === 0 ? [nothingHere(title, true)] : choices;
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
      if (answer.value === nothing) return 'back';
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

function choiceOf(node: Node): Choice<Node> {
  const { entry, connection } = node;
  const details = entry?.kind === 'tag' ? entry.details : undefined;
  return {
    label: entry?.label ?? connection.label,
    value: node,
    ...(details === undefined ? {} : { description: summary(details) }),
  };
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
