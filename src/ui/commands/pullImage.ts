import { t } from '@vscode/l10n';
import { defined } from '../../core/defined';
import type { Platform } from '../../core/model';
import { parseReference, printReference, withTag } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { accessTo, connectionAccess } from '../images/engineAccess';
import type { Access } from '../images/engineAccess';
import { pull } from '../images/transfers';
import type { Node } from '../tree/node';
import { referenceProblem } from '../words';
import type { App } from '../app';
import { nodeCommand } from './command';
import type { AppCommand } from './command';

interface Pulled {
  readonly image: ImageReference;
  readonly platform?: Platform;
  /** Absent for an image of the Images view: its name says which registry it comes from. */
  readonly from?: Node;
}

export const pullImage = nodeCommand<Pulled>({
  id: 'pullImage',
  title: () => t('Pull Image'),
  downTo: 'tag',
  each: true,
  needs: (node) => {
    const { entry, parent } = node;
    if (entry?.kind === 'tag' && entry.details?.type !== 'artifact') return { image: entry.image, from: node };
    // A platform that the registry no longer has cannot be pulled.
    if (entry?.kind !== 'platform' || entry.failure !== undefined) return undefined;
    // Pulled by its tag, so that it has a name on this machine.
    const image = parent?.entry?.kind === 'tag' ? parent.entry.image : entry.image;
    return { image, ...defined({ platform: entry.platform }), from: node };
  },
  needsLocal: ({ entry }) => (entry.kind === 'image' ? { image: entry.name } : undefined),
  doing: ({ image }) => t('pull {0}', printReference(image)),
  run: async (app, { image, platform, from }) => {
    const access = from === undefined ? await accessTo(app, image, t('Pull Image')) : connectionAccess(from, image);
    if (access !== undefined) await pullWith(app, image, access, platform);
  },
});

export const pullByReference: AppCommand = {
  kind: 'app',
  id: 'pullByReference',
  doing: () => t('pull the image'),
  run: async (app) => {
    const title = t('Pull by Reference');
    const answer = await app.ask.input({
      title,
      prompt: t('Name of the image, with its tag or digest'),
      placeholder: 'nginx:1.27, ghcr.io/acme/web:2.0, registry.example.com/team/app@sha256:…',
      problem,
    });
    if (answer === undefined || answer === 'back') return;
    const image = parseReference(answer.value.trim());
    if ('problem' in image) return;
    const whole = image.tag === undefined && image.digest === undefined ? withTag(image, 'latest') : image;
    const access = await accessTo(app, whole, title);
    if (access !== undefined) await pullWith(app, whole, access, undefined);
  },
};

async function pullWith(app: App, image: ImageReference, access: Access, platform: Platform | undefined) {
  await pull(app, await app.engines.current(), image, access, platform);
}

function problem(text: string): string | undefined {
  const parsed = parseReference(text.trim());
  return 'problem' in parsed ? referenceProblem(parsed.problem, text.trim()) : undefined;
}
