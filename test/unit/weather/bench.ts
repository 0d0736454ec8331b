import { afterAll, afterEach, beforeAll, expect, onTestFinished, vi } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { Connection, Credential, Repository, Tag } from '../../../src/core/model';
import { generic } from '../../../src/providers/generic/genericType';
import type { RegistryProvider } from '../../../src/providers/provider';
import { report } from '../../../src/ui/report';
import { buildImage } from '../../sandbox/images';
import type { V2ServerOptions } from '../../sandbox/v2Options';
import { startV2Server, type V2Server } from '../../sandbox/v2Server';
import { contextOf } from '../providerContext';

export const { signal } = new AbortController();
export const image = buildImage();

export function openAt(url: string, credential: Credential = { kind: 'anonymous' }): RegistryProvider {
  const connection: Connection = { id: 'test', provider: 'generic', label: 'Test', url, signIn: { kind: 'anonymous' } };
  return generic.open(connection, contextOf(credential));
}

export interface Bench {
  readonly server: V2Server;
  readonly provider: RegistryProvider;
  readonly repository: Repository;
  readonly tag: Tag;
}

/** A registry with one image, `team/app:a`, and the provider that a user has of it; until the test ends. */
export async function registry(options: V2ServerOptions = {}): Promise<Bench> {
  const server = await startV2Server({ repositories: [{ name: 'team/app', tags: { a: image } }], ...options });
  onTestFinished(() => server.stop());
  const at = { host: new URL(server.url).host, path: 'team/app' };
  return {
    server,
    provider: openAt(server.url),
    repository: { kind: 'repository', label: 'team/app', image: at },
    tag: { kind: 'tag', label: 'a', image: { ...at, tag: 'a' } },
  };
}

/** The sentence a user reads of what goes wrong, with HOST in place of the server; anything but a Failure fails the test. */
export async function told(work: Promise<unknown> | undefined, doing = 'list the repositories'): Promise<string> {
  const outcome = await work?.then(
    (value) => new Error(`It resolved to ${JSON.stringify(value).slice(0, 300)}`),
    (error: unknown) => error,
  );
  if (!(outcome instanceof Failure)) throw outcome;
  const message = report(outcome, doing)?.message ?? '';
  return message.replace(/127\.0\.0\.1:\d+/g, 'HOST');
}

/** Fails the file's tests when anything is thrown where nobody catches it. */
export function expectNoStrays(): void {
  const strays: unknown[] = [];
  const collect = (error: unknown) => {
    strays.push(error);
  };
  beforeAll(() => {
    process.on('unhandledRejection', collect).on('uncaughtException', collect);
  });
  afterEach(async () => {
    // Rejections count as unhandled only after the tasks of their turn.
    await new Promise(setImmediate);
    expect(strays).toEqual([]);
  });
  afterAll(() => {
    process.off('unhandledRejection', collect).off('uncaughtException', collect);
  });
}

/** Lets half a second pass for thirty, until the test ends, which is to have waited for `limitMs`. */
export function shortenTimeLimits(limitMs = 30_000): void {
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  const limit = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout(Math.ceil(ms / 60)));
  onTestFinished(() => {
    expect(limit).toHaveBeenCalledWith(limitMs);
    limit.mockRestore();
  });
}
