import type { ImageReference } from '../../core/reference';
import { baseName, printReference, referenceOf } from '../../core/reference';
import { Failure } from '../../core/failure';
import { t } from '@vscode/l10n';
import type { App } from '../app';
import type { AnyNode } from '../commands/command';
import { localImage } from '../images/localImage';
import { everyRow, groupImages, shortDigest } from '../images/localNode';
import type { LocalNode } from '../images/localNode';
import { addressOf, registryAt } from '../registryAt';
import type { RegistryAddress } from '../registryAt';
import { imageBelow, repositoryAt, rowBelow } from '../tree/node';

/** Where an image is that is compared: plain data, from which the page is made again after a reload. */
export type ComparedPlace = RemotePlace | LocalPlace;

export interface RemotePlace {
  readonly kind: 'image';
  readonly registry: RegistryAddress;
  /** With its digest as soon as that is known; with the tag as well if it was named by it. */
  readonly image: ImageReference;
  /** Of one image of an index: its platform, and the tag of the index. */
  readonly part?: { readonly platform: string; readonly tag?: string };
}

export interface LocalPlace {
  readonly kind: 'local';
  /** Of its row in the Images view. */
  readonly id: string;
}

/** Where the image of a row is; undefined if the row is none. */
export function placeOfRow(node: AnyNode): ComparedPlace | undefined {
  if (node.kind === 'local') return localImage(node) === undefined ? undefined : { kind: 'local', id: node.id };
  const { entry, provider, parent } = node;
  if (provider.content === undefined) return undefined;
  const registry = addressOf(node);
  if (entry?.kind === 'tag') return { kind: 'image', registry, image: entry.image };
  if (entry?.kind !== 'platform' || entry.failure !== undefined) return undefined;
  const tag = parent?.entry?.kind === 'tag' ? { tag: parent.entry.label } : {};
  return { kind: 'image', registry, image: entry.image, part: { platform: entry.label, ...tag } };
}

/** The row of an image; undefined if the registry is not connected any more, or the image is gone from the engine. */
export async function rowOfPlace(app: App, place: ComparedPlace): Promise<AnyNode | undefined> {
  if (place.kind === 'local') return localRow(app, place);
  const registry = registryAt(app, place.registry);
  if (registry === undefined) return undefined;
  const { image, part } = place;
  const { host, path, tag, digest } = image;
  const row = repositoryAt(registry, { host, path });
  if (part === undefined && tag !== undefined)
    return rowBelow(row, { kind: 'tag', label: tag, image: { host, path, tag } });
  return imageBelow(row, image, digest ?? '');
}

export async function localRow(app: App, { id }: LocalPlace): Promise<LocalNode | undefined> {
  return everyRow(groupImages(await app.images.list())).find((row) => row.id === id);
}

/** Rejects with a Failure if the registry is not connected any more. */
export function sourceOfPlace(app: App, { registry, image }: RemotePlace) {
  const source = registryAt(app, registry)?.provider.content?.source(image);
  if (source !== undefined) return source;
  const explanation = t('{0} is not connected any more', registry.label);
  throw new Failure('notFound', '', { subject: image.host, explanation });
}

/** `registry.example.com/team/web:1.4`, `registry.example.com/team/web:1.4 linux/arm64` */
export function nameOfPlace(place: ComparedPlace): string {
  return place.kind === 'local' ? localNameOf(place) : named(place, printReference);
}

/** `web:1.4`, `web:1.4 linux/arm64` */
export function shortNameOf(place: ComparedPlace): string {
  if (place.kind === 'local') return localNameOf(place).split('/').at(-1) ?? '';
  return named(place, (image) => {
    const { tag, digest = '' } = image;
    return tag === undefined ? `${baseName(image)}@${shortDigest(digest)}` : `${baseName(image)}:${tag}`;
  });
}

/** What two images are called, with where they are if their names are the same. */
export function namesOfPlaces(before: ComparedPlace, after: ComparedPlace): readonly [before: string, after: string] {
  const [one, other] = [shortNameOf(before), shortNameOf(after)];
  if (one !== other) return [one, other];
  const where = (place: ComparedPlace) => (place.kind === 'local' ? t('local') : place.registry.label);
  return [`${one} (${where(before)})`, `${other} (${where(after)})`];
}

function named({ image, part }: RemotePlace, print: (image: ImageReference) => string): string {
  const { host, path, tag, digest } = image;
  if (part === undefined) return print(tag === undefined ? image : { host, path, tag });
  const of = part.tag === undefined ? { host, path, digest: digest ?? '' } : { host, path, tag: part.tag };
  return `${print(of)} ${part.platform}`;
}

function localNameOf({ id }: LocalPlace): string {
  return id.startsWith('sha256:') ? shortDigest(id) : id;
}

/** The same for the same image of the same place. */
export function keyOfPlace(place: ComparedPlace): string {
  if (place.kind === 'local') return `local ${place.id}`;
  const { registry, image } = place;
  return `${registry.id} ${registry.url} ${image.host}/${image.path} ${image.tag ?? referenceOf(image)}`;
}
