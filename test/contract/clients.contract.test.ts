import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Entry } from '../../src/core/model';
import type { RegistryProvider } from '../../src/providers/provider';
import { unless } from '../leftOut';
import { goPrograms, whyNotBuilt } from '../rig/goPrograms';
import { layer } from '../sandbox/blob';
import { buildImage, buildIndex, mediaTypes } from '../sandbox/images';
import { findProgram } from '../sandbox/process';
import { pushRepositories } from '../sandbox/push';
import { schema1Type } from '../sandbox/schema1';
import { tempDir, type TempDir } from '../sandbox/tempDir';
import { collectLog } from '../unit/collectLog';
import { anonymous, openAt, type Running } from './genericSubject';
import { realRegistries, type RealRegistry } from './realRegistries';

const { signal } = new AbortController();
const created = new Date('2026-01-12T12:00:00Z');
const files = layer({ files: { 'app/name': 'made' } });
const twoPlatforms = buildIndex(
  ['amd64', 'arm64'].map((architecture) => ({
    manifest: buildImage({ created, platform: { os: 'linux', architecture }, layers: [files] }),
  })),
);

const clients = {
  crane: { program: goPrograms.crane.path, whyNot: whyNotBuilt(goPrograms.crane) },
  regctl: { program: goPrograms.regctl.path, whyNot: whyNotBuilt(goPrograms.regctl) },
  oras: { program: goPrograms.oras.path, whyNot: whyNotBuilt(goPrograms.oras) },
  skopeo: { program: 'skopeo', whyNot: findProgram('skopeo') === undefined ? 'missing: skopeo' : undefined },
} as const;
/** One that lists referrers, and one where clients keep lists of them under tags. */
const places: readonly (RealRegistry & { readonly schema1: boolean })[] = [
  { ...realRegistries['docker-registry'], schema1: true },
  { ...realRegistries.olareg, schema1: false },
];

for (const { name, whyNot: noRegistry, start, schema1 } of places) {
  describe(`in ${name}`, unless(noRegistry), () => {
    let running: Running;
    let opened: RegistryProvider;
    let home: TempDir;
    let host: string;
    beforeAll(async () => {
      [running, home] = await Promise.all([start(), tempDir('clients')]);
      ({ host } = new URL(running.url));
      opened = openAt(running.url, anonymous, collectLog());
      await writeFile(join(home.path, 'layer.tar'), gunzipSync(files.bytes));
      await writeFile(join(home.path, 'sbom.json'), '{"spdxVersion":"SPDX-2.3"}');
    });
    afterAll(async () => {
      await Promise.all([running.stop(), home.remove()]);
    });

    /** With no settings and no logins of whoever runs the tests. */
    const run = async (client: keyof typeof clients, ...args: readonly string[]): Promise<void> => {
      const env = { PATH: process.env.PATH, HOME: home.path };
      await promisify(execFile)(clients[client].program, [...args], { cwd: home.path, env });
    };
    const tagAt = (path: string, label: string) => ({ kind: 'tag', label, image: { host, path, tag: label } }) as const;
    const below = async (path: string, label: string): Promise<readonly Entry[]> =>
      (await opened.list(tagAt(path, label), undefined, signal)).items;
    const details = (path: string, label: string) => opened.details?.(tagAt(path, label), signal);
    const bothPlatforms = [
      { kind: 'platform', label: 'linux/amd64' },
      { kind: 'platform', label: 'linux/arm64' },
    ];

    it('images and an index of crane', unless(clients.crane.whyNot), async () => {
      const at = (tag: string) => `${host}/made/crane:${tag}`;
      await run('crane', 'append', '--insecure', '-f', 'layer.tar', '-t', at('base'));
      for (const architecture of ['amd64', 'arm64'])
        await run('crane', 'mutate', at('base'), '--set-platform', `linux/${architecture}`, '-t', at(architecture));
      await run('crane', 'index', 'append', '-m', at('amd64'), '-m', at('arm64'), '-t', at('1'));
      expect(await below('made/crane', '1')).toMatchObject(bothPlatforms);
      // What it builds upon nothing is of no platform.
      expect(await details('made/crane', 'base')).toMatchObject({ type: 'image', platforms: [] });
      expect(await details('made/crane', 'arm64')).toMatchObject({
        type: 'image',
        mediaType: mediaTypes.dockerManifest,
        platforms: [{ os: 'linux', architecture: 'arm64' }],
      });
    });

    it('images, an index and an SBOM of regctl', unless(clients.regctl.whyNot), async () => {
      const at = (tag: string) => `${host}/made/regctl:${tag}`;
      const regctl = (...args: readonly string[]) => run('regctl', '--host', `reg=${host},tls=disabled`, ...args);
      for (const architecture of ['amd64', 'arm64']) {
        const made = ['--created', created.toISOString(), '--platform', `linux/${architecture}`];
        await regctl('image', 'create', ...made, at(architecture));
      }
      await regctl('index', 'create', '--ref', at('amd64'), '--ref', at('arm64'), at('1'));
      const spdx = 'application/spdx+json';
      await regctl('artifact', 'put', '--artifact-type', spdx, '--subject', at('arm64'), '-f', 'sbom.json', '-m', spdx);
      expect(await below('made/regctl', '1')).toMatchObject([
        { kind: 'platform', label: 'linux/amd64', attachments: [] },
        { kind: 'platform', label: 'linux/arm64', attachments: [{ type: 'sbom', label: 'SBOM (SPDX)' }] },
      ]);
      expect(await details('made/regctl', '1')).toMatchObject({ type: 'index', created });
    });

    it('an artifact of oras, and what it attaches', unless(clients.oras.whyNot), async () => {
      const at = (tag: string) => `${host}/made/oras:${tag}`;
      const type = ['--plain-http', '--artifact-type'];
      await run('oras', 'push', ...type, 'application/vnd.example.model', at('model'), 'sbom.json:text/plain');
      await run('oras', 'attach', ...type, 'application/spdx+json', at('model'), 'sbom.json:application/spdx+json');
      expect(await details('made/oras', 'model')).toMatchObject({
        type: 'artifact',
        artifactType: 'application/vnd.example.model',
      });
      const [attached, ...others] = await below('made/oras', 'model');
      expect(attached).toMatchObject({ kind: 'attachment', type: 'sbom', label: 'SBOM (SPDX)' });
      expect(others).toEqual([]);
      if (attached?.kind !== 'attachment') throw new Error('It is no attachment');
      const read = await opened.content?.attachment(attached, signal);
      expect(Buffer.from(read ?? []).toString()).toBe('{"spdxVersion":"SPDX-2.3"}');
    });

    describe('of skopeo', unless(clients.skopeo.whyNot), () => {
      const copy = async (from: string, to: string, ...args: readonly string[]): Promise<void> => {
        const plain = ['--src-tls-verify=false', '--dest-tls-verify=false'];
        await run(
          'skopeo',
          'copy',
          ...plain,
          ...args,
          `docker://${host}/${from}`,
          `docker://${host}/made/skopeo:${to}`,
        );
      };
      beforeAll(() => pushRepositories(running.url, [{ name: 'from', tags: { '1': twoPlatforms } }]));

      it('an index with all of its images', async () => {
        await copy('from:1', 'all', '--all');
        expect(await below('made/skopeo', 'all')).toMatchObject(bothPlatforms);
        expect(await details('made/skopeo', 'all')).toMatchObject({ digest: twoPlatforms.digest, created });
      });

      it('an image in the format of Docker', async () => {
        await copy('from:1', 'docker', '--format', 'v2s2', '--override-arch=amd64');
        const mediaType = mediaTypes.dockerManifest;
        expect(await details('made/skopeo', 'docker')).toMatchObject({ type: 'image', mediaType, created });
      });

      it('an image of schema 1', async ({ skip }) => {
        if (!schema1) return skip(`${name} does not take it`);
        await copy('from:1', 'old', '--format', 'v2s1', '--override-arch=amd64');
        expect(await details('made/skopeo', 'old')).toMatchObject({ type: 'image', mediaType: schema1Type, created });
      });
    });
  });
}
