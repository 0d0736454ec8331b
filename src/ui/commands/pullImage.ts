import { t } from '@vscode/l10n';
import { defined } from '../../core/defined';
import { plural } from '../../core/locale';
import type { Platform } from '../../core/model';
import { parseReference, printReference, withTag } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { accessTo, connectionAccess } from '../images/engineAccess';
import type { Access } from '../images/engineAccess';
import { pullEach } from '../images/pullEach';
import type { Wanted } from '../images/pullEach';
import { pull } from '../images/transfers';
import type { Node } from '../tree/node';
import { referenceProblem } from '../words';
import type { App } from '../app';
import { nodesCommand } from './command';
import type { AppCommand } from './command';

interface Pulled {
  readonly image: ImageReference;
  readonly platform?: Platform;
  /** Absent for an image of the Images view: its name says which registry it comes from. */
  readonly from?: Node;
}

export const pullImage = nodesCommand<Pulled>({
  id: 'pullImage',
  title: () => t('Pull Image'),
  isUse: true,
  downTo: 'tag',
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
  doing: (all) => t('pull {0}', describeAll(all)),
  run: async (app, all) => {
    const wanted = await withAccess(app, all);
    const [first] = wanted;
    if (first === undefined) return;
    if (wanted.length === 1) await pullWith(app, first.image, first.access, first.platform);
    else
      await pullEach(app, {
        name: describeAll(all),
        wanted,
        shown: first.image,
        pulled: plural(wanted.length, t('Pulled {0} image | Pulled {0} images')),
      });
  },
});

/** One name, or how many there are. */
function describeAll(all: readonly Pulled[]): string {
  const [first] = all;
  return plural(all.length, t('{1} | {0} images'), first === undefined ? '' : printReference(first.image));
}

/** One access for each repository. None at all if the user dismissed a question. */
async function withAccess(app: App, all: readonly Pulled[]): Promise<readonly Wanted[]> {
  const known = new Map<string, Access>();
  const wanted: Wanted[] = [];
  for (const { image, platform, from } of all) {
    const key = `${from?.connection.id ?? ''} ${image.host}/${image.path}`;
    const asked = async () =>
      from === undefined ? accessTo(app, image, t('Pull Image')) : connectionAccess(from, image);
    const access = known.get(key) ?? (await asked());
    if (access === undefined) return [];
    known.set(key, access);
    wanted.push({ image, ...defined({ platform }), access });
  }
  return wanted;
}

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
    await pullReference(app, image.tag === undefined && image.digest === undefined ? withTag(image, 'latest') : image);
  },
};

/** Pulls an image of any registry: with the connection that it belongs to, or docker's own login, or none. */
export async function pullReference(app: App, image: ImageReference): Promise<void> {
  const access = await accessTo(app, image, t('Pull by Reference'));
  if (access !== undefined) await pullWith(app, image, access, undefined);
}

async function pullWith(app: App, image: ImageReference, access: Access, platform: Platform | undefined) {
  await pull(app, await app.engines.current(), image, access, platform);
}

function problem(text: string): string | undefined {
  const parsed = parseReference(text.trim());
  return 'problem' in parsed ? referenceProblem(parsed.problem, text.trim()) : undefined;
}
