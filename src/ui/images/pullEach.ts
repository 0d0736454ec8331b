import { t } from '@vscode/l10n';
import { Failure, isContagious } from '../../core/failure';
import { printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { ContainerEngine } from '../../engine/engine';
import type { App } from '../app';
import { causes } from '../../core/causes';
import { isCancellation, report } from '../report';
import { count } from '../words';
import type { Progress } from '../working';
import { goingOn } from './engineAccess';
import type { Access } from './engineAccess';
import { following } from './moving';

const mostListed = 5;

interface Tally {
  readonly pulled: string[];
  readonly failed: { readonly name: string; readonly error: unknown }[];
}

/**
 * Pulls several images of a repository one after the other, on after one that fails. Rejects with a Failure that names those
 * that did. The user who cancels is told how far it came.
 */
export async function pullEach(
  app: App,
  repository: ImageReference,
  images: readonly ImageReference[],
  access: Access,
): Promise<void> {
  const engine = await app.engines.current();
  const name = printReference(repository);
  const tally: Tally = { pulled: [], failed: [] };
  try {
    await app.working(t('Pulling {0}', name), (progress, signal) =>
      pullAll(app, engine, repository, images, access, tally, progress, signal),
    );
  } catch (error) {
    if (!isCancellation(error)) throw error;
    const done = t('{0} of {1} tags were pulled', count(tally.pulled.length), count(images.length));
    app.tell(t('Cancelled pulling {0}: {1}, and stay.', name, done), 'information');
    return;
  }
  if (tally.failed.length > 0) throw failureOf(tally, images.length, repository);
  app.done(t('Pulled {0} tags of {1}', count(images.length), name));
}

async function pullAll(
  app: App,
  engine: ContainerEngine,
  repository: ImageReference,
  images: readonly ImageReference[],
  access: Access,
  tally: Tally,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const credentialOf = goingOn(app, access, repository);
  for (const [index, image] of images.entries()) {
    const name = printReference(image);
    const place = t('{0} of {1} tags', count(index + 1), count(images.length));
    progress(place);
    try {
      const credential = await credentialOf(signal);
      const follow = following(app, name, (text) => {
        progress([place, text].filter((part) => part !== '').join(' · '));
      });
      await engine.pull(image, credential, undefined, follow, signal);
      tally.pulled.push(name);
    } catch (error) {
      if (isCancellation(error)) throw error;
      const explained = access.explain(error);
      app.log.error(`Could not pull ${name}\n  ${causes(explained)}`);
      if (tally.pulled.length === 0 && isContagious(error)) throw explained;
      tally.failed.push({ name: image.tag ?? name, error: explained });
      if (isContagious(error)) {
        for (const { tag = name } of images.slice(index + 1)) tally.failed.push({ name: tag, error: explained });
        return;
      }
    }
  }
}

function failureOf({ failed }: Tally, of: number, { host }: ImageReference): Failure {
  const listed = failed.slice(0, mostListed).map(({ name, error }) => {
    const why = report(error, '')?.reason ?? '';
    return `${name} (${why.replace(/\.$/, '')})`;
  });
  const more = failed.length - listed.length;
  const names = [...listed, ...(more > 0 ? [t('and {0} more, which the log names', count(more))] : [])].join(', ');
  const first = failed[0]?.error;
  return new Failure('rejected', '', {
    subject: host,
    explanation: t('{0} of {1} tags failed: {2}', count(failed.length), count(of), names),
    ...(first instanceof Failure && first.detail.connection !== undefined
      ? { connection: first.detail.connection }
      : {}),
  });
}
