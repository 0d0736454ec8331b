import { t } from '@vscode/l10n';
import { printReference, referenceOf, withDigest } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { openImage as readImage } from '../../images/openedImage';
import type { ImageContent } from '../../providers/provider';
import type { App } from '../app';
import { localImage, nameOf } from '../images/localImage';
import type { LocalNode } from '../images/localNode';
import { ImagePage } from '../page/imagePage';
import { LocalImagePage } from '../page/localImagePage';
import { addressOf, isConnection } from '../registryAt';
import type { Node } from '../tree/node';
import { nodeCommand } from './command';

interface RemoteImage {
  readonly node: Node;
  readonly image: ImageReference;
  readonly content: ImageContent;
}

export const openImage = nodeCommand<{ readonly remote: RemoteImage } | { readonly local: LocalNode }>({
  id: 'openImage',
  title: () => t('Open Image'),
  isUse: true,
  downTo: 'tag',
  below: ({ provider }) => provider.content !== undefined,
  needs: (node) => {
    const { entry } = node;
    const { content } = node.provider;
    const isThere = entry?.kind === 'tag' || (entry?.kind === 'platform' && entry.failure === undefined);
    return content !== undefined && isThere ? { remote: { node, image: entry.image, content } } : undefined;
  },
  needsLocal: (local) => (localImage(local) === undefined ? undefined : { local }),
  doing: (target) => t('open {0}', 'local' in target ? localLabel(target.local) : printReference(target.remote.image)),
  run: async (app, target) => {
    if ('local' in target) app.openPage(new LocalImagePage(app, target.local));
    else await openRemote(app, target.remote);
  },
});

function localLabel(row: LocalNode): string {
  const named = localImage(row);
  return named === undefined ? row.label : nameOf(named);
}

/** What the name leads to is read first: the tab is that of the digest. */
async function openRemote(app: App, { node, image, content }: RemoteImage): Promise<void> {
  const opened = await app.working(t('Reading {0}', printReference(image)), (_progress, signal) =>
    readImage(content.source(image), referenceOf(image), signal),
  );
  const { connection, provider } = node;
  const { host, path, tag } = image;
  const named = { host, path, ...(tag === undefined ? {} : { tag }) };
  const place = {
    registry: addressOf(node),
    image: { ...withDigest(named, opened.manifest.digest), ...named },
  };
  app.openPage(new ImagePage(app, place, opened, isConnection(connection) ? undefined : { connection, provider }));
}
