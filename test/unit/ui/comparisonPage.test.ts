import { describe, expect, it, onTestFinished } from 'vitest';
import { axiosHttp } from '../../../src/core/axiosHttp';
import { RegistryClient } from '../../../src/core/registryClient';
import type { ImageContent } from '../../../src/providers/provider';
import { registrySource } from '../../../src/providers/v2';
import { ComparisonPage } from '../../../src/ui/page/comparisonPage';
import type { ComparedPlace } from '../../../src/ui/page/comparedPlace';
import type { Page, Section, Value } from '../../../src/ui/page/pageModel';
import { pageOf } from '../../../src/ui/page/remembered';
import { buildAttestedIndex, buildHelmChart, sbom } from '../../sandbox/artifacts';
import { indexOf, versionOf } from '../../sandbox/comparedImages';
import { buildImage, buildIndex } from '../../sandbox/images';
import type { BuiltManifest } from '../../sandbox/images';
import type { SeedRepository } from '../../sandbox/seed';
import { startV2Server } from '../../sandbox/v2Server';
import { collectLog } from '../collectLog';
import { stub } from '../stub';
import { connectionNode, enginesOf, fakeApp, fakeEngine, localImage } from './fakeApp';

const host = 'registry.example.com';
const { signal } = new AbortController();
const registry = { id: 'c1', provider: 'generic', label: 'Acme', url: `https://${host}` };
const tag = (name: string): ComparedPlace => ({
  kind: 'image',
  registry,
  image: { host, path: 'team/web', tag: name },
});
const dev: ComparedPlace = { kind: 'local', id: `${host}/team/web:dev` };

/** An app with a registry of these tags, and an engine with `team/web:dev`. */
async function serving(tags: SeedRepository['tags'], engine: Parameters<typeof fakeEngine>[0] = {}) {
  const server = await startV2Server({ repositories: [{ name: 'team/web', tags }] });
  onTestFinished(() => server.stop());
  const client = new RegistryClient(axiosHttp(collectLog()), server.url);
  const source = registrySource(client, { host, path: 'team/web' }, () => Promise.resolve([]), {
    listed: new Set(),
    areAll: true,
  });
  const content = stub<ImageContent>('content', { source: () => source });
  const { app } = fakeApp({
    connected: [connectionNode({}, { content, locate: () => [] })],
    engines: enginesOf(fakeEngine(engine)),
    images: { list: () => Promise.resolve([localImage('a', [`${host}/team/web:dev`])]) },
  });
  const asked = () => server.requests.map(({ method, path }) => `${method} ${path.replace('/v2/team/web/', '')}`);
  return { app, server, asked };
}

async function loaded(page: Pick<ComparisonPage, 'load'>): Promise<readonly Page[]> {
  const drawn: Page[] = [];
  await page.load((each) => drawn.push(each), signal);
  return drawn;
}

/** The page of two places, wholly read. */
async function comparing(app: Parameters<typeof pageOf>[0], before: ComparedPlace, after: ComparedPlace) {
  const page = new ComparisonPage(app, { before: { place: before }, after: { place: after } });
  const drawn = await loaded(page);
  return { page, drawn, last: lastOf(drawn) };
}

function lastOf(drawn: readonly Page[]): Page {
  const last = drawn.at(-1);
  if (last === undefined) throw new Error('Nothing was drawn.');
  return last;
}

const print = ({ text, mark }: Value) => `${mark === undefined ? '' : mark === 'added' ? '+ ' : '- '}${text}`;
const section = ({ sections }: Page, id: string): Section => {
  const found = sections.find((each) => each.id === id);
  if (found === undefined)
    throw new Error(`There is no section ${id} among ${sections.map((each) => each.id).join()}.`);
  return found;
};
const ids = ({ sections }: Page) => sections.map(({ id }) => id);
const answerOf = (page: Page) =>
  section(page, 'overview').blocks.flatMap((block) => (block.kind === 'note' && block.isAnswer ? block.text : []))[0];
const notesOf = (page: Page, id: string) =>
  section(page, id).blocks.flatMap((block) => (block.kind === 'note' && !block.isAnswer ? block.text : []));
const factsOf = (page: Page, id: string) =>
  Object.fromEntries(
    section(page, id).blocks.flatMap((block) =>
      block.kind === 'facts' ? block.rows.map(({ name, values }) => [name, values.map(print)]) : [],
    ),
  );

describe('the page of a comparison', () => {
  const [old, now] = [versionOf('1.3.0'), versionOf('1.4.0')];

  it('answers first, and then tells what differs and nothing else', async () => {
    const { app, asked } = await serving({ '1.3': old, '1.4': now });
    const { last } = await comparing(app, tag('1.3'), tag('1.4'));
    expect(last.title).toBe('web:1.3 → web:1.4');
    expect(answerOf(last)).toBe('The base of 2 layers is the same; 3 layers are new; 2 layers are gone.');
    expect(ids(last)).toEqual(['overview', 'layers', 'steps', 'run', 'environment', 'labels']);
    expect(factsOf(last, 'run')).toEqual({
      Command: ['- node server.js', '+ node --enable-source-maps server.js'],
      Ports: ['- 9090/tcp', '+ 9464/tcp'],
      User: ['- root', '+ node'],
    });
    expect(factsOf(last, 'environment')).toEqual({
      APP_VERSION: ['- 1.3.0', '+ 1.4.0'],
      LOG_COLOR: ['- 1'],
      LOG_FORMAT: ['+ json'],
    });
    expect(factsOf(last, 'overview')).toMatchObject({
      Size: [expect.stringMatching(/^\d+ kB → 1 MB compressed \(\d+ kB more\)$/)],
      'To download': [expect.stringMatching(/^\d+ kB by whoever has web:1\.3$/)],
    });
    expect(asked()).toHaveLength(6);
    expect(new Set(asked()).size).toBe(6);
  });

  it('tells the steps as a difference, and how many are the same', async () => {
    const { app } = await serving({ '1.3': old, '1.4': now });
    const { last } = await comparing(app, tag('1.3'), tag('1.4'));
    const told = section(last, 'steps').blocks.map((block) =>
      block.kind === 'steps'
        ? block.steps.map(({ mark, keyword, text }) => `${mark} ${keyword} ${text}`)
        : block.kind === 'lines'
          ? block.lines.map(({ text }) => text.text)
          : [],
    );
    expect(told).toEqual([
      ['3 steps are the same'],
      ['removed RUN npm ci --omit=dev', 'added RUN npm ci --omit=dev && npm cache clean --force'],
      ['1 step is the same'],
      ['added COPY logo.svg .'],
      ['2 steps are the same'],
    ]);
  });

  it('has the older one first, until it is swapped, which asks for nothing', async () => {
    const { app, asked } = await serving({ '1.3': old, '1.4': now });
    const { page, drawn, last } = await comparing(app, tag('1.4'), tag('1.3'));
    expect(last.title).toBe('web:1.3 → web:1.4');
    const before = asked().length;
    const more: Page[] = [];
    await page.load((each) => more.push(each), signal);
    expect(
      asked()
        .slice(before)
        .every((each) => each.includes('referrers')),
    ).toBe(true);
    await page.act('swap');
    expect(lastOf(more).title).toBe('web:1.4 → web:1.3');
    expect(factsOf(lastOf(more), 'run').Ports).toEqual(['- 9464/tcp', '+ 9090/tcp']);
    expect(drawn.length).toBeGreaterThan(1);
  });

  it('says that two names are of one image, and asks once for what they share', async () => {
    const { app, asked } = await serving({ '1.4': now, again: now });
    const { last } = await comparing(app, tag('1.4'), tag('again'));
    expect(answerOf(last)).toBe('Same image.');
    expect(ids(last)).toEqual(['overview']);
    expect(asked().sort()).toEqual(
      [`GET blobs/${now.blobs[0]?.digest ?? ''}`, 'GET manifests/1.4', 'GET manifests/again'].sort(),
    );
  });

  it('says what failed, and reads only that again', async () => {
    const { app, server, asked } = await serving({ '1.4': now });
    const { page, last } = await comparing(app, tag('1.4'), tag('gone'));
    expect(notesOf(last, 'overview')).toEqual([expect.stringMatching(/^Could not open .*team\/web:gone: /)]);
    expect(section(last, 'overview').blocks[0]).toMatchObject({ tone: 'bad', actions: [{ id: 'reload' }] });
    expect(server.requests.length).toBeGreaterThan(0);
    const before = asked().length;
    await loaded(page);
    expect(asked().slice(before)).toEqual(['GET manifests/gone']);
  });

  it('says so when the registry is not connected any more, or the image has left the engine', async () => {
    const { app } = await serving({ '1.4': now });
    const gone: ComparedPlace = {
      kind: 'image',
      registry: { ...registry, id: 'c2', label: 'Old' },
      image: { host, path: 'team/web', tag: '1' },
    };
    const { last } = await comparing(app, gone, { kind: 'local', id: 'web:none' });
    expect(notesOf(last, 'overview')).toEqual([
      expect.stringContaining('Old is not connected any more.'),
      expect.stringContaining('the image is not on this machine any more.'),
    ]);
  });
});

describe('the page of a comparison of indexes', () => {
  const [old, now] = [indexOf('1.3.0'), indexOf('1.4.0')];

  it('offers the platforms that both have, tells the others, and packages and commits after it is drawn', async () => {
    const { app } = await serving({ '1.3': old, '1.4': now });
    const { page, drawn, last } = await comparing(app, tag('1.3'), tag('1.4'));
    expect(last.choice?.options.map(({ label }) => label)).toEqual(['linux/amd64', 'linux/arm64']);
    expect(factsOf(last, 'platforms')).toEqual({
      'Only after': ['+ linux/s390x'],
      Changed: ['linux/amd64', 'linux/arm64'],
    });
    const [table] = section(last, 'packages').blocks.flatMap((block) => (block.kind === 'table' ? block : []));
    expect(table?.rows).toEqual([
      ['express', '4.19.2', '4.21.1', 'upgraded'],
      ['openssl', '3.0.14-1', '3.0.15-1', 'upgraded'],
      ['pino', '', '9.5.0', 'added'],
      ['winston', '3.15.0', '', 'removed'],
    ]);
    expect(factsOf(last, 'source')).toMatchObject({
      Commit: [`- ${'b'.repeat(12)}`, `+ ${'a'.repeat(12)}`],
      'What changed': ['Commits between them'],
    });
    const isReading = (each: Page) => each.sections.some(({ id, isLoading }) => id === 'packages' && isLoading);
    expect(drawn.some((each) => ids(each).includes('run') && isReading(each))).toBe(true);
    const arm = now.children[1]?.digest ?? '';
    page.choose(arm);
    expect(factsOf(lastOf(await loaded(page)), 'overview').After?.at(-1)).toBe(arm);
    expect(page.remembered()).toMatchObject({ platform: arm, before: { image: { digest: old.digest, tag: '1.3' } } });
  });

  it('is the same after a reload', async () => {
    const { app } = await serving({ '1.3': old, '1.4': now });
    const { page, last } = await comparing(app, tag('1.3'), tag('1.4'));
    const again = await pageOf(app, JSON.parse(JSON.stringify(page.remembered())));
    if (again === undefined) throw new Error('It was not made again.');
    expect(again.key).toBe(page.key);
    expect(lastOf(await loaded(again))).toEqual(last);
    expect(await pageOf(app, { ...page.remembered(), before: { kind: 'image' } })).toBeUndefined();
  });

  it('looks for the platform of an image in the index of the other', async () => {
    const arm = versionOf('1.3.0', 'arm64');
    const { app } = await serving({ arm, '1.4': now });
    const { last } = await comparing(app, tag('arm'), tag('1.4'));
    expect(factsOf(last, 'overview').After?.at(-1)).toBe(now.children[1]?.digest);
    expect(factsOf(last, 'overview')).not.toHaveProperty('Platform');
    expect(last.choice).toBeUndefined();
  });

  it('says that a platform is missing, and that none is in both', async () => {
    const riscv = buildImage({ platform: { os: 'linux', architecture: 'riscv64' } });
    const { app } = await serving({ riscv, multi: buildIndex([{ manifest: riscv }]), '1.4': now });
    const { last } = await comparing(app, tag('riscv'), tag('1.4'));
    expect(notesOf(last, 'overview')).toEqual(['web:1.4 has no image for linux/riscv64.']);
    const none = await comparing(app, tag('multi'), tag('1.4'));
    expect(answerOf(none.last)).toBe('The images have no platform in common.');
    expect(factsOf(none.last, 'platforms')).toMatchObject({ 'Only before': ['- linux/riscv64'] });
  });

  it('says why packages are not compared where one has no list of them', async () => {
    const { app } = await serving({ plain: versionOf('1.3.0'), '1.4': now });
    const { last } = await comparing(app, tag('plain'), tag('1.4'));
    expect(notesOf(last, 'packages')).toEqual(['They are not compared, as only web:1.4 has an SBOM.']);
  });

  it('compares twenty thousand packages', async () => {
    const many = (version: string) =>
      Array.from({ length: 20_000 }, (_, at) => ({ name: `package-${at}`, version, license: 'MIT' }));
    const listed = (image: BuiltManifest, version: string) =>
      buildAttestedIndex([image], () => [sbom('web', many(version), new Date())]);
    const [one, two] = [listed(versionOf('1.3.0'), '1.0'), listed(versionOf('1.4.0'), '1.1')];
    const { app } = await serving({ one, two });
    const { last } = await comparing(app, tag('one'), tag('two'));
    const [table] = section(last, 'packages').blocks.flatMap((block) => (block.kind === 'table' ? block : []));
    expect(table?.rows).toHaveLength(20_000);
    expect(table?.rows[1]).toEqual(['package-1', '1.0', '1.1', 'upgraded']);
  });
});

describe('the page of a comparison of something else', () => {
  it('tells the files and annotations of charts', async () => {
    const chart = (version: string) => buildHelmChart({ name: 'web', version });
    const { app } = await serving({ '1': chart('1.0.0'), '2': chart('1.1.0') });
    const { last } = await comparing(app, tag('1'), tag('2'));
    expect(answerOf(last)).toBe('1 file has changed.');
    expect(factsOf(last, 'chart')).toMatchObject({ Version: ['- 1.0.0', '+ 1.1.0'] });
    expect(factsOf(last, 'annotations')).toEqual({ 'org.opencontainers.image.version': ['- 1.0.0', '+ 1.1.0'] });
  });

  it('says that a chart and an image cannot be compared', async () => {
    const { app } = await serving({ '1': buildHelmChart({ name: 'web', version: '1.0.0' }), '2': versionOf('1.4.0') });
    const { last } = await comparing(app, tag('1'), tag('2'));
    expect(answerOf(last)).toBe('They are of different kinds, which cannot be compared.');
    expect(factsOf(last, 'overview').Type).toEqual(['- Helm chart', '+ image']);
  });

  it('compares with an image of the engine, whose annotations nobody knows', async () => {
    const { app } = await serving(
      { '1.3': versionOf('1.3.0') },
      {
        endpoint: { url: 'unix:///x', source: 'socket', name: 'Docker' },
        inspect: () =>
          Promise.resolve({ Os: 'linux', Architecture: 'amd64', Created: '2026-11-01T00:00:00Z', Size: 9 }),
        history: () => Promise.resolve([]),
      },
    );
    const { last } = await comparing(app, tag('1.3'), dev);
    expect(last.title).toBe('web:1.3 → web:dev');
    expect(last.subtitle).toContain('Acme → Docker');
    expect(answerOf(last)).toBe('It is not known which layers the images share.');
    expect(factsOf(last, 'overview')).not.toHaveProperty('Base image');
    expect(factsOf(last, 'overview').Size).toEqual([expect.stringMatching(/compressed → 9 B unpacked$/)]);
    expect(last.actions.map(({ id }) => id)).toEqual(['swap']);
  });
});
