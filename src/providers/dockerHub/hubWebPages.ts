import type { Entry } from '../../core/model';
import { printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';

/** The page of an entry on the Hub's web site; undefined if it has none. `url`: https://hub.docker.com */
export function webPage(url: string, entry: Entry | undefined): URL | undefined {
  const page = (path: string) => new URL(path, url);
  switch (entry?.kind) {
    case undefined:
      return page('/');
    case 'group':
      return page(entry.key === 'library' ? '/search?image_filter=official' : `/u/${entry.key}`);
    case 'repository':
      return page(repositoryPage(entry.image));
    case 'tag':
      return page(`${repositoryPage(entry.image)}/tags?name=${encodeURIComponent(entry.label)}`);
    case 'registry':
    case 'platform':
    case 'attachment':
      return undefined;
  }
}

/** The page of a repository. Official images are under another path. */
function repositoryPage({ host, path }: ImageReference): string {
  const name = printReference({ host, path });
  return name.includes('/') ? `/r/${name}` : `/_/${name}`;
}
