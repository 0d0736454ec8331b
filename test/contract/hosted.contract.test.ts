import { expect, it } from 'vitest';
import type { Connection, Credential, Tag, SignIn } from '../../src/core/model';
import { dockerHub } from '../../src/providers/dockerHub/dockerHubType';
import { ghcr } from '../../src/providers/ghcr/ghcrType';
import { withDigest } from '../../src/core/reference';
import type { ImageDeletion, ProviderType, RegistryProvider, TagDeletion } from '../../src/providers/provider';
import { startDockerHub } from '../sandbox/dockerHub/hub';
import { startGitHub } from '../sandbox/github/github';
import { startRecorder } from '../sandbox/recorder';
import { collectLog } from '../unit/collectLog';
import { failing } from '../unit/failing';
import { contextOf } from '../unit/providerContext';
import * as content from './content';
import { describeProvider, onlyImage, tagNames, tagOf, type ContractRegistry, type Given } from './provider.contract';

const namespaces = [...new Set(content.contractRepositories.map(({ name }) => name.split('/')[0] ?? ''))];
const alice: Credential = { kind: 'basic', username: 'alice', secret: 'ghp_correct-horse' };
const { signal } = new AbortController();
const mistyped: Credential = { kind: 'basic', username: 'alice', secret: 'ghp_correct-hose' };

interface Hosted {
  readonly url: string;
  readonly registryUrl: string;
  readonly stop: () => Promise<void>;
}

/** What is asked of its API passes the recorder; the registry behind it is asked itself. */
async function underContract(
  { id, open }: ProviderType,
  hosted: Hosted,
  settings: { readonly api: string; readonly registry: string },
  isPublic: boolean,
): Promise<ContractRegistry> {
  const traffic = await startRecorder(hosted.url);
  const log = collectLog();
  const values = new Map([
    [settings.api, traffic.url],
    [settings.registry, hosted.registryUrl],
  ]);
  const setting = (name: string): string => values.get(name) ?? '';
  const url = id === 'ghcr' ? 'https://github.com' : traffic.url;
  return {
    credential: alice,
    wrongCredential: mistyped,
    hasNamespaces: true,
    isPublic,
    traffic,
    log: log.lines,
    open: (credential) => {
      const signIn: SignIn =
        credential.kind === 'basic' ? { kind: 'basic', account: credential.username } : { kind: 'anonymous' };
      const connection: Connection = { id: 'contract', provider: id, label: 'Contract', url, signIn };
      return open(connection, contextOf(credential, { log, setting }));
    },
    stop: async () => {
      await traffic.stop();
      await hosted.stop();
    },
  };
}

describeProvider({
  name: 'Docker Hub',
  deletion: deletesTags,
  start: async ({ readOnly = false }) => {
    const users = { alice: { secret: 'ghp_correct-horse', organizations: namespaces, mayDelete: !readOnly } };
    const hub = await startDockerHub({ repositories: content.contractRepositories, users });
    return underContract(dockerHub, hub, { api: 'dockerHub.url', registry: 'dockerHub.registryUrl' }, true);
  },
});

describeProvider({
  name: 'GitHub Container Registry',
  deletion: deletesVersions,
  start: async ({ readOnly = false }) => {
    const packages = content.contractRepositories.map(({ name, tags }) => {
      const versions = [...new Set(Object.values(tags))].reverse().map((manifest, index) => ({
        manifest,
        tags: Object.keys(tags).filter((tag) => tags[tag] === manifest),
        updated: new Date(Date.UTC(2026, 1, 28 - index)),
      }));
      return [name, versions] as const;
    });
    const scopes = ['read:packages', 'read:org', ...(readOnly ? [] : ['delete:packages'])];
    const gitHub = await startGitHub({
      packages: Object.fromEntries(packages),
      organizations: namespaces,
      users: ['alice'],
      tokens: { 'ghp_correct-horse': { login: 'alice', scopes, organizations: namespaces } },
    });
    return underContract(ghcr, gitHub, { api: 'github.apiUrl', registry: 'github.registryUrl' }, false);
  },
});

function imagesOf({ deletion }: RegistryProvider): ImageDeletion {
  if (deletion?.image === undefined) throw new Error('It deletes no images');
  return deletion.image;
}

function tagsOf({ deletion }: RegistryProvider): TagDeletion {
  if (deletion?.untag === undefined) throw new Error('It deletes no tags');
  return deletion.untag;
}

/** Docker Hub: a tag goes, its image stays. */
function deletesTags({ start, registry, provider }: Given): void {
  it('deletes tags alone', () => {
    expect(provider().deletion).not.toHaveProperty('image');
  });

  it('names beforehand what the tag points to, and the tags that keep the image', async () => {
    const preview = async (path: string, tag: string) =>
      tagsOf(provider()).preview(await tagOf(provider(), path, tag), signal);
    expect(await preview('delete/once', 'b')).toEqual({ digest: content.shared.digest, others: ['a'] });
    expect(await preview('delete/index', 'a')).toEqual({ digest: content.sharedIndex.digest, others: ['b'] });
  });

  it('deletes a tag, and neither its image nor another tag', async () => {
    const tag = await tagOf(provider(), 'delete/once', 'b');
    await tagsOf(provider()).delete(tag, signal);
    expect((await tagNames(provider(), 'delete/once')).sort()).toEqual(['a', 'c']);
    const fresh = registry().open(registry().credential);
    expect(await failing(fresh.content?.manifest(tag.image, signal) ?? Promise.resolve())).toMatchObject({
      kind: 'notFound',
    });
    const kept = await fresh.content?.manifest(withDigest(tag.image, content.shared.digest), signal);
    expect(kept).toMatchObject({ digest: content.shared.digest });
    expect(await failing(tagsOf(provider()).preview(tag, signal))).toMatchObject({ kind: 'notFound' });
  });

  it('does not find what was deleted already', async () => {
    const tag = await tagOf(provider(), 'delete/twice', 'a');
    await tagsOf(provider()).delete(tag, signal);
    expect(await failing(tagsOf(provider()).delete(tag, signal))).toMatchObject({ kind: 'notFound' });
  });

  it('tells when the account may delete nothing', async () => {
    await refusesDeletion(start, (own, tag) => tagsOf(own).delete(tag, signal));
  });
}

/** GitHub: a version goes with all its tags. */
function deletesVersions({ start, registry, provider }: Given): void {
  it('names beforehand every tag that goes', async () => {
    const tag = await tagOf(provider(), 'delete/once', 'b');
    expect(await imagesOf(provider()).preview(tag.image, ['b'], () => undefined, signal)).toMatchObject({
      images: [{ digest: content.shared.digest, tags: ['a', 'b'] }],
      platforms: [],
      loses: [],
      unknown: [],
    });
  });

  it('names the index that loses a platform when its child is deleted, and what stays of an index', async () => {
    const preview = async (name: string) =>
      imagesOf(provider()).preview(
        (await tagOf(provider(), 'delete/child', name)).image,
        [name],
        () => undefined,
        signal,
      );
    const found = await preview('armv7');
    expect(found).toMatchObject({
      images: [{ tags: ['armv7'] }],
      loses: [{ tags: ['1'], platforms: [content.armv7] }],
    });
    expect((await preview('1')).stays).toEqual([{ platform: content.armv7, tags: ['armv7'] }]);
    const { image } = await tagOf(provider(), 'delete/child', 'armv7');
    const { digest, tags } = onlyImage(found);
    await imagesOf(provider()).delete(image, digest, signal);
    expect(await imagesOf(provider()).tagsLeft(image, digest, tags, signal)).toEqual([]);
    const { content: fresh } = registry().open(registry().credential);
    const child = withDigest(image, content.armv7Child.digest);
    expect(await failing(fresh?.manifest(child, signal) ?? Promise.resolve())).toMatchObject({ kind: 'notFound' });
  });

  it('deletes a version with all its tags, and no other', async () => {
    const { image } = await tagOf(provider(), 'delete/once', 'a');
    await imagesOf(provider()).delete(image, content.shared.digest, signal);
    expect(await tagNames(provider(), 'delete/once')).toEqual(['c']);
    const { content: fresh } = registry().open(registry().credential);
    for (const gone of [image, withDigest(image, content.shared.digest)])
      expect(await failing(fresh?.manifest(gone, signal) ?? Promise.resolve())).toMatchObject({ kind: 'notFound' });
  });

  it('does not find what was deleted already', async () => {
    const { image } = await tagOf(provider(), 'delete/twice', 'a');
    const deletion = imagesOf(provider());
    await deletion.delete(image, content.shared.digest, signal);
    expect(await failing(deletion.delete(image, content.shared.digest, signal))).toMatchObject({ kind: 'notFound' });
  });

  it('explains that the last version stays', async () => {
    const { image } = await tagOf(provider(), 'delete/untag', 'a');
    const failure = await failing(imagesOf(provider()).delete(image, content.shared.digest, signal));
    expect(failure).toMatchObject({ kind: 'rejected' });
    expect(failure.message).toContain('You cannot delete the last version of a package');
    expect((await tagNames(provider(), 'delete/untag')).sort()).toEqual(['a', 'b']);
  });

  it('tells when the token may delete nothing', async () => {
    await refusesDeletion(start, (own, { image }) => imagesOf(own).delete(image, content.shared.digest, signal));
  });
}

async function refusesDeletion(
  start: Given['start'],
  remove: (own: RegistryProvider, tag: Tag) => Promise<void>,
): Promise<void> {
  const readOnly = await start({ readOnly: true });
  try {
    const own = readOnly.open(readOnly.credential);
    const failure = await failing(remove(own, await tagOf(own, 'delete/forbidden', 'a')));
    expect(failure).toMatchObject({ kind: 'forbidden' });
    expect((await tagNames(own, 'delete/forbidden')).sort()).toEqual(['a', 'b']);
  } finally {
    await readOnly.stop();
  }
}
