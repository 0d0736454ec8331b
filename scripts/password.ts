import { randomBytes } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';

/** The same every time, so that a browser stays signed in. */
export async function keptPassword(file: string): Promise<string> {
  const kept = (await readFile(file, 'utf8').catch(() => '')).trim();
  const password = kept === '' ? randomBytes(12).toString('base64url') : kept;
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  // The mode of a file that was there already is not changed by writing it.
  await chmod(file, 0o600);
  return password;
}
