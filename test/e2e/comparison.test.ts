import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { unless } from '../leftOut';
import { buildHelmChart } from '../sandbox/artifacts';
import { indexOf, versionOf } from '../sandbox/comparedImages';
import { startEngine, whyNoEngine, type RunningEngine } from '../sandbox/engines';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { connected } from './images';
import { imagesView } from './imagesView';
import { pageView } from './pageView';
import { quickInput } from './quickInput';
import { registriesView } from './registriesView';
import { useWorkbench } from './workbench';

const [plain13, plain14] = [versionOf('1.3.0'), versionOf('1.4.0')];
const [index13, index14] = [indexOf('1.3.0'), indexOf('1.4.0')];
const chart = (version: string) => buildHelmChart({ name: 'shop', version, description: 'A web shop' });
const repositories = [
  {
    name: 'team/web',
    tags: { '1.3.0': plain13, '1.4.0': plain14, again: plain14, 'multi-1.3': index13, 'multi-1.4': index14 },
  },
  { name: 'charts/shop', tags: { '1.0.0': chart('1.0.0'), '1.1.0': chart('1.1.0') } },
];
const configOf = ({ blobs }: typeof plain13) => blobs[0]?.digest ?? '';

let server: V2Server;
let other: V2Server;
beforeAll(async () => {
  server = await startV2Server({ repositories });
  other = await startV2Server({ repositories: [{ name: 'mirror/web', tags: { '1.4.0': plain14 } }] });
});
afterAll(async () => {
  await server.stop();
  await other.stop();
});

describe('the comparison of two images', () => {
  const workbench = useWorkbench(() => ({
    settings: {
      ...connected({ label: 'Acme', url: server.url }, { label: 'Mirror', url: other.url }),
      // So that the rows ask for nothing that the page asks for as well.
      'registryExplorer.tags.details': 'never',
    },
  }));
  const view = () => registriesView(workbench());
  const page = () => pageView(workbench());
  const host = () => new URL(server.url).host;
  const web = ['Acme', 'team/web'] as const;
  const requested = ({ requests }: V2Server = server) =>
    requests.map(({ method, path }) => `${method} ${path.replace(/\/v2\/[a-z]+\/[a-z]+\//, '')}`);
  /** The page with these words in its title, wholly read. */
  const titled = async (title: string) => {
    await page().frame.locator('h1', { hasText: title }).waitFor();
    await page().ready();
  };
  const answer = () => page().frame.locator('.note.answer').innerText();
  const fact = async (name: string) => (await page().fact(name)).map((text) => text.replace(/\s+/g, ' ').trim());
  const words = async (id: string) => (await page().section(id).innerText()).replace(/\s+/g, ' ');
  /** By the keyboard: the menu of a row whose details are not read. */
  const compare = async (...rows: readonly (readonly string[])[]) => {
    const [first = [], ...others] = rows;
    // A click opens a row that is closed, and once what is below it is read, the rows below move.
    await view().expand(first);
    await view().click(first);
    await expect.poll(async () => (await view().row(first)).expanded).toBe(false);
    for (const row of others) await view().alsoSelect(row);
    await view().chooseForSelected('Compare…');
  };
  beforeEach(async () => {
    await view().open();
    await view().expand('Acme');
    await view().expand(web);
  });

  it('tells what changed between two tags, in six requests', async () => {
    const before = requested().length;
    await workbench().runCommand('Registry Explorer: Compare…');
    const box = quickInput(workbench());
    await box.pick('Acme');
    await box.pick('team/web');
    await box.pick('1.4.0');
    await box.titled('Compare web:1.4.0 with');
    await workbench().screenshot('compare-with');
    expect((await box.rows()).map(({ label }) => label)).toEqual([
      ...['1.3.0', 'again', 'multi-1.4', 'multi-1.3'],
      'Another image…',
    ]);
    await box.pick('1.3.0');
    await titled('web:1.3.0 → web:1.4.0');
    const asked = requested().slice(before);
    expect(asked.filter((each) => !each.includes('catalog') && !each.includes('tags/list')).sort()).toEqual(
      [
        ...['GET manifests/1.3.0', 'GET manifests/1.4.0'],
        ...[plain13, plain14].map((image) => `GET blobs/${configOf(image)}`),
        ...[plain13, plain14].map(({ digest }) => `GET referrers/${digest}`),
      ].sort(),
    );
    expect(await answer()).toBe('The base of 2 layers is the same; 3 layers are new; 2 layers are gone.');
    expect(await fact('Base image')).toEqual([
      '− removed docker.io/library/node:22.9-bookworm',
      `− removed sha256:${'cd'.repeat(32)}`,
      '+ added docker.io/library/node:22.11-bookworm',
      `+ added sha256:${'ab'.repeat(32)}`,
    ]);
    expect(await fact('Command')).toEqual(['− removed node server.js', '+ added node --enable-source-maps server.js']);
    expect(await fact('Ports')).toEqual(['− removed 9090/tcp', '+ added 9464/tcp']);
    expect(await words('environment')).toContain('APP_VERSION − removed 1.3.0 + added 1.4.0');
    // What is equal is not told.
    expect(await words('environment')).not.toContain('PATH');
    expect(await words('labels')).toContain('<img src=x onerror=alert(1)> $(trash)');
    await workbench().screenshot('comparison');
  });

  it('is opened without the mouse', async () => {
    await workbench().runCommand('View: Close All Editors');
    const tags = (await view().rows()).filter(({ level }) => level === 3).map(({ label }) => label);
    const [first = '', second = ''] = tags;
    const { keyboard } = workbench().page;
    await view().focus();
    await keyboard.press('Escape');
    await view().arrowTo([...web, first]);
    await keyboard.press('Control+Shift+Enter');
    await view().selected([...web, first]);
    await keyboard.press('Shift+ArrowDown');
    await view().selected([...web, second]);
    await view().chooseForSelected('Compare…');
    await titled(`${second} → web:${first}`);
    expect(await page().said()).toContain(await answer());
  });

  it('is swapped, and opens what it compares', async () => {
    const before = requested().length;
    await page().button('Swap').click();
    await titled('web:1.4.0 → web:1.3.0');
    expect(await fact('Ports')).toEqual(['− removed 9464/tcp', '+ added 9090/tcp']);
    expect(requested().slice(before)).toEqual([]);
    await page().button('Swap').click();
    await titled('web:1.3.0 → web:1.4.0');
    await page()
      .frame.getByRole('button', { name: `${host()}/team/web:1.4.0` })
      .click();
    await page()
      .frame.locator('h1', { hasText: `${host()}/team/web:1.4.0` })
      .waitFor();
    await page().ready();
    // From there as well.
    await page().button('Compare…').click();
    const box = quickInput(workbench());
    await box.pick('again');
    await titled('web:again → web:1.4.0');
    expect(await answer()).toBe('Same image.');
    expect(await page().frame.locator('section').count()).toBe(1);
    await workbench().screenshot('comparison-same');
  });

  it('shows configs and manifests side by side', async () => {
    await compare([...web, '1.4.0'], [...web, '1.3.0']);
    await titled('web:1.3.0 → web:1.4.0');
    await page().button('Compare Configs').click();
    const diff = workbench().page.locator('.monaco-diff-editor:visible');
    await diff.locator('.modified .view-line', { hasText: '--enable-source-maps' }).first().waitFor();
    await workbench().screenshot('comparison-configs');
    await workbench().page.locator('.tab', { hasText: '↔' }).first().click();
    await titled('web:1.3.0 → web:1.4.0');
    await page().button('Compare Manifests').click();
    await diff.locator('.modified .view-line', { hasText: 'node:22.11-bookworm' }).first().waitFor();
  });

  it('compares the platforms, packages and commits of two indexes', async () => {
    await compare([...web, 'multi-1.4'], [...web, 'multi-1.3']);
    await titled('web:multi-1.3 → web:multi-1.4');
    expect(await words('platforms')).toBe('Platforms Only after + added linux/s390x Changed linux/amd64 linux/arm64');
    expect(await words('packages')).toContain('2 packages have other versions · 1 package is new · 1 package is gone');
    expect(await words('packages')).toMatch(/express 4\.19\.2 4\.21\.1 upgraded/);
    await page().section('packages').locator('vscode-textfield').locator('input').fill('removed');
    await expect.poll(() => words('packages')).toContain('1 of 1');
    const link = page().section('source').getByRole('link', { name: 'Commits between them' });
    expect(await link.getAttribute('href')).toBe(
      `https://github.com/acme/web/compare/${'b'.repeat(40)}...${'a'.repeat(40)}`,
    );
    await workbench().screenshot('comparison-index');
    await page().frame.locator('vscode-single-select').click();
    await page().frame.getByRole('option', { name: 'linux/arm64' }).click();
    await expect.poll(async () => (await fact('After')).at(-1)).toBe(index14.children[1]?.digest);
    await page().ready();
  });

  it('stays over a reload', async () => {
    await workbench().written(index14.children[1]?.digest ?? '');
    await workbench().reload();
    await titled('web:multi-1.3 → web:multi-1.4');
    expect((await fact('After')).at(-1)).toBe(index14.children[1]?.digest);
    expect(await words('packages')).toContain('2 packages have other versions');
  });

  it('compares two platforms of one tag', async () => {
    await view().expand([...web, 'multi-1.4']);
    await compare([...web, 'multi-1.4', 'linux/arm64'], [...web, 'multi-1.4', 'linux/amd64']);
    await titled('web:multi-1.4 linux/arm64 → web:multi-1.4 linux/amd64');
    expect(await fact('Platform')).toEqual(['− removed linux/arm64', '+ added linux/amd64']);
    expect(await answer()).toBe(
      'The base of 2 layers is the same; 2 more are in both; 1 layer is new; 1 layer is gone.',
    );
  });

  it('compares images of two registries, one of which is typed', async () => {
    await compare([...web, '1.4.0']);
    const box = quickInput(workbench());
    await box.pick('Another image…');
    await box.says('Name of the image');
    await box.type(`docker pull ${new URL(other.url).host}/mirror/web:1.4.0`);
    await box.accept();
    await titled('web:1.4.0 (Mirror) → web:1.4.0 (Acme)');
    expect(await answer()).toBe('Same image.');
    await compare([...web, '1.4.0']);
    await box.pick('Another image…');
    await box.says('Name of the image');
    await box.type(`${host()}/team/web:9.9`);
    await box.accept();
    await page().frame.locator('.note.bad', { hasText: '9.9' }).waitFor();
    await workbench().screenshot('comparison-failed');
    expect(await page().barriers()).toEqual([]);
    await page().button('Retry').waitFor();
  });

  it('compares charts by their files and annotations', async () => {
    await view().expand(['Acme', 'charts/shop']);
    await compare(['Acme', 'charts/shop', '1.1.0'], ['Acme', 'charts/shop', '1.0.0']);
    await titled('shop:1.0.0 → shop:1.1.0');
    expect(await fact('Version')).toEqual(['− removed 1.0.0', '+ added 1.1.0']);
    expect(await answer()).toBe('1 file has changed.');
    await workbench().screenshot('comparison-charts');
  });

  it.each(['Dark 2026', 'Light 2026', 'Dark High Contrast', 'Light High Contrast'] as const)(
    'can be read by everybody in %s',
    async (theme) => {
      await workbench().useTheme(theme);
      await compare([...web, 'multi-1.4'], [...web, 'multi-1.3']);
      await titled('web:multi-1.3 → web:multi-1.4');
      await page().ready();
      for (const id of ['overview', 'layers', 'run', 'labels', 'packages', 'source']) {
        await page().section(id).scrollIntoViewIfNeeded();
        await page()
          .section(id)
          .screenshot({ path: `test-results/screenshots/comparison ${id} ${theme}.png` });
      }
      expect(await page().barriers()).toEqual([]);
      // Beside the views, the page is 620 pixels wide.
      await workbench().page.setViewportSize({ width: 970, height: 1000 });
      await page().section('overview').scrollIntoViewIfNeeded();
      await workbench().screenshot(`comparison narrow ${theme}`);
      await workbench().page.setViewportSize({ width: 1280, height: 1000 });
    },
  );
});

const reason = whyNoEngine('docker');

describe('the comparison with an image in the engine', unless(reason), () => {
  let engine: RunningEngine;
  beforeAll(async () => {
    engine = await startEngine('docker');
    await engine.loadImages([
      { image: plain14, names: [`${new URL(server.url).host}/team/web:1.4.0`] },
      { image: plain13, names: [`${new URL(server.url).host}/team/web:dev`, 'web:dev'] },
    ]);
  });
  afterAll(async () => {
    await engine.stop();
  });
  const workbench = useWorkbench(() => ({
    settings: connected({ label: 'Acme', url: server.url }),
    env: { DOCKER_HOST: engine.url, DOCKER_CONFIG: '' },
  }));
  const page = () => pageView(workbench());

  it('finds the image of its name, and tells that only the packing differs', async () => {
    const host = new URL(server.url).host;
    const view = imagesView(workbench());
    await view.open();
    await view.expand([host, 'team/web']);
    await view.choose([host, 'team/web', '1.4.0'], 'Compare…');
    const box = quickInput(workbench());
    await box.titled('Compare web:1.4.0 with');
    await workbench().screenshot('compare-local-with');
    await box.pick(`${host}/team/web:1.4.0`);
    await page().ready();
    await workbench().screenshot('comparison-local');
    expect(await page().frame.locator('.note.answer').innerText()).toBe('Same image; the engine has it unpacked.');
    await view.choose([host, 'team/web', 'dev'], 'Compare…');
    await box.pick('A local image…');
    // The box before offers that image as well.
    await box.offersButton('Back');
    await box.pick(`${host}/team/web:1.4.0`);
    await page().frame.locator('h1', { hasText: 'web:dev → web:1.4.0' }).waitFor();
    await page().ready();
    await workbench().screenshot('comparison-two-local');
    expect(await page().frame.locator('.note.answer').innerText()).toBe(
      'The base of 2 layers is the same; 3 layers are new; 2 layers are gone.',
    );
  });
});
