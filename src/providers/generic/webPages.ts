import type { Entry } from '../../core/model';

/** Registries that people know by a web site, and where it shows a repository. Of any other registry no page is known. */
const pages: ReadonlyMap<string, (path: string) => string> = new Map([
  ['quay.io', (path: string) => `https://quay.io/repository/${path}?tab=tags`],
  ['mcr.microsoft.com', (path: string) => `https://mcr.microsoft.com/artifact/mar/${path}/tags`],
  ['public.ecr.aws', (path: string) => `https://gallery.ecr.aws/${path}`],
]);

export function webPage(host: string, entry: Entry | undefined): URL | undefined {
  if (entry?.kind !== 'repository' && entry?.kind !== 'tag') return undefined;
  const page = pages.get(host);
  return page === undefined ? undefined : new URL(page(entry.image.path));
}
