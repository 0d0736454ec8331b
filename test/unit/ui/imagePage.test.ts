import { describe, expect, it, onTestFinished } from 'vitest';
import { axiosHttp } from '../../../src/core/axiosHttp';
import { Failure } from '../../../src/core/failure';
import { withTag } from '../../../src/core/reference';
import type { Tag } from '../../../src/core/model';
import { V2 } from '../../../src/providers/v2';
import type { App } from '../../../src/ui/app';
import { openImage } from '../../../src/ui/commands/openImage';
import type { Page, Value } from '../../../src/ui/page/pageModel';
import type { PageSource } from '../../../src/ui/page/pageSource';
import { spokenPage } from '../../../src/ui/page/spokenPage';
import { trustFacts } from '../../../src/ui/page/proofSections';
import { pageOf } from '../../../src/ui/page/remembered';
import { rowAt } from '../../../src/ui/tree/node';
import { buildCosignSignature, buildHelmChart, cosignTag } from '../../sandbox/artifacts';
import type { BuiltManifest } from '../../sandbox/images';
import { buildImage, buildIndex } from '../../sandbox/images';
import { fullImage, fullIndex } from '../../sandbox/pageImages';
import { startV2Server } from '../../sandbox/v2Server';
import { collectLog } from '../collectLog';
import { connectionNode, fakeApp, fakeProvider } from './fakeApp';

const index = fullIndex();
const plain = fullImage();
const chart = buildHelmChart({ name: 'web', version: '1.0.0', description: 'A web shop' });

/** A registry with these tags, connected, and a way to open one of its images. `isListed`: its tags were listed before. */
async function serving(
  tags: Readonly<Record<string, BuiltManifest>>,
  options: { readonly referrers?: boolean } = {},
  isListed = true,
) {
  const server = await startV2Server({ repositories: [{ name: 'team/web', tags }], ...options });
  onTestFinished(() => server.stop());
  const v2 = new V2({
    url: server.url,
    http: axiosHttp(collectLog()),
    credential: () => Promise.resolve({ kind: 'anonymous' }),
  });
  const image = { host: new URL(server.url).host, path: 'team/web' };
  if (isListed) await v2.list(image, undefined, new AbortController().signal);
  server.forgetRequests();
  const repository = { kind: 'repository' as const, label: 'team/web', image };
  const tagOf = (label: string): Tag => ({ kind: 'tag', label, image: withTag(image, label) });
  let refusesBlobs = false;
  const source: typeof v2.content.source = (of) => {
    const own = v2.content.source(of);
    const refusal = () => Promise.reject(new Failure('notFound', '', { subject: of.host }));
    return { ...own, blob: (...asked) => (refusesBlobs ? refusal() : own.blob(...asked)) };
  };
  const provider = fakeProvider({ content: { ...v2.content, source }, locate: () => [repository] });
  const { connection } = connectionNode({ label: 'Acme', url: server.url }, provider);
  const registry = { connection, provider };
  const opened: PageSource[] = [];
  const ran: string[] = [];
  const app = (more: Partial<App> = {}, connected = [registry]) =>
    fakeApp({
      connected,
      openPage: (page) => opened.push(page),
      runOn: (id, row) => ran.push(`${id} ${row.kind === 'node' ? (row.entry?.label ?? '') : row.label}`),
      verifying: () => Promise.resolve({}),
      ...more,
    });
  const open = async (label: string, more?: Partial<App>) => {
    const node = rowAt(registry, [repository, tagOf(label)]);
    expect(openImage.applies(node)).toBe(true);
    await openImage.run(app(more).app, [node]);
    const page = opened.at(-1);
    if (page === undefined) throw new Error('No page is open');
    return page;
  };
  const refuseBlobs = () => {
    refusesBlobs = true;
  };
  return { server, open, opened, ran, app, registry, tagOf, repository, refuseBlobs };
}

/** Each state in which the page was drawn. */
async function drawn(page: PageSource): Promise<readonly Page[]> {
  const pages: Page[] = [];
  await page.load((one) => pages.push(one), new AbortController().signal);
  return pages;
}

const last = async (page: PageSource) => (await drawn(page)).at(-1);
const factsOf = (page: Page | undefined, section: string) =>
  page?.sections
    .find(({ id }) => id === section)
    ?.blocks.flatMap((block) => (block.kind === 'facts' ? block.rows : [])) ?? [];
const valuesOf = (page: Page | undefined, section: string, name: string): readonly Value[] =>
  factsOf(page, section).find((fact) => fact.name === name)?.values ?? [];
const textsOf = (...asked: Parameters<typeof valuesOf>) => valuesOf(...asked).map(({ text }) => text);
const paths = (server: { readonly requests: readonly { readonly method: string; readonly path: string }[] }) =>
  server.requests.map(({ method, path }) => `${method} ${path.replace('/v2/team/web/', '')}`);

describe('the page of an image', () => {
  it('costs three requests, and is drawn after each', async () => {
    const { server, open } = await serving({ '2.0.0': plain });
    const page = await open('2.0.0');
    expect(paths(server)).toEqual(['GET manifests/2.0.0']);
    const pages = await drawn(page);
    expect(paths(server).slice(1).sort()).toEqual([
      `GET blobs/${plain.blobs[0]?.digest ?? ''}`,
      `GET referrers/${plain.digest}`,
    ]);
    expect(pages[0]?.sections).toMatchObject([{ id: 'overview', isLoading: true }]);
    expect(pages.at(-1)?.sections.map(({ id }) => id)).toEqual([
      ...['overview', 'proofs', 'run', 'steps', 'labels', 'annotations'],
    ]);
  });

  it('of an index costs four, whichever platform is shown', async () => {
    const both = buildIndex([{ manifest: fullImage('amd64') }, { manifest: fullImage('arm64') }]);
    const { server, open } = await serving({ '2.1.0': both });
    const page = await open('2.1.0');
    const first = await last(page);
    expect(paths(server)).toHaveLength(4);
    expect(first?.choice?.options.map(({ label }) => label)).toEqual(['linux/amd64', 'linux/arm64']);
    const arm64 = first?.choice?.options[1]?.value ?? '';
    page.choose(arm64);
    const second = await last(page);
    expect(textsOf(second, 'overview', 'Digest')).toEqual([both.digest]);
    expect(textsOf(second, 'overview', 'Digest of linux/arm64')).toEqual([arm64]);
    expect(page.remembered()).toMatchObject({ platform: arm64, image: { digest: both.digest, tag: '2.1.0' } });
  });

  it('costs four in a repository of a registry without the referrers API, and then three', async () => {
    const { server, open } = await serving({ '1': plain, '2': fullImage('arm64') }, { referrers: false });
    await drawn(await open('1'));
    expect(paths(server)).toHaveLength(4);
    await drawn(await open('2'));
    expect(paths(server)).toHaveLength(7);
  });

  it('asks for the signatures of cosign where the tags were not listed, as after a reload', async () => {
    const tag = cosignTag(plain);
    const { server, open } = await serving({ a: plain, [tag]: buildCosignSignature(plain, 'team/web') }, {}, false);
    const page = await last(await open('a'));
    expect(textsOf(page, 'overview', 'Signature')).toEqual(['not verified: there is nothing to verify it with']);
    expect(paths(server).filter((path) => path.startsWith('HEAD '))).toHaveLength(3);
  });

  it('is the same for all tags of a digest', async () => {
    const { open } = await serving({ '2.1.0': index, latest: index });
    const [one, other] = [await open('2.1.0'), await open('latest')];
    expect(one.key).toBe(other.key);
    expect([one.title, other.title]).toEqual(['web:2.1.0', 'web:latest']);
  });

  it('tells how it runs, and what is unusual in words', async () => {
    const { open } = await serving({ a: plain, b: buildImage() });
    const page = await last(await open('a'));
    expect(textsOf(page, 'run', 'Environment')).toContain('GREETING=hello world');
    expect(textsOf(page, 'run', 'Entry point')).toEqual(['docker-entrypoint.sh']);
    expect(textsOf(await last(await open('b')), 'run', 'User')).toEqual(['root, as it names no other']);
  });

  it('links what is an https address, and nothing else', async () => {
    const labels = {
      a: 'https://example.com/a?b=c',
      b: 'http://example.com',
      c: 'javascript:alert(1)',
      d: 'see https://example.com',
      e: 'https://user:secret@example.com/',
      f: 'command:workbench.action.quit',
      g: 'https://example.com/"onclick="x',
    };
    const { open } = await serving({ a: buildImage({ labels }) });
    const page = await last(await open('a'));
    const links = factsOf(page, 'labels').flatMap(({ values }) => values.flatMap(({ link }) => link ?? []));
    expect(links).toEqual(['https://example.com/a?b=c']);
  });

  it('names the other tags of the digest that are known, and leads to them', async () => {
    const { open, tagOf, repository, registry } = await serving({ '2.1.0': index, latest: index });
    const details = { digest: index.digest, mediaType: '', type: 'index' as const, platforms: [], labels: {} };
    const below = rowAt(registry, [repository]);
    const known = [
      { below, entry: { ...tagOf('latest'), details } },
      { below, entry: { ...tagOf('2.1.0'), details } },
      { below, entry: { ...tagOf('old'), details: { ...details, digest: 'sha256:other' } } },
    ];
    const went: string[] = [];
    const page = await open('2.1.0', {
      tree: {
        ...fakeApp().app.tree,
        known: () => known,
        goTo: (_registry, trail) => {
          went.push(trail.map(({ label }) => label).join(' › '));
          return Promise.resolve({ kind: 'gone' });
        },
      },
    });
    expect(textsOf(await last(page), 'overview', 'Other tags')).toEqual(['latest']);
    await page.act('tag latest');
    expect(went).toEqual(['team/web › latest']);
  });

  it('runs commands on its row', async () => {
    const { open, ran } = await serving({ '2.1.0': index });
    const page = await open('2.1.0');
    const { actions } = (await last(page)) ?? { actions: [] };
    expect(actions.map(({ label }) => label)).toEqual(
      expect.arrayContaining(['Pull', 'Copy As…', 'Inspect Manifest', 'Deploy…']),
    );
    await page.act('pullImage');
    await page.act('inspectImageManifest');
    await page.act('deleteRegistry');
    expect(ran).toEqual(['pullImage 2.1.0', 'inspectImageManifest linux/amd64']);
  });

  it('shows what a chart has', async () => {
    const { open } = await serving({ '1.0.0': chart });
    const page = await last(await open('1.0.0'));
    expect(page).toMatchObject({ icon: 'package', subtitle: 'Acme · Helm chart' });
    expect(textsOf(page, 'chart', 'Description')).toEqual(['A web shop']);
    expect(page?.actions.map(({ label }) => label)).toEqual(['Copy As…', 'Compare…', 'Inspect Manifest']);
  });

  it('says what went wrong, and is read again', async () => {
    const { open, server } = await serving({ '2.0.0': plain });
    const page = await open('2.0.0');
    server.fail(/\/blobs\//, { status: 500, times: 9 });
    const note = (await last(page))?.sections[0]?.blocks[0];
    expect(note).toMatchObject({ kind: 'note', tone: 'bad', actions: [{ id: 'reload' }] });
    expect(note).toHaveProperty('text', expect.stringContaining('Could not open'));
    server.clearFaults();
    expect((await last(page))?.sections[0]?.blocks[0]).toMatchObject({ kind: 'facts' });
  });

  it('lists the packages of an SBOM, and goes back to what it showed when they cannot be read', async () => {
    const { open, refuseBlobs } = await serving({ '2.1.0': index });
    const failed: string[] = [];
    const page = await open('2.1.0', { fail: (_error, doing) => failed.push(doing) });
    const pages: Page[] = [];
    await page.load((one) => pages.push(one), new AbortController().signal);
    const packages = () => pages.at(-1)?.sections.find(({ id }) => id === 'packages')?.blocks;
    // What is attached is an SBOM and provenance.
    await page.act('packages 0');
    expect(packages()).toMatchObject([{ kind: 'table', rows: [['left-pad', '1.3.0', '', 'MIT']] }]);
    refuseBlobs();
    await page.act('packages 0');
    expect(packages()).toBeUndefined();
    expect(failed).toEqual(['read SBOM (SPDX)']);
  });

  it('is told to a screen reader once it is read: what is shown, what is asked, what is wrong', async () => {
    const { open, server } = await serving({ '2.1.0': index });
    const page = await open('2.1.0', { fail: () => undefined });
    const pages: Page[] = [];
    await page.load((one) => pages.push(one), new AbortController().signal);
    const display = `${new URL(server.url).host}/team/web:2.1.0, linux/amd64`;
    const spoken = () => pages.splice(0).map((one) => spokenPage(one));
    const told = spoken();
    expect([told[0], told.at(-1)]).toEqual([[], [display]]);
    await page.act('packages 0');
    expect(spoken().at(-1)).toContain('Packages in SPDX');
    server.fail(/\/manifests\//, { status: 403, times: 9 });
    page.choose(index.children[1]?.digest ?? '');
    await page.load((one) => pages.push(one), new AbortController().signal);
    expect(spoken().at(-1)).toEqual([display.replace('amd64', 'arm64'), expect.stringMatching(/^Could not/)]);
  });

  it('has its signature told to a screen reader, whatever the verdict', () => {
    const attachment = {
      kind: 'attachment',
      label: 'Signature',
      type: 'signature',
      image: { host: 'h', path: 'web' },
    } as const;
    const signature = { attachment, type: 'signature', label: 'Signature' } as const;
    const facts = [
      ...trustFacts([{ ...signature, verdict: { state: 'present', why: 'it is not signed' } }]),
      { name: 'Size', values: [{ text: '5 MB' }] },
    ];
    const sections = [{ id: 'overview', blocks: [{ kind: 'facts' as const, rows: facts }] }];
    expect(spokenPage({ title: 'web:1', icon: 'tag', actions: [], sections })).toEqual([
      ...['web:1', 'Signature: not verified: it is not signed'],
    ]);
  });

  it('says what could not be listed beside what could', async () => {
    const { open, server } = await serving({ '2.0.0': plain });
    server.fail(/\/referrers\//, { status: 403, times: 9 });
    const page = await last(await open('2.0.0'));
    expect(page?.sections.find(({ id }) => id === 'proofs')?.blocks).toMatchObject([{ kind: 'note', tone: 'warning' }]);
    expect(textsOf(page, 'overview', 'Digest')).toEqual([plain.digest]);
  });
});

describe('a page of before a reload', () => {
  it('is read again by its digest', async () => {
    const { open, app } = await serving({ '2.0.0': plain });
    const before = await open('2.0.0');
    const again = await pageOf(app().app, JSON.parse(JSON.stringify(before.remembered())));
    expect(again?.key).toBe(before.key);
    expect(textsOf(again && (await last(again)), 'overview', 'Digest')).toEqual([plain.digest]);
  });

  it('says that its registry is gone', async () => {
    const { open, app } = await serving({ '2.0.0': plain });
    const before = await open('2.0.0');
    const again = await pageOf(app({}, []).app, before.remembered());
    const page = again && (await last(again));
    expect(page?.sections[0]?.blocks[0]).toMatchObject({
      text: expect.stringContaining('Acme is not connected any more') as string,
    });
    expect(page?.actions).toEqual([]);
  });

  it.each([
    undefined,
    {},
    { kind: 'image' },
    { kind: 'local', id: 'gone' },
    { kind: 'image', registry: { id: '1', provider: 'p', label: 'l', url: 'u' }, image: { host: 'h', path: '../etc' } },
  ])('is closed when %j leads nowhere', async (state) => {
    const { app } = await serving({ a: plain });
    expect(await pageOf(app().app, state)).toBeUndefined();
  });
});
