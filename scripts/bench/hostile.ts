import { setTimeout as delay } from 'node:timers/promises';
import { failureOf } from '../../src/core/refusal';
import type { Http } from '../../src/core/http';
import { nextLink } from '../../src/core/link';
import { verifyDigest } from '../../src/core/manifest';
import type { Tag } from '../../src/core/model';
import { RegistryClient } from '../../src/core/registryClient';
import { inTagOrder } from '../../src/images/tagOrder';
import { failureOfWords } from '../../src/engine/engineFailure';
import { readMessages } from '../../src/engine/messageStream';
import { TransferState } from '../../src/engine/transferState';
import { readGoogleTags } from '../../src/providers/generic/googleTags';
import { projectsAnswer } from '../../src/providers/gitlab/gitLabAnswers';
import { GitLabApi } from '../../src/providers/gitlab/gitLabApi';
import { v2Tags } from '../../src/providers/tagListing';
import { formatJson } from '../../src/ui/formatJson';
import { describeImage } from '../../src/ui/inspection';
import { Listing } from '../../src/ui/tree/listing';

/** Longer, and other extensions of VS Code are felt to stop. */
export const longestStopMs = 50;
const { signal } = new AbortController();
const url = 'https://registry.example.com';
const image = { host: 'registry.example.com', path: 'team/app' };

/** A hostile or heavy input, made beforehand, and the work that is done with it. */
type Case = readonly [name: string, prepare: () => () => unknown];

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const times = (bytes: number, part: string): string => part.repeat(Math.floor(bytes / part.length));

function sbom(bytes: number): string {
  const checksums = [{ algorithm: 'SHA256', checksumValue: 'a'.repeat(64) }];
  const part = { SPDXID: 'SPDXRef-Package-npm-left-pad', name: 'left-pad', versionInfo: '1.3.0', checksums, files: 12 };
  return `{"packages":[${times(bytes, `${JSON.stringify(part)},`)}{}]}`;
}

const format = (text: () => string) => (): (() => unknown) => {
  const bytes = bytesOf(text());
  return () => formatJson(bytes);
};

/** The tags of a repository whose registry answers with this text alone. */
const list = (text: () => string) => (): (() => unknown) => {
  const response = { status: 200, headers: {}, body: bytesOf(text()), url };
  const tags = v2Tags(new RegistryClient(() => Promise.resolve(response), url), readGoogleTags);
  return () => tags(image.path, undefined, signal);
};

async function* chunks(text: string, size = 64 * 1024): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) {
    await delay(0);
    yield text.slice(at, at + size);
  }
}

async function follow(text: string): Promise<number> {
  const state = new TransferState();
  let layers = 0;
  for await (const message of readMessages(chunks(text), 'unix:///engine.sock')) {
    state.take(message);
    layers = state.transfer.layers;
  }
  return layers;
}

const emptyPages: Http = () =>
  Promise.resolve({ status: 200, headers: { 'x-next-page': '2' }, body: bytesOf('[]'), url });

function endlessRows(): Listing {
  const pages = Array.from({ length: 10 }, (_none, page) =>
    Array.from({ length: 20_000 }, (_row, row): Tag => ({ kind: 'tag', label: `${page}-${row}`, image })),
  );
  let page = 0;
  return new Listing(100, 1_000_000, {
    list: async () => {
      await delay(0);
      return { items: pages[page % 10] ?? [], next: String(++page) };
    },
  });
}

function labelled(labels: number): () => string {
  const config = {
    config: { Labels: Object.fromEntries(Array.from({ length: labels }, (_none, at) => [`l${at}`, 'x'])) },
  };
  const platform = { os: 'linux', architecture: 'amd64' };
  return () => describeImage({ image, digest: 'sha256:1', platform, config, layers: [], faults: [] }, image);
}

const cases: readonly Case[] = [
  ['format an SBOM of 32 MB', format(() => sbom(32e6))],
  ['format 16,000,000 numbers', format(() => `[${times(32e6, '1,')}1]`)],
  ['format 1,000 nested arrays', format(() => nested(1000))],
  ['format 100,000 nested arrays', format(() => nested(100_000))],
  ['format 16,000,000 nested arrays', format(() => nested(16_000_000))],
  ['format one string of 32 MB', format(() => `"${'a'.repeat(32e6)}"`)],
  ['list 5,000 tags', list(() => JSON.stringify({ tags: Array.from({ length: 5000 }, (_none, at) => `v1.${at}`) }))],
  [
    'list 100,000 tags of 128 characters',
    list(() => JSON.stringify({ tags: Array.from({ length: 100_000 }, (_none, at) => `${at}`.padStart(128, 'a1')) })),
  ],
  ['list 8 MB of rows of one letter', list(() => `{"tags":[${times(8e6, '"a",')}"a"]}`)],
  ['list 16 MB of empty objects', list(() => `{"tags":[${times(16e6, '{},')}{}]}`)],
  [
    'list the most parts, all keys',
    list(() => `{${Array.from({ length: 99_000 }, (_none, at) => `"k${at}":1`).join(',')}}`),
  ],
  ['list the most parts, all wrong', list(() => `{"tags":[${'1,'.repeat(199_000)}1]}`)],
  [
    'order 200 tags of 40,000 characters',
    () => () =>
      inTagOrder(
        Array.from({ length: 200 }, (_none, at) => ({
          kind: 'tag' as const,
          label: `${'a1'.repeat(20_000)}${at}`,
          image: { host: 'registry.example.com', path: 'app' },
        })),
      ),
  ],
  [
    'read GitLab’s endless empty pages',
    () => () =>
      new GitLabApi(emptyPages, url, () => Promise.resolve('')).page(
        projectsAnswer,
        '/projects',
        () => [],
        undefined,
        signal,
      ),
  ],
  [
    'read a list of rows without an end',
    () => {
      const listing = endlessRows();
      return () => listing.load();
    },
  ],
  ['read an engine’s line of 64 MB', () => () => follow('x'.repeat(64e6))],
  [
    'read an engine’s million layers',
    () => {
      const text = Array.from({ length: 1_000_000 }, (_none, at) => `{"id":"${at}","status":"Waiting"}\n`).join('');
      return () => follow(text);
    },
  ],
  [
    'read 1 MB of an engine’s words',
    () => () => failureOfWords(times(1e6, 'repository '), 500, 'unix:///engine.sock', image.host),
  ],
  [
    'read a registry’s refusal of 8 MB',
    () => {
      const response = { status: 400, headers: {}, body: bytesOf(`{"errors":[${times(8e6, '{},')}{}]}`), url };
      return () => failureOf(response);
    },
  ],
  ['read a Link field of 16 kB', () => () => nextLink('<'.repeat(16_384))],
  ['describe an image of 60,000 labels', () => labelled(60_000)],
  [
    'check the digest of 32 MB',
    () => {
      const body = new Uint8Array(32 * 1024 * 1024);
      return () => {
        verifyDigest({ body, url }, `sha256:${'0'.repeat(64)}`);
      };
    },
  ],
];

/** The longest stop of the event loop while the work is done, and the time it takes, in milliseconds. */
async function measure(work: () => unknown): Promise<{ readonly stop: number; readonly total: number }> {
  let stop = 0;
  let last = performance.now();
  const beat = (): void => {
    const now = performance.now();
    stop = Math.max(stop, now - last);
    last = now;
  };
  const timer = setInterval(beat, 1);
  const start = performance.now();
  try {
    await work();
  } catch {
    // Refusing is an answer as well.
  }
  const total = performance.now() - start;
  await delay(5);
  beat();
  clearInterval(timer);
  return { stop, total };
}

/** A hostile input, and milliseconds. */
export interface Hostile {
  readonly name: string;
  readonly stop: number;
  readonly total: number;
}

/** How long each hostile input stops the event loop, and with it all extensions of VS Code. */
export async function benchHostile(): Promise<readonly Hostile[]> {
  const all: Hostile[] = [];
  for (const [name, prepare] of cases) {
    const figures = { name, ...(await measure(prepare())) };
    const { stop } = figures;
    console.log(`${name}: ${stop.toFixed(1)} ms${stop > longestStopMs ? `, above ${longestStopMs} ms` : ''}`);
    all.push(figures);
  }
  return all;
}
