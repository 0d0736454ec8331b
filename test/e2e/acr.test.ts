import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAcr, type SandboxAcr } from '../sandbox/azure/acr';
import { buildImage, buildIndex } from '../sandbox/images';
import { dialog } from './dialog';
import { editor } from './editor';
import { openPage } from './pageView';
import { notifications } from './notification';
import { quickInput } from './quickInput';
import { registriesView } from './registriesView';
import { azureTagMenu } from './tagMenu';
import { useWorkbench } from './workbench';

const daysAgo = (days: number): Date => new Date(Date.now() - days * 24 * 3600 * 1000 - 60_000);
const built = (days: number, architecture = 'amd64') =>
  buildImage({ created: daysAgo(days), platform: { os: 'linux', architecture } });
const multi = buildIndex([{ manifest: built(3) }, { manifest: built(3, 'arm64') }]);

describe('Azure Container Registry by its login server', () => {
  let registry: SandboxAcr;
  beforeAll(async () => {
    registry = await startAcr({
      repositories: [{ name: 'webapp6', tags: { '1.0': built(40), '2.0': multi, latest: multi } }],
      users: { mainacr: { password: 'pass word', repositories: { '*': ['*'] }, catalog: true } },
    });
  });
  afterAll(async () => {
    await registry.stop();
  });
  const workbench = useWorkbench(() => ({
    env: {
      DOCKER_CONFIG: '',
      DOCKER_AUTH_CONFIG: JSON.stringify({
        auths: { [registry.host]: { auth: Buffer.from('mainacr:pass word').toString('base64') } },
      }),
    },
  }));

  it('is connected with the login that docker has', async () => {
    const view = registriesView(workbench());
    await view.open();
    await view.welcomeButton('Connect Registry…');
    const input = quickInput(workbench());
    await input.pick('Azure: a single registry');
    await input.titled('Connect Registry (2 of 3)');
    await input.type(registry.url);
    await workbench().screenshot('acr-login-server');
    await input.accept();
    await input.titled('Connect Registry (3 of 3)');
    await workbench().screenshot('acr-sign-in');
    await input.pick('Login of the docker command');
    await view.row([registry.host, 'webapp6']);
    await view.expand([registry.host, 'webapp6']);
    await view.describes(['webapp6', '2.0'], '3 days ago');
    await view.describes(['webapp6', '1.0'], 'amd64');
    await view.expand(['webapp6', '2.0']);
    await view.row(['2.0', 'linux/arm64']);
    await view.collapse(['webapp6', '2.0']);
    await workbench().screenshot('acr-tags');
  });

  it('offers on a tag what can be done there, and copies and inspects it', async () => {
    const view = registriesView(workbench());
    expect(await view.menu(['webapp6', '2.0'])).toEqual(azureTagMenu);
    await view.choose(['webapp6', '2.0'], 'Copy Full Tag');
    await expect.poll(() => workbench().clipboard()).toBe(`${registry.host}/webapp6:2.0`);
    await view.choose(['webapp6', '2.0'], 'Copy Image Digest');
    await expect.poll(() => workbench().clipboard()).toBe(multi.digest);
    await view.choose(['webapp6', '1.0'], 'Inspect Image Manifest');
    await editor(workbench()).titled('webapp6@1.0 manifest.json');
    await editor(workbench()).close();
  });

  it('shows an image as a page', async () => {
    const page = await openPage(workbench(), registriesView(workbench()), ['webapp6', '2.0'], 'webapp6:2.0');
    expect(await page.fact('Digest')).toEqual([multi.digest]);
    expect(await page.fact('Other tags')).toEqual(['latest']);
  });

  it('is sorted by dates and sizes that it lists, and filtered', async () => {
    const view = registriesView(workbench());
    await view.choose('webapp6', 'Sort…');
    const input = quickInput(workbench());
    await input.titled('Sort webapp6');
    await input.pick('Oldest first');
    await view.describes('webapp6', 'oldest first');
    const tags = ['1.0', '2.0', 'latest'];
    await expect
      .poll(async () => (await view.rows()).map(({ label }) => label).filter((label) => tags.includes(label)))
      .toEqual(['1.0', 'latest', '2.0']);
    await view.choose('webapp6', 'Filter…');
    await input.type('2');
    await view.gone(['webapp6', '1.0']);
    await input.escape();
    await view.row(['webapp6', '1.0']);
    await view.choose('webapp6', 'Sort…');
    await input.pick('As in the settings');
    await view.row(['webapp6', 'latest']);
  });

  it('untags, and says what goes before it deletes', async () => {
    const view = registriesView(workbench());
    await view.choose(['webapp6', 'latest'], 'Delete Image…');
    const question = dialog(workbench());
    expect(await question.detail()).toContain('Deletes 2 tags that point to this image: 2.0, latest.');
    await question.press('Cancel');
    await view.choose(['webapp6', 'latest'], 'Untag…');
    await question.press('Untag');
    await view.gone(['webapp6', 'latest']);
    await view.row(['webapp6', '2.0']);
  });

  it('says before a deletion what is locked, and unlocks it only if that is agreed to', async () => {
    const stored = registry.repositories.get('webapp6');
    const lock = { deleteEnabled: false, writeEnabled: true };
    const held = [stored, stored?.tags.get('1.0'), ...(stored?.manifests.values() ?? [])].filter(
      (each) => each !== undefined,
    );
    for (const each of held) each.lock = lock;
    const view = registriesView(workbench());
    const question = dialog(workbench());
    await view.choose(['webapp6', '2.0'], 'Untag…');
    expect(await question.detail()).toContain('The repository is locked, and so is all that is in it.');
    await question.press('Cancel');
    expect(held.map((each) => each.lock)).toEqual(held.map(() => lock));
    await view.choose(['webapp6', '1.0'], 'Delete Image…');
    expect(await question.detail()).toMatch(/^The tag 1\.0 is locked\. The image is locked\. The repository is locked/);
    await workbench().screenshot('acr-locked');
    await question.press('Unlock and Delete');
    await view.gone(['webapp6', '1.0']);
    await view.row(['webapp6', '2.0']);
    expect([stored?.lock, stored?.tags.get('2.0')?.lock.deleteEnabled]).toEqual([lock, true]);
    expect(await notifications(workbench()).all()).toEqual([]);
  });
});
