import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { applyEdits, modify, parse } from 'jsonc-parser';
import { quietSettings } from '../test/rig/codeServer';

interface SandboxConnection {
  readonly provider: string;
  readonly label: string;
  readonly url: string;
  readonly login?: 'docker' | 'azureEnvironment';
}

/** What VS Code is told of the sandbox. */
export interface SandboxSettings {
  /** Known by their labels from one start to the next. */
  readonly connections: readonly SandboxConnection[];
  /** Settings of the sandbox alone, by their whole names. */
  readonly others?: Readonly<Record<string, unknown>>;
}

const connectionsKey = 'registryExplorer.connections';

/** Points the sandbox's connections at its servers; all else the user has set there stays, comments too. */
export async function updateSettings(file: string, sandbox: SandboxSettings): Promise<void> {
  let text = existsSync(file) ? await readFile(file, 'utf8') : JSON.stringify(quietSettings, undefined, 2);
  const set = (key: string, value: unknown): void => {
    const formattingOptions = { insertSpaces: true, tabSize: 2 };
    text = applyEdits(text, modify(text, [key], value, { formattingOptions }));
  };
  const settings = (parse(text) ?? {}) as Record<string, unknown>;
  const kept = settings[connectionsKey];
  const connections: { readonly label?: string }[] = Array.isArray(kept) ? [...(kept as readonly object[])] : [];
  for (const connection of sandbox.connections) {
    const at = connections.findIndex(({ label }) => label === connection.label);
    if (at < 0) connections.push(connection);
    else connections[at] = { ...connections[at], ...connection };
  }
  set(connectionsKey, connections);
  for (const [key, value] of Object.entries(sandbox.others ?? {})) set(key, value);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
