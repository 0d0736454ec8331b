import { describe, expect, it, onTestFinished } from 'vitest';
import type { Credential, Repository, Tag } from '../../../src/core/model';
import { acr as acrType } from '../../../src/providers/acr/acrType';
import type { RegistryProvider } from '../../../src/providers/provider';
import { shortAge, summary } from '../../../src/ui/words';
import { report } from '../../../src/ui/report';
import { buildHelmChart } from '../../sandbox/artifacts';
import { layer } from '../../sandbox/blob';
import { startAcr, type SandboxAcr } from '../../sandbox/azure/acr';
import { buildImage, buildIndex } from '../../sandbox/images';
import { failing } from '../failing';
import { contextOf } from '../providerContext';
import { closedDoor } from '../providerTypes';
import { scriptedAsk } from '../ui/scriptedAsk';

const acr = acrType(closedDoor());
const { signal } = new AbortController();
const admin: Credential = { kind: 'basic', username: 'mainacr', secret: 'pass word' };
const free = { deleteEnabled: true, writeEnabled: true };
const locked = { ...free, deleteEnabled: false };
const everything = { repositories: { '*': ['*'] }, catalog: true };
const built = (day: number, architecture = 'amd64') =>
  buildImage({
    created: new Date(Date.UTC(2026, 0, day)),
    platform: { os: 'linux', architecture },
    layers: [layer({ files: { 'app/day': `${day}` } })],
  });
const multi = buildIndex([{ manifest: built(3) }, { manifest: built(3, 'arm64') }]);
const chart = buildHelmChart({ name: 'web', version: '1.0.0', created: new Date(Date.UTC(2026, 0, 1)) });

/** A token with rights on one repository only. */
const scoped: Credential = { kind: 'basic', username: 'team-app-reader', secret: 'scoped' };

async function serving(): Promise<SandboxAcr> {
  const registry = await startAcr({
    repositories: [
      { name: 'team/app', tags: { '1': built(1), '2': built(2), '3': multi, latest: multi, chart } },
      {
        name: 'team/many',
        tags: Object.fromEntries(Array.from({ length: 1500 }, (_, n) => [`b${n}`, built(1 + (n % 20))])),
      },
    ],
    users: {
      mainacr: { password: 'pass word', ...everything },
      'team-app-reader': { password: 'scoped', repositories: { 'team/app': ['pull', 'metadata_read'] } },
    },
    anonymous: { repositories: { '*': ['pull', 'metadata_read'] }, catalog: true },
  });
  onTestFinished(() => registry.stop());
  return registry;
}

function openAt({ url }: SandboxAcr, credential: Credential = admin, pinned: readonly string[] = []): RegistryProvider {
  const context = contextOf(credential, { shown: () => ({ repositories: pinned }) });
  return acr.open({ id: 'one', provider: 'acr', label: 'Azure', url, signIn: { kind: 'anonymous' } }, context);
}

function repository({ host }: SandboxAcr, path: string): Repository {
  return { kind: 'repository', label: path, image: { host, path } };
}

async function tagsOf(registry: SandboxAcr, path = 'team/app', provider = openAt(registry)): Promise<Tag[]> {
  const { items } = await provider.list(repository(registry, path), undefined, signal);
  return items.filter((entry) => entry.kind === 'tag');
}

async function tagOf(registry: SandboxAcr, label: string): Promise<Tag> {
  const found = (await tagsOf(registry)).find((tag) => tag.label === label);
  if (found === undefined) throw new Error(label);
  return found;
}

const asked = ({ requests }: SandboxAcr) =>
  requests.filter(({ path }) => !path.startsWith('/oauth2/')).map(({ method, path }) => `${method} ${path}`);

describe('a registry of Azure', () => {
  it('knows that it has listed all tags after the last page', async () => {
    const registry = await serving();
    const provider = openAt(registry);
    const known = async (path: string) => {
      await tagsOf(registry, path, provider);
      return provider.content?.source(repository(registry, path).image).digestTags.areAll;
    };
    expect([await known('team/app'), await known('team/many')]).toEqual([true, false]);
  });

  it('shows dates, digests, sizes and platforms of tags, the newest first, without a request for each tag', async () => {
    const registry = await serving();
    const tags = await tagsOf(registry);
    expect(tags.map(({ label }) => label)).toEqual(['3', 'latest', '2', '1', 'chart']);
    expect(tags[0]?.details).toMatchObject({
      digest: multi.digest,
      type: 'index',
      created: new Date(Date.UTC(2026, 0, 3)),
      platforms: [],
    });
    // The listing's size of an index is the sum of its platforms. No row shows it.
    expect(tags[0]?.details).not.toHaveProperty('size');
    expect(tags[2]?.details).toMatchObject({
      type: 'image',
      platforms: [{ os: 'linux', architecture: 'amd64' }],
      size: built(2).layersSize,
      digest: built(2).digest,
    });
    expect(tags[4]?.details).toMatchObject({
      type: 'artifact',
      artifactType: 'application/vnd.cncf.helm.config.v1+json',
    });
    const list = '/acr/v1/team%2Fapp/';
    expect([...new Set(asked(registry))].sort()).toEqual([
      `GET ${list}_manifests?n=1000&orderby=timedesc`,
      `GET ${list}_tags?n=1000&orderby=timedesc`,
      'GET /v2/',
    ]);
  });

  it('lists the first thousand tags with two requests, and the next with one', async () => {
    const registry = await serving();
    const provider = openAt(registry);
    await tagsOf(registry, 'team/app', provider);
    const before = asked(registry).length;
    const many = repository(registry, 'team/many');
    const first = await provider.list(many, undefined, signal);
    const whole = asked(registry).length - before;
    const second = await provider.list(many, first.next, signal);
    expect([first.items.length, second.items.length, second.next]).toEqual([1000, 500, undefined]);
    // Each of the two is refused once, which names the scope for its token.
    expect(whole).toBeLessThanOrEqual(4);
    expect(new Set(asked(registry).slice(before)).size).toBe(3);
  });

  it('shows dates and locks of tags after the first thousand, and reads sizes for all of them at once', async () => {
    const base = layer({ files: { 'etc/base': 'base' } });
    const images = Array.from({ length: 1100 }, (_, n) =>
      buildImage({ created: new Date(Date.UTC(2026, 0, 1, 0, n)), layers: [base] }),
    );
    const registry = await startAcr({
      repositories: [{ name: 'big', tags: Object.fromEntries(images.map((image, n) => [`b${n}`, image])) }],
      anonymous: { repositories: { '*': ['pull', 'metadata_read'] } },
    });
    onTestFinished(() => registry.stop());
    const stored = registry.repositories.get('big')?.tags.get('b7');
    if (stored === undefined) throw new Error('There is no b7.');
    stored.lock = { ...free, writeEnabled: false };
    const provider = openAt(registry, { kind: 'anonymous' });
    const big = repository(registry, 'big');
    const first = await provider.list(big, undefined, signal);
    const second = await provider.list(big, first.next, signal);
    expect([first.items.length, second.items.length]).toEqual([1000, 100]);
    const tags = second.items.filter((entry) => entry.kind === 'tag');
    const told = tags.find(({ label }) => label === 'b7')?.details;
    const date = new Date(Date.UTC(2026, 0, 1, 0, 7));
    const listed = { digest: images[7]?.digest, created: date, updated: date, isLocked: true };
    expect(told).toMatchObject({ ...listed, isPartial: true });
    const before = asked(registry).length;
    const details = (tag: Tag) => provider.details?.(tag, signal) ?? Promise.resolve(undefined);
    const whole = await Promise.all(tags.map(details));
    expect(asked(registry).slice(before)).toEqual([
      `GET /acr/v1/big/_manifests?last=${encodeURIComponent(images[100]?.digest ?? '')}&n=1000&orderby=timedesc`,
    ]);
    const platforms = [{ os: 'linux', architecture: 'amd64' }];
    const read = { size: images[7]?.layersSize, platforms, isPartial: false };
    expect(whole.find((details) => details?.digest === images[7]?.digest)).toMatchObject({ ...listed, ...read });
    expect(whole.every((details) => details?.isPartial === false)).toBe(true);
  });

  it('shows when a tag was created, and when it was moved to its image', async () => {
    const registry = await serving();
    const [first, moved] = [new Date(Date.UTC(2025, 0, 1)), new Date(Date.UTC(2026, 5, 1))];
    const stored = { digest: built(1).digest, created: first, updated: moved, lock: free };
    registry.repositories.get('team/app')?.tags.set('moved', stored);
    const [tag] = await tagsOf(registry);
    expect([tag?.label, tag?.details?.created, tag?.details?.updated]).toEqual(['moved', first, moved]);
    if (tag?.details === undefined) return;
    expect(summary(tag.details)).toMatch(new RegExp(`^${shortAge(moved).replace('.', '\\.')} · `));
  });

  it('reads a refreshed tag anew', async () => {
    const registry = await serving();
    const tag = await tagOf(registry, '1');
    const stored = registry.repositories.get('team/app')?.tags;
    stored?.set('1', { digest: built(2).digest, created: new Date(Date.UTC(2026, 0, 5)), lock: locked });
    const before = asked(registry).length;
    expect(await openAt(registry).details?.(tag, signal)).toMatchObject({
      digest: built(2).digest,
      created: new Date(Date.UTC(2026, 0, 5)),
      size: built(2).layersSize,
      isLocked: true,
    });
    const list = '/acr/v1/team%2Fapp/';
    expect([...new Set(asked(registry).slice(before))]).toEqual([
      'GET /v2/',
      `GET ${list}_tags/1`,
      `GET ${list}_manifests/${built(2).digest}`,
    ]);
  });

  it('names every tag that is deleted with an image, also those after the first thousand', async () => {
    const registry = await serving();
    const stored = registry.repositories.get('team/app')?.tags;
    for (let n = 0; n < 1200; n++)
      stored?.set(`also-${n}`, { digest: built(1).digest, created: new Date(0), lock: free });
    const { deletion } = openAt(registry);
    const preview = await deletion?.image?.preview((await tagOf(registry, '1')).image, ['1'], () => undefined, signal);
    expect(preview?.images[0]?.tags).toHaveLength(1201);
  });

  it('tells the locks of several images together, that of the repository once', async () => {
    const registry = await serving();
    const stored = registry.repositories.get('team/app');
    const byDelete = { deleteEnabled: false, writeEnabled: true };
    const [, arm] = multi.children;
    const manifests = [arm?.digest, built(1).digest].map((digest) => stored?.manifests.get(digest ?? ''));
    for (const locked of [stored, stored?.tags.get('3'), ...manifests])
      if (locked !== undefined) locked.lock = byDelete;
    const { deletion } = openAt(registry);
    const { image } = await tagOf(registry, '1');
    const preview = await deletion?.image?.preview(image, ['1', '3'], () => undefined, signal);
    expect(preview?.images.map(({ digest }) => digest)).toEqual([built(1).digest, multi.digest]);
    expect(preview?.locks).toEqual([
      { kind: 'repository' },
      { kind: 'image', digest: built(1).digest },
      { kind: 'tag', name: '3' },
    ]);
    expect(preview?.lockedPlatforms).toEqual([{ os: 'linux', architecture: 'arm64' }]);
  });

  it('gets requests with only the scope that each needs', async () => {
    const registry = await serving();
    const provider = openAt(registry);
    const tag = await tagOf(registry, '1');
    await provider.list(undefined, undefined, signal);
    await provider.deletion?.untag?.delete(tag, signal);
    expect([...new Set(registry.tokens.requests.flatMap(({ scopes }) => scopes))].sort()).toEqual([
      'registry:catalog:*',
      'repository:team/app:delete',
      'repository:team/app:metadata_read',
    ]);
  });

  it.each(['tag', 'manifest', 'repository'] as const)(
    'says that the %s is locked, and deletes nothing',
    async (what) => {
      const registry = await serving();
      const tag = await tagOf(registry, '1');
      const stored = registry.repositories.get('team/app');
      const locked = {
        tag: stored?.tags.get('1'),
        manifest: stored?.manifests.get(built(1).digest),
        repository: stored,
      }[what];
      if (locked !== undefined) locked.lock = { deleteEnabled: true, writeEnabled: false };
      const { deletion } = openAt(registry);
      const failure = await failing(deletion?.image?.delete(tag.image, built(1).digest, signal) ?? Promise.resolve());
      const words = {
        tag: 'the tag 1 is locked; use Unlock on its row first',
        manifest: 'the image is locked; use Unlock on its row first',
        repository: 'the repository is locked; “az acr repository update” unlocks it',
      };
      expect(failure.kind).toBe('rejected');
      expect(failure.detail.explanation).toBe(words[what]);
      expect(report(failure, 'delete')?.message).toContain('The operation is disallowed on this registry');
      expect((await tagsOf(registry)).map(({ label }) => label)).toContain('1');
    },
  );

  it('says before a deletion what is locked, removes the locks, and locks again what stays', async () => {
    const registry = await serving();
    const tag = await tagOf(registry, '3');
    const stored = registry.repositories.get('team/app');
    const byDelete = { deleteEnabled: false, writeEnabled: true };
    const [, arm] = multi.children;
    if (stored === undefined || arm === undefined) throw new Error('There is no such repository.');
    stored.lock = byDelete;
    for (const name of ['3', 'latest']) {
      const found = stored.tags.get(name);
      if (found !== undefined) found.lock = { deleteEnabled: true, writeEnabled: false };
    }
    for (const digest of [multi.digest, arm.digest]) {
      const found = stored.manifests.get(digest);
      if (found !== undefined) found.lock = byDelete;
    }
    const { deletion, locks } = openAt(registry);
    expect((await deletion?.untag?.preview(tag, signal))?.locks).toEqual([
      { kind: 'repository' },
      { kind: 'tag', name: '3' },
    ]);
    const preview = await deletion?.image?.preview(tag.image, [tag.label], () => undefined, signal);
    expect(preview?.lockedPlatforms).toEqual([{ os: 'linux', architecture: 'arm64' }]);
    expect(preview?.locks).toEqual([
      { kind: 'repository' },
      { kind: 'tag', name: '3' },
      { kind: 'tag', name: 'latest' },
      { kind: 'image', digest: multi.digest },
    ]);
    const failed = await locks?.lift(tag.image, preview?.locks ?? [], signal);
    await failed?.(false, signal);
    expect([stored.lock, stored.tags.get('3')?.lock, stored.manifests.get(multi.digest)?.lock]).toEqual([
      byDelete,
      { deleteEnabled: true, writeEnabled: false },
      byDelete,
    ]);
    const again = await locks?.lift(tag.image, preview?.locks ?? [], signal);
    await deletion?.image?.delete(tag.image, multi.digest, signal);
    await again?.(true, signal);
    expect([stored.lock, [...stored.tags.keys()].includes('3'), stored.manifests.get(arm.digest)?.lock]).toEqual([
      byDelete,
      false,
      byDelete,
    ]);
  });

  it('sets removed locks again if another lock cannot be removed', async () => {
    const registry = await serving();
    const tag = await tagOf(registry, '1');
    const stored = registry.repositories.get('team/app');
    const found = stored?.tags.get('1');
    if (found === undefined) throw new Error('There is no such tag.');
    found.lock = { ...free, deleteEnabled: false };
    registry.fail(({ method, path }) => method === 'PATCH' && path.includes('_manifests'), { status: 403 });
    const held = [
      { kind: 'tag' as const, name: '1' },
      { kind: 'image' as const, digest: built(1).digest },
    ];
    const lifting = openAt(registry).locks?.lift(tag.image, held, signal);
    expect(await failing(lifting ?? Promise.resolve())).toMatchObject({ kind: 'forbidden' });
    expect(found.lock).toEqual({ ...free, deleteEnabled: false });
  });

  it('says before a repository is deleted how much of it is locked', async () => {
    const registry = await serving();
    const found = registry.repositories.get('team/app')?.tags.get('1');
    if (found !== undefined) found.lock = { ...free, deleteEnabled: false };
    const { deletion } = openAt(registry);
    const counts = await deletion?.repository?.counts(repository(registry, 'team/app'), signal);
    expect(counts?.locks).toEqual([{ kind: 'tag', name: '1' }]);
  });

  it.each([
    ['another tag of the image', 'the tag latest is locked; use Unlock on its row first', undefined],
    ['its own tag', 'the tag 1 is locked; use Unlock on its row first', 'unlockTag'],
  ])('names the lock of %s, and the step that helps', async (what, words, nextStep) => {
    const registry = await serving();
    const tag = await tagOf(registry, '1');
    const tags = registry.repositories.get('team/app')?.tags;
    tags?.set('latest', { digest: built(1).digest, created: new Date(), lock: free });
    const locked = tags?.get(what === 'its own tag' ? '1' : 'latest');
    if (locked !== undefined) locked.lock = { ...free, deleteEnabled: false };
    const { deletion } = openAt(registry);
    const failure = await failing(deletion?.image?.delete(tag.image, built(1).digest, signal) ?? Promise.resolve());
    expect(failure.detail.explanation).toBe(words);
    expect(failure.detail.nextStep).toBe(nextStep);
  });

  it.each([
    ['tag', 'the tag 1 is locked; use Unlock on its row first'],
    ['manifest', 'the image is locked; use Unlock on its row first'],
  ])('does not delete a repository in which a %s is locked, and says so', async (what, words) => {
    const registry = await serving();
    const stored = registry.repositories.get('team/app');
    const locked = what === 'tag' ? stored?.tags.get('1') : stored?.manifests.get(built(1).digest);
    if (locked !== undefined) locked.lock = { ...free, deleteEnabled: false };
    const { deletion } = openAt(registry);
    const whole = repository(registry, 'team/app');
    const failure = await failing(deletion?.repository?.delete(whole, signal) ?? Promise.resolve());
    expect(failure.detail.explanation).toBe(words);
    expect(registry.repositories.has('team/app')).toBe(true);
  });

  it('gives engines a refresh token as a password, with the user name for it', async () => {
    const registry = await serving();
    const provider = openAt(registry, { kind: 'identityToken', token: 'refresh' });
    expect(await provider.engineCredential(registry.host, signal)).toEqual({
      kind: 'basic',
      username: '00000000-0000-0000-0000-000000000000',
      secret: 'refresh',
    });
  });

  it('is read without a credential if it allows that, and then deletes nothing', async () => {
    const registry = await serving();
    const provider = openAt(registry, { kind: 'anonymous' });
    const [tag] = await tagsOf(registry, 'team/app', provider);
    expect(tag?.label).toBe('3');
    if (tag === undefined) return;
    expect(await failing(provider.deletion?.untag?.delete(tag, signal) ?? Promise.resolve())).toMatchObject({
      kind: 'unauthorized',
    });
  });

  it('can be read in part with a token that may not list it', async () => {
    const registry = await serving();
    const failure = await failing(openAt(registry, scoped).list(undefined, undefined, signal));
    expect(failure).toMatchObject({ kind: 'unlisted', detail: { subject: registry.host } });
    expect(report(failure, 'list')?.message).toContain('add those you know by name');
    const pinning = openAt(registry, scoped, [`${registry.host}/team/app`]);
    const page = await pinning.list(undefined, undefined, signal);
    expect([page.items.map(({ label }) => label), page.failure]).toMatchObject([['team/app'], { kind: 'unlisted' }]);
    expect((await tagsOf(registry, 'team/app', pinning)).length).toBe(5);
    expect(await pinning.pushTargets(signal)).toEqual([
      { host: registry.host },
      { host: registry.host, namespace: 'team' },
    ]);
    const wrong = openAt(registry, { ...scoped, secret: 'mistyped' });
    expect(await failing(wrong.list(undefined, undefined, signal))).toMatchObject({ kind: 'unauthorized' });
  });

  it('follows no link to another host', async () => {
    const registry = await serving();
    registry.fail(/_tags/, {
      status: 200,
      headers: { Link: '<https://elsewhere.example/acr/v1/x/_tags?last=a>; rel="next"' },
      body: '{"tags":[]}',
    });
    expect(await failing(openAt(registry).list(repository(registry, 'team/app'), undefined, signal))).toMatchObject({
      kind: 'malformed',
    });
  });

  it.each([
    ['MyRegistry.azurecr.io', 'https://myregistry.azurecr.io'],
    ['https://myregistry.azurecr.io/', 'https://myregistry.azurecr.io'],
    ['https://user:pw@myregistry.azurecr.io', undefined],
    ['', undefined],
  ])('is known by its login server: %j', async (typed, url) => {
    const { ask } = scriptedAsk(typed, 'Login of the docker command');
    const described = acr.connect(ask, () => '');
    if (url === undefined) await expect(described).rejects.toThrow('Type the login server.');
    else expect((await described).connection.url).toBe(url);
  });
});
