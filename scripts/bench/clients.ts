import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pLimit from 'p-limit';
import { goPrograms, whyNotBuilt } from '../../test/rig/goPrograms';
import { findProgram, run } from '../../test/sandbox/process';
import type { Recorder } from '../../test/sandbox/recorder';
import { tempDir } from '../../test/sandbox/tempDir';
import { builds, fewTags, manyTags, page, tagNames } from './content';
import type { Figures, Job, Samples } from './figures';

/** A program for a terminal. */
interface Client {
  readonly name: string;
  readonly version: string;
  readonly program: string;
  readonly whyNot: string | undefined;
  /** The command that lists repositories; absent if it has none. */
  readonly repositories?: (host: string) => readonly string[];
  readonly tags: (repository: string) => readonly string[];
  /** The command that tells what the config of an image says. */
  readonly config: (image: string, host: string) => readonly string[];
}

/** As many at the same moment as our extension sends requests. */
const width = 6;
const plain = '--tls-verify=false';
const without = (host: string): readonly string[] => ['--host', `reg=${host},tls=disabled`];
const hostOf = (name: string): string => name.replace(/\/.*/, '');

async function listClients(): Promise<readonly Client[]> {
  const { crane, regctl } = goPrograms;
  const hasSkopeo = findProgram('skopeo') !== undefined;
  return [
    {
      ...{ name: 'crane', version: crane.version, program: crane.path, whyNot: whyNotBuilt(crane) },
      repositories: (host) => ['catalog', host],
      tags: (repository) => ['ls', repository],
      config: (image) => ['config', image],
    },
    {
      ...{ name: 'regctl', version: regctl.version, program: regctl.path, whyNot: whyNotBuilt(regctl) },
      repositories: (host) => [...without(host), 'repo', 'ls', '--limit', '1000', host],
      tags: (repository) => [...without(hostOf(repository)), 'tag', 'ls', repository],
      config: (image, host) => [...without(host), 'image', 'config', image],
    },
    {
      ...{ name: 'skopeo', program: 'skopeo' },
      version: hasSkopeo ? (await run('skopeo', ['--version'])).trim().replace(/.* /, '') : '',
      whyNot: hasSkopeo ? undefined : 'missing: skopeo',
      tags: (repository) => ['list-tags', plain, `docker://${repository}`],
      config: (image) => ['inspect', '--config', plain, `docker://${image}`],
    },
  ];
}

type Commands = readonly (readonly string[])[];

function commandsOf({ repositories, tags, config }: Client, host: string): readonly (readonly [Job, Commands])[] {
  const newest = tagNames(1000).slice(-100);
  return [
    ...(repositories === undefined ? [] : [['repositories', [repositories(host)]] as const]),
    ['tags', [tags(`${host}/${fewTags}`)]],
    ['manyTags', [tags(`${host}/${manyTags}`)]],
    ['details', newest.map((tag) => config(`${host}/${builds}:${tag}`, host))],
    ['page', [config(`${host}/${page}:1.4.0`, host)]],
  ];
}

/** With no settings and no logins of whoever runs it, and nothing kept from before. */
async function measure({ program }: Client, recorder: Recorder, commands: Commands): Promise<Figures> {
  const home = await tempDir('bench');
  const env = { PATH: process.env.PATH, HOME: home.path };
  const limit = pLimit(width);
  recorder.reset();
  const start = performance.now();
  try {
    await Promise.all(
      commands.map((args) =>
        limit(() => promisify(execFile)(program, [...args], { cwd: home.path, env, maxBuffer: 64e6 })),
      ),
    );
    const ms = performance.now() - start;
    await recorder.until((requests) => requests.every(({ state }) => state !== 'running'));
    const bytes = recorder.requests.reduce((sum, request) => sum + (request.bytes ?? 0), 0);
    return { requests: recorder.requests.length, bytes, ms };
  } finally {
    await home.remove();
  }
}

/** Those that are here, with their versions, and why others are not. */
export interface ClientBench {
  readonly samples: readonly Samples[];
  readonly versions: Readonly<Record<string, string>>;
  readonly leftOut: readonly string[];
}

/** The same jobs by programs that people use in a terminal, through the same recorder. */
export async function benchClients(recorder: Recorder, rounds: number): Promise<ClientBench> {
  const clients = await listClients();
  const { host } = new URL(recorder.url);
  const here = clients.filter(({ whyNot }) => whyNot === undefined);
  const lines = here.flatMap((client) =>
    commandsOf(client, host).map(([job, commands]) => ({ client, job, commands, samples: new Array<Figures>() })),
  );
  for (let round = 1; round <= rounds; round++)
    for (const { client, commands, samples } of lines) samples.push(await measure(client, recorder, commands));
  return {
    samples: lines.map(({ client: { name: who }, job, samples }) => ({ job, who, samples })),
    versions: Object.fromEntries(here.map(({ name, version }) => [name, version])),
    leftOut: clients.flatMap(({ name, whyNot }) => (whyNot === undefined ? [] : [`${name}: ${whyNot}`])),
  };
}
