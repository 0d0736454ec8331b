import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot, resultsFolder } from './paths';

const folder = join(resultsFolder, 'commands');

/** Notes which commands our log says were run. `name`: of the window, each has another. */
export async function noteRanCommands(name: string, log: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const ids = [...log.matchAll(/\] Command (\w+)$/gm)].map(([, id]) => id);
  await writeFile(join(folder, `${name}.json`), JSON.stringify([...new Set(ids)]));
}

/** The ids of the commands of package.json that no window has run. */
export function commandsNotRun(): readonly string[] {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const ran = new Set(files.flatMap((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as string[]));
  const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
    readonly contributes: { readonly commands: readonly { readonly command: string }[] };
  };
  return manifest.contributes.commands
    .map(({ command }) => command.replace(/^registryExplorer\./, ''))
    .filter((id) => !ran.has(id));
}
