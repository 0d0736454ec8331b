import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readDockerLogin } from '../../../src/core/docker/dockerConfig';
import { Failure } from '../../../src/core/failure';
import type { Credential } from '../../../src/core/model';
import { tempDir } from '../../sandbox/tempDir';

const { signal: never } = new AbortController();
export const hub = { host: 'docker.io', path: 'library/nginx', tag: '1' };
export const app = { host: 'registry.example.com:5000', path: 'acme/web', tag: '1' };
export const alice: Credential = { kind: 'basic', username: 'alice', secret: 'wonder:land' };
/** How a login is written in a file. */
export const encoded = (text: string) => ({ auth: Buffer.from(text).toString('base64') });
export const alices = encoded('alice:wonder:land');
export const dockers = '.docker/config.json';
export const podmans = '.config/containers/auth.json';

export interface Place {
  readonly home: string;
  /** Writes a file below the home directory: JSON, or text as it is. */
  readonly write: (file: string, content: unknown) => Promise<string>;
  readonly read: (
    image?: typeof app,
    env?: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ) => Promise<Credential | undefined>;
}

/** A home directory of somebody who has nothing. */
export async function place(programs: Readonly<Record<string, string>> = {}): Promise<Place> {
  const { path: home, remove } = await tempDir('login');
  onTestFinished(remove);
  return {
    home,
    write: async (name, content) => {
      const file = join(home, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
      return file;
    },
    read: (image = app, env = {}, signal = never) =>
      readDockerLogin(
        image,
        { home, env: { XDG_RUNTIME_DIR: join(home, 'run'), ...programs, ...env } },
        () => undefined,
        signal,
      ),
  };
}

/** All of an error that a log or a message could show. */
export function everything(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error instanceof Failure ? JSON.stringify(error.detail) : '';
  return `${error.message} ${own} ${error.stack ?? ''} ${everything(error.cause)}`;
}
