import { afterAll, beforeAll, describe, it } from 'vitest';
import { unless } from '../leftOut';
import { whyNoDockerRegistry } from '../sandbox/dockerRegistry';
import { whyNoEngine } from '../sandbox/engines';
import { seedFilesystem } from '../sandbox/seed';
import { failing } from '../unit/failing';
import { begun, startLine, weight, type Line } from './engineLine';
import { anonymous, at, digestIn, imageOf, named, never, silent, startRig, type EngineRig } from './engineRig';

async function goAway({ registry, wire }: Line): Promise<void> {
  await Promise.all([wire.stop(), registry.stop()]);
}

// Docker tries for more than a minute before it gives up; all wait together, and apart from the other tests of engines.
for (const kind of ['docker', 'podman'] as const) {
  const options = { ...unless(whyNoDockerRegistry() ?? whyNoEngine(kind)), concurrent: true };
  describe(`${kind}, when the registry goes away in the middle`, options, () => {
    let rig: EngineRig;
    let line: { readonly push: Line; readonly pull: Line };
    beforeAll(async () => {
      const [started, push, pull] = await Promise.all([startRig(kind), startLine(), startLine()]);
      [rig, line] = [started, { push, pull }];
    });
    afterAll(async () => {
      await Promise.all([rig.stop(), line.push.stop(), line.pull.stop()]);
    });

    it('rejects a push', { timeout: 150_000 }, async ({ expect }) => {
      const { host, wire } = line.push;
      await rig.holds(imageOf(weight), at(host, 'app'));
      wire.hold('up', begun);
      const pushing = failing(rig.engine.push(at(host, 'app'), anonymous, silent, never));
      await wire.until(({ passed }) => passed.up >= begun);
      expect(await digestIn(at(line.push.direct, 'app'))).toBeUndefined();
      await goAway(line.push);
      const failure = await pushing;
      expect(failure).toMatchObject({ kind: 'unreachable', detail: { subject: host } });
      expect(failure.detail).not.toHaveProperty('speaker');
    });

    it('rejects a pull, and the image is not there', { timeout: 150_000 }, async ({ expect }) => {
      const { host, wire, root } = line.pull;
      await seedFilesystem(root.path, [{ name: 'app', tags: { '1': imageOf(weight) } }]);
      wire.hold('down', begun);
      const pulling = failing(rig.engine.pull(at(host, 'app'), anonymous, undefined, silent, never));
      await wire.until(({ passed }) => passed.down >= begun);
      await goAway(line.pull);
      const failure = await pulling;
      expect(failure).toMatchObject({ kind: 'unreachable', detail: { subject: host } });
      expect(failure.detail).not.toHaveProperty('speaker');
      expect(named(await rig.engine.images(never), at(host, 'app'))).toBeUndefined();
    });
  });
}
