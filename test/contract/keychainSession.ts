import { readFileSync, writeFileSync } from 'node:fs';
import { Failure } from '../../src/core/failure';
import { keychain } from '../../src/ui/connections/keychain';
import { report } from '../../src/ui/report';

/** What is asked of the keychain: `['store', key, value]`, `['get', key]`, `['delete', key]`. */
export type Question = readonly ['store', string, string] | readonly ['get' | 'delete', string];

/** What came of it: the secret or nothing, or the sentence that a user would read. */
export type Answer =
  | { readonly secret: string | null }
  | { readonly error: string; readonly isFailure: boolean; readonly remedies: readonly string[] };

async function answer([method, key, value = '']: Question): Promise<Answer> {
  try {
    if (method === 'get') return { secret: (await keychain.get(key)) ?? null };
    await (method === 'store' ? keychain.store(key, value) : keychain.delete(key));
    return { secret: null };
  } catch (error) {
    const told = report(error, 'read');
    return { error: told?.reason ?? '', isFailure: error instanceof Failure, remedies: told?.remedies ?? [] };
  }
}

/** Runs in a session of its own, as the keyring belongs to one: questions come in a file, answers go to another. */
async function main(questionsFile: string, answersFile: string): Promise<void> {
  const answers: Answer[] = [];
  for (const question of JSON.parse(readFileSync(questionsFile, 'utf8')) as Question[])
    answers.push(await answer(question));
  writeFileSync(answersFile, JSON.stringify(answers));
}

const [questionsFile, answersFile] = process.argv.slice(2);
if (questionsFile !== undefined && answersFile !== undefined) void main(questionsFile, answersFile);
