import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { repositories, startSeededRegistry, type SeededRegistry } from './images';
import { dialog } from './dialog';
import { editor } from './editor';
import { notifications } from './notification';
import { openPage } from './pageView';
import { quickInput } from './quickInput';
import { registriesView } from './registriesView';
import { workbenchDrawn } from './launch';
import { useWorkbench } from './workbench';

const generic = 'Generic Docker V2 / OCI registry';

let registry: SeededRegistry;
let other: V2Server;
beforeAll(async () => {
  registry = await startSeededRegistry();
  other = await startV2Server({ repositories });
});
afterAll(async () => {
  await registry.stop();
  await other.stop();
});

describe('a user who looks for the way', () => {
  // Without Azure.
  const workbench = useWorkbench(() => ({ settings: { 'registryExplorer.azure.deployCommands': false } }));
  const connect = async (url: string): Promise<void> => {
    const input = quickInput(workbench());
    await workbench().runCommand('Registry Explorer: Connect Registry…');
    await input.pick(generic);
    await input.titled('Connect Registry (2 of 3)');
    await input.type(url);
    await input.accept();
    await input.titled('Connect Registry (3 of 3)');
    await input.pick('Anonymously');
    await input.closed();
  };
  const otherHost = (): string => new URL(other.url).host;
  const labels = async (): Promise<readonly string[]> =>
    (await registriesView(workbench()).rows()).filter(({ level }) => level === 1).map(({ label }) => label);

  it('is told which kinds of registry a command of the palette is for', async () => {
    const view = registriesView(workbench());
    await view.open();
    await connect(registry.url);
    await view.row([registry.host, 'team/api']);
    const told = notifications(workbench());
    await workbench().runCommand('Registry Explorer: Search Repositories…');
    expect(await told.saying('Search Repositories')).toBe(
      '“Search Repositories” cannot be used with the registries that are connected. It can be used with: Docker Hub.',
    );
    expect(await told.buttons('Search Repositories')).toEqual(['Connect Registry…']);
    await workbench().screenshot('palette-nowhere');
    await told.clear();
  });

  it('is led to what a command takes, and no deeper', async () => {
    const input = quickInput(workbench());
    await workbench().runCommand('Registry Explorer: Pull Repository');
    await input.titled('Pull Repository');
    expect((await input.rows()).map(({ label }) => label)).toEqual([registry.host, 'Images on this machine']);
    await input.pick(registry.host);
    await expect.poll(() => input.offers('team/api')).toBe(true);
    await workbench().screenshot('palette-rows');
    await input.escape();
    await input.closed();
  });

  it('sees nothing that deploys to Azure if a setting says so', async () => {
    const view = registriesView(workbench());
    await view.expand([registry.host, 'team/api']);
    expect((await view.menu(['team/api', '1.3'])).slice(0, 3)).toEqual(['Pull Image', '---', 'Copy Full Tag']);
    const page = await openPage(workbench(), view, ['team/api', '1.3'], '1.3');
    expect(await page.button('Pull').count()).toBe(1);
    expect(await page.button('Deploy').count()).toBe(0);
    await quickInput(workbench()).findCommand('Developer: Reload Window');
    await quickInput(workbench()).type('>Registry Explorer: Deploy');
    const commands = async (): Promise<readonly string[]> =>
      (await quickInput(workbench()).rows()).map(({ label }) => label);
    // VS Code lists what is similar where nothing is as typed.
    await expect.poll(commands).toContain('Registry Explorer: Connect Registry…');
    expect((await commands()).filter((label) => label.includes('Deploy'))).toEqual([]);
    await quickInput(workbench()).escape();
    await editor(workbench()).close();
    await view.collapse([registry.host, 'team/api']);
  });

  it('is told that a registry is connected already, and gets no second row', async () => {
    const view = registriesView(workbench());
    await view.click([registry.host, 'charts/web']);
    await connect(registry.url);
    const words = `${registry.url} is connected already, as “${registry.host}”.`;
    expect(await notifications(workbench()).saying('connected already')).toBe(words);
    await view.selected(registry.host);
    expect(await labels()).toEqual([registry.host]);
  });

  it('uses keys on the row that has the focus, which need not be the selected one', async () => {
    const view = registriesView(workbench());
    const { page } = workbench();
    await view.click(registry.host);
    await view.press('F2');
    const input = quickInput(workbench());
    await input.titled(`Rename ${registry.host}`);
    await input.escape();
    await input.closed();
    await page.evaluate('navigator.clipboard.writeText("")');
    // A click opens and closes a row.
    await view.expand(registry.host);
    await view.click([registry.host, 'team/api']);
    await view.row(['team/api', 'latest']);
    await page.keyboard.press('ArrowUp');
    await view.press('Control+c');
    await expect.poll(() => workbench().clipboard()).toBe(`${registry.host}/signed/app`);
    await page.keyboard.press('Home');
    await view.press('Delete');
    expect(await dialog(workbench()).message()).toBe(`Disconnect “${registry.host}”?`);
    await workbench().screenshot('key-delete');
    await dialog(workbench()).press('Cancel');
  });

  it('comes down to a tag with the arrow keys, and copies its name', async () => {
    const view = registriesView(workbench());
    await view.collapse(registry.host);
    await workbench().page.evaluate('navigator.clipboard.writeText("")');
    await view.focus();
    await view.arrowTo(registry.host);
    await view.arrowInto([registry.host, 'team/web']);
    await view.arrowTo([registry.host, 'team/web']);
    await view.arrowInto(['team/web', '1.9']);
    await view.arrowTo(['team/web', '1.9']);
    await view.press('Control+c');
    await expect.poll(() => workbench().clipboard()).toBe(`${registry.host}/team/web:1.9`);
  });

  it('changes the address of a connection', async () => {
    const view = registriesView(workbench());
    await view.choose(registry.host, 'Edit Address…');
    const input = quickInput(workbench());
    await input.titled('Edit Address');
    expect(await input.value()).toBe(registry.url);
    await input.type('http://127.0.0.1:1');
    await input.accept();
    await input.says('Could not connect: nothing listens at 127.0.0.1:1.');
    await workbench().screenshot('edit-address');
    await input.type(other.url);
    await input.accept();
    await input.closed();
    await view.row([otherHost(), 'team/api']);
    expect(await labels()).toEqual([otherHost()]);
  });

  it('comes to another window, and sees what was changed in the first', async () => {
    const first = workbench();
    const page = await first.page.context().newPage();
    try {
      await page.goto(first.page.url());
      await workbenchDrawn(page);
      const second = registriesView({ ...first, page });
      await second.open();
      await second.row(otherHost());
      await focus(page, false);
      await first.page.bringToFront();
      await registriesView(first).choose(otherHost(), 'Rename…');
      const input = quickInput(first);
      await input.titled(`Rename ${otherHost()}`);
      await input.type('Ours');
      await input.accept();
      await registriesView(first).row('Ours');
      await connect(registry.url);
      await registriesView(first).row(registry.host);
      await page.bringToFront();
      await focus(page, true);
      await second.row('Ours');
      await second.row(registry.host);
      await second.gone(otherHost());
      await page.screenshot({ path: 'test-results/screenshots/second-window.png' });
    } finally {
      await page.close();
    }
  });

  it('is walked through the first steps', async () => {
    await workbench().runCommand('Welcome: Open Walkthrough...');
    await quickInput(workbench()).pick('Get Started with Registry Explorer');
    const steps = workbench().page.locator('.getting-started-step');
    await steps.first().waitFor();
    expect((await steps.locator('.step-title').allInnerTexts()).map((text) => text.trim())).toEqual([
      ...['Connect what you use', 'Browse without pulling', 'See what an image is', 'Push and pull'],
      'Delete without fear',
    ]);
    const done = steps.filter({ has: workbench().page.locator('.codicon-getting-started-step-checked') });
    const look = done.locator('.step-title', { hasText: 'See what an image is' });
    expect(await look.count()).toBe(0);
    await workbench().runCommand('Registry Explorer: Open Image');
    await quickInput(workbench()).titled('Open Image');
    await quickInput(workbench()).escape();
    await look.waitFor();
    await workbench().screenshot('walkthrough');
    await workbench().runCommand('View: Close All Editors');
  });

  it('clicks on a problem, which does what helps most', async () => {
    const view = registriesView(workbench());
    await other.stop();
    await view.inline('Ours', 'Refresh');
    const problem = `Nothing listens at ${otherHost()}. Check the port, or whether the registry is running.`;
    await view.expand('Ours');
    await view.row(['Ours', problem]);
    expect(await view.inlineActions(problem)).toEqual(['Edit Address…', 'Retry']);
    await workbench().screenshot('problem-row');
    other = await startV2Server({ repositories, port: other.port });
    await view.click(problem);
    await view.row(['Ours', 'team/api']);
    await view.gone(problem);
  });
});

/** What a page sees when its window loses the focus, or has it again. */
async function focus(page: Page, has: boolean): Promise<void> {
  await page.evaluate(`document.hasFocus = () => ${has}; window.dispatchEvent(new Event('${has ? 'focus' : 'blur'}'))`);
}
