import { t } from '@vscode/l10n';
import { Failure, isContagious } from '../../core/failure';
import { printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { ContainerEngine } from '../../engine/engine';
import type { App } from '../app';
import { causes } from '../../core/causes';
import { plural } from '../../core/locale';
import { isCancellation, report } from '../report';
import { count } from '../words';
import type { Progress } from '../working';
import { credentialOrAnonymous } from './engineAccess';
import type { Access } from './engineAccess';
import { transferReporter } from './transfers';
import { tellPulled, watchFor } from './transferEnd';

const mostListed = 5;

interface Tally {
  readonly pulled: string[];
  readonly failed: { readonly name: string; readonly error: unknown }[];
}

/**
 * Pulls several images of a repository one after the other, and continues after a failure. Rejects with a Failure that names the
 * images that failed. After a cancellation, a message says how many were pulled.
 */
export async function pullEach(
  app: App,
  repository: ImageReference,
  images: readonly ImageReference[],
  access: Access,
): Promise<void> {
  const engine = await app.engines.current();
  const name = printReference(repository);
  const tookLong = watchFor(app);
  const tally: Tally = { pulled: [], failed: [] };
  try {
    await app.working(t('Pulling {0}', name), (progress, signal) =>
      pullAll(app, engine, repository, images, access, tally, progress, signal),
    );
  } catch (error) {
    if (!isCancellation(error)) throw error;
    const text = plural(
      images.length,
      t(
        'Cancelled pulling {1}: {2} of {0} tag was pulled and stays. | Cancelled pulling {1}: {2} of {0} tags were pulled and stay.',
      ),
      name,
      count(tally.pulled.length),
    );
    app.tell(text, 'information');
    return;
  }
  if (tally.failed.length > 0) throw failureOf(tally, images.length, repository);
  await tellPulled(app, tookLong(), repository, {
    status: plural(images.length, t('Pulled {0} tag of {1} | Pulled {0} tags of {1}'), name),
    message: plural(images.length, t('Pulled {0} tag of {1}. | Pulled {0} tags of {1}.'), name),
  });
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
  const credentialOf = credentialOrAnonymous(app, access, repository);
  for (const [index, image] of images.entries()) {
    const name = printReference(image);
    const place = plural(images.length, t('{1} of {0} tag | {1} of {0} tags'), count(index + 1));
    progress(place);
    try {
      const credential = await credentialOf(signal);
      const follow = transferReporter(app, name, (text) => {
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
    explanation: plural(of, t('{1} of {0} tag failed: {2} | {1} of {0} tags failed: {2}'), count(failed.length), names),
    ...(first instanceof Failure && first.detail.connection !== undefined
      ? { connection: first.detail.connection }
      : {}),
  });
}
