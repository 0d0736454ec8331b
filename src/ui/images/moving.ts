import { t } from '@vscode/l10n';
import { Failure } from '../../core/failure';
import { printPlatform } from '../../core/manifest';
import type { Platform } from '../../core/model';
import { printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { ContainerEngine, PushedAlone, Transfer } from '../../engine/engine';
import type { App } from '../app';
import { causes } from '../../core/causes';
import { isCancellation } from '../report';
import { count, size } from '../words';
import type { Progress } from '../working';
import { goingOn } from './engineAccess';
import type { Access } from './engineAccess';
import { transferring } from './transferring';

/**
 * Pushes under a notification, then shows the tag in the Registries view. Whoever cancels is told what is left behind; with
 * `isNewName`, also the name that the image was given for this push.
 */
export async function push(
  app: App,
  engine: ContainerEngine,
  image: ImageReference,
  access: Access,
  isNewName: boolean,
): Promise<void> {
  const name = printReference(image);
  let alone: PushedAlone | undefined;
  try {
    alone = await app.working(t('Pushing {0}', name), async (progress, signal) => {
      const credential = await goingOn(app, access, image)(signal);
      const follow = following(app, name, progress);
      return await engine.push(image, credential, follow, signal);
    });
  } catch (error) {
    if (!isCancellation(error)) throw access.explain(error);
    app.log.info(`Cancelled pushing ${name}`);
    const left = t(
      'Cancelled pushing {0} before the registry had confirmed the tag. Layers that were sent stay in the registry until it cleans up.',
      name,
    );
    app.tell(isNewName ? `${left} ${t('The image keeps its new name here.')}` : left, 'warning');
    return;
  }
  app.log.info(`Pushed ${name}`);
  if (alone === undefined) app.done(t('Pushed {0}', name));
  else app.tell(pushedAlone(name, alone), 'warning');
  await show(app, image, access);
}

function pushedAlone(name: string, { platform }: PushedAlone): string {
  return t(
    'Pushed {0} for {1} alone: this machine does not have the other platforms of the image, and the tag now has none of them in the registry. Pull or build it for all platforms to push it whole.',
    name,
    platform === undefined ? t('one platform') : printPlatform(platform),
  );
}

/** The push has ended well, whatever becomes of showing it. */
async function show(app: App, image: ImageReference, { connection }: Access): Promise<void> {
  const trail = connection?.provider.locate(image);
  if (connection === undefined || trail === undefined) return;
  try {
    await app.tree.show(connection, trail);
  } catch (error) {
    app.log.warn(`Could not show ${printReference(image)}\n  ${causes(error)}`);
  }
}

/**
 * Pulls under a notification; where the image has nothing for the engine's own platform, the user chooses one that it has.
 * False when the user cancelled.
 */
export async function pull(
  app: App,
  engine: ContainerEngine,
  image: ImageReference,
  access: Access,
  platform?: Platform,
): Promise<boolean> {
  const name = printReference(image);
  try {
    await app.working(t('Pulling {0}', name), async (progress, signal) => {
      const credential = await goingOn(app, access, image)(signal);
      await engine.pull(image, credential, platform, following(app, name, progress), signal);
    });
  } catch (error) {
    if (isCancellation(error)) {
      app.log.info(`Cancelled pulling ${name}`);
      app.tell(t('Cancelled pulling {0}: what this machine had under that name is as it was.', name), 'information');
      return false;
    }
    const chosen =
      lacksPlatform(error) && platform === undefined ? await choosePlatform(app, image, access) : undefined;
    if (chosen === undefined) throw access.explain(error);
    return chosen !== 'dismissed' && pull(app, engine, image, access, chosen);
  }
  app.log.info(`Pulled ${name}`);
  app.done(t('Pulled {0}', name));
  return true;
}

function lacksPlatform(error: unknown): boolean {
  return error instanceof Failure && error.detail.code === 'NO_PLATFORM';
}

/** Tells of a transfer in the notification, and of each layer's end in the log. */
export function following(app: App, name: string, progress: Progress): (state: Transfer) => void {
  const show = transferring(progress);
  let layersDone = 0;
  return (state) => {
    show(state);
    if (state.layersDone <= layersDone) return;
    layersDone = state.layersDone;
    app.log.info(
      `${name}: ${count(layersDone)} of ${count(state.layers)} layers, ${size(state.bytesDone)} of ${size(state.bytes)}`,
    );
  };
}

/** Nothing where the registry cannot be asked for the platforms. */
async function choosePlatform(
  app: App,
  image: ImageReference,
  { connection }: Access,
): Promise<Platform | 'dismissed' | undefined> {
  const content = connection?.provider.content;
  if (content === undefined) return undefined;
  const name = printReference(image);
  const images = await app.working(t('Reading {0}', name), (_progress, signal) => content.images(image, signal));
  const items = images.flatMap(({ label, platform: value }) => (value === undefined ? [] : [{ label, value }]));
  if (items.length === 0) return undefined;
  const answer = await app.ask.pick({
    title: t('Pull Image'),
    placeholder: t('{0} has nothing for the engine’s own platform. Pull another?', name),
    items,
  });
  return answer === undefined || answer === 'back' ? 'dismissed' : answer.value;
}
