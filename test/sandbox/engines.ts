import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { BuiltManifest } from './images';
import { endProcess, findProgram, run } from './process';
import { tar } from './tar';
import { tempDir, type TempDir } from './tempDir';

export type EngineKind = 'docker' | 'podman';

/** An image to be found in an engine; several names are several tags of it. */
interface LoadedImage {
  readonly image: BuiltManifest;
  readonly names: readonly string[];
}

export interface RunningEngine {
  readonly kind: EngineKind;
  /** `unix://` and the socket's path. */
  readonly url: string;
  readonly socket: string;
  readonly loadImages: (images: readonly LoadedImage[]) => Promise<void>;
  readonly logs: () => string;
  /** Ends it as a crash does; `stop` is still to be called. */
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface EngineOptions {
  /** Address of a registry that Docker asks in place of Docker Hub. */
  readonly mirror?: string;
}

/** Why no engine of this kind can be started here; nothing when one can. */
export function whyNoEngine(kind: EngineKind): string | undefined {
  if (process.platform !== 'linux') return `${kind} runs on Linux only`;
  // Both unpack layers that belong to several users, and mount them.
  if (process.getuid?.() !== 0) return `${kind} needs root`;
  const missing = programs[kind].filter((program) => findProgram(program) === undefined);
  return missing.length > 0 ? `missing: ${missing.join(', ')}` : undefined;
}

const programs: Readonly<Record<EngineKind, readonly string[]>> = {
  docker: ['dockerd', 'containerd'],
  podman: ['podman', 'crun'],
};

const listening = /API (?:service )?listen(?:ing)? on/;
const startTimeoutMs = 30_000;
const keptLog = 64 * 1024;

/** Runs the program until the pipe to this process closes, so that nothing is left of one that is killed. */
const untilStdinEnds = `
  directory=$1; shift
  exec 3<&0
  { cat <&3; kill $$; umount "$directory/root/overlay" "$directory/data"; rm -rf "$directory"; } >/dev/null 2>&1 &
  exec "$@" 3<&-`;

/** https://docs.docker.com/reference/cli/dockerd/; without a network of its own, so that it disturbs no other engine. */
function dockerd(directory: string): readonly string[] {
  const noNetwork = ['--bridge=none', '--iptables=false', '--ip6tables=false', '--ip-forward=false', '--ip-masq=false'];
  return [
    ...['dockerd', '-H', `unix://${socketIn(directory)}`, ...noNetwork, '--userland-proxy=false'],
    // Its own settings file may say otherwise on this computer.
    ...['--config-file', join(directory, 'daemon.json'), '--pidfile', join(directory, 'pid')],
    ...['--data-root', join(directory, 'data'), '--exec-root', join(directory, 'exec')],
  ];
}

/** https://docs.podman.io/en/v4.3/markdown/podman-system-service.1.html */
function podman(directory: string): readonly string[] {
  return [
    ...['podman', '--log-level=info', '--cgroup-manager=cgroupfs', '--events-backend=file'],
    ...['--root', join(directory, 'root'), '--runroot', join(directory, 'run'), '--tmpdir', join(directory, 'tmp')],
    ...['system', 'service', '--time=0', `unix://${socketIn(directory)}`],
  ];
}

function socketIn(directory: string): string {
  return join(directory, 'engine.sock');
}

/** Docker takes plain http from loopback registries, podman from those it is told: https://github.com/containers/image/blob/v5.23.1/docs/containers-registries.conf.5.md */
async function configure(directory: string, { mirror }: EngineOptions): Promise<void> {
  const loopback = ['127.0.0.1', 'localhost'].map(
    (location) => `[[registry]]\nlocation="${location}"\ninsecure=true\n`,
  );
  await writeFile(join(directory, 'registries.conf'), `unqualified-search-registries=[]\n${loopback.join('')}`);
  const mirrors = mirror === undefined ? {} : { 'registry-mirrors': [mirror] };
  await writeFile(join(directory, 'daemon.json'), JSON.stringify(mirrors));
  await mkdir(join(directory, 'home'));
}

type EngineProcess = ChildProcessByStdio<Writable, Readable, Readable>;

function launch(kind: EngineKind, directory: string): EngineProcess {
  const command = kind === 'docker' ? dockerd(directory) : podman(directory);
  const env = {
    ...process.env,
    // Credentials and settings of whoever runs this must not help or hinder.
    HOME: join(directory, 'home'),
    CONTAINERS_REGISTRIES_CONF: join(directory, 'registries.conf'),
    REGISTRY_AUTH_FILE: join(directory, 'auth.json'),
    DOCKER_HOST: '',
    DOCKER_CONFIG: join(directory, 'home'),
  };
  const args = ['-c', untilStdinEnds, 'sh', directory, ...command];
  return spawn('sh', args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
}

async function untilListening(child: EngineProcess, output: () => string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (reason: string): void => {
      clearTimeout(timer);
      reject(new Error(`${reason}: ${output()}`));
    };
    const timer = setTimeout(() => {
      fail(`The engine did not listen within ${startTimeoutMs} ms`);
    }, startTimeoutMs);
    const look = (): void => {
      if (!listening.test(output())) return;
      child.stderr.off('data', look);
      clearTimeout(timer);
      resolve();
    };
    child.stderr.on('data', look);
    child.once('error', (error) => {
      fail(error.message);
    });
    child.once('close', (code) => {
      fail(`The engine ended with code ${code ?? 'none'}`);
    });
  });
}

/** Starts a Docker Engine or a Podman service of its own, in a directory that is removed at the end. */
export async function startEngine(kind: EngineKind, options: EngineOptions = {}): Promise<RunningEngine> {
  const reason = whyNoEngine(kind);
  if (reason !== undefined) throw new Error(reason);
  const directory = await tempDir(kind);
  await configure(directory.path, options);
  const child = launch(kind, directory.path);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => (output = (output + text.toString()).slice(-keptLog)));
  }
  const stop = (): Promise<void> => end(child, directory);
  try {
    await untilListening(child, () => output);
  } catch (error) {
    await stop();
    throw error;
  }
  const socket = socketIn(directory.path);
  return {
    kind,
    url: `unix://${socket}`,
    socket,
    loadImages: (images) => load(socket, dockerArchive(images)),
    logs: () => output,
    kill: async () => {
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await gone;
    },
    stop,
  };
}

/** The shell that waits for the end of the pipe unmounts what the engine mounted and removes the directory. */
async function end(child: EngineProcess, directory: TempDir): Promise<void> {
  if (child.pid === undefined) {
    await directory.remove();
    return;
  }
  await endProcess(child);
  child.stdin.destroy();
  // One that was killed leaves its mounts, and Docker its containerd.
  for (const mount of ['root/overlay', 'data']) {
    await run('umount', ['-R', join(directory.path, mount)]).catch(() => undefined);
  }
  await directory.remove();
}

/** What `docker save` writes: https://github.com/moby/moby/blob/v20.10.24/image/spec/v1.2.md#combined-image-json--filesystem-changeset-format */
function dockerArchive(images: readonly LoadedImage[]): Buffer {
  const files = new Map<string, Buffer>();
  const manifest = images.map(({ image, names }) => {
    const [config, ...layers] = image.blobs.map(({ digest, bytes }, index) => {
      const file = `${digest.slice('sha256:'.length)}.${index === 0 ? 'json' : 'tar'}`;
      files.set(file, bytes);
      return file;
    });
    return { Config: config, RepoTags: names, Layers: layers };
  });
  return tar({ ...Object.fromEntries(files), 'manifest.json': JSON.stringify(manifest) });
}

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageLoad */
async function load(socketPath: string, archive: Buffer): Promise<void> {
  const headers = { 'Content-Type': 'application/x-tar', 'Content-Length': archive.length };
  const options = { socketPath, method: 'POST', path: '/images/load?quiet=1', headers, agent: false };
  const answer = await new Promise<string>((resolve, reject) => {
    const outgoing = request(options, (response) => {
      let text = `${response.statusCode ?? 0} `;
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('error', reject);
      response.on('end', () => {
        resolve(text);
      });
    });
    outgoing.on('error', reject);
    outgoing.end(archive);
  });
  if (!answer.startsWith('200 ') || answer.includes('"error')) throw new Error(`The engine loaded nothing: ${answer}`);
}
