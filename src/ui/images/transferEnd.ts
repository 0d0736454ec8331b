import { t } from '@vscode/l10n';
import { causes } from '../../core/causes';
import { printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { App } from '../app';

/** After so long, the user has turned to something else, and the status bar and the tree tell them nothing. */
const longMs = 10_000;

/** Measures from now on. The result tells whether what has been done since then took long. */
export function watchFor(app: Pick<App, 'now'>): () => boolean {
  const began = app.now();
  return () => app.now() - began >= longMs;
}

/** A button of a message. */
interface Action {
  readonly title: string;
  /** Completes "Could not …". */
  readonly doing: string;
  readonly run: () => Promise<void>;
}

/** Shows a message with buttons and does not wait for it to be closed. */
export function tellWith(app: App, kind: 'information' | 'warning', message: string, actions: readonly Action[]): void {
  void app.message(kind, message, ...actions.map(({ title }) => title)).then(async (pressed) => {
    const action = actions.find(({ title }) => title === pressed);
    try {
      await action?.run();
    } catch (error) {
      app.fail(error, action?.doing ?? '');
    }
  });
}

/** Says that images are on this machine: quietly if it was quick, otherwise with a message that leads to them. `image`: the name of one, or of a repository. */
export async function tellPulled(
  app: App,
  wasLong: boolean,
  image: ImageReference,
  { status, message }: { readonly status: string; readonly message: string },
): Promise<void> {
  if (wasLong) {
    const name = printReference(image);
    const show = () => app.images.show(image);
    tellWith(app, 'information', message, [{ title: t('Show in Images'), doing: t('show {0}', name), run: show }]);
    return;
  }
  app.done(status);
  await showLocally(app, image, 'ifVisible');
}

/** Shows an image in the Images view. A failure is only logged, because what was asked for is done. */
export async function showLocally(app: App, image: ImageReference, when?: 'ifVisible'): Promise<void> {
  try {
    await app.images.show(image, when);
  } catch (error) {
    app.log.warn(`Could not show ${printReference(image)}\n  ${causes(error)}`);
  }
}
