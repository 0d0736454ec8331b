import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../sandbox/loopback';
import { createPki, type Pki } from '../sandbox/pki';
import { errorReply } from '../sandbox/serve';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { editor } from './editor';
import { connected, startSeededRegistry, type SeededRegistry } from './images';
import { notifications } from './notification';
import { registriesView } from './registriesView';
import { useWorkbench } from './workbench';

let registry: SeededRegistry;
let nobody: string;
let pki: Pki;
let servers: Record<'Untrusted' | 'Closed' | 'Unlisted', V2Server>;
beforeAll(async () => {
  registry = await startSeededRegistry();
  nobody = `127.0.0.1:${await freePort()}`;
  pki = await createPki();
  servers = {
    Untrusted: await startV2Server({ tls: pki.tls() }),
    Closed: await startV2Server({ auth: { kind: 'basic', users: { alice: 'wonderland' } } }),
    Unlisted: await startV2Server({ catalog: () => errorReply(403, 'DENIED', 'only administrators may list') }),
  };
});
afterAll(async () => {
  await Promise.all([registry.stop(), pki.remove(), ...Object.values(servers).map((server) => server.stop())]);
});

describe('Diagnose Connection', () => {
  const workbench = useWorkbench(() => ({
    settings: connected(
      { label: 'Acme', url: registry.url },
      { label: 'Gone', url: `http://${nobody}` },
      ...Object.entries(servers).map(([label, { url }]) => ({ label, url })),
    ),
  }));

  /** What the button of the preview copies. */
  const report = async (label: string, picture: string): Promise<string> => {
    const { page } = workbench();
    await page.locator('.tab.active', { hasText: `Preview ${label} diagnosis.md` }).waitFor();
    await page.evaluate('navigator.clipboard.writeText("")');
    await page.getByRole('button', { name: 'Copy Report' }).click();
    await expect.poll(() => workbench().clipboard()).not.toBe('');
    // The preview is a page in a page in the page of VS Code.
    const preview = page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
    await preview.getByRole('heading', { name: `Diagnosis of ${label}` }).waitFor();
    await workbench().screenshot(picture);
    return workbench().clipboard();
  };

  it('finds nothing wrong where nothing is', async () => {
    const view = registriesView(workbench());
    await view.open();
    await view.choose('Acme', 'Diagnose Connection');
    const text = await report('Acme', 'diagnosis');
    expect(text).toMatch(/^# Diagnosis of Acme\n\nEverything works\.\n/);
    expect(text).toMatch(/\n- Registry Explorer: \d+\.\d+\.\d+\n- .*: \d+\.\d+\.\d+\n- Node: \d+/);
    expect(text).toContain('| Acme | Tags | ✓ works |');
    await editor(workbench()).close();
  });

  it('is offered where a registry does not answer, and says why and what to do', async () => {
    const view = registriesView(workbench());
    await view.expand('Gone');
    const problem = `Nothing listens at ${nobody}. Check the port, or whether the registry is running.`;
    expect(await view.menu(problem)).toEqual([
      'Diagnose Connection',
      '---',
      'Edit Address…',
      '---',
      'Retry',
      'Show Log',
    ]);
    await view.choose(problem, 'Diagnose Connection');
    const text = await report('Gone', 'diagnosis-failed');
    expect(text).toContain(`**${nobody} fails at “TCP connection”:** ${problem}\n\n**What to do:** Try`);
    expect(await notifications(workbench()).all()).toEqual([]);
  });

  it.each<[keyof typeof servers, string, string, string]>([
    [
      'Untrusted',
      'TLS',
      'comes from an authority that this machine does not know.',
      'Ask the administrator of the registry for',
    ],
    [
      'Closed',
      'Sign-in',
      'The registry says “authentication required” (401).',
      'Give this connection a credential that works:',
    ],
    ['Unlisted', 'Listing', 'It says “only administrators may list” (403).', 'Many registries let only administrators'],
  ])('of %s ends at the step “%s”', async (label, step, why, what) => {
    await registriesView(workbench()).choose(label, 'Diagnose Connection');
    const text = await report(label, `diagnosis-${label}`);
    const failing = step === 'Listing' ? label : new URL(servers[label].url).host;
    const [, conclusion = ''] = text.split('\n\n');
    expect(conclusion).toContain(`**${failing} fails at “${step}”:** `);
    expect(conclusion).toContain(why);
    expect(text).toContain(`**What to do:** ${what}`);
    await editor(workbench()).close();
  });
});
