import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../sandbox/loopback';
import { editor } from './editor';
import { connected, startSeededRegistry, type SeededRegistry } from './images';
import { notifications } from './notification';
import { registriesView } from './registriesView';
import { useWorkbench } from './workbench';

let registry: SeededRegistry;
let nobody: string;
beforeAll(async () => {
  registry = await startSeededRegistry();
  nobody = `127.0.0.1:${await freePort()}`;
});
afterAll(() => registry.stop());

describe('Diagnose Connection', () => {
  const workbench = useWorkbench(() => ({
    settings: connected({ label: 'Acme', url: registry.url }, { label: 'Gone', url: `http://${nobody}` }),
  }));

  it('finds nothing wrong where nothing is', async () => {
    const view = registriesView(workbench());
    await view.open();
    await view.choose('Acme', 'Diagnose Connection');
    const document = editor(workbench());
    await document.titled('Acme diagnosis.md');
    await workbench().screenshot('diagnosis');
    const text = await document.text();
    expect(text).toMatch(/^# Diagnosis of Acme\n\nEverything works\.\n/);
    expect(text).toMatch(/\n- Registry Explorer: \d+\.\d+\.\d+\n- .*: \d+\.\d+\.\d+\n- Node: \d+/);
    expect(text).toContain('| Acme | Tags | ✓ works |');
    await document.close();
  });

  it('is offered where a registry does not answer, and says why and what to do', async () => {
    const view = registriesView(workbench());
    await view.expand('Gone');
    const problem = `Nothing listens at ${nobody}. Check the port, or whether the registry is running.`;
    expect(await view.menu(problem)).toEqual(['Diagnose Connection', '---', 'Retry', 'Show Log']);
    await view.choose(problem, 'Diagnose Connection');
    const document = editor(workbench());
    await document.titled('Gone diagnosis.md');
    await workbench().screenshot('diagnosis-failed');
    const text = await document.text();
    expect(text).toContain(`**${nobody} fails at “TCP connection”:** ${problem}\n\n**What to do:** Try`);
    expect(await notifications(workbench()).all()).toEqual([]);
  });
});
