import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sbom } from '../sandbox/artifacts';
import { issuerUrl, MiniSigstore, workflow } from '../sandbox/miniSigstore';
import { fullImage, fullIndex } from '../sandbox/pageImages';
import { gitHubProvenance, keylessSignatures, proofTag, signedAttestations } from '../sandbox/proofs';
import { tempDir, type TempDir } from '../sandbox/tempDir';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { connected } from './images';
import { pageView } from './pageView';
import { registriesView } from './registriesView';
import { useWorkbench } from './workbench';

const sigstore = new MiniSigstore();
const index = fullIndex();
const plain = fullImage('amd64', '2.0.0');
const commit = '0123456789abcdef0123456789abcdef01234567';
const packages = Array.from({ length: 20_000 }, (_, at) => ({
  name: `package-${String(at).padStart(5, '0')}`,
  version: `1.${at % 100}.0`,
  license: 'MIT',
}));
const signedOnce = keylessSignatures(sigstore, index, [{}, { names: ['https://ci.test/somebody/else.yml'] }]);
const attested = signedAttestations(sigstore, index, [
  gitHubProvenance('https://github.com/acme/web', commit),
  sbom('web', packages, new Date('2026-11-20T10:05:00Z')),
]);
/** Made for the index, and attached to another image. */
const moved = keylessSignatures(sigstore, index, [{}]);
const tags = {
  '2.1.0': index,
  '2.0.0': plain,
  [proofTag(index, 'sig')]: signedOnce,
  [proofTag(index, 'att')]: attested,
  [proofTag(plain, 'sig')]: moved,
};
let server: V2Server;
let folder: TempDir;

beforeAll(async () => {
  server = await startV2Server({ repositories: [{ name: 'team/web', tags }] });
  folder = await tempDir('proofs');
  await writeFile(join(folder.path, 'trusted_root.json'), JSON.stringify(sigstore.trustedRoot));
});
afterAll(async () => {
  await server.stop();
  await folder.remove();
});

describe('the proofs of an image', () => {
  const workbench = useWorkbench(() => ({
    settings: {
      ...connected({ label: 'Acme', url: server.url }),
      'registryExplorer.tags.details': 'never',
      'registryExplorer.verification.trustRoot': join(folder.path, 'trusted_root.json'),
      'registryExplorer.verification.identities': [{ identity: workflow, issuer: issuerUrl }],
    },
  }));
  const page = () => pageView(workbench());
  const open = async (tag: string) => {
    await registriesView(workbench()).inline(['Acme', 'team/web', tag], 'Open Image');
    await page().frame.locator('h1', { hasText: tag }).waitFor();
    await page().ready();
  };
  const lines = async () =>
    (await page().section('proofs').locator('.line').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());

  it('say who has signed, and whether that is expected', async () => {
    const view = registriesView(workbench());
    await view.open();
    await view.expand('Acme');
    await view.expand(['Acme', 'team/web']);
    await open('2.1.0');
    await workbench().page.setViewportSize({ width: 1400, height: 1900 });
    await workbench().screenshot('proofs');
    expect(await lines()).toEqual([
      `Signature verified, signed by ${workflow}`,
      expect.stringMatching(/^Signature invalid: .*https:\/\/ci\.test\/somebody\/else\.yml/),
      `Provenance verified, signed by ${workflow} github.com/acme/web at 0123456789ab`,
      `SBOM (SPDX) verified, signed by ${workflow} 20,000 packages`,
      'SBOM (SPDX) not verified: it is not signed 1 package',
      'Provenance not verified: it is not signed github.com/acme/web at aaaaaaaaaaaa',
    ]);
    expect(await page().fact('Built from')).toEqual(['github.com/acme/web at 0123456789ab']);
  });

  it('tell what an image was built from', async () => {
    await page().section('proofs').locator('summary', { hasText: 'Provenance' }).first().click();
    const provenance = page().section('proofs').locator('details[open]');
    expect((await provenance.innerText()).replace(/\s+/g, ' ')).toContain(
      'Workflow or file .github/workflows/release.yml',
    );
    expect(await provenance.locator('a', { hasText: commit }).getAttribute('href')).toBe(
      `https://github.com/acme/web/commit/${commit}`,
    );
    await workbench().screenshot('proofs-provenance');
  });

  it('list 20,000 packages, and find some of them', async () => {
    await page().section('proofs').locator('summary', { hasText: '20,000 packages' }).click();
    await page().section('proofs').getByRole('button', { name: '20,000 packages' }).click();
    const table = page().section('packages');
    await table.getByText('200 of 20,000 are shown').waitFor();
    await table.locator('vscode-textfield').click();
    await workbench().page.keyboard.type('0199 1.99');
    await table.getByText('200 of 20,000 are shown').waitFor({ state: 'detached' });
    expect(await table.locator('tbody td:first-child').allInnerTexts()).toEqual([
      'package-00199',
      'package-01999',
      'package-10199',
    ]);
    await workbench().screenshot('proofs-packages');
    expect(await page().barriersIn('Light 2026', 'Light High Contrast', 'Dark High Contrast', 'Dark 2026')).toEqual([]);
  });

  it('are invalid where they were made for something else', async () => {
    await open('2.0.0');
    expect(await lines()).toEqual(['Signature invalid: it is about something else']);
    expect(await page().said()).toContain('Signature: invalid: it is about something else');
    expect(await page().fact('Signature')).toEqual(['invalid: it is about something else']);
  });

  it('say what is wrong with a setting, and are not verified', async () => {
    // What comes back with the window is read before it is opened again.
    await workbench().runCommand('View: Close All Editors');
    await workbench().changeSettings({ 'registryExplorer.verification.trustRoot': join(folder.path, 'missing.json') });
    await registriesView(workbench()).open();
    await open('2.1.0');
    expect(await page().section('proofs').locator('.note').first().innerText()).toContain(
      `Could not verify signatures: the file ${join(folder.path, 'missing.json')} is not there (any more).`,
    );
    expect((await lines())[0]).toBe('Signature not verified: there is nothing to verify it with');
    await workbench().screenshot('proofs-not-verified');
  });
});
