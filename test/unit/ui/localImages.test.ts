import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { ContainerEngine, LocalImage } from '../../../src/engine/engine';
import { LocalImages } from '../../../src/ui/images/localImages';
import { collectLog } from '../collectLog';
import { eventually } from '../eventually';
import { enginesOf, fakeEngine, localImage } from './fakeApp';

const gone = new Failure('unreachable', '', { subject: 'unix:///engine', speaker: 'engine', code: 'ECONNRESET' });

/** An engine whose events and answers the test sends. */
function engineOf(images: () => Promise<readonly LocalImage[]>) {
  let change = (): void => undefined;
  let end: (error: Error) => void = () => undefined;
  let watched = 0;
  const engine = fakeEngine({
    version: () =>
      Promise.resolve({ name: 'Docker Engine', version: '1', platform: { os: 'linux', architecture: 'amd64' } }),
    images,
    watch: (onChange, signal) => {
      watched++;
      change = onChange;
      onChange();
      return new Promise((_resolve, reject) => {
        end = reject;
        signal.addEventListener('abort', () => {
          reject(new DOMException('aborted', 'AbortError'));
        });
      });
    },
  });
  return {
    engine,
    change: () => {
      change();
    },
    end: (error: Error) => {
      end(error);
    },
    watched: () => watched,
  };
}

function imagesOf(engine: ContainerEngine) {
  const states: string[] = [];
  const log = collectLog();
  const images = new LocalImages(enginesOf(engine), log, () => states.push(images.state.kind));
  return { images, states, log };
}

describe('the local images', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('are listed once the engine tells of changes, and again after each', async () => {
    const lists = [[localImage('a', ['a:1'])], [localImage('a', ['a:1', 'a:2'])]];
    const { engine, change } = engineOf(() => Promise.resolve(lists.shift() ?? []));
    const { images, states } = imagesOf(engine);
    expect(await images.known()).toMatchObject({ kind: 'listed', images: [{ names: [{ tag: '1' }] }] });
    change();
    await eventually(() => {
      expect(states).toHaveLength(2);
    });
    expect((await images.list())[0]?.names).toHaveLength(2);
    images.dispose();
  });

  it('are listed once more, and no oftener, for many changes during a listing', async () => {
    let listings = 0;
    const release: (() => void)[] = [];
    const { engine, change } = engineOf(async () => {
      listings++;
      await new Promise<void>((resolve) => release.push(resolve));
      return [];
    });
    const { images, states } = imagesOf(engine);
    void images.known();
    await eventually(() => {
      expect(release).toHaveLength(1);
    });
    for (let times = 0; times < 100; times++) change();
    release.shift()?.();
    await eventually(() => {
      expect(release).toHaveLength(1);
    });
    release.shift()?.();
    await eventually(() => {
      expect(states).toEqual(['listed', 'listed']);
    });
    expect(listings).toBe(2);
    images.dispose();
  });

  it('are asked for again by themselves when the engine comes back, but only while somebody looks', async () => {
    const { engine, end, watched } = engineOf(() => Promise.resolve([]));
    const { images, states } = imagesOf(engine);
    images.setWatched(true);
    await images.known();
    end(gone);
    await eventually(() => {
      expect(states).toEqual(['listed', 'failed']);
    });
    await vi.advanceTimersByTimeAsync(6000);
    expect([states.at(-1), watched()]).toEqual(['listed', 2]);
    images.setWatched(false);
    end(gone);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([states.at(-1), watched()]).toEqual(['failed', 2]);
    images.dispose();
  });

  it('are told in the log to be missing once for each reason, however often the engine is asked', async () => {
    let reason: Error = gone;
    const { engine } = engineOf(() => Promise.reject(reason));
    const { images, log } = imagesOf(engine);
    images.setWatched(true);
    await images.known();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(log.lines).toHaveLength(1);
    reason = new Error('another');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(log.lines).toHaveLength(2);
    images.dispose();
  });

  it('reject with what the engine says', async () => {
    const { engine } = engineOf(() => Promise.reject(gone));
    const { images } = imagesOf(engine);
    await expect(images.list()).rejects.toBe(gone);
    images.dispose();
  });

  it('ask another engine after a refresh, and hear no more of the first', async () => {
    const first = engineOf(() => Promise.resolve([]));
    const { images, states } = imagesOf(first.engine);
    await images.known();
    await images.refresh();
    expect([states, first.watched()]).toEqual([['listed', 'listed'], 2]);
    images.dispose();
  });
});
