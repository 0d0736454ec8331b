import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageReference } from '../../src/core/reference';
import { layer } from '../sandbox/blob';
import { startDockerRegistry, type RunningRegistry } from '../sandbox/dockerRegistry';
import type { EngineKind } from '../sandbox/engines';
import { buildImage, buildIndex } from '../sandbox/images';
import { seedFilesystem } from '../sandbox/seed';
import { tempDir, type TempDir } from '../sandbox/tempDir';
import { failing } from '../unit/failing';
import {
  another,
  anonymous,
  architecture,
  askEngine,
  at,
  collectProgress,
  created,
  digestIn,
  named,
  never,
  print,
  rejection,
  silent,
  small,
  startRig,
  type EngineRig,
} from './engineRig';

/** What every engine does, seen through the interface: with a process of its own, and a registry of its own. */
export function describeEngine(kind: EngineKind): void {
  let rig: EngineRig;
  let root: TempDir;
  let registry: RunningRegistry;
  let host: string;
  beforeAll(async () => {
    root = await tempDir('engine-contract');
    [rig, registry] = await Promise.all([startRig(kind), startDockerRegistry({ root: root.path })]);
    host = `127.0.0.1:${registry.port}`;
  });
  afterAll(async () => {
    await Promise.all([rig.stop(), registry.stop()]);
    await root.remove();
  });
  const images = () => rig.engine.images(never);
  const inRegistry = (name: string, tags: Parameters<typeof seedFilesystem>[1][number]['tags']) =>
    seedFilesystem(root.path, [{ name, tags }]);

  describe('tells', () => {
    it('its name, version and platform', async () => {
      const version = await rig.engine.version(never);
      const name = kind === 'docker' ? 'Docker Engine' : 'Podman';
      expect(version).toMatchObject({ name, platform: { os: 'linux', architecture } });
      expect(version.version).toMatch(/^\d+\.\d+/);
    });

    it('its images with all names, date and size', async () => {
      const [one, other] = [at(host, 'list/app'), at(host, 'list/deep/er/app', 'v2')];
      const image = small();
      await rig.holds(image, one, other);
      const listed = named(await images(), one);
      expect(listed).toMatchObject({ id: image.blobs[0]?.digest, created });
      expect(listed?.names.map(print).sort()).toEqual([print(one), print(other)].sort());
      expect(listed?.size).toBeGreaterThanOrEqual(70_000);
      expect(listed?.size).toBeLessThan(80_000);
    });

    it('nothing of names that an image has lost to another', async () => {
      const name = at(host, 'list/taken');
      const [first, second] = [small(), small()];
      await rig.holds(first, name);
      await rig.holds(second, name);
      const all = await images();
      expect(named(all, name)?.id).toBe(second.blobs[0]?.digest);
      expect(all.find(({ id }) => id === first.blobs[0]?.digest)).toMatchObject({ names: [] });
    });

    it('what an image is', async () => {
      const name = at(host, 'inspect/app');
      const image = small();
      await rig.holds(image, name);
      const id = image.blobs[0]?.digest ?? '';
      const description = { Architecture: architecture, Config: { Labels: { purpose: 'contract' } } };
      expect(await rig.engine.inspect(name, never)).toMatchObject(description);
      expect(await rig.engine.inspect({ id }, never)).toMatchObject(description);
    });

    it('that images have changed, whoever changed them', async () => {
      const name = at(host, 'watch/app');
      await rig.holds(small(), name);
      const stop = new AbortController();
      const changes: (() => void)[] = [];
      const next = () => new Promise<void>((resolve) => changes.push(resolve));
      const started = next();
      const watching = rejection(rig.engine.watch(() => changes.shift()?.(), stop.signal));
      await started;
      const changed = next();
      await askEngine(rig.running.socket, 'POST', `/images/${print(name)}/tag?repo=${host}/watch/app&tag=2`);
      await changed;
      const reason = new Error('enough');
      stop.abort(reason);
      expect(await watching).toBe(reason);
    });
  });

  describe('changes', () => {
    it('names: a tag is another name of the same image', async () => {
      const [from, to] = [at(host, 'tag/app'), at('registry.example:5000', 'team/app', 'v1.0_x')];
      await rig.holds(small(), from);
      await rig.engine.tag(from, to, never);
      const all = await images();
      expect(named(all, to)).toBeDefined();
      expect(named(all, to)?.id).toBe(named(all, from)?.id);
    });

    it('names: an image without one is tagged by its id', async () => {
      const image = small();
      await rig.holds(image, at(host, 'tag/by-id'));
      await rig.engine.tag({ id: image.blobs[0]?.digest ?? '' }, at(host, 'tag/by-id', '2'), never);
      expect(named(await images(), at(host, 'tag/by-id', '2'))?.names).toHaveLength(2);
    });

    it('names: removing one leaves the others, removing the last removes the image', async () => {
      const [one, other] = [at(host, 'remove/app', '1'), at(host, 'remove/app', '2')];
      const image = small();
      await rig.holds(image, one, other);
      await rig.engine.remove(one, never);
      expect(named(await images(), other)?.names.map(print)).toEqual([print(other)]);
      await rig.engine.remove(other, never);
      expect((await images()).find(({ id }) => id === image.blobs[0]?.digest)).toBeUndefined();
    });

    it('images: one without a name is removed by its id', async () => {
      const name = at(host, 'remove/nameless');
      const [first, second] = [small(), small()];
      await rig.holds(first, name);
      await rig.holds(second, name);
      await rig.engine.remove({ id: first.blobs[0]?.digest ?? '' }, never);
      const ids = (await images()).map(({ id }) => id);
      expect(ids).not.toContain(first.blobs[0]?.digest);
      expect(ids).toContain(second.blobs[0]?.digest);
    });

    it('nothing about an image that a container uses', async () => {
      const name = at(host, 'remove/used');
      await rig.holds(small(), name);
      const body = { Image: print(name), Cmd: ['/run'] };
      const container = await askEngine(rig.running.socket, 'POST', '/containers/create', body);
      const failure = await failing(rig.engine.remove(name, never));
      expect(failure).toMatchObject({ kind: 'rejected', detail: { speaker: 'engine', subject: rig.running.url } });
      expect(failure).toHaveProperty('message', expect.stringMatching(/container/));
      expect(named(await images(), name)).toBeDefined();
      const { Id: id } = JSON.parse(container) as { Id: string };
      await askEngine(rig.running.socket, 'DELETE', `/containers/${id}`);
    });
  });

  describe('pushes', () => {
    it('so that the registry has the tag', async () => {
      const name = at(host, 'push/app', 'v1');
      await rig.holds(small(), name);
      expect(await digestIn(name)).toBeUndefined();
      const { states, progress } = collectProgress();
      await rig.engine.push(name, anonymous, progress, never);
      expect(await digestIn(name)).toMatch(/^sha256:/);
      // Podman tells nothing of its progress.
      const layers = kind === 'docker' ? 2 : 0;
      expect(states.at(-1)).toMatchObject({ layers, layersDone: layers });
      expect(states.at(-1)?.bytesDone).toBe(states.at(-1)?.bytes);
      if (kind === 'docker') expect(states.at(-1)?.bytes).toBe(70_000);
    });

    it('what is there already without moving it', async () => {
      const [first, second] = [at(host, 'push/again', '1'), at(host, 'push/again', '2')];
      await rig.holds(small(), first, second);
      await rig.engine.push(first, anonymous, silent, never);
      const { states, progress } = collectProgress();
      await rig.engine.push(second, anonymous, progress, never);
      expect(await digestIn(second)).toBe(await digestIn(first));
      expect(states.at(-1)).toMatchObject({ bytes: 0, layersDone: states.at(-1)?.layers });
    });
  });

  describe('pulls', () => {
    it('so that the image is there, and is known by its digest', async () => {
      const image = small();
      await inRegistry('pull/app', { v1: image });
      const name = at(host, 'pull/app', 'v1');
      const { states, progress } = collectProgress();
      await rig.engine.pull(name, anonymous, undefined, progress, never);
      const pulled = named(await images(), name);
      expect(pulled?.id).toBe(image.blobs[0]?.digest);
      expect(pulled?.digests).toContainEqual({ host, path: 'pull/app', digest: image.digest });
      // Podman counts the config too, and tells no bytes.
      const layers = kind === 'docker' ? 2 : 3;
      const bytes = kind === 'docker' ? image.layersSize : 0;
      expect(states.at(-1)).toEqual({ layers, layersDone: layers, bytes, bytesDone: bytes });
      for (const state of states) expect(state.bytesDone).toBeLessThanOrEqual(state.bytes);
    });

    it('the newer image of a tag that was moved', async () => {
      const [older, newer] = [small(), small()];
      const name = at(host, 'pull/moved', 'latest');
      await inRegistry('pull/moved', { latest: older });
      await rig.engine.pull(name, anonymous, undefined, silent, never);
      await inRegistry('pull/moved', { latest: newer });
      await rig.engine.pull(name, anonymous, undefined, silent, never);
      expect(named(await images(), name)?.id).toBe(newer.blobs[0]?.digest);
    });

    it('by digest', async () => {
      const image = small();
      await inRegistry('pull/digest', { hidden: small(), '1': image });
      const reference: ImageReference = { host, path: 'pull/digest', digest: image.digest };
      await rig.engine.pull(reference, anonymous, undefined, silent, never);
      expect((await images()).map(({ id }) => id)).toContain(image.blobs[0]?.digest);
    });

    it('another platform', async () => {
      const platforms = [architecture, another].map((name) => ({ os: 'linux', architecture: name }));
      const children = platforms.map((platform) => ({ manifest: buildImage({ platform, layers: [layer({})] }) }));
      await inRegistry('pull/multi', { '1': buildIndex(children) });
      const name = at(host, 'pull/multi');
      await rig.engine.pull(name, anonymous, { os: 'linux', architecture: another }, silent, never);
      expect(await rig.engine.inspect(name, never)).toMatchObject({ Architecture: another });
      await rig.engine.pull(name, anonymous, undefined, silent, never);
      expect(await rig.engine.inspect(name, never)).toMatchObject({ Architecture: architecture });
    });
  });

  describe('of many names', () => {
    // Podman writes the list of all names anew for every one: 2,000 take minutes to load, though not to list.
    const count = kind === 'docker' ? 50 : 10;
    it(`tells ${count * 40} tags, and all 40 of one image`, async () => {
      const tags = Array.from({ length: 40 }, (_, index) => `v${index}`);
      const loaded = Array.from({ length: count }, (_, index) => ({
        image: buildImage({ created, labels: { index: `${index}` }, layers: [layer({ files: { 'app/name': host } })] }),
        names: tags.map((tag) => print(at(host, `many/app${index}`, tag))),
      }));
      await rig.running.loadImages(loaded);
      const all = await images();
      const names = new Set(all.flatMap((image) => image.names.map(print)));
      expect(loaded.flatMap((image) => image.names).filter((name) => !names.has(name))).toEqual([]);
      expect(named(all, at(host, 'many/app7', 'v39'))?.names).toHaveLength(40);
    });
  });
}
