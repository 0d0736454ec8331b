import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unless } from '../leftOut';
import * as artifacts from '../sandbox/artifacts';
import { digestOf, layer } from '../sandbox/blob';
import { startDockerRegistry, whyNoDockerRegistry, type RunningRegistry } from '../sandbox/dockerRegistry';
import { buildImage, buildIndex } from '../sandbox/images';
import { createPki } from '../sandbox/pki';
import { seedFilesystem, withChildren, type SeedRepository } from '../sandbox/seed';
import { tempDir, type TempDir } from '../sandbox/tempDir';
import { ask, askJson, basic, manifestTypes } from '../unit/sandbox/ask';

const created = new Date('2026-03-04T05:06:07Z');
const shared = layer({ files: { base: 'base' }, padding: { seed: 'shared', size: 50_000 } });
const docker = buildImage({ format: 'docker', created, layers: [shared] });
const oci = buildImage({ created, layers: [shared, layer({ files: { app: 'app' } })] });
const arm = buildImage({ created, platform: { os: 'linux', architecture: 'arm64' }, layers: [shared] });
const referrer = artifacts.buildSignatureReferrer(oci, 'a', created);
const untagged = buildImage({ created: new Date(0) });
const everything: SeedRepository = {
  name: 'team/everything',
  tags: {
    docker,
    oci,
    list: buildIndex([{ manifest: docker }], { format: 'docker' }),
    attested: artifacts.buildAttestedIndex([oci, arm], (image) => [artifacts.sbom(image.digest, [], created)]),
    chart: artifacts.buildHelmChart({ name: 'web', version: '1.0.0' }),
    artifact: artifacts.buildArtifact({
      artifactType: 'application/vnd.acme',
      files: [{ name: 'a', mediaType: 'text/plain', content: 'a' }],
    }),
    [artifacts.referrersTag(oci)]: artifacts.buildReferrersIndex([referrer]),
    [artifacts.cosignTag(oci)]: artifacts.buildCosignSignature(oci, 'a'),
  },
  untagged: [untagged],
};

// Programs are started, which takes its time on a busy computer.
describe('docker-registry', unless(whyNoDockerRegistry()), () => {
  let root: TempDir;
  let registry: RunningRegistry;

  beforeAll(async () => {
    root = await tempDir('test');
    registry = await startDockerRegistry({ root: root.path });
    await seedFilesystem(root.path, [everything, { name: 'other', tags: { oci } }]);
  });
  afterAll(async () => {
    await registry.stop();
    await root.remove();
  });

  it('lists repositories and tags seeded while it runs', async () => {
    expect(await askJson(`${registry.url}/v2/_catalog`)).toEqual({ repositories: ['other', 'team/everything'] });
    const { tags } = (await askJson(`${registry.url}/v2/team/everything/tags/list`)) as { tags: string[] };
    expect(tags.sort()).toEqual(Object.keys(everything.tags).sort());
  });

  it.each(Object.entries(everything.tags))('serves %s with all it reaches, byte for byte', async (tag, built) => {
    const base = `${registry.url}/v2/team/everything`;
    const served = await ask(`${base}/manifests/${tag}`, { headers: manifestTypes });
    expect(served.headers['docker-content-digest']).toBe(built.digest);
    for (const manifest of withChildren(built)) {
      const answer = await ask(`${base}/manifests/${manifest.digest}`, { headers: manifestTypes });
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe(manifest.mediaType);
      expect(answer.headers['docker-content-digest']).toBe(manifest.digest);
      expect(answer.body.equals(manifest.bytes)).toBe(true);
      for (const { digest } of manifest.blobs) {
        const blob = await ask(`${base}/blobs/${digest}`);
        expect(digestOf(blob.body)).toBe(digest);
      }
    }
  });

  it('serves a manifest without a tag, and shared blobs in every repository that has them', async () => {
    const base = `${registry.url}/v2`;
    const head = { method: 'HEAD', headers: manifestTypes };
    expect((await ask(`${base}/team/everything/manifests/${untagged.digest}`, head)).status).toBe(200);
    expect((await ask(`${base}/other/blobs/${shared.digest}`, { method: 'HEAD' })).status).toBe(200);
  });

  it('deletes, unless told not to', async () => {
    await seedFilesystem(root.path, [{ name: 'doomed', tags: { a: docker } }]);
    const path = `/v2/doomed/manifests/${docker.digest}`;
    const strict = await startDockerRegistry({ root: root.path, deleteEnabled: false });
    try {
      expect((await ask(strict.url + path, { method: 'DELETE' })).status).toBe(405);
    } finally {
      await strict.stop();
    }
    expect((await ask(registry.url + path, { method: 'DELETE' })).status).toBe(202);
    expect((await ask(registry.url + path, { headers: manifestTypes })).status).toBe(404);
  });

  it('limits catalog pages and lives under a prefix', async () => {
    const limited = await startDockerRegistry({
      root: root.path,
      prefix: '/reg/',
      catalogMaxEntries: 1,
      readOnly: true,
    });
    try {
      expect(limited.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/reg$/);
      const first = await ask(`${limited.url}/v2/_catalog?n=1`);
      expect(first.headers.link).toContain('rel="next"');
      expect((await ask(`${limited.url}/v2/_catalog?n=2`)).status).toBe(400);
      expect((await ask(`${limited.url}/v2/other/blobs/uploads/`, { method: 'POST' })).status).toBe(405);
    } finally {
      await limited.stop();
    }
  });

  it('asks for Basic credentials and knows a password with colons', async () => {
    const users = { alice: 'secret', bob: 'hunter2-with:colon' };
    const closed = await startDockerRegistry({ auth: { kind: 'basic', users } });
    const statusOf = async (headers: Record<string, string>): Promise<number> =>
      (await ask(`${closed.url}/v2/`, { headers })).status;
    try {
      expect(await statusOf({})).toBe(401);
      expect(await statusOf(basic('alice', 'wrong'))).toBe(401);
      expect(await statusOf(basic('alice', 'secret'))).toBe(200);
      expect(await statusOf(basic('bob', 'hunter2-with:colon'))).toBe(200);
    } finally {
      await closed.stop();
    }
  });

  it('serves TLS, and with a client authority only clients it signed', async () => {
    const pki = await createPki({ hosts: ['registry.test', '127.0.0.2'] });
    try {
      const { ca, client } = pki;
      const open = await startDockerRegistry({ tls: pki.tls() });
      try {
        expect((await ask(`${open.url}/v2/`, { tls: { ca: ca.cert } })).status).toBe(200);
        await expect(ask(`${open.url}/v2/`)).rejects.toThrow('unable to verify the first certificate');
      } finally {
        await open.stop();
      }
      const mutual = await startDockerRegistry({ tls: pki.tls('mutual'), host: '127.0.0.2' });
      try {
        const identity = { ca: ca.cert, cert: client.cert, key: client.key };
        expect((await ask(`${mutual.url}/v2/`, { tls: identity })).status).toBe(200);
        await expect(ask(`${mutual.url}/v2/`, { tls: { ca: ca.cert } })).rejects.toThrow();
      } finally {
        await mutual.stop();
      }
    } finally {
      await pki.remove();
    }
  });

  it('tells why it does not start', async () => {
    await expect(startDockerRegistry({ port: registry.port })).rejects.toThrow('address already in use');
  });

  it('ends with the process that started it, even one that is killed', async () => {
    const program = fileURLToPath(new URL('../sandbox/dockerRegistry.ts', import.meta.url));
    const script = join(root.path, 'start.mts');
    await writeFile(
      script,
      `import { startDockerRegistry } from ${JSON.stringify(program)};
       process.stdout.write((await startDockerRegistry()).url);`,
    );
    const starter = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const url = await new Promise<string>((resolve, reject) => {
        starter.stdout.once('data', (text: Buffer) => {
          resolve(text.toString());
        });
        starter.once('exit', () => {
          reject(new Error('The starter ended by itself'));
        });
      });
      expect((await ask(`${url}/v2/`)).status).toBe(200);
      starter.kill('SIGKILL');
      await expect.poll(() => ask(`${url}/v2/`).catch(String)).toContain('ECONNREFUSED');
    } finally {
      starter.kill('SIGKILL');
    }
  });

  it('is gone after stop', async () => {
    const short = await startDockerRegistry();
    await short.stop();
    await expect(ask(`${short.url}/v2/`)).rejects.toThrow('ECONNREFUSED');
  });
});
