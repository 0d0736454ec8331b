import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildImage } from '../sandbox/images';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { connected } from './images';
import { quickInput } from './quickInput';
import { treeView } from './treeView';
import { useWorkbench } from './workbench';

let registry: V2Server;

beforeAll(async () => {
  const image = buildImage({ created: new Date('2020-01-02T03:04:05Z') });
  const tags = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`build-${index + 1}`, image]));
  registry = await startV2Server({ repositories: [{ name: 'ci/builds', tags }] });
});
afterAll(() => registry.stop());

describe('in German', () => {
  const workbench = useWorkbench(() => ({
    language: 'de',
    settings: connected({ label: 'Acme', url: registry.url }),
  }));

  it('what the manifest names is German: views, menus and commands', async () => {
    const view = treeView(workbench(), 'Registrys');
    await view.open();
    expect(await view.menu('Acme')).toContain('Verbindung diagnostizieren');
    await workbench().page.keyboard.press('Escape');
    await workbench().runCommand('Registry Explorer: Registry verbinden…');
    await quickInput(workbench()).escape();
  });

  it('what the extension says is German, with numbers and dates', async () => {
    const view = treeView(workbench(), 'Registrys');
    await view.open();
    await view.expand('Acme');
    await view.expand('ci/builds');
    await view.describes('build-101', ' Jahren');
    await view.scrollTo('Mehr laden…', 'down');
    await workbench().screenshot('german');
  });
});
