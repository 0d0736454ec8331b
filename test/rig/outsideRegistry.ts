import { listen } from '../sandbox/loopback';
import { buildImage } from '../sandbox/images';
import { startRecorder } from '../sandbox/recorder';
import { startV2Server } from '../sandbox/v2Server';

/** The variables of the environment that lead to it: its address, and that which tells what it was asked. */
export const outside = { url: 'OUTSIDE_REGISTRY', requests: 'OUTSIDE_REQUESTS' } as const;

/** A registry that goes on when the window with the tests is loaded again, and what it was asked since. */
export interface OutsideRegistry {
  readonly env: Readonly<Record<string, string>>;
  /** Forgets what was asked. */
  readonly reset: () => void;
  readonly stop: () => Promise<void>;
}

export async function startOutsideRegistry(): Promise<OutsideRegistry> {
  const image = buildImage();
  const names = ['team/api', 'team/web', 'team/worker'];
  const registry = await startV2Server({ repositories: names.map((name) => ({ name, tags: { '1.0': image } })) });
  const recorder = await startRecorder(registry.url);
  const teller = await listen((_request, response) => {
    response.end(JSON.stringify(recorder.requests.map(({ path }) => path)));
  });
  return {
    env: { [outside.url]: recorder.url, [outside.requests]: teller.url },
    reset: recorder.reset,
    stop: async () => {
      await Promise.all([recorder.stop(), teller.stop()]);
      await registry.stop();
    },
  };
}
