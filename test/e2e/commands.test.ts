import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startRecorder, type Recorder } from '../sandbox/recorder';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { buildImage, buildIndex } from '../sandbox/images';
import { dialog } from './dialog';
import { editor } from './editor';
import { api13, api14, connected, repositories, startSeededRegistry, web1, web2, type SeededRegistry } from './images';
import { notifications } from './notification';
import { quickInput } from './quickInput';
import { openedTo, registriesView } from './registriesView';
import { useWorkbench } from './workbench';

/** Distribution 2, which deletes no tag alone; behind a recorder that can break it. */
let registry: SeededRegistry;
let recorder: Recorder;
/** Allows no deletion. */
let locked: SeededRegistry;
/** The image of the tag `armv7` is a child of the index `1` as well. */
const armv7 = buildImage({ platform: { os: 'linux', architecture: 'arm', variant: 'v7' } });
const index = buildIndex([{ manifest: buildImage() }, { manifest: armv7 }]);
/** Deletes a tag alone. */
let modern: V2Server;

beforeAll(async () => {
  registry = await startSeededRegistry();
  recorder = await startRecorder(registry.url);
  locked = await startSeededRegistry(undefined, { deleteEnabled: false });
  modern = await startV2Server({
    repositories: [...repositories, { name: 'team/multi', tags: { '1': index, armv7 } }],
  });
});
afterEach(() => {
  recorder.clearFaults();
});
afterAll(async () => {
  await recorder.stop();
  await registry.stop();
  await locked.stop();
  await modern.stop();
});

describe('commands', () => {
  const workbench = useWorkbench(() => ({
    settings: connected(
      { label: 'Acme', url: recorder.url },
      { label: 'Locked', url: locked.url },
      { label: 'Modern', url: modern.url },
    ),
  }));
  const host = (): string => new URL(recorder.url).host;
  const opened = (...path: readonly string[]) => openedTo(workbench(), path);
  const copied = async (text: string): Promise<void> => {
    await expect.poll(() => workbench().clipboard()).toBe(text);
  };

  it('copies the full tag, from the row and from the palette', async () => {
    const view = await opened('Acme', 'team/api');
    await view.inline(['team/api', '1.4'], 'Copy Full Tag');
    await copied(`${host()}/team/api:1.4`);
    await workbench().runCommand('Registry Explorer: Copy Full Tag');
    const input = quickInput(workbench());
    await input.titled('Copy Full Tag');
    await input.pick('Acme');
    await input.pick('team/web');
    await workbench().screenshot('pick-tag');
    await input.pick('stable');
    await copied(`${host()}/team/web:stable`);
  });

  it('copies the digest that the tag has now', async () => {
    const view = await opened('Acme', 'team/api');
    await view.choose(['team/api', '1.3'], 'Copy Image Digest');
    await copied(api13.digest);
  });

  it('shows the manifest as the registry sent it, read-only', async () => {
    const view = await opened('Acme', 'team/api');
    await view.choose(['team/api', '1.4'], 'Inspect Image Manifest');
    const document = editor(workbench());
    await document.titled('api@1.4 manifest.json');
    expect(JSON.parse(await document.text())).toEqual(JSON.parse(api14.bytes.toString()));
    await workbench().page.keyboard.type('x');
    await workbench().page.getByText('Cannot edit in read-only editor').first().waitFor();
    await workbench().screenshot('manifest');
    await document.close();
  });

  it('inspects the image of the platform chosen', async () => {
    const view = await opened('Acme', 'team/api');
    await view.choose(['team/api', '1.4'], 'Inspect Image');
    const input = quickInput(workbench());
    await input.titled('Inspect Image');
    expect((await input.rows()).map(({ label }) => label)).toEqual(['linux/amd64', 'linux/arm64']);
    await input.pick('linux/arm64');
    const document = editor(workbench());
    await document.titled('api@1.4 linux-arm64.yaml');
    const text = await document.text();
    expect(text).toContain('platform: "linux/arm64"');
    expect(text).toContain('entrypoint:\n  - "node"\n  - "server.js"');
    expect(text).toContain('"VERSION": "1.4"');
    expect(text).toContain('"org.opencontainers.image.version": "1.4"');
    expect(text).toContain('exposedPorts:\n  - "8080/tcp"');
    await workbench().screenshot('inspect');
    await document.close();
  });

  it('opens an attestation', async () => {
    const view = await opened('Acme', 'team/api', '1.4', 'linux/amd64');
    await view.click('SBOM (SPDX)');
    const document = editor(workbench());
    await document.titled('api SBOM (SPDX).json');
    expect(JSON.parse(await document.text())).toMatchObject({ predicateType: 'https://spdx.dev/Document' });
    await document.close();
    await view.collapse('team/api');
  });

  it('says before deleting which tags and platforms go, and deletes them', async () => {
    const view = await opened('Acme', 'team/api');
    await view.choose(['team/api', '1.4'], 'Delete Image…');
    const question = dialog(workbench());
    expect(await question.message()).toBe(`Delete ${host()}/team/api:1.4?`);
    const detail = await question.detail();
    expect(detail).toContain('Deletes 2 tags that point to this image: 1.4, latest.');
    expect(detail).toContain('Also deletes its platforms: amd64, arm64.');
    expect(detail).toContain(api14.digest);
    expect(await question.buttons()).toEqual(expect.arrayContaining(['Delete 2 Tags', 'Cancel']));
    await workbench().screenshot('delete');
    await question.press('Cancel');
    await view.row(['team/api', '1.4']);
    await view.choose(['team/api', '1.4'], 'Delete Image…');
    await question.press('Delete 2 Tags');
    await view.gone(['team/api', '1.4']);
    expect((await view.rows()).filter(({ level }) => level === 3).map(({ label }) => label)).toEqual(['1.3']);
    const head = await fetch(`${registry.url}/v2/team/api/manifests/${api14.digest}`, {
      method: 'HEAD',
      headers: { Accept: api14.mediaType },
    });
    expect(head.status).toBe(404);
  });

  it('says that an image is gone already, and shows the truth', async () => {
    const view = await opened('Acme', 'team/api');
    await view.row(['team/api', '1.3']);
    await fetch(`${registry.url}/v2/team/api/manifests/${api13.digest}`, { method: 'DELETE' });
    await view.choose(['team/api', '1.3'], 'Delete Image…');
    const told = await notifications(workbench()).saying('Could not delete');
    expect(told).toBe(`Could not delete ${host()}/team/api:1.3: the registry says “manifest unknown” (404).`);
    await view.gone(['team/api', '1.3']);
    await notifications(workbench()).clear();
    await view.collapse('Acme');
  });

  it('explains that a registry forbids deletion', async () => {
    const view = await opened('Locked', 'team/web');
    await view.choose(['team/web', '1.9'], 'Delete Image…');
    await dialog(workbench()).press('Delete Image');
    const told = await notifications(workbench()).saying('Could not delete');
    expect(told).toBe(
      `Could not delete ${locked.host}/team/web:1.9: deletion is switched off in this registry; its administrator can allow it. It says “The operation is unsupported” (405).`,
    );
    await workbench().screenshot('deletion-forbidden');
    await notifications(workbench()).clear();
    await view.row(['team/web', '1.9']);
    await view.collapse('Locked');
  });

  it('says which tag loses a platform when the child of an index is deleted', async () => {
    const view = await opened('Modern', 'team/multi');
    await view.choose(['team/multi', 'armv7'], 'Delete Image…');
    const question = dialog(workbench());
    expect(await question.detail()).toContain(
      'Tag 1 loses its platform linux/arm/v7, which can no longer be pulled there.',
    );
    await workbench().screenshot('delete-child');
    await question.press('Cancel');
    await view.row(['team/multi', 'armv7']);
    await view.collapse('Modern');
  });

  it('untags where the registry can', async () => {
    const view = await opened('Modern', 'team/web');
    await view.choose(['team/web', 'stable'], 'Untag…');
    const question = dialog(workbench());
    expect(await question.detail()).toContain(`The tag points to ${web2.digest}.`);
    await question.press('Untag');
    await view.gone(['team/web', 'stable']);
    await view.row(['team/web', '2.0']);
    await view.collapse('Modern');
  });

  it('deletes without the mouse: the key asks, and Enter agrees', async () => {
    const view = await opened('Modern', 'team/web');
    await view.focus();
    await view.arrowTo(['team/web', '1.9']);
    await view.press('Delete');
    expect(await dialog(workbench()).message()).toBe(`Delete ${new URL(modern.url).host}/team/web:1.9?`);
    await workbench().page.keyboard.press('Enter');
    await view.gone(['team/web', '1.9']);
    await view.collapse('Modern');
  });

  it('explains that a registry deletes no tag alone, and offers it no more', async () => {
    const view = await opened('Acme', 'team/web');
    await view.choose(['team/web', 'stable'], 'Untag…');
    await dialog(workbench()).press('Untag');
    const told = await notifications(workbench()).saying('Could not untag');
    expect(told).toContain(
      'this registry cannot delete a single tag; Delete Image… removes the image with all its tags',
    );
    await notifications(workbench()).clear();
    await view.row(['team/web', 'stable']);
    expect(await view.menu(['team/web', 'stable'])).not.toContain('Untag…');
    expect(await view.menu(['team/web', 'stable'])).toContain('Delete Image…');
  });

  it('says so when the network is lost half-way, and shows what is left', async () => {
    const view = await opened('Acme', 'team/web');
    recorder.fail(/^DELETE /, { kind: 'reset' });
    await view.choose(['team/web', '1.9'], 'Delete Image…');
    await dialog(workbench()).press('Delete Image');
    const told = await notifications(workbench()).saying('Could not delete');
    expect(told).toBe(
      `Could not delete ${host()}/team/web:1.9: ${host()} broke off the connection. If it happens again, check the network, VPN or proxy.`,
    );
    expect(await notifications(workbench()).buttons('Could not delete')).toEqual(['Retry', 'Diagnose', 'Show Log']);
    await view.row(['team/web', '1.9']);
    recorder.clearFaults();
    await notifications(workbench()).press('Could not delete', 'Retry');
    await dialog(workbench()).press('Delete Image');
    await view.gone(['team/web', '1.9']);
    const manifest = `${registry.url}/v2/team/web/manifests/`;
    const statusOf = async (digest: string): Promise<number> =>
      (await fetch(manifest + digest, { method: 'HEAD', headers: { Accept: web1.mediaType } })).status;
    expect([await statusOf(web1.digest), await statusOf(web2.digest)]).toEqual([404, 200]);
  });

  it('shows the log', async () => {
    await registriesView(workbench()).titleAction('Show Log');
    const output = workbench().page.locator('.part.panel');
    await output.locator('select').and(workbench().page.getByRole('combobox')).first().waitFor();
    await output.locator('.view-line', { hasText: '/v2/team/web/tags/list' }).first().waitFor();
    await workbench().screenshot('log');
  });
});
