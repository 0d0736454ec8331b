import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { tempDir } from '../../sandbox/tempDir';

/** What a program was called with. */
interface Call {
  readonly argv: readonly string[];
  readonly stdin: string;
}

export interface FakePrograms {
  readonly directory: string;
  /** With the fake programs first on the PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** Puts a shell script there, which first keeps its arguments and what comes to its standard input. */
  readonly add: (name: string, script: string) => Promise<void>;
  /** Puts a file there just as it is. */
  readonly addFile: (name: string, content: string, mode: number) => Promise<string>;
  /** Nothing when it was never called. */
  readonly callOf: (name: string) => Promise<Call | undefined>;
}

/** A directory of programs, of this test alone. */
export async function fakePrograms(): Promise<FakePrograms> {
  const { path: directory, remove } = await tempDir('programs');
  onTestFinished(remove);
  const read = (file: string) => readFile(join(directory, file), 'utf8').catch(() => undefined);
  const addFile = async (name: string, content: string, mode: number): Promise<string> => {
    const file = join(directory, name);
    await writeFile(file, content);
    await chmod(file, mode);
    return file;
  };
  return {
    directory,
    // Scripts need no more than every Unix has.
    env: { PATH: `${directory}:${process.env.PATH ?? ''}:/usr/bin:/bin` },
    addFile,
    add: async (name, script) => {
      const keep = `printf '%s\\n' "$@" > "$0.argv"; cat > "$0.stdin"`;
      await addFile(name, `#!/bin/sh\n${keep}\n${script}\n`, 0o755);
    },
    callOf: async (name) => {
      const [argv, stdin] = await Promise.all([read(`${name}.argv`), read(`${name}.stdin`)]);
      return argv === undefined ? undefined : { argv: argv.split('\n').slice(0, -1), stdin: stdin ?? '' };
    },
  };
}
