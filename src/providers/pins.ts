import { Failure } from '../core/failure';
import type { Page, Repository, Shown } from '../core/model';
import { parseReference } from '../core/reference';

/** The repositories that the user added by name, those of one host. */
export function pinnedRepositories(host: string, { repositories = [] }: Shown): readonly Repository[] {
  return repositories.flatMap((name) => {
    const image = parseReference(name);
    if ('problem' in image || image.host !== host) return [];
    return [{ kind: 'repository' as const, label: image.path, image: { host, path: image.path } }];
  });
}

/**
 * A page of listed repositories; the first page begins with those that were added by name. If the first page cannot be listed, it has
 * these and the failure.
 */
export async function withPins(
  pins: readonly Repository[],
  cursor: string | undefined,
  list: () => Promise<Page<Repository>>,
): Promise<Page<Repository>> {
  if (pins.length === 0) return list();
  const names = new Set(pins.map(({ label }) => label));
  try {
    const { items, ...rest } = await list();
    const others = items.filter(({ label }) => !names.has(label));
    return { items: cursor === undefined ? [...pins, ...others] : others, ...rest };
  } catch (failure) {
    if (cursor !== undefined || (failure instanceof Error && failure.name === 'AbortError')) throw failure;
    return { items: pins, failure };
  }
}

/** Paths of the repositories on the first page; empty if the registry does not list its repositories. */
export async function readKnownPaths(firstPage: () => Promise<Page<Repository>>): Promise<readonly string[]> {
  try {
    return (await firstPage()).items.map(({ image }) => image.path);
  } catch (error) {
    if (error instanceof Failure && error.kind === 'unlisted') return [];
    throw error;
  }
}
