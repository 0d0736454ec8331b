import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRecorder, type Recorder } from '../sandbox/recorder';
import { connected, startSeededRegistry, type SeededRegistry } from './images';
import { registriesView } from './registriesView';
import { useWorkbench } from './workbench';

let registry: SeededRegistry;
let recorder: Recorder;

beforeAll(async () => {
  registry = await startSeededRegistry();
  recorder = await startRecorder(registry.url);
});
afterAll(async () => {
  await recorder.stop();
  await registry.stop();
});

describe('registries that a workspace lists', () => {
  const workbench = useWorkbench(() => ({
    settings: {
      'security.workspace.trust.enabled': true,
      'security.workspace.trust.startupPrompt': 'never',
      'workbench.editor.useModal': 'off',
    },
    workspaceSettings: connected({ label: 'Team', url: recorder.url }),
  }));

  it('count only once the workspace is trusted', async () => {
    const view = registriesView(workbench());
    await view.open();
    expect(await view.welcome()).toContain('Browse the repositories');
    await workbench().screenshot('restricted-mode');
    await workbench().page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).click();
    await workbench().page.getByRole('button', { name: 'Trust', exact: true }).click();
    await workbench().page.getByText('You trust this folder').waitFor();
    await view.expand('Team');
    await view.row(['Team', 'team/api']);
    expect(await view.menu('Team')).toEqual([
      'Diagnose Connection',
      '---',
      'Filter…',
      'Sort…',
      '---',
      'Edit Address…',
      'Update Credential…',
      'Add Repository…',
      '---',
      'Refresh',
      '---',
      'Disconnect',
    ]);
  });
});

describe('details on hover', () => {
  const workbench = useWorkbench(() => ({
    settings: { ...connected({ label: 'Acme', url: recorder.url }), 'registryExplorer.tags.details': 'onHover' },
  }));

  it('are asked for the row whose tooltip is shown alone', async () => {
    const view = registriesView(workbench());
    await view.open();
    await view.expand('Acme');
    recorder.reset();
    await view.expand('team/api');
    expect(recorder.requests.map(({ path }) => path)).toEqual(['/v2/team/api/tags/list?n=1000']);
    expect(await view.tooltip('1.3')).toContain('Platforms: amd64, arm64');
    expect(recorder.requests.filter(({ path }) => path.includes('/manifests/1.'))).toHaveLength(1);
  });
});
