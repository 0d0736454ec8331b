import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EngineKind } from '../sandbox/engines';
import { seedFilesystem } from '../sandbox/seed';
import { failing } from '../unit/failing';
import {
  anonymous,
  at,
  digestIn,
  imageOf,
  named,
  never,
  rejection,
  silent,
  small,
  startRig,
  type EngineRig,
} from './engineRig';
import { begun, slow, startLine, untilLeft, weight, type Line } from './engineLine';

/** Far less than the whole transfer would take; on an idle machine it is a quarter of a second. */
const leavesWithinMs = 8000;

/** Transfers that end in the middle. */
export function describeBreaks(kind: EngineKind): void {
  let line: Line;
  beforeEach(async () => {
    line = await startLine();
  });
  afterEach(() => line.stop());

  describe('when it is cancelled', () => {
    let rig: EngineRig;
    beforeAll(async () => {
      rig = await startRig(kind);
    });
    afterAll(() => rig.stop());

    it('a push stops at once, and the registry gets nothing', async () => {
      const name = at(line.host, 'app');
      await rig.holds(imageOf(weight), name);
      line.wire.bytesPerSecond = slow;
      const stop = new AbortController();
      const pushing = rejection(rig.engine.push(name, anonymous, silent, stop.signal));
      await line.wire.until(({ passed }) => passed.up > begun);
      const reason = new Error('enough');
      stop.abort(reason);
      expect(await pushing).toBe(reason);
      await untilLeft(line.wire, leavesWithinMs);
      // What is under way already gets through now, and would all of the image if the engine went on.
      line.wire.bytesPerSecond = Infinity;
      await line.wire.until(({ open }) => open === 0);
      expect(line.wire.passed.up).toBeLessThan(weight * 0.7);
      expect(await digestIn(at(line.direct, 'app'))).toBeUndefined();
    });

    it('a pull stops at once, and the image is not there', async () => {
      await seedFilesystem(line.root.path, [{ name: 'app', tags: { '1': imageOf(weight) } }]);
      line.wire.bytesPerSecond = slow;
      const name = at(line.host, 'app');
      const stop = new AbortController();
      const pulling = rejection(rig.engine.pull(name, anonymous, undefined, silent, stop.signal));
      await line.wire.until(({ passed }) => passed.down > begun);
      const reason = new Error('enough');
      stop.abort(reason);
      expect(await pulling).toBe(reason);
      await untilLeft(line.wire, leavesWithinMs);
      // What is under way already gets through now, and would all of the image if the engine went on.
      line.wire.bytesPerSecond = Infinity;
      await line.wire.until(({ open }) => open === 0);
      expect(line.wire.passed.down).toBeLessThan(weight * 0.7);
      expect(named(await rig.engine.images(never), name)).toBeUndefined();
    });

    it('nothing begins that was cancelled before', async () => {
      const reason = new Error('enough');
      const signal = AbortSignal.abort(reason);
      const name = at(line.host, 'app');
      const calls = [
        rig.engine.version(signal),
        rig.engine.images(signal),
        rig.engine.inspect(name, signal),
        rig.engine.tag(name, name, signal),
        rig.engine.push(name, anonymous, silent, signal),
        rig.engine.pull(name, anonymous, undefined, silent, signal),
        rig.engine.remove(name, signal),
        rig.engine.watch(silent, signal),
      ];
      for (const call of calls) expect(await rejection(call)).toBe(reason);
    });
  });

  describe('when the engine is killed', () => {
    let rig: EngineRig;
    beforeEach(async () => {
      rig = await startRig(kind);
    });
    afterEach(() => rig.stop());
    const broken = () => ({ kind: 'unreachable', detail: { subject: rig.running.url, speaker: 'engine' } });

    it('a push and a watch reject, and the registry gets nothing', async () => {
      const name = at(line.host, 'app');
      await rig.holds(imageOf(weight), name);
      line.wire.hold('up', begun);
      let watching: Promise<unknown> = Promise.resolve();
      await new Promise<void>((resolve) => {
        watching = failing(rig.engine.watch(resolve, never));
      });
      const pushing = failing(rig.engine.push(name, anonymous, silent, never));
      await line.wire.until(({ passed }) => passed.up >= begun);
      await rig.running.kill();
      expect(await pushing).toMatchObject(broken());
      expect(await watching).toMatchObject(broken());
      expect(await digestIn(at(line.direct, 'app'))).toBeUndefined();
    });

    it('a pull rejects, and so does every question after it', async () => {
      await seedFilesystem(line.root.path, [{ name: 'app', tags: { '1': imageOf(weight) } }]);
      line.wire.hold('down', begun);
      const name = at(line.host, 'app');
      const pulling = failing(rig.engine.pull(name, anonymous, undefined, silent, never));
      await line.wire.until(({ passed }) => passed.down >= begun);
      await rig.running.kill();
      expect(await pulling).toMatchObject(broken());
      expect(await failing(rig.engine.images(never))).toMatchObject(broken());
    });
  });

  it('afterwards everything works again', async () => {
    const rig = await startRig(kind);
    const name = at(line.host, 'app');
    await rig.holds(small(), name);
    await rig.engine.push(name, anonymous, silent, never);
    expect(await digestIn(at(line.direct, 'app'))).toMatch(/^sha256:/);
    await rig.stop();
  });
}
