import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launchWorkbench, type Workbench } from '../test/e2e/launch';
import { openPage, pageView } from '../test/e2e/pageView';
import { dialog } from '../test/e2e/dialog';
import { imagesView } from '../test/e2e/imagesView';
import { quickInput } from '../test/e2e/quickInput';
import { registriesView } from '../test/e2e/registriesView';
import { projectRoot } from '../test/rig/paths';
import { preferredPort } from '../test/rig/ports';
import { sbom } from '../test/sandbox/artifacts';
import { demoRepositories } from '../test/sandbox/demo';
import { startEngine, whyNoEngine } from '../test/sandbox/engines';
import { issuerUrl, MiniSigstore } from '../test/sandbox/miniSigstore';
import { buildIndex } from '../test/sandbox/images';
import { fullImage } from '../test/sandbox/pageImages';
import { gitHubProvenance, keylessSignatures, proofTag, signedAttestations } from '../test/sandbox/proofs';
import { tempDir } from '../test/sandbox/tempDir';
import { startV2Server } from '../test/sandbox/v2Server';
import { buildVsix } from './build';

/** Makes the pictures of the README from the running product, each in a dark and a light theme. */

const folder = join(projectRoot, 'resources/pictures');
const steps = join(projectRoot, 'resources/walkthrough');
const everyTheme = {
  dark: 'Dark 2026',
  light: 'Light 2026',
  contrast: 'Dark High Contrast',
  'contrast-light': 'Light High Contrast',
} as const;
const themes = { dark: 'Dark 2026', light: 'Light 2026' } as const;
const size = { width: 1280, height: 900 };

async function main(): Promise<void> {
  await buildVsix(console.log);
  await mkdir(folder, { recursive: true });
  await mkdir(steps, { recursive: true });
  const sigstore = new MiniSigstore();
  const versions = ['2.1.0', '2.0.0'].map((version) =>
    buildIndex(['amd64', 'arm64'].map((architecture) => ({ manifest: fullImage(architecture, version) }))),
  );
  const [index, before] = versions;
  if (index === undefined || before === undefined) throw new Error('A version is missing');
  const signer = 'https://github.com/acme/web/.github/workflows/release.yml@refs/tags/v2.1.0';
  const packages = ['express 5.1.0', 'left-pad 1.3.0', 'openssl 3.0.17-1', 'pg 8.16.3', 'pino 9.9.0'].map((text) => {
    const [name = '', version = ''] = text.split(' ');
    return { name, version, license: 'MIT' };
  });
  const attested = signedAttestations(
    sigstore,
    index,
    [
      gitHubProvenance('https://github.com/acme/web', '4f1c0a97be2d63a58b07e1d9c3f2a6458d7e9b10'),
      sbom('web', packages, new Date('2026-11-20T10:05:00Z')),
    ],
    { names: [signer] },
  );
  const web = {
    name: 'acme/web',
    tags: {
      ...{ latest: index, '2.1.0': index, '2.0.0': before },
      [proofTag(index, 'sig')]: keylessSignatures(sigstore, index, [{ names: [signer] }]),
      [proofTag(index, 'att')]: attested,
    },
  };
  const others = demoRepositories(new Date()).filter(({ name }) => /^acme\/(api|worker)$|^charts/.test(name));
  const server = await startV2Server({ port: await preferredPort(5000), repositories: [web, ...others] });
  const trust = await tempDir('pictures');
  await writeFile(join(trust.path, 'trusted_root.json'), JSON.stringify(sigstore.trustedRoot));
  const why = whyNoEngine('docker');
  const engine = why === undefined ? await startEngine('docker') : undefined;
  await engine?.loadImages([
    { image: fullImage('amd64', '2.2.0'), names: [`${new URL(server.url).host}/acme/web:dev`] },
  ]);
  const workbench = await launchWorkbench({
    settings: {
      'registryExplorer.connections': [{ provider: 'generic', label: 'Acme', url: server.url }],
      'registryExplorer.verification.trustRoot': join(trust.path, 'trusted_root.json'),
      'registryExplorer.verification.identities': [{ identity: 'https://github.com/acme/*', issuer: issuerUrl }],
    },
    env: { DOCKER_CONFIG: '', ...(engine === undefined ? {} : { DOCKER_HOST: engine.url }) },
  });
  try {
    await takePictures(workbench);
  } finally {
    await workbench.close();
    await engine?.stop();
    await server.stop();
    await trust.remove();
  }
}

async function takePictures(workbench: Workbench): Promise<void> {
  await workbench.page.setViewportSize(size);
  // esbuild marks functions with it, also those that are run in the page.
  await workbench.page.evaluate('globalThis.__name = (named) => named');
  const view = registriesView(workbench);
  await view.open();
  await view.expand('Acme');
  await view.expand(['Acme', 'acme/web']);
  await view.expand(['acme/web', '2.1.0']);
  await view.row(['2.1.0', 'linux/arm64']);
  await openPage(workbench, view, ['acme/web', '2.1.0'], 'acme/web:2.1.0');
  await imagesView(workbench).rows();
  await pictures(workbench, 'image');
  await imagesView(workbench).expand('acme/web');
  await walkthrough(workbench);
  await view.choose(['acme/web', '2.1.0'], 'Compare…');
  await quickInput(workbench).pick('2.0.0');
  await pageView(workbench).frame.locator('h1', { hasText: '→' }).waitFor();
  await pictures(workbench, 'comparison');
}

/** The pictures of the walkthrough, one of each of its steps. */
async function walkthrough(workbench: Workbench): Promise<void> {
  const { page } = workbench;
  const view = registriesView(workbench);
  const part = async (step: string, name: string, clip: { readonly x: number; readonly y: number }) => {
    await page.screenshot({ path: join(steps, `${step}-${name}.png`), clip: { ...clip, width: 640, height: 480 } });
  };
  for (const [name, theme] of Object.entries(everyTheme)) {
    await workbench.useTheme(theme);
    await pageView(workbench).ready();
    await page.mouse.move(0, 0);
    await part('browse', name, { x: 0, y: 30 });
    await part('look', name, { x: 350, y: 36 });
    await workbench.runCommand('Registry Explorer: Connect Registry…');
    await quickInput(workbench).title();
    await part('connect', name, { x: 320, y: 0 });
    await quickInput(workbench).escape();
    await imagesView(workbench).inlineActions(['acme/web', 'dev']);
    await part('transfer', name, { x: 0, y: 420 });
    await view.choose(['acme/web', '2.1.0'], 'Delete Image…');
    await dialog(workbench).message();
    await part('delete', name, { x: 320, y: 210 });
    await dialog(workbench).press('Cancel');
  }
}

/** What is on screen, in each theme. */
async function pictures(workbench: Workbench, what: string): Promise<void> {
  for (const [name, theme] of Object.entries(themes)) {
    await workbench.useTheme(theme);
    await pageView(workbench).ready();
    await workbench.page.mouse.move(0, 0);
    await workbench.page.screenshot({ path: join(folder, `${what}-${name}.png`) });
  }
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
