import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { Entry, ImageDetails, PlatformImage, Tag } from '../../../src/core/model';
import type { RegistryProvider } from '../../../src/providers/provider';
import type { Ask } from '../../../src/ui/ask';
import type { AnyNode } from '../../../src/ui/commands/command';
import { copyAs } from '../../../src/ui/commands/copyAs';
import { everyRow, groupImages } from '../../../src/ui/images/localNode';
import { rowBelow } from '../../../src/ui/tree/node';
import { connectionNode, fakeApp, localImage, reference } from './fakeApp';
import { user } from './scriptedUser';

const digest = `sha256:${'a'.repeat(64)}`;
const plain: ImageDetails = { digest, mediaType: 'm', type: 'image', platforms: [], labels: {} };
const artifact = (artifactType: string): ImageDetails => ({ ...plain, type: 'artifact', artifactType });
const chart = artifact('application/vnd.cncf.helm.config.v1+json');
const web = 'registry.example.com/team/web';

function tagOf(name: string, details?: ImageDetails): Tag {
  const image = reference(name);
  return { kind: 'tag', label: image.tag ?? '', image, ...(details === undefined ? {} : { details }) };
}

function rowOf(entry: Entry, abilities: Partial<RegistryProvider> = {}) {
  return rowBelow(connectionNode({}, abilities), entry);
}

/** What is offered for the rows, by label; what is copied where one of them is chosen. */
async function asking(nodes: readonly AnyNode[], choice?: string, memory: { last?: string } = {}) {
  const { ask, offered, placeholders } = user(choice);
  const details: Record<string, string | undefined> = {};
  const pick: Ask['pick'] = async (step, accept) => {
    for (const { label, detail } of await step.items) details[label] = detail;
    return ask.pick(step, accept);
  };
  const copied: string[] = [];
  const { app, ...told } = fakeApp({
    ask: { pick },
    copy: (text) => Promise.resolve(void copied.push(text)),
    memory: {
      read: () => memory.last,
      write: (_key, value) => Promise.resolve(void (memory.last = value)),
    },
  });
  expect(nodes.every(copyAs.applies)).toBe(true);
  await copyAs.run(app, nodes);
  return { ...told, copied, details, offered: offered(), placeholders };
}

describe('Copy As…', () => {
  it('writes the name of an image for each place, and shows what it will copy', async () => {
    const { details } = await asking([rowOf(tagOf(`${web}:1`, plain))]);
    expect(details).toEqual({
      'Full tag': `${web}:1`,
      'With digest': `${web}:1@${digest}`,
      'docker pull': `docker pull ${web}:1`,
      Dockerfile: `FROM ${web}:1`,
      'Docker Compose': `image: ${web}:1`,
      Kubernetes: `- name: web\n  image: ${web}:1`,
    });
  });

  it('copies what is chosen, says so, and offers it first the next time', async () => {
    const memory = {};
    const rows = [rowOf(tagOf(`${web}:1`, plain))];
    const { copied, done } = await asking(rows, 'Dockerfile', memory);
    expect([copied, done]).toEqual([[`FROM ${web}:1`], [`Copied FROM ${web}:1`]]);
    const { offered } = await asking(rows, undefined, memory);
    expect(offered).toEqual([
      ...['Dockerfile', 'Full tag', 'With digest', 'docker pull', 'Docker Compose', 'Kubernetes'],
    ]);
  });

  it('copies nothing when it is dismissed', async () => {
    const memory = {};
    const { copied, done } = await asking([rowOf(tagOf(`${web}:1`, plain))], undefined, memory);
    expect([copied, done, memory]).toEqual([[], [], {}]);
  });

  it('writes the short name for docker, and the whole one where Docker Hub is not taken for granted', async () => {
    const { details } = await asking([rowOf(tagOf('nginx:1.27', plain))]);
    expect(details['docker pull']).toBe('docker pull nginx:1.27');
    expect(details.Kubernetes).toBe('- name: nginx\n  image: docker.io/library/nginx:1.27');
  });

  it('names a container as Kubernetes wants it', async () => {
    const nameFor = async (path: string) => {
      const { details } = await asking([rowOf(tagOf(`registry.example.com/${path}:1`, plain))]);
      return /name: (.*)/.exec(details.Kubernetes ?? '')?.[1];
    };
    expect(await nameFor('team/my_app.net__core')).toBe('my-app-net-core');
    expect(await nameFor(`team/${'a'.repeat(62)}-b`)).toBe('a'.repeat(62));
    expect(await nameFor('team/2048')).toBe('"2048"');
    expect(await nameFor('team/null')).toBe('"null"');
  });

  it('gives helm the version that a tag stands for', async () => {
    const pulled = async (tag: string) => {
      const { details } = await asking([rowOf(tagOf(`registry.example.com/charts/web:${tag}`, chart))]);
      expect(Object.keys(details).slice(0, 2)).toEqual(['Full tag', 'With digest']);
      return [details['helm pull'], details['oras pull']];
    };
    const oci = 'helm pull oci://registry.example.com/charts/web --version';
    expect(await pulled('1.0.0')).toEqual([`${oci} 1.0.0`, undefined]);
    expect(await pulled('v1.2.3-rc.1_build.5')).toEqual([`${oci} v1.2.3-rc.1+build.5`, undefined]);
    // Helm would take these for ranges of versions, or for none.
    for (const tag of ['latest', '1.2.3_a_b'])
      expect(await pulled(tag)).toEqual([undefined, `oras pull registry.example.com/charts/web:${tag}`]);
  });

  it('leaves other artifacts to oras, and offers nothing of an image', async () => {
    const { offered, details } = await asking([rowOf(tagOf('acme/policy:1', artifact('application/vnd.acme')))]);
    expect(offered).toEqual(['Full tag', 'With digest', 'oras pull']);
    expect(details['oras pull']).toBe('oras pull docker.io/acme/policy:1');
  });

  it('names a platform by its digest, without asking', async () => {
    const amd64: PlatformImage = {
      ...{ kind: 'platform', label: 'linux/amd64', attachments: [] },
      ...{ platform: { os: 'linux', architecture: '$(id)' }, image: reference(`${web}@${digest}`) },
    };
    const { details } = await asking([rowOf(amd64)]);
    expect(details).toEqual({
      'With digest': `${web}@${digest}`,
      'docker pull': `docker pull ${web}@${digest}`,
      Dockerfile: `FROM ${web}@${digest}`,
      'Docker Compose': `image: ${web}@${digest}`,
      Kubernetes: `- name: web\n  image: ${web}@${digest}`,
    });
    const lost = new Failure('notFound', '', { subject: 'registry.example.com' });
    expect(copyAs.applies(rowOf({ ...amd64, failure: lost }))).toBe(false);
  });

  it('takes the digest that a local image was pushed or pulled by', async () => {
    const image = localImage('b', [`${web}:1`, 'app:2'], { digests: [reference(`${web}@${digest}`)] });
    const rows = everyRow(groupImages([image]));
    const detailsOf = async (id: string) => (await asking(rows.filter((row) => row.id === id))).details;
    expect((await detailsOf(`${web}:1`))['With digest']).toBe(`${web}:1@${digest}`);
    expect(await detailsOf('app:2')).not.toHaveProperty('With digest');
  });

  it('asks once what is behind a tag, where its listing does not tell', async () => {
    const asked: string[] = [];
    const details = ({ label }: Tag) => (asked.push(label), Promise.resolve(chart));
    const { offered } = await asking([
      rowOf(tagOf(`${web}:1.0.0`), { details }),
      rowOf(tagOf(`${web}:1.1.0`, { ...plain, isPartial: true }), { details }),
      rowOf(tagOf(`${web}:1.2.0`, chart), { details }),
    ]);
    expect(asked).toEqual(['1.0.0', '1.1.0']);
    expect(offered).toEqual(['Full tag', 'With digest', 'helm pull']);
  });

  it('copies the name all the same where the registry does not answer', async () => {
    const refusal = new Failure('forbidden', 'denied', { subject: 'registry.example.com', status: 403 });
    const row = rowOf(tagOf(`${web}:1`), { details: () => Promise.reject(refusal) });
    const { offered, copied, log } = await asking([row], 'docker pull');
    expect(offered).not.toContain('With digest');
    expect(copied).toEqual([`docker pull ${web}:1`]);
    expect(log.join('\n')).toContain(`Could not read what ${web}:1 is`);
  });

  it('copies a line for each of several, in forms that all of them have', async () => {
    const rows = [rowOf(tagOf(`${web}:1`, plain)), rowOf(tagOf(`${web}:2`, plain))];
    const { copied, done, placeholders } = await asking(rows, 'docker pull');
    expect(copied).toEqual([`docker pull ${web}:1\ndocker pull ${web}:2`]);
    expect([done, placeholders]).toEqual([['Copied 2 names'], ['How to write 2 names']]);
    const mixed = await asking([...rows, rowOf(tagOf('registry.example.com/charts/web:1.0.0', chart))]);
    expect(mixed.offered).toEqual(['Full tag', 'With digest']);
  });

  it.each([
    ['an option', { host: '-v', path: 'team/web', tag: '1' }],
    ['an address that shells expand', { host: '[::1]:5000', path: 'team/web', tag: '1' }],
    ['a host that engines refuse', { host: 'my_registry:5000', path: 'team/web', tag: '1' }],
  ])('writes no command with %s in the place of a registry', async (_what, image) => {
    for (const details of [plain, chart, artifact('x')]) {
      const { offered } = await asking([rowOf({ kind: 'tag', label: '1', image, details })]);
      expect(offered).toEqual(['Full tag', 'With digest']);
    }
  });
});
