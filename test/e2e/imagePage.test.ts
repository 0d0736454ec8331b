import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildHelmChart } from '../sandbox/artifacts';
import { fullImage, fullIndex } from '../sandbox/pageImages';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { connected } from './images';
import { pageView } from './pageView';
import { quickInput } from './quickInput';
import { registriesView } from './registriesView';
import { useWorkbench } from './workbench';

let server: V2Server;
const index = fullIndex();
const plain = fullImage();
const repositories = [
  { name: 'team/web', tags: { '2.1.0': index, latest: index, '2.0.0': plain } },
  {
    name: 'charts/web',
    tags: { '1.0.0': buildHelmChart({ name: 'web', version: '1.0.0', description: 'A web shop' }) },
  },
];

beforeAll(async () => {
  server = await startV2Server({ repositories });
});
afterAll(async () => {
  await server.stop();
});

describe('the page of an image', () => {
  const workbench = useWorkbench(() => ({
    // So that the rows ask for nothing that the page asks for as well.
    settings: { ...connected({ label: 'Acme', url: server.url }), 'registryExplorer.tags.details': 'never' },
  }));
  const view = () => registriesView(workbench());
  const page = () => pageView(workbench());
  const requested = () =>
    server.requests.map(({ method, path }) => `${method} ${path.replace(/\/v2\/[a-z]+\/web\//, '')}`);
  beforeEach(async () => {
    await view().open();
  });

  it('tells what is in it, in three requests', async () => {
    await view().expand('Acme');
    await view().expand(['Acme', 'team/web']);
    const before = requested().length;
    await view().inline(['Acme', 'team/web', '2.0.0'], 'Open Image');
    await page().ready();
    const config = plain.blobs[0]?.digest ?? '';
    expect(requested().slice(before).sort()).toEqual([
      `GET blobs/${config}`,
      'GET manifests/2.0.0',
      `GET referrers/${plain.digest}`,
    ]);
    expect(await page().title()).toBe(`${new URL(server.url).host}/team/web:2.0.0`);
    expect(await page().fact('Digest')).toEqual([plain.digest]);
    expect(await page().fact('Base image')).toEqual([
      'docker.io/library/node:22-bookworm',
      `sha256:${'ab'.repeat(32)}`,
    ]);
    expect(await page().fact('Health check')).toEqual([
      'curl -f http://localhost:8080/health || exit 1',
      'every 30 seconds · at most 3 seconds · 3 tries',
    ]);
    const steps = await page().section('steps').locator('li').allInnerTexts();
    expect(steps[3]?.replace(/\s+/g, ' ')).toBe(
      'RUN npm ci --omit=dev && npm cache clean --force 482 kB · the largest',
    );
    await workbench().screenshot('image-page');
  });

  it('shows text of others as text, and links nothing but https', async () => {
    const labels = page().section('labels');
    const links = await labels.locator('a').all();
    expect(await Promise.all(links.map((link) => link.getAttribute('href')))).toEqual([
      ...['https://docs.example.com/web', 'https://github.com/acme/web'],
    ]);
    expect(await labels.innerText()).toContain('<img src=x onerror=alert(1)> $(trash)');
    expect(await page().frame.locator('img').count()).toBe(0);
  });

  it('is the same tab for the same digest, and shows another platform', async () => {
    await view().inline(['Acme', 'team/web', '2.1.0'], 'Open Image');
    await page().frame.locator('h1', { hasText: '2.1.0' }).waitFor();
    await page().ready();
    const before = requested().length;
    await view().inline(['Acme', 'team/web', 'latest'], 'Open Image');
    await page().frame.locator('h1', { hasText: 'latest' }).waitFor();
    await page().ready();
    expect(requested().slice(before)).toContain('GET manifests/latest');
    expect(await workbench().page.locator('.tab').count()).toBe(2);
    expect(await page().fact('Digest of linux/amd64')).toEqual([index.children[0]?.digest]);
    await page().frame.locator('vscode-single-select').click();
    await page().frame.getByRole('option', { name: 'linux/arm64' }).click();
    await page().ready();
    await expect.poll(() => page().fact('Digest of linux/arm64')).toEqual([index.children[1]?.digest]);
  });

  it('stays over a reload', async () => {
    await workbench().written(index.children[1]?.digest ?? '');
    await workbench().reload();
    await page().ready();
    expect(await page().fact('Digest of linux/arm64')).toEqual([index.children[1]?.digest]);
    expect(await page().title()).toContain('team/web:latest');
  });

  it('has buttons for what is done with an image', async () => {
    await page().button('Copy As…').click();
    await quickInput(workbench()).pick('docker pull');
    await expect.poll(() => workbench().clipboard()).toBe(`docker pull ${new URL(server.url).host}/team/web:latest`);
    await page().button('Inspect Manifest').click();
    await workbench().page.locator('.tab.active', { hasText: 'manifest.json' }).waitFor();
    await workbench().page.locator('.tab', { hasText: 'web:latest' }).click();
    await page().ready();
  });

  it('copies names and digests, by the keyboard too', async () => {
    await page().frame.locator('.title .copy').focus();
    await workbench().page.keyboard.press('Enter');
    await expect.poll(() => workbench().clipboard()).toBe(`${new URL(server.url).host}/team/web:latest`);
    await page()
      .frame.getByRole('button', { name: `Copy ${index.digest}` })
      .focus();
    await workbench().page.keyboard.press('Space');
    await expect.poll(() => workbench().clipboard()).toBe(index.digest);
    // From there, Tab leads through the page in the order in which it is read.
    await page().button('Inspect Manifest').focus();
    await workbench().page.keyboard.press('Tab');
    await workbench().page.keyboard.press('Enter');
    await quickInput(workbench()).titled('Deploy Image');
    await quickInput(workbench()).escape();
  });

  it('opens a link only after VS Code has asked', async () => {
    await page().section('labels').locator('a', { hasText: 'docs.example.com' }).click();
    const asked = workbench().page.locator('.monaco-dialog-box');
    await asked.getByText('https://docs.example.com/web').waitFor();
    await workbench().screenshot('page-link');
    await asked.getByRole('button', { name: 'Cancel' }).click();
    await asked.waitFor({ state: 'detached' });
  });

  it('is used without the mouse: opened, switched, unfolded, copied and closed', async () => {
    const { keyboard } = workbench().page;
    await workbench().runCommand('View: Close All Editors');
    await view().focus();
    await view().arrowTo(['Acme', 'team/web', '2.1.0']);
    await view().chooseForSelected('Open Image');
    await page().frame.locator('h1', { hasText: '2.1.0' }).waitFor();
    await page().ready();
    await page().tabTo('Platform');
    for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await keyboard.press(key);
    await expect.poll(() => page().fact('Digest of linux/arm64')).toEqual([index.children[1]?.digest]);
    await page().ready();
    // The keyboard stays where it was, and what has changed elsewhere is said.
    await expect.poll(() => page().focused()).toBe('Platform');
    await expect.poll(() => page().said()).toContain('team/web:2.1.0, linux/arm64');
    await page().tabTo(`Copy ${index.digest}`);
    await keyboard.press('Enter');
    await expect.poll(() => workbench().clipboard()).toBe(index.digest);
    expect(await page().said()).toBe('Copied');
    await page().tabTo(/^SBOM/);
    await keyboard.press('Enter');
    await page().section('proofs').locator('details[open] dl').waitFor();
    await keyboard.press('Control+w');
    await workbench().page.locator('.tab').waitFor({ state: 'detached' });
  });

  it('shows what a chart has', async () => {
    await view().expand(['Acme', 'charts/web']);
    await view().inline(['Acme', 'charts/web', '1.0.0'], 'Open Image');
    await page().frame.locator('h1', { hasText: 'charts/web' }).waitFor();
    await page().ready();
    expect(await page().section('chart').innerText()).toContain('A web shop');
    await workbench().screenshot('chart-page');
  });

  it.each(['Dark 2026', 'Light 2026', 'Dark High Contrast', 'Light High Contrast'] as const)(
    'can be read by everybody in %s',
    async (theme) => {
      await workbench().useTheme(theme);
      await view().inline(['Acme', 'team/web', '2.1.0'], 'Open Image');
      await page().frame.locator('h1', { hasText: '2.1.0' }).waitFor();
      await page().ready();
      await workbench().screenshot(`image-page ${theme}`);
      expect(await page().barriers()).toEqual([]);
      await page().frame.locator('vscode-single-select').click();
      await page().frame.getByRole('option', { name: 'linux/arm64' }).waitFor();
      expect(await page().barriers()).toEqual([]);
      await workbench().page.keyboard.press('Escape');
      await view().inline(['Acme', 'charts/web', '1.0.0'], 'Open Image');
      await page().frame.locator('h1', { hasText: 'charts/web' }).waitFor();
      await page().ready();
      expect(await page().barriers()).toEqual([]);
    },
  );
});
