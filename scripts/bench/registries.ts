import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { realRegistries, type RealRegistry } from '../../test/contract/realRegistries';
import { vendors } from '../../test/contract/vendorSubjects';
import { goPrograms } from '../../test/rig/goPrograms';
import { projectRoot } from '../../test/rig/paths';
import { buildArtifact } from '../../test/sandbox/artifacts';
import { buildImage, type BuiltManifest } from '../../test/sandbox/images';
import { pushRepositories, PushRefused } from '../../test/sandbox/push';
import { buildSchema1 } from '../../test/sandbox/schema1';
import { versionOf } from './machine';
import { table } from './markdown';

/** What is asked of a registry that was just started, and how it is found out. */
type Ask = (url: string) => Promise<string>;

const image = buildImage({ env: ['WHAT=image'] });
const kept = buildImage({ env: ['WHAT=kept'] });
const path = 'matrix/app';
const yesNo = (is: boolean): string => (is ? 'yes' : 'no');
const accept = { Accept: [image.mediaType, '*/*'].join(', ') };

async function statusOf(url: string, method = 'GET'): Promise<number> {
  const answer = await fetch(url, { method, headers: accept });
  await answer.arrayBuffer();
  return answer.status;
}

const isThere = async (url: string): Promise<boolean> => (await statusOf(url)) === 200;

async function takes(url: string, name: string, tags: Record<string, BuiltManifest>): Promise<boolean> {
  try {
    await pushRepositories(url, [{ name, tags }]);
    return true;
  } catch (error) {
    if (error instanceof PushRefused) return false;
    throw error;
  }
}

/** Whether it cuts a list where it is asked to, and tells where it goes on. */
async function cuts(url: string): Promise<string> {
  const answer = await fetch(`${url}?n=1`);
  await answer.arrayBuffer();
  return answer.ok ? yesNo(answer.headers.has('Link')) : '–';
}

const untags: Ask = async (url) => {
  const manifests = `${url}/v2/${path}/manifests`;
  await statusOf(`${manifests}/b`, 'DELETE');
  return yesNo(!(await isThere(`${manifests}/b`)) && (await isThere(`${manifests}/a`)));
};

const deletes: Ask = async (url) => {
  const manifests = `${url}/v2/${path}/manifests`;
  await pushRepositories(url, [{ name: path, tags: { a: image, b: image } }]);
  const status = await statusOf(`${manifests}/${image.digest}`, 'DELETE');
  if (status >= 400) return 'no';
  const { tags } = (await (await fetch(`${url}/v2/${path}/tags/list`)).json()) as { readonly tags?: string[] | null };
  return tags?.includes('a') === true ? 'yes, its tags stay' : 'yes, with its tags';
};

const refers: Ask = async (url) => {
  const sbom = buildArtifact({ artifactType: 'application/spdx+json', files: [], subject: kept });
  await pushRepositories(url, [{ name: path, tags: {}, untagged: [sbom] }]);
  const answer = await fetch(`${url}/v2/${path}/referrers/${kept.digest}`);
  return yesNo((await answer.text()).includes(sbom.digest));
};

/** In this order: the last of them delete what the others look for. */
const abilities: Readonly<Record<string, Ask>> = {
  'lists repositories': async (url) => yesNo((await (await fetch(`${url}/v2/_catalog`)).text()).includes(path)),
  'lists them in pages': (url) => cuts(`${url}/v2/_catalog`),
  'lists tags in pages': (url) => cuts(`${url}/v2/${path}/tags/list`),
  'mounts blobs of other repositories': async (url) => {
    const asked = `?mount=${image.blobs[0]?.digest ?? ''}&from=${path}`;
    return yesNo((await statusOf(`${url}/v2/matrix/other/blobs/uploads/${asked}`, 'POST')) === 201);
  },
  'lists referrers': refers,
  'takes schema 1': async (url) =>
    yesNo(await takes(url, 'matrix/old', { old: buildSchema1('matrix/old', 'old', new Date(0)) })),
  'deletes a tag alone': untags,
  'deletes by digest': deletes,
};

async function versionsOf(): Promise<Readonly<Record<keyof typeof realRegistries, string>>> {
  const { distribution3, crane, ociregistry, olareg } = goPrograms;
  return {
    'docker-registry': (await versionOf('docker-registry', '--version')) ?? '',
    'Distribution 3': distribution3.version,
    crane: crane.version,
    ociregistry: ociregistry.version,
    olareg: olareg.version,
  };
}

async function probe({ start }: RealRegistry): Promise<readonly string[]> {
  const running = await start();
  try {
    await pushRepositories(running.url, [
      { name: path, tags: { a: image, b: image, kept } },
      { name: 'matrix/second', tags: { kept } },
    ]);
    const found: string[] = [];
    for (const ask of Object.values(abilities)) found.push(await ask(running.url));
    return found;
  } finally {
    await running.stop();
  }
}

async function realTable(): Promise<string> {
  const versions = await versionsOf();
  const rows: string[][] = [];
  for (const [id, registry] of Object.entries(realRegistries) as [keyof typeof realRegistries, RealRegistry][]) {
    const { name, whyNot } = registry;
    const found = whyNot === undefined ? await probe(registry) : Object.keys(abilities).map(() => whyNot);
    rows.push([name, versions[id], ...found]);
  }
  return table(['Registry', 'Version', ...Object.keys(abilities)], rows);
}

function doubleTable(): string {
  const rows = vendors.map(({ name, preset, addedByName, isPublic, listsPlatforms }) => [
    name,
    `\`${preset}\``,
    yesNo(addedByName !== true),
    yesNo(isPublic === true),
    yesNo(listsPlatforms !== false),
  ]);
  return table(['Registry', 'Kind', 'lists repositories', 'shows strangers a part', 'details tell platforms'], rows);
}

/** Asks each registry that the contract tests run against what it can do, and writes docs/tested-registries.md. */
export async function benchRegistries(): Promise<void> {
  const text = `# The registries of the contract tests

\`npm run bench\` wrote this page; write nothing here by hand. \`npm run test:contract\` holds the extension against these registries.

## Real programs

Each was started empty, filled as clients fill it, and asked.

${await realTable()}

The first two run with passwords, tokens, TLS, client certificates and below a path as well, olareg with passwords and with a part for
strangers: [test/README.md](../test/README.md).

## Doubles

These cannot run on a machine, or not without their cloud. Each is a strict server that has the sign-in and the quirks of its kind, by
what its maker publishes. Docker Hub, GitHub, GitLab, registries of Azure and Azure itself have doubles of their own in \`test/sandbox/\`.

${doubleTable()}
`;
  const file = join(projectRoot, 'docs/tested-registries.md');
  await writeFile(file, await format(text, { ...(await resolveConfig(file)), parser: 'markdown' }));
}
