import { existsSync, readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { dirname, join } from 'node:path';
import { installVsCode } from '../../test/rig/install';
import { node24, projectRoot } from '../../test/rig/paths';
import { findProgram, run } from '../../test/sandbox/process';

/** What figures of time depend on: processor, memory, system. */
export function machine(): string {
  const [first] = cpus();
  const model = (first?.model ?? 'unknown processor').replace(/\s+/g, ' ').trim();
  return `${model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB of memory, ${system()}`;
}

function system(): string {
  const file = '/etc/os-release';
  const named = existsSync(file) ? /^PRETTY_NAME="(.*)"$/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
  return named ?? `${type()} ${release()}`;
}

function versionIn(file: string): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}

/** The number in what a program says of itself. */
export async function versionOf(program: string, ...args: readonly string[]): Promise<string | undefined> {
  if (findProgram(program) === undefined) return undefined;
  return /\d+(?:\.\d+)+/.exec(await run(program, args))?.[0];
}

/** What took part, by name; without what is not here. */
export async function versions(others: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { server } = await installVsCode(console.log);
  const known: Readonly<Record<string, string | undefined>> = {
    'Registry Explorer': versionIn(join(projectRoot, 'package.json')),
    // The program is out/server-main.js.
    'VS Code': versionIn(join(dirname(dirname(server)), 'package.json')),
    'Node.js of VS Code': (await run(node24, ['--version'])).trim().replace('v', ''),
    'docker-registry': await versionOf('docker-registry', '--version'),
    'docker command': await versionOf('docker', '--version'),
    'Docker Engine': await versionOf('dockerd', '--version'),
    ...others,
  };
  return Object.entries(known).flatMap(([name, version]) => (version === undefined ? [] : [`${name} ${version}`]));
}
