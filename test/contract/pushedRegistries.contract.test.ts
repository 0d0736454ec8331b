import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Repository } from '../../src/core/model';
import { unless } from '../leftOut';
import { goPrograms, whyNotBuilt, type GoProgram } from '../rig/goPrograms';
import { pushRepositories } from '../sandbox/push';
import { tempDir } from '../sandbox/tempDir';
import { collectLog } from '../unit/collectLog';
import { failing } from '../unit/failing';
import { contractRepositories, web } from './content';
import { alice, anonymous, mistyped, openAt, underContract, type Running } from './genericSubject';
import { craneArgs, startGoRegistry } from './realRegistries';
import { deletesManifestsAlone, describeProvider, type ContractSubject } from './provider.contract';

const { signal } = new AbortController();

/** A registry that keeps everything in memory, filled the way clients fill it. */
async function startPushed(program: GoProgram, args: readonly string[], headers = {}): Promise<Running> {
  const running = await startGoRegistry(program, args);
  try {
    await pushRepositories(running.url, contractRepositories, headers);
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
}

/** Alice may do everything; strangers are greeted, and see `app/`. The secret is `correct:horse`. */
const users = `
users: { alice: { cred: "$2a$04$abcdefghijklmnopqrstuuVNvsIE4XrZdqzz2Nwuq7yOWE8bL0/Ly" } }
acls:
  - { repo: "*", members: [alice], access: ["*"] }
  - { repo: "", members: [alice], access: [read] }
  - { repo: "app/*", anonymous: true, access: [read] }
`;
const asAlice = { Authorization: `Basic ${Buffer.from('alice:correct:horse').toString('base64')}` };

async function startWithPasswords(args: readonly string[] = []): Promise<Running> {
  const folder = await tempDir('olareg');
  const file = join(folder.path, 'users.yaml');
  await writeFile(file, users);
  const { url, stop } = await startPushed(goPrograms.olareg, [`-users=${file}`, ...args], asAlice);
  const stopBoth = async () => {
    await stop();
    await folder.remove();
  };
  return { url, stop: stopBoth };
}

interface Pushed {
  readonly program: GoProgram;
  readonly subjects: readonly ContractSubject[];
}

/** Where nothing can be switched off, nobody is refused a deletion. */
const inMemory = { credential: anonymous, untag: 'done', listsAtOnce: true } as const;
const olareg = { untag: 'done', addedByName: true, missingIsEmpty: true } as const;
const deletes = ({ readOnly }: { readonly readOnly?: boolean }): string => `-delete=${readOnly !== true}`;

const registries: readonly Pushed[] = [
  {
    program: goPrograms.crane,
    subjects: [
      {
        name: 'crane',
        start: async () => underContract(await startPushed(goPrograms.crane, craneArgs), inMemory),
        deletion: deletesManifestsAlone,
      },
    ],
  },
  {
    program: goPrograms.ociregistry,
    subjects: [
      {
        name: 'ociregistry',
        start: async () => underContract(await startPushed(goPrograms.ociregistry, []), inMemory),
        deletion: deletesManifestsAlone,
      },
    ],
  },
  {
    program: goPrograms.olareg,
    subjects: [
      {
        name: 'olareg, open to everybody',
        start: async (options) => {
          const running = await startPushed(goPrograms.olareg, [deletes(options)]);
          return underContract(running, { ...olareg, credential: anonymous });
        },
      },
      {
        name: 'olareg, with passwords',
        start: async (options) => {
          const running = await startWithPasswords([deletes(options)]);
          return underContract(running, { ...olareg, credential: alice, wrongCredential: mistyped });
        },
      },
    ],
  },
];

for (const { program, subjects } of registries) {
  describe(program.name, unless(whyNotBuilt(program)), () => {
    for (const subject of subjects) describeProvider(subject);
  });
}

describe('olareg, of which strangers see a part', unless(whyNotBuilt(goPrograms.olareg)), () => {
  let running: Running;
  beforeAll(async () => {
    running = await startWithPasswords();
  });
  afterAll(() => running.stop());

  it('shows them that part, and asks for a sign-in elsewhere', async () => {
    const { host } = new URL(running.url);
    const opened = openAt(running.url, anonymous, collectLog());
    const repository = (path: string): Repository => ({ kind: 'repository', label: path, image: { host, path } });
    const { items } = await opened.list(repository('app/web'), undefined, signal);
    expect(items.map(({ label }) => label)).toEqual(['chart', 'latest']);
    const image = { host, path: 'app/web', tag: 'latest' };
    expect(await opened.details?.({ kind: 'tag', label: 'latest', image }, signal)).toMatchObject({
      digest: web.digest,
    });
    const listing = opened.list(repository('order/tags'), undefined, signal);
    expect(await failing(listing)).toMatchObject({ kind: 'unauthorized' });
  });
});
