import { t } from '@vscode/l10n';
import { defined } from '../../core/defined';
import { Failure, isContagious } from '../../core/failure';
import type { Platform } from '../../core/model';
import { printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { ContainerEngine } from '../../engine/engine';
import type { App } from '../app';
import { causes } from '../../core/causes';
import { plural } from '../../core/locale';
import { commonError, isCancellation, listFailures } from '../report';
import type { Failed } from '../report';
import { count } from '../words';
import type { Progress } from '../working';
import { credentialOrAnonymous } from './engineAccess';
import type { Access } from './engineAccess';
import { transferReporter } from './transfers';
import { tellPulled, watchFor } from './transferEnd';

/** An image to pull. */
export interface Wanted {
  readonly image: ImageReference;
  readonly platform?: Platform;
  /** The same object for images that are pulled with the same credential. */
  readonly access: Access;
}

/** Several images to pull. */
export interface Batch {
  /** What they are together: the name of their repository, or how many they are. */
  readonly name: string;
  readonly wanted: readonly Wanted[];
  /** What the Images view shows afterwards: one of the images, or their repository. */
  readonly shown: ImageReference;
  /** What is said in the end, without a full stop. */
  readonly pulled: string;
}

interface Tally {
  readonly pulled: string[];
  readonly failed: (Failed & Pick<Wanted, 'access'>)[];
}

/**
 * Pulls several images one after the other, and continues after a failure. Rejects with a Failure that names the images that failed.
 * After a cancellation, a message says how many were pulled.
 */
export async function pullEach(app: App, { name, wanted, shown, pulled }: Batch): Promise<void> {
  const engine = await app.engines.current();
  const tookLong = watchFor(app);
  const tally: Tally = { pulled: [], failed: [] };
  try {
    await app.working(t('Pulling {0}', name), (progress, signal) =>
      pullAll(app, engine, wanted, tally, progress, signal),
    );
  } catch (error) {
    if (!isCancellation(error)) throw error;
    const text = plural(
      wanted.length,
      t(
        'Cancelled pulling {1}: {2} of {0} tag was pulled and stays. | Cancelled pulling {1}: {2} of {0} tags were pulled and stay.',
      ),
      name,
      count(tally.pulled.length),
    );
    app.tell(text, 'information');
    return;
  }
  if (tally.failed.length > 0) throw failureOf(tally, wanted.length, shown);
  await tellPulled(app, tookLong(), shown, { status: pulled, message: `${pulled}.` });
}

async function pullAll(
  app: App,
  engine: ContainerEngine,
  wanted: readonly Wanted[],
  tally: Tally,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const credentials = new Map<Access, Access['credential']>();
  const isOfOne = new Set(wanted.map(({ image: { host, path } }) => `${host}/${path}`)).size === 1;
  for (const [index, { image, platform, access }] of wanted.entries()) {
    const name = printReference(image);
    const place = plural(wanted.length, t('{1} of {0} tag | {1} of {0} tags'), count(index + 1));
    progress(place);
    const credentialOf = credentials.get(access) ?? credentialOrAnonymous(app, access, image);
    credentials.set(access, credentialOf);
    const same = tally.failed.find((failed) => failed.access === access && isContagious(failed.error));
    try {
      if (same !== undefined) throw same.error;
      const follow = transferReporter(app, name, (text) => {
        progress([place, text].filter((part) => part !== '').join(' · '));
      });
      await engine.pull(image, await credentialOf(signal), platform, follow, signal);
      tally.pulled.push(name);
    } catch (error) {
      if (isCancellation(error)) throw error;
      const explained = access.explain(error);
      app.log.error(`Could not pull ${name}\n  ${causes(explained)}`);
      tally.failed.push({ name: isOfOne ? (image.tag ?? name) : name, error: same?.error ?? explained, access });
    }
  }
}

function failureOf({ failed }: Tally, of: number, { host }: ImageReference): unknown {
  const first = failed[0]?.error;
  return (
    commonError(failed, of) ??
    new Failure('rejected', '', {
      subject: host,
      explanation: plural(
        of,
        t('{1} of {0} tag failed: {2} | {1} of {0} tags failed: {2}'),
        count(failed.length),
        listFailures(failed),
      ),
      ...(first instanceof Failure ? defined({ connection: first.detail.connection }) : {}),
    })
  );
}
