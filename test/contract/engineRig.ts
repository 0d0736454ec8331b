import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import type { Credential } from '../../src/core/model';
import type { ImageReference } from '../../src/core/reference';
import { DockerEngine } from '../../src/engine/dockerEngine';
import type { ContainerEngine, LocalImage, Transfer } from '../../src/engine/engine';
import { layer } from '../sandbox/blob';
import { startEngine, type EngineKind, type RunningEngine } from '../sandbox/engines';
import { buildImage, mediaTypes, type BuiltManifest } from '../sandbox/images';

export const anonymous: Credential = { kind: 'anonymous' };
export const alice: Credential = { kind: 'basic', username: 'alice', secret: 'correct:horse' };
export const mistyped: Credential = { kind: 'basic', username: 'alice', secret: 'correct-hose' };
export const { signal: never } = new AbortController();
export const created = new Date(Date.UTC(2026, 0, 10, 12));

/** How the architecture of this process is called in images. */
export const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
export const another = architecture === 'arm64' ? 'amd64' : 'arm64';

export interface EngineRig {
  readonly running: RunningEngine;
  readonly engine: ContainerEngine;
  /** Puts an image of its own under the names. */
  readonly holds: (image: BuiltManifest, ...names: readonly ImageReference[]) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function startRig(kind: EngineKind): Promise<EngineRig> {
  const running = await startEngine(kind);
  return {
    running,
    engine: openAt(running.url),
    holds: (image, ...names) => running.loadImages([{ image, names: names.map(print) }]),
    stop: running.stop,
  };
}

export function openAt(url: string): ContainerEngine {
  return new DockerEngine({ url, source: 'socket', name: 'Contract' });
}

export function at(host: string, path: string, tag = '1'): ImageReference {
  return { host, path, tag };
}

export function print({ host, path, tag = 'latest' }: ImageReference): string {
  return `${host}/${path}:${tag}`;
}

/** An image that is like no other, of this many bytes in each of its layers. */
export function imageOf(...sizes: readonly number[]): BuiltManifest {
  const layers = sizes.map((size) => layer({ padding: { seed: randomUUID(), size } }));
  return buildImage({ created, layers, labels: { purpose: 'contract' }, platform: { os: 'linux', architecture } });
}

export const small = (): BuiltManifest => imageOf(20_000, 50_000);

export function named(images: readonly LocalImage[], name: ImageReference): LocalImage | undefined {
  return images.find(({ names }) => names.some((candidate) => print(candidate) === print(name)));
}

/** The digest of a tag as the registry tells it; nothing when the registry does not have it. */
export async function digestIn(image: ImageReference, credential = anonymous): Promise<string | undefined> {
  const { host, path, tag = 'latest' } = image;
  const accept = [mediaTypes.ociManifest, mediaTypes.dockerManifest, mediaTypes.ociIndex, mediaTypes.dockerList];
  const secret = credential.kind === 'basic' ? `${credential.username}:${credential.secret}` : '';
  const authorization = { Authorization: `Basic ${Buffer.from(secret).toString('base64')}` };
  const headers = { Accept: accept.join(), ...(secret === '' ? {} : authorization) };
  const answer = await fetch(`http://${host}/v2/${path}/manifests/${tag}`, { method: 'HEAD', headers });
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`The registry answers ${answer.status}`);
  return answer.headers.get('docker-content-digest') ?? '';
}

/** Asks an engine as another program would. */
export function askEngine(socketPath: string, method: string, path: string, body?: unknown): Promise<string> {
  const headers = { 'Content-Type': 'application/json' };
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('error', reject);
      response.on('end', () => {
        if ((response.statusCode ?? 0) < 300) resolve(text);
        else reject(new Error(`${method} ${path}: ${response.statusCode ?? 0} ${text}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** A progress function that keeps what it was told. */
export function collectProgress(): { readonly states: Transfer[]; readonly progress: (state: Transfer) => void } {
  const states: Transfer[] = [];
  return { states, progress: (state) => states.push(state) };
}

export const silent = (): void => undefined;

/** What a promise rejects with; an error of its own when it does not. */
export function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => new Error(`It resolved to ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
}
