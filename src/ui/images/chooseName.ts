import { t } from '@vscode/l10n';
import { baseName, parseReference, printReference, withTag } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { PushTarget } from '../../providers/provider';
import type { App } from '../app';
import type { Answer, Choice, PickStep } from '../ask';
import type { OpenRegistry, PushPlace } from '../../registries/registries';
import { referenceProblem, signedInAs } from '../words';

export interface NameWish {
  readonly title: string;
  /** The current name of the image; undefined if it is untagged. */
  readonly from: ImageReference | undefined;
  /** Choices in addition to the connected registries: `first` stands before "Another name…", `others` after it. */
  readonly first?: readonly Choice<Extra>[];
  readonly others?: readonly Choice<Extra>[];
  /** Why a well-formed name will not do; nothing if it will. */
  readonly problem?: (name: ImageReference) => string | undefined;
}

type Extra = 'asItIs' | 'connect' | 'createAzure';

/** A name, and the connection that was chosen for it, if the name as typed still belongs to that connection. */
export interface PlacedName {
  readonly name: ImageReference;
  readonly connection: OpenRegistry | undefined;
}

/** What was chosen first. */
type Start = { readonly registry: OpenRegistry } | TypedName | 'type' | Extra;
type Started = { readonly registry: OpenRegistry; readonly places: readonly PushPlace[] } | TypedName | 'type' | Extra;

/** Typed in full instead of a choice. */
interface TypedName {
  readonly name: ImageReference;
}

const remembered = 'pushTarget';

/**
 * Asks for a new name of an image: a connected registry, then one of its places if it has several, then the full name as text.
 * The full name can be typed at each of these steps. `asItIs`, `connect` and `createAzure`: the user chose that option. Nothing
 * if dismissed.
 */
export async function choosePlacedName(app: App, wish: NameWish): Promise<PlacedName | Extra | undefined> {
  for (;;) {
    const start = await chooseStart(app, wish);
    if (start === undefined) return undefined;
    if (typeof start === 'string' && start !== 'type') return start;
    const name =
      start === 'type'
        ? await typePlacedName(app, wish, wish.from)
        : 'places' in start
          ? await nameAtOneOf(app, wish, start.registry, start.places)
          : { name: start.name, connection: undefined };
    if (name !== 'back') return name;
  }
}

/** The same for callers that do not need the connection. */
export async function chooseName(app: App, wish: NameWish): Promise<ImageReference | Extra | undefined> {
  const answer = await choosePlacedName(app, wish);
  return typeof answer === 'object' ? answer.name : answer;
}

/** `host`: the host of the chosen place. The user may have typed another one since. */
export function placeName(name: ImageReference, registry: OpenRegistry, host: string): PlacedName {
  const leadsThere = name.host === host || registry.provider.locate(name) !== undefined;
  return { name, connection: leadsThere ? registry : undefined };
}

/** Lists no registry until it is chosen, so that the choices are there at once. */
async function chooseStart(app: App, wish: NameWish): Promise<Started | undefined> {
  const registries = registryChoices(app);
  const step: PickStep<Start> = {
    title: wish.title,
    placeholder: t('Choose a registry, or type a full name such as {0}', 'registry.example.com/team/app:1.0'),
    items: [
      ...(wish.first ?? []),
      { label: t('Another name…'), icon: 'edit', value: 'type' },
      ...(wish.others ?? []),
      ...registries,
    ],
    selected: registries[0]?.value,
    typed: (text, choices) => nameChoice(text, choices, wish),
  };
  let places: readonly PushPlace[] = [];
  const answer = await app.ask.pick(step, async (start, signal) => {
    if (typeof start === 'string' || !('registry' in start)) return undefined;
    places = await app.registries.pushPlaces(start.registry, signal);
    return places.length > 0 ? undefined : t('It does not tell where images can be pushed. Type a full name instead.');
  });
  if (answer === undefined || answer === 'back') return undefined;
  const { value } = answer;
  return typeof value === 'object' && 'registry' in value ? { ...value, places } : value;
}

/** The connected registries. The one that was chosen last comes first. */
function registryChoices(app: App): readonly Choice<Start>[] {
  const last = app.memory.read(remembered);
  const all = lastFirst(app.registries.all(), ({ connection }) => last?.endsWith(` ${connection.id}`) === true);
  return all.map((registry) => {
    const { connection, provider } = registry;
    const description = [provider.hostOf(undefined), signedInAs(connection)]
      .filter((part) => part !== undefined && part !== connection.label)
      .join(' · ');
    const section = t('Connected registries');
    return { label: connection.label, description, icon: 'server', section, value: { registry } };
  });
}

async function nameAtOneOf(
  app: App,
  wish: NameWish,
  registry: OpenRegistry,
  places: readonly PushPlace[],
): Promise<PlacedName | 'back' | undefined> {
  const [only] = places;
  if (places.length === 1 && only !== undefined) return nameAt(app, wish, only);
  for (;;) {
    const answer = await choosePlace(app, wish, registry, places);
    if (answer === undefined || answer === 'back') return answer;
    const { value } = answer;
    if ('name' in value) return { name: value.name, connection: undefined };
    const name = await nameAt(app, wish, value);
    if (name !== 'back') return name;
  }
}

/** The place that was chosen last comes first. */
function choosePlace(
  app: App,
  wish: NameWish,
  { connection }: OpenRegistry,
  places: readonly PushPlace[],
): Promise<Answer<PushPlace | TypedName>> {
  const last = app.memory.read(remembered);
  return app.ask.pick<PushPlace | TypedName>({
    title: wish.title,
    placeholder: t('Choose a place in {0}; you can change the full name in the next step', connection.label),
    canGoBack: true,
    items: lastFirst(places, (place) => keyOf(place) === last).map((place) => ({
      label: `${printTarget(place.target)}/…`,
      icon: 'folder',
      value: place,
    })),
    typed: (text, choices) => nameChoice(text, choices, wish),
  });
}

async function nameAt(app: App, wish: NameWish, place: PushPlace): Promise<PlacedName | 'back' | undefined> {
  const name = await typeName(app, wish, proposeName(place.target, wish.from), true);
  if (name === undefined || name === 'back') return name;
  await app.memory.write(remembered, keyOf(place));
  return placeName(name, place.registry, place.target.host);
}

async function typePlacedName(app: App, wish: NameWish, proposal: ImageReference | undefined) {
  const name = await typeName(app, wish, proposal, true);
  return name === undefined || name === 'back' ? name : { name, connection: undefined };
}

function lastFirst<T>(all: readonly T[], isLast: (one: T) => boolean): readonly T[] {
  return [...all.filter(isLast), ...all.filter((one) => !isLast(one))];
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

/** The choice to take a text as the name. A text that is part of a choice is there to find that one. */
function nameChoice<T>(text: string, choices: readonly Choice<T>[], wish: Pick<NameWish, 'problem'>) {
  const typed = text.trim();
  const contains = (part: string | undefined) => part?.toLowerCase().includes(typed.toLowerCase()) === true;
  if (choices.some(({ label, description }) => contains(label) || contains(description))) return undefined;
  const name = parseName(typed, wish);
  const label = t('Use “{0}”', typed);
  if (typeof name === 'string') return { label, icon: 'error', problem: name };
  const full = printReference(name);
  return { label, icon: 'tag', ...(full === typed ? {} : { description: full }), value: { name } };
}

/**
 * Asks for the full name of an image as text. In the proposal, the name without registry, namespace and tag is selected. A name
 * without a tag gets `latest`.
 */
export async function typeName(
  app: App,
  wish: Pick<NameWish, 'title' | 'problem'>,
  proposal: ImageReference | undefined,
  canGoBack: boolean,
): Promise<ImageReference | 'back' | undefined> {
  const value = proposal === undefined ? '' : printReference(proposal);
  const start = value.lastIndexOf('/') + 1;
  const answer = await app.ask.input({
    title: wish.title,
    prompt: t('Name with tag: registry/repository:tag, or user/repository:tag for Docker Hub'),
    placeholder: 'registry.example.com/team/app:1.0',
    value,
    selection: proposal && [start, start + baseName(proposal).length],
    canGoBack,
    problem: (text) => {
      const name = parseName(text.trim(), wish);
      return typeof name === 'string' ? name : undefined;
    },
  });
  if (answer === undefined || answer === 'back') return answer;
  const name = parseName(answer.value.trim(), wish);
  return typeof name === 'string' ? undefined : name;
}

/** The name, with the tag `latest` if it has none, or the problem with it. */
function parseName(text: string, { problem }: Pick<NameWish, 'problem'>): ImageReference | string {
  const parsed = parseReference(text);
  if ('problem' in parsed) return referenceProblem(parsed.problem, text);
  if (parsed.digest !== undefined) return t('A new name needs a tag, not a digest.');
  const name = withTag(parsed, parsed.tag ?? 'latest');
  return problem?.(name) ?? name;
}
