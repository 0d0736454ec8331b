import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firewallReply } from '../sandbox/azure/acr';
import { fabrikam, production, staging, startDemoAzure, type DemoAzure } from '../sandbox/azure/demoAzure';
import { buildImage } from '../sandbox/images';
import { connectAzure, declineResourcesExtension, useAzureWorkbench } from './azureWorkbench';
import { dialog } from './dialog';
import { notifications } from './notification';
import { quickInput } from './quickInput';
import { openedTo } from './registriesView';

const built = (created: string) => buildImage({ created: new Date(created) });
const [first, second, third] = [built('2024-01-01'), built('2025-01-01'), built('2026-01-01')];
const byRepository = { roleAssignmentMode: 'AbacRepositoryPermissions' };

describe('what Azure refuses', () => {
  let demo: DemoAzure;
  beforeAll(async () => {
    const repositories = [
      { name: 'team/closed', tags: { '1.0': first } },
      { name: 'team/open', tags: { '1.0': first, '2.0': second, '3.0': third } },
    ];
    const open = { 'team/open': ['*'] };
    const besides = { subscription: production, repositories, sku: 'Premium' };
    demo = await startDemoAzure({
      repositories,
      registries: [
        { ...besides, name: 'byrepository', properties: byRepository, grants: { repositories: open, catalog: true } },
        { ...besides, name: 'nolister', properties: byRepository, grants: { repositories: open } },
        { ...besides, name: 'norights', grants: { repositories: {} } },
        { ...besides, name: 'firewalled' },
        { ...besides, name: 'privateonly', properties: { publicNetworkAccess: 'Disabled' } },
      ],
      asking: [fabrikam],
    });
    for (const name of ['firewalled', 'privateonly']) demo.azure.registry(name).fail(/./, firewallReply('203.0.113.7'));
  });
  afterAll(() => demo.stop());
  const workbench = useAzureWorkbench(() => demo);
  const opened = (...path: readonly string[]) => openedTo(workbench(), path);
  /** The row that tells why there is nothing more under the last row of the path: its label. */
  const problem = async (...path: readonly string[]): Promise<string> => {
    const rows = await (await opened(...path)).rows();
    const at = rows.findLastIndex(({ label }) => label === path.at(-1));
    const below = rows.slice(at + 1);
    const end = below.findIndex(({ level }) => level <= (rows[at]?.level ?? 0));
    return below.slice(0, end < 0 ? undefined : end).at(-1)?.label ?? '';
  };
  /** `page`: how its address ends; VS Code leaves out the middle of a long one. */
  const toPortal = async (label: string, page: string): Promise<void> => {
    const view = await opened();
    expect(await view.inlineActions(label)).toEqual(['Open in Portal', 'Retry']);
    await view.inline(label, 'Open in Portal');
    const question = dialog(workbench());
    expect(await question.detail()).toMatch(/^https:\/\/portal\.sandbox\.example\//);
    expect((await question.detail()).endsWith(page)).toBe(true);
    await question.press('Cancel');
  };
  const at = ['Azure', 'Contoso Production'] as const;

  it('of one tenant hides no other, and signing in to it shows it', async () => {
    await connectAzure(workbench());
    await declineResourcesExtension(workbench());
    const view = await opened('Azure');
    await view.describes(['Azure', 'Fabrikam'], 'not listed · tenant');
    expect((await view.row(['Azure', 'Fabrikam'])).spoken).toBe('Tenant Fabrikam, not listed, tenant');
    const label = await problem('Azure', 'Fabrikam');
    expect(label).toBe(
      'You are not signed in to this tenant, which may require another factor; use Sign In to Tenant….',
    );
    expect(await view.inlineActions(label)).toEqual(['Sign In to Tenant…', 'Retry']);
    await workbench().screenshot('azure-tenant-refused');
    await view.row(at);
    await view.inline(label, 'Sign In to Tenant…');
    await dialog(workbench()).press('Allow');
    await view.row(['Azure', 'Fabrikam Staging']);
    await view.gone(['Azure', 'Fabrikam']);
  });

  it('of one subscription hides no other', async () => {
    demo.azure.state.denied.set(`/subscriptions/${staging}`, ['Microsoft.ContainerRegistry/registries/read']);
    const label = await problem('Azure', 'Fabrikam Staging');
    expect(label).toContain(
      'Your account may not list registries here; it needs the role Reader on the subscription. It says “The client',
    );
    expect(label).toContain("action 'Microsoft.ContainerRegistry/registries/read' over scope");
    await toPortal(label, staging.slice(-12));
    expect(await (await opened()).tooltip(label)).toContain('Could not list the registries of Fabrikam Staging: your');
    const view = await opened(...at, 'contosomain');
    await view.row(['contosomain', 'team/open']);
    await workbench().screenshot('azure-subscription-refused');
    demo.azure.state.denied.clear();
    await view.inline(label, 'Retry');
    await view.row(['Fabrikam Staging', 'fabrikamstaging']);
    await view.collapse(['Azure', 'Fabrikam Staging']);
    await view.collapse(['Contoso Production', 'contosomain']);
  });

  it('by its firewall is explained', async () => {
    const label = await problem(...at, 'firewalled');
    expect(label).toBe(
      `The firewall of the registry blocks this machine; Networking in the portal shows who is allowed. It says “client with IP '203.0.113.7' is not allowed access. Refer https://aka.ms/acr/firewall to grant access” (403).`,
    );
    await toPortal(label, '/firewalled');
    const view = await opened(...at, 'contosomain');
    expect(await view.tooltip(label)).toContain('Could not list the repositories of firewalled: the firewall of');
    await workbench().screenshot('azure-firewall');
    await view.collapse(['Contoso Production', 'contosomain']);
    await view.collapse(['Contoso Production', 'firewalled']);
  });

  it('because it is private is explained', async () => {
    const label = await problem(...at, 'privateonly');
    expect(label).toMatch(
      /^The registry allows private endpoints only; connect to its network, for example by VPN\. It says “client with IP/,
    );
    await toPortal(label, '/privateonly');
    await workbench().screenshot('azure-private');
    await (await opened()).collapse(['Contoso Production', 'privateonly']);
  });

  it('for want of a role on the registry is explained', async () => {
    const label = await problem(...at, 'norights');
    expect(label).toMatch(
      /^Your account may not read this registry; it needs the role AcrPull or Reader to list and pull\. It says “/,
    );
    await toPortal(label, '/norights');
    await (await opened()).collapse(['Contoso Production', 'norights']);
  });

  it('for want of a role on a repository is explained, and hides no other repository', async () => {
    const label = await problem(...at, 'byrepository', 'team/closed');
    expect(label).toMatch(
      /^Your account may not read this repository; it needs the role “Container Registry Repository Reader”\. It says “authentication required, visit https:\/\/aka\.ms\/acr\/authorization for more information” \(401\)\.$/,
    );
    await toPortal(label, 'byrepository/repository');
    const view = await opened(...at, 'byrepository', 'team/open');
    await view.row(['byrepository', 'team/open', '3.0']);
    await workbench().screenshot('azure-repository-refused');
    await view.collapse(['Contoso Production', 'byrepository']);
  });

  it('of a list is explained, and repositories are added by name', async () => {
    const label = await problem(...at, 'nolister');
    expect(label).toMatch(
      /^Your account may not list repositories here; it needs the role “Container Registry Repository Catalog Lister”\. Without it you can add repositories by name\. It says “authentication required/,
    );
    const view = await opened();
    expect(await view.inlineActions(label)).toEqual(['Add Repository…', 'Retry']);
    await workbench().screenshot('azure-catalog-refused');
    await view.inline(label, 'Add Repository…');
    const input = quickInput(workbench());
    await input.titled(`Add Repository of ${demo.azure.registry('nolister').host}`);
    await input.type('team/closed');
    await input.accept();
    await input.says('it needs the role “Container Registry Repository Reader”');
    await workbench().screenshot('azure-add-refused');
    await input.type('team/open');
    await input.accept();
    await view.expand(['nolister', 'team/open']);
    await view.row(['nolister', 'team/open', '3.0']);
    await view.row(['nolister', label]);
    await workbench().screenshot('azure-catalog-pinned');
    await view.collapse(['Contoso Production', 'nolister']);
  });

  it('because the image was deleted softly says how to find it', async () => {
    await opened(...at, 'contosomain', 'team/open');
    demo.azure.registry('contosomain').deleteSoftly('team/open', first.digest);
    const label = await problem(...at, 'contosomain', 'team/open', '1.0');
    expect(label).toMatch(
      /^It does not exist, or no longer exists; where soft delete is on, “az acr manifest list-deleted” may list it and “az acr manifest restore” restores it\. It says “/,
    );
    await toPortal(label, 'contosomain/repository');
    await workbench().screenshot('azure-soft-deleted');
    const view = await opened();
    await view.choose(['contosomain', 'team/open'], 'Refresh');
    await view.gone(['team/open', '1.0']);
  });

  it('because of a lock says which, and offers to unlock what the tree knows as locked', async () => {
    const view = await opened(...at, 'contosomain', 'team/open');
    const stored = demo.azure.registry('contosomain').repositories.get('team/open');
    const manifest = stored?.manifests.get(second.digest);
    if (manifest === undefined) throw new Error('The image is not there.');
    manifest.lock = { deleteEnabled: false, writeEnabled: true };
    const question = dialog(workbench());
    await view.choose(['team/open', '2.0'], 'Delete Image…');
    expect(await question.detail()).toMatch(/^The image is locked\. What is locked is unlocked first/);
    await workbench().screenshot('azure-image-locked');
    await question.press('Cancel');
    await view.choose(['team/open', '2.0'], 'Refresh');
    await view.describes(['team/open', '2.0'], 'locked');
    await view.choose(['team/open', '2.0'], 'Delete Image…');
    await question.press('Unlock and Delete');
    await view.gone(['team/open', '2.0']);
    expect(await notifications(workbench()).all()).toEqual([]);
  });

  it('because of a lock within a repository names the tag', async () => {
    const view = await opened(...at, 'contosomain');
    await view.expand(['contosomain', 'team/open']);
    await view.choose(['team/open', '3.0'], 'Lock');
    await view.describes(['team/open', '3.0'], 'locked');
    await view.choose(['contosomain', 'team/open'], 'Delete Repository…');
    expect(await dialog(workbench()).detail()).toMatch(/^The tag 3\.0 is locked\. What is locked is unlocked first/);
    await workbench().screenshot('azure-repository-locked');
    await dialog(workbench()).press('Cancel');
    await view.row(['contosomain', 'team/open']);
  });
});
