import { t } from '@vscode/l10n';
import { Failure } from '../../core/failure';
import { printPlatform } from '../../core/platform';
import type { Platform } from '../../core/model';
import { printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { ContainerEngine, PushedAlone, Transfer } from '../../engine/engine';
import type { App } from '../app';
import { causes } from '../../core/causes';
import { isCancellation } from '../report';
import { rowOf } from '../tree/node';
import { count, size } from '../words';
import type { Progress } from '../working';
import { copyDigest } from './copyDigest';
import { credentialOrAnonymous } from './engineAccess';
import type { Access } from './engineAccess';
import { tellPulled, tellWith, watchFor } from './transferEnd';
import { transferInWords } from './transferWords';

/**
 * Pushes with a notification, then shows the tag in the Registries view, or offers to, if the push took long. After a cancellation, a message says what is left
 * behind; with `isNewName`, also that the image keeps its new name.
 */
export async function push(
  app: App,
  engine: ContainerEngine,
  image: ImageReference,
  access: Access,
  isNewName: boolean,
): Promise<void> {
  const name = printReference(image);
  const tookLong = watchFor(app);
  let alone: PushedAlone | undefined;
  try {
    alone = await app.working(t('Pushing {0}', name), async (progress, signal) => {
      const credential = await credentialOrAnonymous(app, access, image)(signal);
      const follow = transferReporter(app, name, progress);
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
  if (tookLong()) {
    offerToShow(app, image, access, alone);
    return;
  }
  if (alone === undefined) app.done(t('Pushed {0}', name));
  else app.tell(describePushedAlone(name, alone), 'warning');
  await show(app, image, access);
}

/** Says that a push is done, with buttons that lead to the tag. The view has it, but does not jump there while the user works elsewhere. */
function offerToShow(app: App, image: ImageReference, { connection }: Access, alone: PushedAlone | undefined): void {
  const name = printReference(image);
  const trail = connection?.provider.locate(image);
  const content = connection?.provider.content;
  const actions = [
    ...(connection === undefined || trail === undefined
      ? []
      : [
          {
            title: t('Show in Registries'),
            doing: t('show {0}', name),
            run: () => app.tree.show(connection, trail),
          },
        ]),
    ...(content === undefined
      ? []
      : [
          {
            title: t('Copy Image Digest'),
            doing: t('read the digest of {0}', name),
            run: () => copyDigest(app, image, content),
          },
        ]),
  ];
  if (connection !== undefined && trail !== undefined) app.tree.refresh(rowOf(connection));
  if (alone === undefined) tellWith(app, 'information', t('Pushed {0}.', name), actions);
  else tellWith(app, 'warning', describePushedAlone(name, alone), actions);
}

function describePushedAlone(name: string, { platform }: PushedAlone): string {
  return t(
    'Pushed {0} for {1} only: this machine does not have the other platforms of the image, so the tag in the registry does not have them any more. To push the whole image, pull or build it for all platforms first.',
    name,
    platform === undefined ? t('one platform') : printPlatform(platform),
  );
}

/** A failure here is only logged, because the push itself succeeded. */
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
 * Pulls with a notification. If the image has no image for the platform of the engine, the user chooses another platform. False
 * if the user cancelled.
 */
export async function pull(
  app: App,
  engine: ContainerEngine,
  image: ImageReference,
  access: Access,
  platform?: Platform,
): Promise<boolean> {
  const name = printReference(image);
  const tookLong = watchFor(app);
  try {
    await app.working(t('Pulling {0}', name), async (progress, signal) => {
      const credential = await credentialOrAnonymous(app, access, image)(signal);
      await engine.pull(image, credential, platform, transferReporter(app, name, progress), signal);
    });
  } catch (error) {
    if (isCancellation(error)) {
      app.log.info(`Cancelled pulling ${name}`);
      app.tell(t('Cancelled pulling {0}. Nothing under that name has changed on this machine.', name), 'information');
      return false;
    }
    const chosen =
      lacksPlatform(error) && platform === undefined ? await choosePlatform(app, image, access) : undefined;
    if (chosen === undefined) throw access.explain(error);
    return chosen !== 'dismissed' && pull(app, engine, image, access, chosen);
  }
  app.log.info(`Pulled ${name}`);
  await tellPulled(app, tookLong(), image, {
    status: t('Pulled {0}', name),
    message: t('Pulled {0}.', name),
  });
  return true;
}

function lacksPlatform(error: unknown): boolean {
  return error instanceof Failure && error.detail.code === 'NO_PLATFORM';
}

/** Shows a transfer in the notification and logs each finished layer. */
export function transferReporter(app: App, name: string, progress: Progress): (state: Transfer) => void {
  const show = transferInWords(progress);
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

/** Nothing if the registry cannot list the platforms. */
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
    placeholder: t('{0} has no image for the platform of the engine. Choose another platform.', name),
    items,
  });
  return answer === undefined || answer === 'back' ? 'dismissed' : answer.value;
}
