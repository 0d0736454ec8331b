import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Credential, Entry, Repository, Tag } from '../../src/core/model';
import { withDigest } from '../../src/core/reference';
import type { DeletionPreview } from '../../src/images/deletionGraph';
import { inTagOrder } from '../../src/images/tagOrder';
import type { Deletion, ImageContent, RegistryProvider } from '../../src/providers/provider';
import type { BuiltManifest } from '../sandbox/images';
import type { Recorder } from '../sandbox/recorder';
import { failing } from '../unit/failing';
import * as content from './content';

export interface ContractOptions {
  /** A registry whose users may delete nothing. */
  readonly readOnly?: boolean;
}

/** A registry that holds `contractRepositories` and cuts what it lists first into pages of at most three. */
export interface ContractRegistry {
  readonly open: (credential: Credential) => RegistryProvider;
  /** What it takes; the others are absent where nobody is asked for a credential. */
  readonly credential: Credential;
  readonly wrongCredential?: Credential;
  /** Whether it deletes a tag and leaves the image. */
  readonly untag?: 'done' | 'refused';
  /** It tells all tags of a digest at once, so there is nothing to count. */
  readonly listsTagsOfDigests?: boolean;
  /** It gives its whole list at once. */
  readonly listsAtOnce?: boolean;
  /** What it does not have it takes for an empty repository. */
  readonly missingIsEmpty?: boolean;
  /** It lists no repositories: those it holds were added by name. */
  readonly addedByName?: boolean;
  /** What names of its images have in front of those that it was given, with a slash at its end. */
  readonly prefix?: string;
  /** Whether what its list tells of images has their platforms. */
  readonly listsPlatforms?: boolean;
  /** What it lists first are namespaces or subscriptions, with the repositories somewhere below them. */
  readonly hasNamespaces?: boolean;
  /** Images are pushed to registries of an account, and engines sign in with what the account's token is exchanged for. */
  readonly isAccount?: boolean;
  /** A namespace that images are pushed to; by default what stands before the last part of `app/web`. */
  readonly pushesTo?: string;
  /** It shows strangers what is public. */
  readonly isPublic?: boolean;
  /** Everything asked of it passes here. */
  readonly traffic: Recorder;
  /** All that its providers logged. */
  readonly log: readonly string[];
  readonly stop: () => Promise<void>;
}

export interface ContractSubject {
  readonly name: string;
  readonly start: (options: ContractOptions) => Promise<ContractRegistry>;
  /** What it does where it deletes by rules of its own; by default it deletes images by digest, with all their tags. */
  readonly deletion?: (given: Given) => void;
}

/** What the tests of a subject share; there while they run. */
export interface Given {
  readonly start: ContractSubject['start'];
  readonly registry: () => ContractRegistry;
  readonly provider: () => RegistryProvider;
}

const { signal } = new AbortController();
const anonymous: Credential = { kind: 'anonymous' };

/** What every provider must do; which registry it does it on, the subject tells. */
export function describeProvider({ name, start, deletion = deletesImages }: ContractSubject): void {
  describe(name, () => {
    let registry: ContractRegistry;
    let provider: RegistryProvider;

    beforeAll(async () => {
      registry = await start({});
      provider = registry.open(registry.credential);
    });
    afterEach(() => {
      registry.traffic.clearFaults();
      registry.traffic.reset();
    });
    afterAll(() => registry.stop());

    it('lists what it holds first, page by page, each once', async () => {
      if (![registry.hasNamespaces, registry.addedByName, registry.listsAtOnce].includes(true)) {
        const pages = await pagesOf(provider, undefined);
        expect(pages.length).toBeGreaterThan(1);
        expect(pages.filter((page) => page.length === 0 || page.length > 3)).toEqual([]);
      }
      const { prefix = '' } = registry;
      const paths = (await repositoriesOf(provider)).map(({ image }) => image.path);
      expect(paths.filter((path) => !path.startsWith(prefix))).toEqual([]);
      expect(paths.map((path) => path.slice(prefix.length)).sort()).toEqual([
        'app/multi',
        'app/web',
        'delete/child',
        'delete/forbidden',
        'delete/index',
        'delete/kept',
        'delete/once',
        'delete/twice',
        'delete/untag',
        'order/tags',
      ]);
    });

    it('lists tags, which are shown in one order whatever it tells of them', async () => {
      expect(await tagNames(provider, 'order/tags')).toEqual(content.tagsInOrder);
    });

    it('knows no repository that does not exist', async ({ skip }) => {
      if (registry.missingIsEmpty === true) return skip('It takes what it does not have for an empty repository');
      const { image, ...repository } = await repositoryOf(provider, 'app/web');
      const missing = { ...repository, image: { ...image, path: image.path.replace(/web$/, 'none') } };
      expect(await failing(provider.list(missing, undefined, signal))).toMatchObject({ kind: 'notFound' });
    });

    it('gives the container engine the credential it was opened with', async () => {
      const { image } = await repositoryOf(provider, 'app/web');
      const given = await provider.engineCredential(image.host, signal);
      if (registry.isAccount !== true) expect(given).toEqual(registry.credential);
      else expect(given).toMatchObject({ kind: 'basic', username: '00000000-0000-0000-0000-000000000000' });
    });

    it('leads from the name of an image to its tag, and to none of another registry', async () => {
      const { image } = await tagOf(provider, 'app/web', 'latest');
      let parent: Entry | undefined;
      for (const { kind, label } of provider.locate(image) ?? []) {
        const listed: Entry[] = (await pagesOf(provider, parent)).flat();
        parent = listed.find((entry) => entry.kind === kind && entry.label === label);
        expect(parent, label).toBeDefined();
      }
      expect(parent).toMatchObject({ kind: 'tag', image });
      expect(provider.locate({ ...image, host: 'elsewhere.example' })).toBeUndefined();
    });

    it('finds by a part of their names the rows that it lists, where it can search', async ({ skip }) => {
      const { image } = await tagOf(provider, 'app/web', 'latest');
      let parent: Entry | undefined;
      let searched = 0;
      for (const { kind, label } of provider.locate(image) ?? []) {
        const listed: Entry[] = (await pagesOf(provider, parent)).flat();
        const find = provider.find?.(parent);
        const text = label.slice(-3);
        if (find !== undefined) {
          const having = listed.filter((entry) => entry.label.includes(text));
          expect((await pagesOf({ list: (_parent, ...asked) => find(text, ...asked) }, parent)).flat()).toEqual(having);
          expect(await find('none-of-these', undefined, signal)).toEqual({ items: [] });
          searched++;
        }
        parent = listed.find((entry) => entry.kind === kind && entry.label === label);
      }
      if (searched === 0) skip('It cannot search');
    });

    it('names places to push to, among them the namespaces in use', async () => {
      const { image } = await repositoryOf(provider, 'app/web');
      const { isAccount, prefix = '', pushesTo = `${prefix}app` } = registry;
      const target = isAccount === true ? { host: image.host } : { host: image.host, namespace: pushesTo };
      expect(await provider.pushTargets(signal)).toContainEqual(target);
    });

    it('refuses a wrong secret', async ({ skip }) => {
      if (registry.wrongCredential === undefined) return skip('It asks nobody for a credential');
      expect(await refusalOf(registry.open(registry.wrongCredential))).toMatchObject({ kind: 'unauthorized' });
    });

    it('refuses those without a credential', async ({ skip }) => {
      if (registry.wrongCredential === undefined) return skip('It asks nobody for a credential');
      if (registry.isPublic === true) return skip('It shows everybody what is public');
      expect(await refusalOf(registry.open(anonymous))).toMatchObject({ kind: 'unauthorized' });
    });

    const refusalOf = async (opened: RegistryProvider): Promise<unknown> => {
      const listing = opened.list(undefined, undefined, signal);
      // What was added by name is there all the same.
      return registry.addedByName === true ? (await listing).failure : failing(listing);
    };

    it('asks nothing when it was aborted before', async () => {
      const repository = await repositoryOf(provider, 'app/web');
      registry.traffic.reset();
      const aborted = AbortSignal.abort();
      for (const parent of [undefined, repository])
        await expect(provider.list(parent, undefined, aborted)).rejects.toMatchObject({ name: 'AbortError' });
      expect(registry.traffic.requests).toEqual([]);
    });

    it('gives up when it is aborted in the middle', async () => {
      const repository = await repositoryOf(provider, 'app/web');
      registry.traffic.reset();
      registry.traffic.fail(/./, { kind: 'hang' });
      const controller = new AbortController();
      const outcome = expect(provider.list(repository, undefined, controller.signal)).rejects.toMatchObject({
        name: 'AbortError',
      });
      await registry.traffic.until((requests) => requests.length === 1);
      controller.abort();
      await outcome;
      await registry.traffic.until((requests) => requests.every(({ state }) => state === 'broken'));
    });

    it('tells the details of a tag', async () => {
      const tag = await tagOf(provider, 'app/web', 'latest');
      const listed = tag.details?.isPartial === true ? undefined : tag.details;
      expect(listed ?? (await provider.details?.(tag, signal))).toMatchObject({
        digest: content.web.digest,
        type: 'image',
        platforms: registry.listsPlatforms === false ? [] : [{ os: 'linux', architecture: 'amd64' }],
        created: new Date('2026-01-10T12:00:00Z'),
      });
    });

    it('lists the platforms of an index, without its attestations', async ({ skip }) => {
      if (provider.content === undefined) return skip('It cannot read images');
      const platforms = await pagesOf(provider, await tagOf(provider, 'app/multi', '1'));
      expect(platforms.flat().map(({ label }) => label)).toEqual(['linux/amd64', 'linux/arm64', 'linux/arm/v7']);
    });

    describe('content', () => {
      const reading = (): ImageContent => {
        if (provider.content === undefined) throw new Error('It cannot read images');
        return provider.content;
      };

      it('gives manifests byte for byte', async () => {
        const { image } = await tagOf(provider, 'app/multi', '1');
        for (const built of [content.multi, content.armChild]) {
          const manifest = await reading().manifest(withDigest(image, built.digest), signal);
          expect(Buffer.from(manifest.bytes).equals(built.bytes)).toBe(true);
          expect(manifest).toMatchObject({ digest: built.digest, mediaType: built.mediaType });
        }
        const byTag = await reading().manifest(image, signal);
        expect(Buffer.from(byTag.bytes).toString()).toBe(content.multi.bytes.toString());
      });

      it('gives the config of an image, and of nothing else', async () => {
        const { image } = await tagOf(provider, 'app/multi', '1');
        const inspected = await reading().config(withDigest(image, content.armChild.digest), signal);
        expect(inspected).toMatchObject({
          digest: content.armChild.digest,
          platform: { os: 'linux', architecture: 'arm64' },
          config: { config: { Env: ['PATH=/bin', 'NAME=multi'], Entrypoint: ['/app/run'] } },
          layers: [{ digest: content.armChild.blobs[1]?.digest }],
        });
        const { image: chart } = await tagOf(provider, 'app/web', 'chart');
        for (const no of [image, chart])
          expect(await failing(reading().config(no, signal))).toMatchObject({ kind: 'unsupported' });
      });

      it('knows no image that does not exist', async () => {
        const { image } = await tagOf(provider, 'app/web', 'latest');
        const missing = withDigest(image, content.multi.digest);
        expect(await failing(reading().manifest(missing, signal))).toMatchObject({ kind: 'notFound' });
      });
    });

    describe('deletion', () => {
      deletion({ start, registry: () => registry, provider: () => provider });
    });

    it('logs what it asked, and no secret', () => {
      expect(registry.log.join('\n')).toMatch(/GET http.*\/v2\/.* 200/);
      for (const credential of [registry.credential, registry.wrongCredential]) {
        if (credential?.kind !== 'basic') continue;
        const encoded = Buffer.from(`${credential.username}:${credential.secret}`).toString('base64');
        for (const secret of [credential.secret, encoded]) expect(registry.log.join('\n')).not.toContain(secret);
      }
    });
  });
}

/** What a deletion concerns besides an image and its tags. */
const nothingElse = { platforms: [], loses: [], stays: [], referrers: 0, unknown: [] };

function deleting(from: RegistryProvider): Deletion & Required<Pick<Deletion, 'image'>> {
  const { deletion } = from;
  if (deletion?.image === undefined) throw new Error('It cannot delete');
  return { ...deletion, image: deletion.image };
}

async function preview(provider: RegistryProvider, path: string, tag: string): Promise<DeletionPreview> {
  return deleting(provider).image.preview((await tagOf(provider, path, tag)).image, [tag], () => undefined, signal);
}

/** What is deleted where that is one image. */
export function onlyImage({ images }: DeletionPreview): DeletionPreview['images'][number] {
  const [image, ...others] = images;
  if (image === undefined || others.length > 0) throw new Error(`${images.length} images would be deleted`);
  return image;
}

/** What goes with an image that is deleted by its digest, and what becomes of a tag that is deleted alone. */
function tellsWhatGoes({ registry, provider }: Given): void {
  it('names beforehand every tag and platform that goes', async () => {
    expect(await preview(provider(), 'delete/once', 'b')).toEqual({
      images: [{ digest: content.shared.digest, tags: ['a', 'b'] }],
      ...nothingElse,
    });
    expect(await preview(provider(), 'delete/index', 'a')).toEqual({
      ...nothingElse,
      images: [{ digest: content.sharedIndex.digest, tags: ['a', 'b'] }],
      platforms: [
        { os: 'linux', architecture: 'amd64' },
        { os: 'linux', architecture: 'arm64' },
      ],
    });
  });

  it('names the index that loses a platform when its child is deleted', async () => {
    const found = await preview(provider(), 'delete/child', 'armv7');
    expect(found).toMatchObject({ images: [{ digest: content.armv7Child.digest, tags: ['armv7'] }] });
    expect(found.loses).toEqual([{ tags: ['1'], platforms: [content.armv7] }]);
    expect(await preview(provider(), 'delete/child', '1')).toMatchObject({
      platforms: [{ os: 'linux', architecture: 'amd64' }],
      stays: [{ platform: content.armv7, tags: ['armv7'] }],
      loses: [],
    });
  });

  it('tells which tags are left where nothing was deleted', async () => {
    const { image } = await tagOf(provider(), 'delete/index', 'a');
    const asked = ['a', 'b', 'c', 'gone'];
    expect(await deleting(provider()).image.tagsLeft(image, content.sharedIndex.digest, asked, signal)).toEqual([
      'a',
      'b',
    ]);
  });

  it('counts the tags it looks at', async ({ skip }) => {
    if (registry().listsTagsOfDigests === true) return skip('It is told the tags of a digest at once');
    const seen: string[] = [];
    const progress = (done: number, of: number) => seen.push(`${done}/${of}`);
    await deleting(provider()).image.preview(
      (await tagOf(provider(), 'delete/index', 'c')).image,
      ['c'],
      progress,
      signal,
    );
    expect(seen).toEqual(['1/3', '2/3', '3/3']);
  });

  it('deletes a tag alone, or learns that the registry does not', async () => {
    // Not the provider of the other tests: what it learns, it keeps.
    const own = registry().open(registry().credential);
    const tag = await tagOf(own, 'delete/untag', 'a');
    if (registry().untag === 'done') {
      await deleting(own).untag?.delete(tag, signal);
      expect(deleting(own)).toHaveProperty('untag');
      expect(await tagNames(own, 'delete/untag')).toEqual(['b']);
    } else {
      const refused = deleting(own).untag?.delete(tag, signal) ?? Promise.resolve();
      expect(await failing(refused)).toMatchObject({ kind: 'unsupported' });
      expect(deleting(own)).not.toHaveProperty('untag');
      expect(await tagNames(own, 'delete/untag')).toEqual(['a', 'b']);
    }
    const kept = await own.content?.manifest(withDigest(tag.image, content.shared.digest), signal);
    expect(kept).toMatchObject({ digest: content.shared.digest });
  });
}

/** A registry that deletes images by digest, with all their tags. */
function deletesImages({ start, registry, provider }: Given): void {
  tellsWhatGoes({ start, registry, provider });

  const isGone = async (path: string, tag: Tag, built: BuiltManifest): Promise<void> => {
    expect(await tagNames(provider(), path)).not.toContain(tag.label);
    // A provider of its own: this one may remember the manifest.
    const { content: fresh } = registry().open(registry().credential);
    for (const image of [tag.image, withDigest(tag.image, built.digest)])
      expect(await failing(fresh?.manifest(image, signal) ?? Promise.resolve())).toMatchObject({
        kind: 'notFound',
      });
  };

  it('deletes a child, and its index is broken afterwards', async () => {
    const found = await preview(provider(), 'delete/child', 'armv7');
    const { image } = await tagOf(provider(), 'delete/child', 'armv7');
    const { digest, tags } = onlyImage(found);
    await deleting(provider()).image.delete(image, digest, signal);
    expect(await deleting(provider()).image.tagsLeft(image, digest, tags, signal)).toEqual([]);
    const { content: fresh } = registry().open(registry().credential);
    const child = withDigest(image, content.armv7Child.digest);
    expect(await failing(fresh?.manifest(child, signal) ?? Promise.resolve())).toMatchObject({ kind: 'notFound' });
    expect(await tagNames(provider(), 'delete/child')).toEqual(['1']);
  });

  it('leaves a child that has a tag of its own when its index is deleted', async () => {
    const { image } = await tagOf(provider(), 'delete/kept', '1');
    const { digest } = onlyImage(await preview(provider(), 'delete/kept', '1'));
    await deleting(provider()).image.delete(image, digest, signal);
    expect(await tagNames(provider(), 'delete/kept')).toEqual(['armv7']);
    const { content: fresh } = registry().open(registry().credential);
    const kept = await fresh?.manifest(withDigest(image, content.armv7Child.digest), signal);
    expect(kept).toMatchObject({ digest: content.armv7Child.digest });
  });

  it('deletes an image with all its tags, and no other', async () => {
    const [a, b] = [await tagOf(provider(), 'delete/once', 'a'), await tagOf(provider(), 'delete/once', 'b')];
    await deleting(provider()).image.delete(a.image, content.shared.digest, signal);
    await isGone('delete/once', a, content.shared);
    await isGone('delete/once', b, content.shared);
    expect(await tagNames(provider(), 'delete/once')).toEqual(['c']);
    expect(await preview(provider(), 'delete/once', 'c')).toMatchObject({ images: [{ tags: ['c'] }] });
  });

  it('does not find what was deleted already', async () => {
    const { image } = await tagOf(provider(), 'delete/twice', 'a');
    await deleting(provider()).image.delete(image, content.shared.digest, signal);
    expect(await failing(deleting(provider()).image.delete(image, content.shared.digest, signal))).toMatchObject({
      kind: 'notFound',
    });
    expect(await tagNames(provider(), 'delete/twice')).toEqual(['b']);
  });

  it('tells when the registry deletes nothing', async () => {
    const readOnly = await start({ readOnly: true });
    try {
      const own = readOnly.open(readOnly.credential);
      const { image } = await tagOf(own, 'delete/forbidden', 'a');
      const refused = deleting(own).image.delete(image, content.shared.digest, signal);
      expect(await failing(refused)).toMatchObject({ kind: 'unsupported' });
      expect(await tagNames(own, 'delete/forbidden')).toEqual(['a', 'b']);
    } finally {
      await readOnly.stop();
    }
  });
}

/** A registry that deletes nothing but the manifest of a digest: the tags on it stay, whether they still lead anywhere or not. */
export function deletesManifestsAlone(given: Given): void {
  tellsWhatGoes(given);

  it('deletes the manifest, and tells which tags are left', async () => {
    const { image } = await tagOf(given.provider(), 'delete/once', 'a');
    const { digest, tags } = onlyImage(await preview(given.provider(), 'delete/once', 'a'));
    const { image: images } = deleting(given.provider());
    await images.delete(image, digest, signal);
    const { content: fresh } = given.registry().open(given.registry().credential);
    const gone = fresh?.manifest(withDigest(image, digest), signal);
    expect(await failing(gone ?? Promise.resolve())).toMatchObject({ kind: 'notFound' });
    expect(await images.tagsLeft(image, digest, tags, signal)).toEqual(['a', 'b']);
    expect(await tagNames(given.provider(), 'delete/once')).toEqual(['a', 'b', 'c']);
    expect(await failing(images.delete(image, digest, signal))).toMatchObject({ kind: 'notFound' });
  });

  it('takes the tags that are left one by one', async () => {
    const tag = await tagOf(given.provider(), 'delete/twice', 'a');
    await deleting(given.provider()).image.delete(tag.image, content.shared.digest, signal);
    await deleting(given.provider()).untag?.delete(tag, signal);
    expect(await tagNames(given.provider(), 'delete/twice')).toEqual(['b']);
  });
}

/** All pages of a list; bounded, since a provider may not lead in circles. */
async function pagesOf(
  provider: Pick<RegistryProvider, 'list'>,
  parent: Entry | undefined,
): Promise<(readonly Entry[])[]> {
  const pages: (readonly Entry[])[] = [];
  let cursor: string | undefined;
  do {
    const { items, next } = await provider.list(parent, cursor, signal);
    pages.push(items);
    cursor = next;
  } while (cursor !== undefined && pages.length < 20);
  expect(cursor).toBeUndefined();
  return pages;
}

/** Whatever groups the registry puts them into. */
async function repositoriesOf(provider: RegistryProvider, group?: Entry): Promise<Repository[]> {
  const entries = (await pagesOf(provider, group)).flat();
  const found = entries.map(async (entry) => {
    if (entry.kind === 'repository') return [entry];
    return entry.kind === 'group' || entry.kind === 'registry' ? repositoriesOf(provider, entry) : [];
  });
  return (await Promise.all(found)).flat();
}

async function repositoryOf(provider: RegistryProvider, path: string): Promise<Repository> {
  const found = (await repositoriesOf(provider)).find(({ image }) => `/${image.path}`.endsWith(`/${path}`));
  if (found === undefined) throw new Error(`It lists no ${path}`);
  return found;
}

async function tagsOf(provider: RegistryProvider, path: string): Promise<Tag[]> {
  const entries = (await pagesOf(provider, await repositoryOf(provider, path))).flat();
  return entries.filter((entry) => entry.kind === 'tag');
}

export async function tagOf(provider: RegistryProvider, path: string, label: string): Promise<Tag> {
  const found = (await tagsOf(provider, path)).find((tag) => tag.label === label);
  if (found === undefined) throw new Error(`${path} has no tag ${label}`);
  return found;
}

/** As they are shown. */
export async function tagNames(provider: RegistryProvider, path: string): Promise<string[]> {
  return (await inTagOrder(await tagsOf(provider, path))).map(({ label }) => label);
}
