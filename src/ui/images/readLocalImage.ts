import { factsOfEngineImage } from '../../images/engineImage';
import type { ImageFacts } from '../../images/imageFacts';
import type { App } from '../app';
import { localName } from './localImage';
import type { NamedImage } from './localImage';

/** What the engine in use, of that name, tells of one of its images. */
export async function readLocalImage(
  app: Pick<App, 'engines'>,
  named: NamedImage,
  signal: AbortSignal,
): Promise<{ readonly engine: string; readonly facts: ImageFacts }> {
  const engine = await app.engines.current();
  const name = localName(named);
  const [description, steps] = await Promise.all([engine.inspect(name, signal), engine.history(name, signal)]);
  return { engine: engine.endpoint.name, facts: factsOfEngineImage(named.image.id, description, steps) };
}
