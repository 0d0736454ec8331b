import { t } from '@vscode/l10n';
import { runnable } from '../../core/imageReader';
import { printPlatform } from '../../core/manifest';
import { printReference, withDigest } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { ImageContent } from '../../providers/provider';
import type { App } from '../app';
import { describeImage } from '../inspection';
import { nodeCommand } from './command';

export const inspectImage = nodeCommand({
  id: 'inspectImage',
  title: () => t('Inspect Image'),
  needs: ({ entry, provider: { content } }) => {
    const isImage = entry?.kind === 'platform' || (entry?.kind === 'tag' && entry.details?.type !== 'artifact');
    return content !== undefined && isImage ? { image: entry.image, label: entry.label, content } : undefined;
  },
  doing: ({ image }) => t('inspect {0}', printReference(image)),
  run: async (app, { image, label, content }) => {
    const chosen = await choosePlatform(app, content, image);
    if (chosen === undefined) return;
    const inspected = await app.working(t('Reading {0}', printReference(image)), (_progress, signal) =>
      content.config(chosen, signal),
    );
    const repository = image.path.split('/').at(-1) ?? image.path;
    const platform = printPlatform(inspected.platform).replaceAll('/', '-');
    const version = image.tag === undefined ? '' : `@${label}`;
    await app.showDocument({
      name: `${repository}${version} ${platform}.yaml`,
      id: `${image.host}/${image.path}@${inspected.digest}`,
      text: describeImage(inspected, image),
    });
  },
});

/** An index holds several images; the user says which. */
async function choosePlatform(
  app: App,
  content: ImageContent,
  image: ImageReference,
): Promise<ImageReference | undefined> {
  if (image.digest !== undefined) return image;
  const manifest = await app.working(t('Reading {0}', printReference(image)), (_progress, signal) =>
    content.manifest(image, signal),
  );
  if (manifest.kind !== 'index') return withDigest(image, manifest.digest);
  const items = runnable(manifest).map(({ platform, digest }) => ({
    label: platform === undefined ? digest : printPlatform(platform),
    value: digest,
  }));
  const [only] = items;
  if (items.length === 1 && only !== undefined) return withDigest(image, only.value);
  const answer = await app.ask.pick({
    title: t('Inspect Image'),
    placeholder: t('Platform of {0}', printReference(image)),
    items,
  });
  return answer === undefined || answer === 'back' ? undefined : withDigest(image, answer.value);
}
