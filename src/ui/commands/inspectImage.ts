import { t } from '@vscode/l10n';
import { Failure } from '../../core/failure';
import { printPlatform } from '../../core/platform';
import { baseName, printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { ImageContent } from '../../providers/provider';
import type { App } from '../app';
import { localImage, localName, nameOf } from '../images/localImage';
import type { NamedImage } from '../images/localImage';
import { shortDigest } from '../images/localNode';
import { describeImage } from '../inspection';
import { showJson } from '../showJson';
import { nodeCommand } from './command';

interface RemoteImage {
  readonly image: ImageReference;
  readonly label: string;
  readonly content: ImageContent;
}

export const inspectImage = nodeCommand<{ readonly remote: RemoteImage } | { readonly local: NamedImage }>({
  id: 'inspectImage',
  title: () => t('Inspect Image'),
  isUse: true,
  downTo: 'tag',
  below: ({ provider }) => provider.content !== undefined,
  needs: ({ entry, provider: { content } }) => {
    const isImage =
      (entry?.kind === 'platform' && entry.failure === undefined) ||
      (entry?.kind === 'tag' && entry.details?.type !== 'artifact');
    return content !== undefined && isImage
      ? { remote: { image: entry.image, label: entry.label, content } }
      : undefined;
  },
  needsLocal: (node) => {
    const local = localImage(node);
    return local === undefined ? undefined : { local };
  },
  doing: (target) => t('inspect {0}', 'local' in target ? nameOf(target.local) : printReference(target.remote.image)),
  run: (app, target) => ('local' in target ? inspectLocal(app, target.local) : inspectRemote(app, target.remote)),
});

/** Shows the engine's own description of the image. */
async function inspectLocal(app: App, image: NamedImage): Promise<void> {
  const engine = await app.engines.current();
  const description = await app.working(t('Reading {0}', nameOf(image)), (_progress, signal) =>
    engine.inspect(localName(image), signal),
  );
  const name =
    image.name === undefined
      ? ''
      : `${baseName(image.name)}${image.name.tag === undefined ? '' : `@${image.name.tag}`} `;
  const document = { name: `${name}${shortDigest(image.image.id)}.json`, id: image.image.id };
  await showJson(app, document, new TextEncoder().encode(JSON.stringify(description)));
}

async function inspectRemote(app: App, { image, label, content }: RemoteImage): Promise<void> {
  const chosen = await choosePlatform(app, content, image);
  if (chosen === undefined) return;
  const inspected = await app.working(t('Reading {0}', printReference(image)), (_progress, signal) =>
    content.config(chosen, signal),
  );
  const platform = inspected.platform === undefined ? '' : ` ${printPlatform(inspected.platform).replaceAll('/', '-')}`;
  const version = image.tag === undefined ? '' : `@${label}`;
  await app.showDocument({
    name: `${baseName(image)}${version}${platform}.yaml`,
    id: `${image.host}/${image.path}@${inspected.digest}`,
    text: describeImage(inspected, image),
  });
}

/** An index has several images; the user chooses one. */
async function choosePlatform(
  app: App,
  content: ImageContent,
  image: ImageReference,
): Promise<ImageReference | undefined> {
  if (image.digest !== undefined) return image;
  const images = await app.working(t('Reading {0}', printReference(image)), (_progress, signal) =>
    content.images(image, signal),
  );
  const items = images.map(({ label, image: value }) => ({ label, value }));
  if (items.length === 0)
    throw new Failure('notFound', '', { subject: image.host, explanation: t('the index lists no images') });
  const [only] = items;
  if (items.length === 1 && only !== undefined) return only.value;
  const answer = await app.ask.pick({
    title: t('Inspect Image'),
    placeholder: t('Platform of {0}', printReference(image)),
    items,
  });
  return answer === undefined || answer === 'back' ? undefined : answer.value;
}
