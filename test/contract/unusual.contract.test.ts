import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Entry, Repository } from '../../src/core/model';
import { withDigest, type ImageReference } from '../../src/core/reference';
import type { RegistryProvider } from '../../src/providers/provider';
import { unless } from '../leftOut';
import { PushRefused, pushReferrers, pushRepositories } from '../sandbox/push';
import { startV2Server } from '../sandbox/v2Server';
import { collectLog } from '../unit/collectLog';
import { failing } from '../unit/failing';
import { anonymous, openAt, type Running } from './genericSubject';
import { realRegistries, type RealRegistry } from './realRegistries';
import * as content from './unusualContent';

const { signal } = new AbortController();

/** What it does not take, as its refusals say; all else it must take. */
const refused: Readonly<Record<string, readonly string[]>> = {
  'docker-registry': ['artifact manifest'],
  'Distribution 3': ['schema 1', 'artifact manifest'],
  olareg: ['schema 1', 'artifact manifest'],
};

const double: RealRegistry = { name: 'the double', whyNot: undefined, start: () => startV2Server({}) };

for (const { name, whyNot, start } of [...Object.values<RealRegistry>(realRegistries), double]) {
  describe(`unusual content, on ${name}`, unless(whyNot), () => {
    let running: Running;
    let opened: RegistryProvider;
    beforeAll(async () => {
      running = await start();
      opened = openAt(running.url, anonymous, collectLog());
    });
    afterAll(() => running.stop());

    /** Sends it; why the registry did not take it, where that is known of it. */
    const whyRefused = async (what: string, send: () => Promise<void>): Promise<string | undefined> => {
      const outcome = await send().then(
        () => undefined,
        (error: unknown) => {
          if (error instanceof PushRefused) return error.message;
          throw error;
        },
      );
      expect([what, outcome !== undefined]).toEqual([what, refused[name]?.includes(what) === true]);
      return outcome === undefined ? undefined : `${name} does not take it: ${outcome}`;
    };
    const imageAt = (path: string): ImageReference => ({ host: new URL(running.url).host, path, tag: '1' });
    const tagAt = (path: string) => ({ kind: 'tag', label: '1', image: imageAt(path) }) as const;
    const below = async (parent: Entry): Promise<readonly Entry[]> => {
      const { items, next, failure } = await opened.list(parent, undefined, signal);
      expect([next, failure]).toEqual([undefined, undefined]);
      return items;
    };
    const tagsOf = async (path: string): Promise<readonly string[]> => {
      const { host } = imageAt(path);
      const repository: Repository = { kind: 'repository', label: path, image: { host, path } };
      return (await below(repository)).map(({ label }) => label);
    };
    const attachmentsOf = async (path: string): Promise<readonly string[]> => {
      const [platform, ...others] = await below(tagAt(path));
      expect(others).toEqual([]);
      if (platform?.kind !== 'platform') throw new Error('It is no platform');
      expect(platform).not.toHaveProperty('attachmentsFailure');
      return platform.attachments.map(({ label }) => label).sort();
    };
    /** By its digest; whether the tag goes too is up to the registry. */
    const deleteWhatIsAt = async (path: string): Promise<void> => {
      const { image: images } = opened.deletion ?? {};
      const found = await images?.preview(tagAt(path).image, [tagAt(path).label], () => undefined, signal);
      expect(found).toMatchObject({ images: [{ tags: ['1'] }], unknown: [] });
      const digest = found?.images[0]?.digest ?? '';
      await images?.delete(imageAt(path), digest, signal);
      const { content: fresh } = openAt(running.url, anonymous, collectLog());
      const gone = fresh?.manifest(withDigest(imageAt(path), digest), signal);
      expect(await failing(gone ?? Promise.resolve())).toMatchObject({ kind: 'notFound' });
    };

    it('shows the images of an index of indexes, and what is attested of them', async ({ skip }) => {
      const tags = { '1': content.nested };
      const why = await whyRefused('nested', () => pushRepositories(running.url, [{ name: 'odd/nested', tags }]));
      if (why !== undefined) return skip(why);
      expect(await below(tagAt('odd/nested'))).toMatchObject([
        { kind: 'platform', label: 'linux/amd64', attachments: [{ label: 'SBOM (SPDX)' }] },
        { kind: 'platform', label: 'linux/arm64', attachments: [{ label: 'SBOM (SPDX)' }] },
      ]);
      expect(await opened.details?.(tagAt('odd/nested'), signal)).toMatchObject({
        digest: content.nested.digest,
        type: 'index',
        created: new Date('2026-01-12T12:00:00Z'),
        platforms: [
          { os: 'linux', architecture: 'amd64' },
          { os: 'linux', architecture: 'arm64' },
        ],
      });
    });

    it('marks the platform that an index has lost', async ({ skip }) => {
      const name = 'odd/sparse';
      const tags = { '1': content.sparse };
      const why = await whyRefused('sparse', () => pushRepositories(running.url, [{ name, tags }]));
      if (why !== undefined) return skip(why);
      await opened.deletion?.image?.delete(imageAt(name), content.lost.digest, signal);
      const [amd64, arm64, ...others] = await below(tagAt(name));
      expect(amd64).toMatchObject({ kind: 'platform', label: 'linux/amd64' });
      expect(amd64).not.toHaveProperty('failure');
      expect(arm64).toMatchObject({ kind: 'platform', label: 'linux/arm64', failure: { kind: 'notFound' } });
      expect(others).toEqual([]);
    });

    it('shows and deletes an image of schema 1', async ({ skip }) => {
      const name = 'odd/schema1';
      const tags = { '1': content.schema1 };
      const why = await whyRefused('schema 1', () => pushRepositories(running.url, [{ name, tags }]));
      if (why !== undefined) return skip(why);
      expect(await opened.details?.(tagAt(name), signal)).toMatchObject({
        type: 'image',
        created: new Date('2026-01-12T12:00:00Z'),
        platforms: [{ os: 'linux', architecture: 'amd64' }],
      });
      const { bytes } = (await opened.content?.manifest(imageAt(name), signal)) ?? {};
      // Its fields as they were; some registries keep signatures apart, and put them back in an order of their own.
      const sent = JSON.parse(content.schema1.bytes.toString()) as object;
      expect(JSON.parse(Buffer.from(bytes ?? []).toString())).toEqual({ ...sent, signatures: [expect.anything()] });
      await deleteWhatIsAt(name);
    });

    it('shows, opens and deletes what is of a kind that it does not know', async ({ skip }) => {
      const name = 'odd/unknown';
      const tags = { '1': content.artifactManifest };
      const why = await whyRefused('artifact manifest', () => pushRepositories(running.url, [{ name, tags }]));
      if (why !== undefined) return skip(why);
      expect(await tagsOf(name)).toEqual(['1']);
      expect(await opened.details?.(tagAt(name), signal)).toMatchObject({
        digest: content.artifactManifest.digest,
        type: 'artifact',
        artifactType: 'application/vnd.example.scan',
      });
      const { bytes } = (await opened.content?.manifest(imageAt(name), signal)) ?? {};
      expect(Buffer.from(bytes ?? []).toString()).toBe(content.artifactManifest.bytes.toString());
      await deleteWhatIsAt(name);
    });

    it('lists all of sixty referrers', async ({ skip }) => {
      const name = 'odd/referrers';
      const why = await whyRefused('referrers', async () => {
        await pushRepositories(running.url, [{ name, tags: { '1': content.referred } }]);
        await pushReferrers(running.url, name, content.referred, content.referrers);
      });
      if (why !== undefined) return skip(why);
      expect(await tagsOf(name)).toEqual(['1']);
      expect(await attachmentsOf(name)).toEqual(Array.from({ length: 60 }, () => 'SBOM (SPDX)'));
    });

    it('names bundles of sigstore by what they state', async ({ skip }) => {
      const name = 'odd/bundles';
      const why = await whyRefused('bundles', async () => {
        await pushRepositories(running.url, [{ name, tags: { '1': content.bundled } }]);
        await pushReferrers(running.url, name, content.bundled, content.bundles);
      });
      if (why !== undefined) return skip(why);
      expect(await attachmentsOf(name)).toEqual(['Provenance', 'SBOM (SPDX)', 'Signature']);
    });
  });
}
