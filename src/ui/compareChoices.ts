import { t } from '@vscode/l10n';
import type { Entry } from '../core/model';
import { causes } from '../core/causes';
import { Failure } from '../core/failure';
import { pastedReference } from '../core/pastedReference';
import { parseReference, printReference, referenceOf, withTag } from '../core/reference';
import type { ImageReference } from '../core/reference';
import { likeliestPlatform, openImage } from '../images/openedImage';
import { inTagOrder } from '../images/tagOrder';
import type { ImageContent } from '../providers/provider';
import type { OpenRegistry } from '../registries/registries';
import type { App } from './app';
import type { Choice } from './ask';
import type { AnyNode } from './commands/command';
import { lookOf, placeOf } from './foundLook';
import { localImage } from './images/localImage';
import { everyRow, groupImages } from './images/localNode';
import type { LocalNode } from './images/localNode';
import type { Compared } from './page/comparedPair';
import { ownPlatform } from './ownPlatform';
import { placeOfRow, shortNameOf } from './page/comparedPlace';
import type { ComparedPlace, RemotePlace } from './page/comparedPlace';
import { addressOf, asNobody } from './registryAt';
import type { RegistryAddress } from './registryAt';
import { rowAt, rowBelow } from './tree/node';
import type { Node } from './tree/node';
import { localFacts, referenceProblem, summary } from './words';

/** What is compared; the older one is the first, where both have a date. */
export interface Pair {
  readonly before: Compared;
  readonly after: Compared;
}

type Answer = Pair | 'back' | undefined;
type Way = Pair | 'another' | 'local';

/** Tags of the repository that are offered, at most. */
const mostTags = 200;

/** Asks what the image of a row is compared with; nothing if dismissed. */
export async function chooseOther(app: App, node: AnyNode): Promise<Pair | undefined> {
  const place = placeOfRow(node);
  if (place === undefined) return undefined;
  const title = t('Compare {0} with', shortNameOf(place));
  const controller = new AbortController();
  try {
    for (;;) {
      const items = waysFrom(app, node, place, controller.signal);
      const answer = await app.ask.pick({ title, placeholder: t('Image'), items });
      if (answer === undefined || answer === 'back') return undefined;
      const chosen =
        answer.value === 'another'
          ? await anotherImage(app, title, place)
          : answer.value === 'local'
            ? await imageOfEngine(app, title, place)
            : answer.value;
      if (chosen !== 'back') return chosen;
    }
  } finally {
    controller.abort();
  }
}

/** What is likely first. */
async function waysFrom(
  app: App,
  node: AnyNode,
  place: ComparedPlace,
  signal: AbortSignal,
): Promise<readonly Choice<Way>[]> {
  const images = await localRows(app);
  const likely =
    node.kind === 'node'
      ? [
          ...(await otherTags(app, node, place)),
          ...(await platformsOf(app, node, place, signal)),
          ...sameNameInEngine(images, place),
        ]
      : [...otherLocalTags(node, images, place), ...sameNameInRegistries(app, node, place)];
  const more = likely.length === 0 ? {} : { section: t('Others') };
  return [
    ...likely,
    { label: t('Another image…'), icon: 'edit', ...more, value: 'another' },
    ...(images.some(({ id }) => node.id !== id) ? [localWay(more)] : []),
  ];
}

function localWay(more: { readonly section?: string }): Choice<Way> {
  return { label: t('A local image…'), icon: 'package', ...more, value: 'local' };
}

/** The rows of the engine's images; none where it does not answer, which is no reason not to compare. */
async function localRows(app: App): Promise<readonly LocalNode[]> {
  try {
    return everyRow(groupImages(await app.images.list())).filter((row) => localImage(row) !== undefined);
  } catch (error) {
    app.log.info(`The images on this machine are not offered\n  ${causes(error)}`);
    return [];
  }
}

/** Other tags of the repository that are loaded, newest first; then those whose date is not known, the highest version first. */
async function otherTags(app: App, node: Node, place: ComparedPlace): Promise<readonly Choice<Pair>[]> {
  const image = node.entry !== undefined && 'image' in node.entry ? node.entry.image : undefined;
  const own = place.kind === 'image' ? (place.part?.tag ?? place.image.tag) : undefined;
  const rows = new Map<Entry, Node>();
  for (const { below, entry } of app.tree.known()) {
    const isOther = entry.kind === 'tag' && entry.label !== own && below.connection.id === node.connection.id;
    if (isOther && image !== undefined && isIn(entry.image, image)) rows.set(entry, rowBelow(below, entry));
  }
  const date = (entry: Entry) => (entry.kind === 'tag' ? (entry.details?.created?.getTime() ?? 0) : 0);
  return (await inTagOrder([...rows.keys()]))
    .toSorted((one, other) => date(other) - date(one))
    .slice(0, mostTags)
    .flatMap((entry) => rows.get(entry) ?? [])
    .flatMap((row) => withRow(row, place, t('Other tags')));
}

function withRow(row: AnyNode, place: ComparedPlace, section: string): readonly Choice<Pair>[] {
  const other = placeOfRow(row);
  if (other === undefined) return [];
  const value: Pair = { before: { place: other }, after: { place } };
  if (row.kind === 'local') return [{ ...lookOfLocal(row), section, value }];
  const details = row.entry?.kind === 'tag' ? row.entry.details : undefined;
  const description = details === undefined ? '' : summary(details);
  return [{ label: row.entry?.label ?? '', description, icon: 'tag', section, value }];
}

function lookOfLocal(row: LocalNode): Pick<Choice<unknown>, 'label' | 'description' | 'icon'> {
  const image = localImage(row)?.image;
  const description = image === undefined ? undefined : localFacts(image).join(' · ');
  return { label: row.entry.kind === 'image' ? row.id : row.label, description, icon: 'package' };
}

/** Of an index: each platform, compared with the likeliest; of a platform: those beside it. */
async function platformsOf(
  app: App,
  { entry, parent, provider: { content } }: Node,
  place: ComparedPlace,
  signal: AbortSignal,
): Promise<readonly Choice<Pair>[]> {
  const tag = entry?.kind === 'platform' ? parent?.entry : entry;
  if (place.kind !== 'image' || content === undefined || tag?.kind !== 'tag') return [];
  // A tag of one platform has no others; where that is not known, it is not asked for.
  if (entry?.kind === 'tag' && (tag.details?.platforms.length ?? 0) < 2) return [];
  const parts = await partsOf(app, content, tag.image, place.registry, signal);
  const own =
    place.part === undefined
      ? likeliestPlatform(
          parts.map(({ digest, platform }) => ({ digest, platform })),
          ownPlatform(),
        )?.digest
      : place.image.digest;
  const first = parts.find(({ digest }) => digest === own)?.place ?? place;
  const others = parts.filter(({ digest }) => digest !== own);
  return others.map(({ place: other, label }): Choice<Pair> => ({
    label,
    ...(place.part === undefined ? { description: t('compared with {0}', first.part?.platform ?? '') } : {}),
    icon: 'vm',
    section: t('Platforms of {0}', tag.label),
    value: { before: { place: first }, after: { place: other } },
  }));
}

async function partsOf(
  app: App,
  content: ImageContent,
  image: ImageReference,
  registry: RegistryAddress,
  signal: AbortSignal,
) {
  try {
    const images = await content.images(image, signal);
    return images.flatMap(({ image: own, label, platform }) => {
      if (platform === undefined || own.digest === undefined) return [];
      const part = { platform: label, ...(image.tag === undefined ? {} : { tag: image.tag }) };
      const place: RemotePlace = { kind: 'image', registry, image: own, part };
      return [{ digest: own.digest, platform, label, place }];
    });
  } catch (error) {
    signal.throwIfAborted();
    app.log.info(`The platforms of ${printReference(image)} are not offered\n  ${causes(error)}`);
    return [];
  }
}

/** That tag in the engine first, then other tags of the name. */
function sameNameInEngine(images: readonly LocalNode[], place: ComparedPlace): readonly Choice<Pair>[] {
  if (place.kind !== 'image') return [];
  const { host, path } = place.image;
  const named = images.filter(({ entry }) => entry.kind === 'image' && isIn(entry.name, { host, path }));
  const tag = place.part?.tag ?? place.image.tag;
  const isSame = ({ entry }: LocalNode) => entry.kind === 'image' && entry.name.tag === tag;
  const ordered = [...named.filter(isSame), ...named.filter((row) => !isSame(row))];
  return ordered.flatMap((row) => withRow(row, place, t('On this machine')));
}

function isIn(image: ImageReference, { host, path }: ImageReference): boolean {
  return image.host === host && image.path === path;
}

function otherLocalTags(node: LocalNode, images: readonly LocalNode[], place: ComparedPlace): readonly Choice<Pair>[] {
  const { entry } = node;
  if (entry.kind !== 'image') return [];
  const others = images.filter(
    (row) => row.id !== node.id && row.entry.kind === 'image' && isIn(row.entry.name, entry.name),
  );
  return others.flatMap((row) => withRow(row, place, t('On this machine')));
}

/** The same name in the registries that are connected. */
function sameNameInRegistries(app: App, { entry }: LocalNode, place: ComparedPlace): readonly Choice<Pair>[] {
  if (entry.kind !== 'image' || entry.name.tag === undefined) return [];
  const { host, path, tag } = entry.name;
  const image = { host, path, tag };
  return app.registries.holding(image).flatMap((registry): readonly Choice<Pair>[] => {
    const remote = remotePlace(registry, image);
    const row = rowAt(registry, registry.provider.locate(image) ?? []);
    const value: Pair = { before: { place: remote }, after: { place } };
    if (registry.provider.content === undefined) return [];
    return [
      { label: printReference(image), description: placeOf(row), icon: 'tag', section: t('In registries'), value },
    ];
  });
}

function remotePlace(registry: OpenRegistry, image: ImageReference): RemotePlace {
  return { kind: 'image', registry: addressOf(registry), image };
}

/** An image of the engine. */
async function imageOfEngine(app: App, title: string, place: ComparedPlace): Promise<Answer> {
  const load = async () => {
    const rows = await localRows(app);
    return rows.flatMap((row): readonly Choice<Pair>[] => {
      const other = placeOfRow(row);
      const isItself = other?.kind === 'local' && place.kind === 'local' && other.id === place.id;
      if (other === undefined || isItself) return [];
      return [{ ...lookOfLocal(row), value: { before: { place: other }, after: { place } } }];
    });
  };
  const answer = await app.ask.pick({ title, placeholder: t('Image'), canGoBack: true, items: load() });
  return answer === undefined || answer === 'back' ? answer : answer.value;
}

/** An image that is typed or pasted. */
async function anotherImage(app: App, title: string, place: ComparedPlace): Promise<Answer> {
  let value = '';
  for (;;) {
    const answer = await app.ask.input({
      ...{ title, value, canGoBack: true, problem },
      prompt: t('Name of the image, with its tag or digest'),
      placeholder: 'nginx:1.27, ghcr.io/acme/web:2.0, registry.example.com/team/app@sha256:…',
    });
    if (answer === undefined || answer === 'back') return answer;
    value = answer.value;
    const named = pastedReference(value)?.image;
    if (named === undefined) continue;
    const image = named.tag === undefined && named.digest === undefined ? withTag(named, 'latest') : named;
    const other = await findImage(app, title, image, place);
    if (other !== 'back') return other && { before: other, after: { place } };
  }
}

function problem(text: string): string | undefined {
  if (pastedReference(text) !== undefined) return undefined;
  const parsed = parseReference(text.trim());
  return referenceProblem('problem' in parsed ? parsed.problem : 'empty', text.trim());
}

/** Where an image is: in a registry that is connected, or one that is read without being connected. */
async function findImage(
  app: App,
  title: string,
  image: ImageReference,
  place: ComparedPlace,
): Promise<Compared | 'back' | undefined> {
  const reading = t('Looking for {0}', printReference(image));
  const holding = await app.working(reading, (_progress, signal) => app.registries.findHolding(image, signal));
  const readable = holding.filter(({ provider }) => provider.content !== undefined);
  if (readable.length === 0) return readAsNobody(app, image);
  const own = readable.find(({ connection }) => place.kind === 'image' && connection.id === place.registry.id);
  const [first] = own === undefined ? readable : [own];
  if (first !== undefined && (own !== undefined || readable.length === 1)) return { place: remotePlace(first, image) };
  const items = readable.map((registry) => {
    const { label, description, icon } = lookOf(rowAt(registry, []));
    return { label, description, icon, value: remotePlace(registry, image) };
  });
  const answer = await app.ask.pick({ title, placeholder: t('Registry'), canGoBack: true, items });
  return answer === undefined || answer === 'back' ? answer : { place: answer.value };
}

/** Rejects with a Failure where it cannot be read by everybody. */
async function readAsNobody(app: App, image: ImageReference): Promise<Compared> {
  const found = await asNobody(app, image, async (registry): Promise<Compared | undefined> => {
    const source = registry.provider.content?.source(image);
    if (source === undefined) return undefined;
    const opened = await app.working(t('Reading {0}', printReference(image)), (_progress, signal) =>
      openImage(source, referenceOf(image), signal),
    );
    return { place: remotePlace(registry, image), opened };
  });
  if (found !== undefined) return found;
  throw new Failure('unsupported', '', { subject: image.host, explanation: t('{0} is not connected', image.host) });
}
