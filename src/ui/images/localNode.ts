import { t } from '@vscode/l10n';
import { groupBy } from '../../core/groupBy';
import { printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { LocalImage } from '../../engine/engine';

/** A row of the Images view. */
export interface LocalNode {
  readonly kind: 'local';
  /** Stays the same as long as the row has the same name. */
  readonly id: string;
  readonly label: string;
  readonly entry: LocalEntry;
  readonly parent: LocalNode | undefined;
  readonly children: readonly LocalNode[];
}

type LocalEntry =
  | { readonly kind: 'registry'; readonly host: string }
  /** `name` has neither tag nor digest. */
  | { readonly kind: 'repository'; readonly name: ImageReference }
  /** The image with one of its names. The name has a digest if the tag moved on or the image was pulled by digest. */
  | { readonly kind: 'image'; readonly image: LocalImage; readonly name: ImageReference }
  | { readonly kind: 'untagged'; readonly images: readonly LocalImage[] }
  | { readonly kind: 'untaggedImage'; readonly image: LocalImage };

/** Why there are no images to show. */
export interface EngineProblem {
  readonly kind: 'engineProblem';
  readonly failure: unknown;
}

interface NamedImage {
  readonly image: LocalImage;
  readonly name: ImageReference;
}

/**
 * Groups images by the registry in their name, then by repository. There is a row for each name, newest first, without a date
 * last. Untagged images come last, in one group.
 */
export function groupImages(images: readonly LocalImage[]): readonly LocalNode[] {
  const ordered = [...images].sort((one, other) => (other.created?.getTime() ?? 0) - (one.created?.getTime() ?? 0));
  const named = ordered.flatMap((image) => namesOf(image).map((name) => ({ image, name })));
  const registries = groups(named, ({ name }) => name.host).map(([host, own]) =>
    branch(host, host, { kind: 'registry', host }, undefined, (registry) => repositories(own, registry)),
  );
  const untagged = ordered.filter((image) => namesOf(image).length === 0);
  if (untagged.length === 0) return registries;
  const last = branch('untagged', t('Untagged'), { kind: 'untagged', images: untagged }, undefined, (parent) =>
    untagged.map((image) =>
      branch(image.id, shortDigest(image.id), { kind: 'untaggedImage', image }, parent, () => []),
    ),
  );
  return [...registries, last];
}

/** All rows, each before those below it. */
export function everyRow(nodes: readonly LocalNode[]): readonly LocalNode[] {
  return nodes.flatMap((node) => [node, ...everyRow(node.children)]);
}

/** The row of that name; if there is none, the row of its repository. */
export function rowNamed(nodes: readonly LocalNode[], name: ImageReference): LocalNode | undefined {
  const { host, path } = name;
  const repository = nodes
    .flatMap(({ children }) => children)
    .find(({ entry }) => entry.kind === 'repository' && entry.name.host === host && entry.name.path === path);
  return repository?.children.find(({ id }) => id === printReference(name)) ?? repository;
}

/** `1a2b3c4d5e6f`, as engines print ids. */
export function shortDigest(digest: string): string {
  return digest.replace(/^[^:]*:/, '').slice(0, 12);
}

function namesOf({ names, digests }: LocalImage): readonly ImageReference[] {
  return names.length > 0 ? names : digests;
}

function repositories(images: readonly NamedImage[], registry: LocalNode): readonly LocalNode[] {
  const host = registry.id;
  const labelOf = ({ name: { path } }: NamedImage) => printReference({ host, path }).replace(`${host}/`, '');
  return groups(images, labelOf).map(([label, own]) => {
    const name = { host, path: own[0]?.name.path ?? label };
    return branch(`${host}/${label}`, label, { kind: 'repository', name }, registry, (repository) =>
      own.map((one) =>
        branch(printReference(one.name), version(one.name), { kind: 'image', ...one }, repository, () => []),
      ),
    );
  });
}

function version({ tag, digest }: ImageReference): string {
  return tag ?? `@${(digest ?? '').slice(0, 'sha256:'.length + 12)}`;
}

function branch(
  id: string,
  label: string,
  entry: LocalEntry,
  parent: LocalNode | undefined,
  childrenOf: (self: LocalNode) => readonly LocalNode[],
): LocalNode {
  const children: LocalNode[] = [];
  const node: LocalNode = { kind: 'local', id, label, entry, parent, children };
  children.push(...childrenOf(node));
  return node;
}

/** Groups values by key, sorted by key. */
function groups<T>(values: readonly T[], keyOf: (value: T) => string): readonly (readonly [string, readonly T[]])[] {
  return [...groupBy(values, keyOf)].sort(([one], [other]) => one.localeCompare(other, 'en', { numeric: true }));
}
