import { Failure } from '../core/failure';
import type { Page, Repository, Shown } from '../core/model';
import { parseReference } from '../core/reference';

/** The repositories of a host among those that the user added by name. */
export function pinnedAt(host: string, { repositories = [] }: Shown): readonly Repository[] {
  return repositories.flatMap((name) => {
    const image = parseReference(name);
    if ('problem' in image || image.host !== host) return [];
    return [{ kind: 'repository' as const, label: image.path, image: { host, path: image.path } }];
  });
}

/** What is listed, and before it what was added by name; that is there also where nothing can be listed. */
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

/** Paths of the repositories on the first page; of those added by name where nothing is listed. */
export async function knownPaths(firstPage: () => Promise<Page<Repository>>): Promise<readonly string[]> {
  try {
    return (await firstPage()).items.map(({ image }) => image.path);
  } catch (error) {
    if (error instanceof Failure && error.kind === 'unlisted') return [];
    throw error;
  }
}
