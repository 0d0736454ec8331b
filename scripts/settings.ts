import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { applyEdits, modify, parse } from 'jsonc-parser';
import { quietSettings } from '../test/rig/codeServer';

interface ConnectionSetting {
  readonly label?: string;
}

const connectionsKey = 'registryExplorer.connections';
const sandboxLabel = 'Sandbox registry';

/** Points the sandbox's connection at the registry; all else the user has set there stays, comments too. */
export async function updateSettings(file: string, registryUrl: string): Promise<void> {
  const before = existsSync(file) ? await readFile(file, 'utf8') : JSON.stringify(quietSettings, undefined, 2);
  const settings = (parse(before) ?? {}) as Record<string, unknown>;
  const connections = Array.isArray(settings[connectionsKey])
    ? (settings[connectionsKey] as readonly ConnectionSetting[])
    : [];
  const at = connections.findIndex(({ label }) => label === sandboxLabel);
  const connection = { ...connections[at], provider: 'generic', label: sandboxLabel, url: registryUrl };
  const edits = modify(
    before,
    [connectionsKey],
    at < 0 ? [...connections, connection] : connections.with(at, connection),
    {
      formattingOptions: { insertSpaces: true, tabSize: 2 },
    },
  );
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, applyEdits(before, edits));
}
