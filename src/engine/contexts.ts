import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod/mini';
import { defined } from '../core/defined';
import { folded, readObject } from '../core/docker/goJson';
import type { GoObject } from '../core/docker/goJson';
import { contextAddress } from './address';
import type { EngineEndpoint, EngineTls } from './engine';

/** https://docs.docker.com/engine/manage-resources/contexts/ */
const meta = z.object({
  Name: z.string(),
  Endpoints: z.optional(
    z.object({ docker: z.optional(z.object({ Host: z.string(), SkipTLSVerify: z.nullish(z.boolean()) })) }),
  ),
});

/** A docker context, as docker has written it. */
export interface DockerContext {
  readonly name: string;
  readonly host: string;
  /** Absent where it has no certificates, and checks none. */
  readonly tls?: EngineTls;
}

/** Where a context leads. Throws a Failure where docker, too, refuses its address. */
export function endpointOf({ name, host, tls }: DockerContext): EngineEndpoint {
  const url = contextAddress(host, tls !== undefined);
  return { url, source: 'context', name, ...defined({ tls: url.startsWith('tcp:') ? tls : undefined }) };
}

/** The docker contexts below docker's configuration directory; none where it cannot be read. */
export async function readContexts(directory: string): Promise<readonly DockerContext[]> {
  const metas = join(directory, 'contexts', 'meta');
  const ids = await readdir(metas).catch(() => []);
  const contexts = await Promise.all(ids.map((id) => readContext(directory, join(metas, id, 'meta.json'))));
  return contexts.filter((context) => context !== undefined).sort((one, other) => one.name.localeCompare(other.name));
}

/** The context that `docker context use` has chosen; nothing for the default one. */
export async function currentContext(directory: string): Promise<string | undefined> {
  const members = await readMembers(join(directory, 'config.json'));
  const chosen = members.findLast(([name, value]) => folded(name) === 'currentcontext' && typeof value === 'string');
  return typeof chosen?.[1] === 'string' ? named(chosen[1]) : undefined;
}

export function named(context: string | undefined): string | undefined {
  return context === '' || context === 'default' ? undefined : context;
}

/** ca.pem, cert.pem and key.pem of a directory, as far as they are there. */
export async function readEngineTls(directory: string, verify: boolean): Promise<EngineTls> {
  const read = (file: string) => readFile(join(directory, file), 'utf8').catch(() => undefined);
  const [ca, cert, key] = await Promise.all(['ca.pem', 'cert.pem', 'key.pem'].map(read));
  return { ...defined({ ca, cert, key }), verify };
}

async function readContext(directory: string, file: string): Promise<DockerContext | undefined> {
  const parsed = meta.safeParse(await readJson(file));
  const docker = parsed.success ? parsed.data.Endpoints?.docker : undefined;
  if (!parsed.success || docker === undefined || docker.Host === '') return undefined;
  const { Name: name } = parsed.data;
  const id = createHash('sha256').update(name).digest('hex');
  const tls = await readEngineTls(join(directory, 'contexts', 'tls', id, 'docker'), docker.SkipTLSVerify !== true);
  const isSecured = !tls.verify || [tls.ca, tls.cert, tls.key].some((file) => file !== undefined);
  return { name, host: docker.Host, ...defined({ tls: isSecured ? tls : undefined }) };
}

async function readMembers(file: string): Promise<GoObject['members']> {
  try {
    return readObject(await readFile(file, 'utf8'))?.members ?? [];
  } catch {
    return [];
  }
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}
