import { execFileSync } from 'node:child_process';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { unless } from '../leftOut';
import { layer } from '../sandbox/blob';
import { whyNoDockerRegistry } from '../sandbox/dockerRegistry';
import { buildImage } from '../sandbox/images';
import { startSandbox, type Sandbox } from '../sandbox/sandbox';
import type { SeedRepository } from '../sandbox/seed';
import { tempDir, type TempDir } from '../sandbox/tempDir';
import { ask, askJson, manifestTypes } from '../unit/sandbox/ask';

describe('a layer', () => {
  it('is a tar archive that tar reads', () => {
    const { bytes } = layer({ files: { 'app/hello.txt': 'hello\n', 'app/empty': '', 'app/long': 'x'.repeat(1300) } });
    expect(execFileSync('tar', ['-tzf', '-'], { input: bytes }).toString()).toBe(
      'app/hello.txt\napp/empty\napp/long\n',
    );
    expect(execFileSync('tar', ['-xzOf', '-', 'app/hello.txt'], { input: bytes }).toString()).toBe('hello\n');
    expect(execFileSync('tar', ['-xzOf', '-', 'app/long'], { input: bytes }).length).toBe(1300);
  });
});

// Thousands of files are written, on a disk where there is no /dev/shm.
describe('startSandbox', () => {
  let directory: TempDir;
  let running: Sandbox | undefined;
  let lines: string[];
  const log = (line: string): number => lines.push(line);

  beforeEach(async () => {
    directory = await tempDir('test');
    lines = [];
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await directory.remove();
    vi.unstubAllEnvs();
  });

  const small = (now: Date): SeedRepository[] => [
    { name: 'a', tags: { x: buildImage({ created: now }), y: buildImage() } },
  ];
  const tagsAt = async ({ url }: Sandbox): Promise<string[] | null> =>
    ((await askJson(`${url}/v2/a/tags/list`)) as { tags: string[] | null }).tags;

  it('serves the demo from docker-registry', unless(whyNoDockerRegistry()), async () => {
    running = await startSandbox({ dataDir: directory.path, log });
    expect(running.kind).toBe('docker-registry');
    const { repositories } = (await askJson(`${running.url}/v2/_catalog?n=1000`)) as { repositories: string[] };
    expect(repositories.length).toBe(307);
    const { tags } = (await askJson(`${running.url}/v2/ci/builds/tags/list`)) as { tags: string[] };
    expect(tags.length).toBe(5000);
    const latest = await ask(`${running.url}/v2/acme/web/manifests/latest`, { headers: manifestTypes });
    expect(latest.headers['content-type']).toBe('application/vnd.oci.image.index.v1+json');
    expect(lines).toEqual([`Writing the demo images to ${directory.path}/registry`]);
  });

  it('seeds once, and again when the images changed', unless(whyNoDockerRegistry()), async () => {
    const restart = async (repositories: (now: Date) => SeedRepository[]): Promise<Sandbox> => {
      await running?.stop();
      running = await startSandbox({ dataDir: directory.path, log, repositories });
      return running;
    };
    const { url } = await restart(small);
    const y = await ask(`${url}/v2/a/manifests/y`, { headers: manifestTypes });
    await ask(`${url}/v2/a/manifests/${String(y.headers['docker-content-digest'])}`, { method: 'DELETE' });
    expect(await tagsAt(await restart(small))).toEqual(['x']);
    expect(lines.length).toBe(1);
    const changed = (now: Date): SeedRepository[] =>
      small(now).map((seed) => ({ ...seed, untagged: [buildImage({ user: 'b' })] }));
    expect((await tagsAt(await restart(changed)))?.sort()).toEqual(['x', 'y']);
    expect(lines.length).toBe(2);
  });

  it('serves from memory when there is nothing else', async () => {
    vi.stubEnv('PATH', directory.path);
    running = await startSandbox({ dataDir: directory.path, log, repositories: small });
    expect(running.kind).toBe('v2-server');
    expect(await tagsAt(running)).toEqual(['x', 'y']);
    expect(await readdir(directory.path)).toEqual([]);
  });

  const dockerProgram = async (script: string): Promise<void> => {
    const path = join(directory.path, 'docker');
    await writeFile(path, `#!/bin/sh\n${script}`);
    await chmod(path, 0o755);
    vi.stubEnv('PATH', `${directory.path}:${process.env.PATH ?? ''}`);
  };

  it('runs the registry as a container where only docker is at hand', unless(whyNoDockerRegistry()), async () => {
    // Stands in for the engine: does with the port and the volume what the container would do.
    await dockerProgram(`
      case "$1" in
        run) echo "$@" > '${directory.path}/arguments'
          port="\${5%:*}"; volume="\${7%:*}"
          echo "{version: '0.1', storage: {filesystem: {rootdirectory: $volume}}, http: {addr: '$port'}}" > '${directory.path}/config.yml'
          docker-registry serve '${directory.path}/config.yml' >/dev/null 2>&1 & echo $! ;;
        stop) kill "$4" ;;
      esac`);
    running = await startSandbox({ dataDir: directory.path, log, repositories: small, kinds: ['docker'] });
    expect(running.kind).toBe('docker');
    expect((await tagsAt(running))?.sort()).toEqual(['x', 'y']);
    expect(await readFile(join(directory.path, 'arguments'), 'utf8')).toBe(
      `run -d --rm -p ${running.url.slice('http://'.length)}:5000 -v ${directory.path}/registry:/var/lib/registry ` +
        '-e REGISTRY_STORAGE_DELETE_ENABLED=true -e REGISTRY_LOG_LEVEL=warn registry:2\n',
    );
  });

  it('serves from memory when the container does not start', async () => {
    await dockerProgram('[ "$1" = version ] && exit 0; echo "no such image" >&2; exit 125');
    const kinds = ['docker', 'v2-server'] as const;
    running = await startSandbox({ dataDir: directory.path, log, repositories: small, kinds });
    expect(running.kind).toBe('v2-server');
    expect(lines).toContain('registry:2 does not run here: docker run: no such image');
  });
});
