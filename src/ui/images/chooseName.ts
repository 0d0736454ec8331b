import { t } from '@vscode/l10n';
import { baseName, parseReference, printReference, withTag } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { PushTarget } from '../../providers/provider';
import type { App } from '../app';
import type { Choice } from '../ask';
import type { OpenRegistry, PushPlace } from '../../registries/registries';
import { referenceProblem, signedInAs } from '../words';

export interface NameWish {
  readonly title: string;
  /** The current name of the image; undefined if it is untagged. */
  readonly from: ImageReference | undefined;
  /** Choices in addition to the connected registries. */
  readonly others: readonly Choice<'asItIs' | 'connect' | 'createAzure' | 'type'>[];
}

/** A name, and the connection that was chosen for it, if the name as typed still belongs to that connection. */
export interface PlacedName {
  readonly name: ImageReference;
  readonly connection: OpenRegistry | undefined;
}

type Chosen = PushPlace | 'asItIs' | 'connect' | 'createAzure' | 'type';

const remembered = 'pushTarget';

/**
 * Asks for a new name of an image: first the place, from the connected registries, then the full name as text. `asItIs`,
 * `connect` and `createAzure`: the user chose that option. Nothing if dismissed.
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
      const proposal = place === 'type' ? wish.from : proposeName(place.target, wish.from);
      const name = await typeName(app, wish.title, proposal, true);
      if (name === 'back') continue;
      if (name === undefined || place === 'type') return name && { name, connection: undefined };
      await app.memory.write(remembered, keyOf(place));
      return placeName(name, place.registry, place.target.host);
    }
  } finally {
    controller.abort();
  }
}

/** The same for callers that do not need the connection. */
export async function chooseName(
  app: App,
  wish: NameWish,
): Promise<ImageReference | 'asItIs' | 'connect' | 'createAzure' | undefined> {
  const answer = await choosePlacedName(app, wish);
  return typeof answer === 'object' ? answer.name : answer;
}

/** `host`: the host of the chosen place. The user may have typed another one since. */
export function placeName(name: ImageReference, registry: OpenRegistry, host: string): PlacedName {
  const leadsThere = name.host === host || registry.provider.locate(name) !== undefined;
  return { name, connection: leadsThere ? registry : undefined };
}

async function choosePlace(app: App, wish: NameWish, signal: AbortSignal): Promise<Chosen | undefined> {
  const answer = await app.ask.pick<Chosen>({
    title: wish.title,
    placeholder: t('Choose a registry; you can change the full name in the next step'),
    items: places(app, signal).then((list) => [...list, ...wish.others]),
  });
  return answer === 'back' ? undefined : answer?.value;
}

/** The places to push to. The last choice comes first. */
async function places(app: App, signal: AbortSignal): Promise<readonly Choice<PushPlace>[]> {
  const all = (await app.registries.pushPlaces(signal)).map(choiceOf);
  const last = app.memory.read(remembered);
  const isLast = ({ value }: Choice<PushPlace>) => keyOf(value) === last;
  return [...all.filter(isLast), ...all.filter((choice) => !isLast(choice))];
}

function choiceOf(value: PushPlace): Choice<PushPlace> {
  const { target, registry } = value;
  const { connection } = registry;
  const description = [connection.label, signedInAs(connection) ?? '']
    .filter((part) => part !== '' && part !== target.host)
    .join(' · ');
  return { label: `${printTarget(target)}/…`, description, icon: 'server', value };
}

function keyOf({ target, registry: { connection } }: PushPlace): string {
  return `${printTarget(target)} ${connection.id}`;
}

function printTarget({ host, namespace }: PushTarget): string {
  return namespace === undefined ? host : `${host}/${namespace}`;
}

/** The name of the image at that place. */
export function proposeName({ host, namespace }: PushTarget, from: ImageReference | undefined): ImageReference {
  const name = from === undefined ? t('name') : baseName(from);
  return { host, path: namespace === undefined ? name : `${namespace}/${name}`, tag: from?.tag ?? 'latest' };
}

/** Asks for the full name of an image as text. A name without a tag gets `latest`. */
export async function typeName(
  app: App,
  title: string,
  proposal: ImageReference | undefined,
  canGoBack: boolean,
): Promise<ImageReference | 'back' | undefined> {
  const answer = await app.ask.input({
    title,
    prompt: t('Name with tag: registry/repository:tag, or user/repository:tag for Docker Hub'),
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
  return parsed.digest === undefined ? undefined : t('A new name needs a tag, not a digest.');
}
