import { t } from '@vscode/l10n';
import { baseName, parseReference, printReference, withTag } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { isUsablePlace } from '../../core/usable';
import type { PushTarget } from '../../providers/provider';
import type { App } from '../app';
import type { Choice } from '../ask';
import { causes } from '../report';
import type { Node } from '../tree/node';
import { referenceProblem, signedInAs } from '../words';

/** Places of one connection that are offered: more would bury the other connections. */
const mostTargets = 30;
/** How long a registry has to tell its namespaces; without them it is offered as a whole. */
const targetsWithinMs = 5000;

export interface NameWish {
  readonly title: string;
  /** The image's name so far; nothing for an untagged one. */
  readonly from: ImageReference | undefined;
  /** Choices beside the connected registries. */
  readonly others: readonly Choice<'asItIs' | 'connect' | 'createAzure' | 'type'>[];
}

/** A name, and the connection whose place was chosen for it, as long as the name as it was typed leads there. */
export interface PlacedName {
  readonly name: ImageReference;
  readonly connection: Node | undefined;
}

/** Of one host there may be a place for each account that is connected. */
interface Place {
  readonly target: PushTarget;
  readonly connection: Node;
}

type Chosen = Place | 'asItIs' | 'connect' | 'createAzure' | 'type';

const remembered = 'pushTarget';

/**
 * Asks for an image's new name: first where, proposed from what is connected, then the whole name as text. `asItIs`,
 * `connect` and `createAzure`: the choice that was offered under that name. Nothing when dismissed.
 */
export async function choosePlacedName(
  app: App,
  wish: NameWish,
): Promise<PlacedName | 'asItIs' | 'connect' | 'createAzure' | undefined> {
  const controller = new AbortController();
  try {
    for (;;) {
      const place = await choosePlace(app, wish, controller.signal);
      if (place === undefined || place === 'asItIs' || place === 'connect' || place === 'createAzure') return place;
      const proposal = place === 'type' ? wish.from : placed(place.target, wish.from);
      const name = await typeName(app, wish.title, proposal, true);
      if (name === 'back') continue;
      if (name === undefined || place === 'type') return name && { name, connection: undefined };
      await app.memory.write(remembered, keyOf(place));
      return namedAt(name, place.connection, place.target.host);
    }
  } finally {
    controller.abort();
  }
}

/** The same for those to whom it is all one whose place it is. */
export async function chooseName(
  app: App,
  wish: NameWish,
): Promise<ImageReference | 'asItIs' | 'connect' | 'createAzure' | undefined> {
  const answer = await choosePlacedName(app, wish);
  return typeof answer === 'object' ? answer.name : answer;
}

/** `host`: that of the place that was chosen; the user may have typed another since. */
export function namedAt(name: ImageReference, connection: Node, host: string): PlacedName {
  const leadsThere = name.host === host || connection.provider.locate(name) !== undefined;
  return { name, connection: leadsThere ? connection : undefined };
}

async function choosePlace(app: App, wish: NameWish, signal: AbortSignal): Promise<Chosen | undefined> {
  const answer = await app.ask.pick<Chosen>({
    title: wish.title,
    placeholder: t('Where does the image belong?'),
    items: places(app, signal).then((list) => [...list, ...wish.others]),
  });
  return answer === 'back' ? undefined : answer?.value;
}

/** What was chosen last comes first. */
async function places(app: App, signal: AbortSignal): Promise<readonly Choice<Place>[]> {
  const all = (await Promise.all(app.tree.roots().map((node) => placesOf(app, node, signal)))).flat();
  const last = app.memory.read(remembered);
  const isLast = ({ value }: Choice<Place>) => keyOf(value) === last;
  return [...all.filter(isLast), ...all.filter((choice) => !isLast(choice))];
}

async function placesOf(app: App, node: Node, signal: AbortSignal): Promise<readonly Choice<Place>[]> {
  const { connection, provider } = node;
  const choice = (target: PushTarget): Choice<Place> => ({
    label: `${printTarget(target)}/…`,
    description: [connection.label, signedInAs(connection) ?? '']
      .filter((part) => part !== '' && part !== target.host)
      .join(' · '),
    icon: 'server',
    value: { target, connection: node },
  });
  try {
    const known = await provider.pushTargets(AbortSignal.any([signal, AbortSignal.timeout(targetsWithinMs)]));
    return known.filter(isUsablePlace).slice(0, mostTargets).map(choice);
  } catch (error) {
    app.log.warn(`Could not list where ${connection.label} can be pushed to\n  ${causes(error)}`);
    const host = provider.hostOf(undefined);
    return host === undefined ? [] : [choice({ host })];
  }
}

function keyOf({ target, connection }: Place): string {
  return `${printTarget(target)} ${connection.connection.id}`;
}

function printTarget({ host, namespace }: PushTarget): string {
  return namespace === undefined ? host : `${host}/${namespace}`;
}

/** The image's own name, at that place. */
export function placed({ host, namespace }: PushTarget, from: ImageReference | undefined): ImageReference {
  const name = from === undefined ? t('name') : baseName(from);
  return { host, path: namespace === undefined ? name : `${namespace}/${name}`, tag: from?.tag ?? 'latest' };
}

/** Asks for the whole name of an image as text; a name without a tag means its `latest`, as everywhere. */
export async function typeName(
  app: App,
  title: string,
  proposal: ImageReference | undefined,
  canGoBack: boolean,
): Promise<ImageReference | 'back' | undefined> {
  const answer = await app.ask.input({
    title,
    prompt: t('Name and tag: registry or user/repository:tag'),
    placeholder: 'registry.example.com/team/app:1.0',
    value: proposal === undefined ? '' : printReference(proposal),
    canGoBack,
    problem: nameProblem,
  });
  if (answer === undefined || answer === 'back') return answer;
  const parsed = parseReference(answer.value.trim());
  if ('problem' in parsed) return undefined;
  return withTag(parsed, parsed.tag ?? 'latest');
}

function nameProblem(text: string): string | undefined {
  const parsed = parseReference(text.trim());
  if ('problem' in parsed) return referenceProblem(parsed.problem, text.trim());
  return parsed.digest === undefined ? undefined : t('A new name has a tag; its digest belongs to the image.');
}
