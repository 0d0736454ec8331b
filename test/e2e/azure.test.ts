import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fabrikam, mona, staging, startDemoAzure, type DemoAzure } from '../sandbox/azure/demoAzure';
import { buildImage, buildIndex } from '../sandbox/images';
import { connectAzure, declineResourcesExtension, useAzureWorkbench } from './azureWorkbench';
import { dialog } from './dialog';
import { editor } from './editor';
import { openPage } from './pageView';
import { quickInput } from './quickInput';
import { openedTo, registriesView } from './registriesView';
import { azureTagMenu } from './tagMenu';

const daysAgo = (days: number): Date => new Date(Date.now() - days * 24 * 3600 * 1000 - 60_000);
const built = (days: number, architecture = 'amd64') =>
  buildImage({ created: daysAgo(days), platform: { os: 'linux', architecture } });
const multi = buildIndex([{ manifest: built(3) }, { manifest: built(3, 'arm64') }]);

describe('Azure, by the Microsoft account of VS Code', () => {
  let demo: DemoAzure;
  beforeAll(async () => {
    demo = await startDemoAzure({
      repositories: [
        { name: 'webapp6', tags: { '1.0': built(40), '2.0': multi, latest: multi } },
        { name: 'team/old', tags: { '0.1': built(400), '0.2': built(390) } },
      ],
    });
  });
  afterAll(() => demo.stop());
  const workbench = useAzureWorkbench(() => demo);
  const opened = (...path: readonly string[]) => openedTo(workbench(), path);
  const main = ['Azure', 'Contoso Production', 'contosomain'] as const;

  it('is connected after VS Code has asked the user', async () => {
    await connectAzure(workbench());
    const view = registriesView(workbench());
    await view.describes('Azure', mona);
    await view.row(['Azure', 'Fabrikam Staging']);
  });

  it('offers the extension Azure Resources once, and goes on without it', async () => {
    await declineResourcesExtension(workbench());
  });

  it('shows subscriptions, registries, repositories and tags', async () => {
    const view = await opened(...main, 'webapp6');
    await view.describes(['contosomain'], 'westeurope · Standard');
    await view.describes(['webapp6', '1.0'], 'amd64');
    await view.describes(['webapp6', '2.0'], '3 days ago');
    const { requests } = demo.azure.registry('contosomain');
    expect(requests.filter(({ path }) => path.includes('/manifests/'))).toEqual([]);
    expect(await view.tooltip(['webapp6', '1.0'])).toMatch(/Created: .* UTC \(1 month ago\)\s+Updated: .* UTC/);
    await workbench().screenshot('azure-tree');
  });

  it('shows an image as a page', async () => {
    const page = await openPage(workbench(), await opened(...main, 'webapp6'), ['webapp6', '2.0'], 'webapp6:2.0');
    expect(await page.fact('Digest')).toEqual([expect.stringMatching(/^sha256:/)]);
  });

  it('offers on each row what can be done there', async () => {
    const view = await opened(...main, 'webapp6');
    expect(await view.menu(['Azure', 'Contoso Production'])).toEqual([
      'Open in Portal',
      '---',
      'Filter…',
      '---',
      'Create Registry…',
      '---',
      'Refresh',
    ]);
    expect(await view.menu('contosomain')).toEqual([
      'Copy Login Server',
      '---',
      'Open in Portal',
      'View Properties',
      '---',
      'Filter…',
      'Sort…',
      '---',
      'Add Repository…',
      '---',
      'Refresh',
      '---',
      'Delete Registry…',
    ]);
    expect(await view.menu(['contosomain', 'webapp6'])).toEqual([
      'Pull Repository',
      '---',
      'Open in Portal',
      'View Properties',
      '---',
      'Add to Favourites',
      'Filter…',
      'Sort…',
      '---',
      'Refresh',
      '---',
      'Delete Repository…',
    ]);
    expect(await view.menu(['webapp6', '1.0'])).toEqual(azureTagMenu);
    await workbench().screenshot('azure-menus');
  });

  it('copies the login server, and shows properties', async () => {
    const view = await opened(...main);
    await view.choose('contosomain', 'Copy Login Server');
    await expect.poll(() => workbench().clipboard()).toBe(demo.azure.registry('contosomain').host);
    await view.choose('contosomain', 'View Properties');
    const shown = editor(workbench());
    await shown.titled('contosomain properties.json');
    expect(await shown.text()).toContain('"provisioningState": "Succeeded"');
    await workbench().screenshot('azure-properties');
    await shown.close();
  });

  it('locks a tag, says that it is locked, and unlocks it', async () => {
    const view = await opened(...main, 'webapp6');
    await view.choose(['webapp6', '1.0'], 'Lock');
    await view.describes(['webapp6', '1.0'], 'locked');
    await view.choose(['webapp6', '1.0'], 'Untag…');
    const question = dialog(workbench());
    expect(await question.detail()).toContain('The tag 1.0 is locked.');
    await workbench().screenshot('azure-locked');
    await question.press('Cancel');
    await view.choose(['webapp6', '1.0'], 'Unlock');
    await expect.poll(async () => (await view.row(['webapp6', '1.0'])).description).toMatch(/^1 mo\. ago/);
    await view.choose(['webapp6', '1.0'], 'Untag…');
    await question.press('Untag');
    await view.gone(['webapp6', '1.0']);
  });

  it('says what goes with a repository before it deletes it', async () => {
    const view = await opened(...main);
    await view.choose(['contosomain', 'team/old'], 'Delete Repository…');
    const question = dialog(workbench());
    expect(await question.detail()).toBe('Also deletes 2 tags and 2 manifests. This cannot be undone.');
    await workbench().screenshot('azure-delete-repository');
    await question.press('Delete Repository');
    await view.gone(['contosomain', 'team/old']);
  });

  it('creates a registry, whose name is checked, and reveals it', async () => {
    demo.azure.state.taken.add('microsoft');
    const view = await opened('Azure');
    await view.choose(['Azure', 'Contoso Production'], 'Create Registry…');
    const input = quickInput(workbench());
    await input.titled('Create Registry');
    await input.type('con toso');
    await input.says('Use letters and digits only.');
    await input.type('microsoft');
    // Before it is accepted.
    await input.says('The registry microsoft is already in use.');
    await workbench().screenshot('azure-create-name');
    demo.azure.fail(/POST .*checkNameAvailability/i, {
      ...{ times: 2, status: 403, headers: { 'Content-Type': 'application/json' } },
      body: JSON.stringify({ error: { code: 'AuthorizationFailed', message: 'You may not ask for names.' } }),
    });
    await input.type('contosonew');
    await input.accept();
    await input.says('You may not ask for names');
    await workbench().screenshot('azure-create-unchecked');
    await input.accept();
    await expect.poll(() => input.placeholder()).toBe('Resource group');
    await workbench().screenshot('azure-create-group');
    await input.pick('rg-web');
    await expect.poll(() => input.placeholder()).toBe('Location');
    expect((await input.rows())[0]).toMatchObject({
      label: 'West Europe',
      description: 'westeurope · location of rg-web',
    });
    await workbench().screenshot('azure-create-location');
    await input.back();
    await expect.poll(() => input.placeholder()).toBe('Resource group');
    await input.pick('Create new resource group…');
    await input.says('Name of the new resource group');
    expect(await input.value()).toBe('rg-contosonew');
    await input.accept();
    await expect.poll(() => input.placeholder()).toBe('Location');
    await input.pick('West Europe');
    await expect.poll(() => input.placeholder()).toBe('SKU');
    await workbench().screenshot('azure-create-sku');
    await input.pick('Basic');
    const question = dialog(workbench());
    const detail = await question.detail();
    expect(detail).toContain('New resource group: rg-contosonew, in westeurope');
    expect(detail).toContain('New registry: contosonew, Basic, in westeurope');
    await workbench().screenshot('azure-create-confirm');
    await question.press('Create');
    await view.row(['Contoso Production', 'contosonew']);
    expect(demo.azure.resource('/resourceGroups/rg-contosonew')?.location).toBe('westeurope');
  });

  it('deletes a registry when its name is typed', async () => {
    const view = await opened('Azure', 'Contoso Production');
    await view.choose(['Contoso Production', 'contosonew'], 'Delete Registry…');
    const input = quickInput(workbench());
    await input.titled('Delete contosonew');
    await input.type('contoso');
    await input.says('Type “contosonew” to delete it.');
    await workbench().screenshot('azure-delete-registry');
    await input.type('contosonew');
    await input.accept();
    await view.gone(['Contoso Production', 'contosonew']);
  });

  it('shows the subscriptions that the filter of Azure Resources names, until others are chosen', async () => {
    await workbench().changeSettings({ 'azureResourceGroups.selectedSubscriptions': [`${fabrikam}/${staging}`] });
    const view = await opened('Azure');
    await view.row(['Azure', 'Fabrikam Staging']);
    await view.gone(['Azure', 'Contoso Production']);
    await workbench().changeSettings({ 'azureResourceGroups.selectedSubscriptions': [`${fabrikam}/${fabrikam}`] });
    await (await opened('Azure')).describes('Azure', 'no subscriptions');
    await workbench().changeSettings({});
    await (await opened('Azure')).row(['Azure', 'Contoso Production']);
  });

  it('shows the subscriptions that are chosen', async () => {
    const view = await opened('Azure');
    await view.choose('Azure', 'Select Subscriptions…');
    const input = quickInput(workbench());
    await input.titled('Select Subscriptions');
    await input.toggle('Fabrikam Staging');
    await workbench().screenshot('azure-subscriptions');
    await input.accept();
    await view.gone(['Azure', 'Fabrikam Staging']);
    await view.choose('Azure', 'Select Subscriptions…');
    await input.titled('Select Subscriptions');
    await input.toggle('Fabrikam Staging');
    await input.accept();
    await view.row(['Azure', 'Fabrikam Staging']);
  });

  it('leads to the portal', async () => {
    const view = await opened('Azure', 'Contoso Production');
    await view.choose(['Contoso Production', 'contosomain'], 'Open in Portal');
    const question = dialog(workbench());
    expect(await question.detail()).toContain('https://portal.sandbox.example/');
    await question.press('Cancel');
  });

  it('shows repositories by name where listing is denied, and why no more are listed', async () => {
    const acr = demo.azure.registry('contosomain');
    acr.fail(/_catalog/, {
      status: 401,
      body: JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }),
    });
    const view = await opened('Azure', 'Contoso Production');
    await view.choose(['Contoso Production', 'contosomain'], 'Add Repository…');
    const input = quickInput(workbench());
    await input.titled(`Add Repository of ${acr.host}`);
    await input.type('Web');
    await input.says('“Web” is not the name of a repository.');
    await input.type('nothing');
    await input.accept();
    await input.says('repository name not known to registry');
    await workbench().screenshot('azure-add-repository');
    await input.type('webapp6');
    await input.accept();
    await (await opened(...main)).row(['contosomain', 'webapp6']);
    await expect
      .poll(async () => (await view.rows()).map(({ label }) => label))
      .toContainEqual(expect.stringMatching(/^Your account may not read this registry/));
    await workbench().screenshot('azure-pinned');
    await view.expand(['contosomain', 'webapp6']);
    await view.row(['webapp6', '2.0']);
    acr.clearFaults();
    await view.choose(['contosomain', 'webapp6'], 'Remove Repository from View');
  });

  it('is still connected when VS Code starts anew', async () => {
    await workbench().restart();
    await opened(...main);
  });
});
