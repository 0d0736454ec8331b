import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildHelmChart } from '../sandbox/artifacts';
import { buildImage, buildIndex } from '../sandbox/images';
import { startRecorder, type Recorder } from '../sandbox/recorder';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { contextMenu } from './contextMenu';
import { dialog } from './dialog';
import { connected, repositories, startSeededRegistry, type SeededRegistry } from './images';
import { notifications } from './notification';
import { quickInput } from './quickInput';
import { openedTo, registriesView } from './registriesView';
import { useWorkbench } from './workbench';

const image = (name: string) => buildImage({ user: name });
const [one, two, three, four, armv7] = [
  ...[image('1'), image('2'), image('3'), image('4')],
  buildImage({ platform: { os: 'linux', architecture: 'arm', variant: 'v7' } }),
] as const;
const longTag = (at: number) => `${'a-tag-that-is-as-long-as-a-tag-may-be-'.repeat(3)}${at}`;

/** Distribution 2; behind a recorder that can break it. */
let registry: SeededRegistry;
let recorder: Recorder;
/** Deletes tags alone. */
let modern: V2Server;

beforeAll(async () => {
  registry = await startSeededRegistry([
    { name: 'team/app', tags: { '1': one, '2': two, '3': three, '4': four, latest: four } },
    { name: 'charts/web', tags: { '1.0.0_build.5': buildHelmChart({ name: 'web', version: '1.0.0+build.5' }) } },
  ]);
  recorder = await startRecorder(registry.url);
  modern = await startV2Server({
    repositories: [
      ...repositories,
      { name: 'team/multi', tags: { '1': buildIndex([{ manifest: image('amd64') }, { manifest: armv7 }]), armv7 } },
      {
        name: 'team/a-repository-with-a-long-name',
        tags: Object.fromEntries(Array.from({ length: 60 }, (_, at) => [longTag(at), image(`long ${at}`)])),
      },
    ],
  });
});
afterEach(() => {
  recorder.clearFaults();
});
afterAll(async () => {
  await recorder.stop();
  await registry.stop();
  await modern.stop();
});

describe('several rows at once', () => {
  const workbench = useWorkbench(() => ({
    settings: connected({ label: 'Acme', url: recorder.url }, { label: 'Modern', url: modern.url }),
  }));
  const host = (): string => new URL(recorder.url).host;
  const opened = (...path: readonly string[]) => openedTo(workbench(), path);
  const copied = async (text: string): Promise<void> => {
    await expect.poll(() => workbench().clipboard()).toBe(text);
  };
  const press = (key: string) => registriesView(workbench()).press(key);

  it('have a menu of what works on several, and are copied in the order shown', async () => {
    const view = await opened('Acme', 'team/app');
    await view.click(['team/app', '1']);
    await view.alsoSelect(['team/app', '3']);
    expect(await view.menu(['team/app', '3'])).toEqual([
      ...['Pull Image', '---', 'Copy Full Tag', 'Copy As…', '---', 'Compare…', '---'],
      ...['Add to Favourites', '---', 'Refresh', '---', 'Untag…', 'Delete Image…'],
    ]);
    // The same by the keyboard.
    await press('Shift+F10');
    const menu = contextMenu(workbench());
    expect(await menu.entries()).toContain('Copy As…');
    await workbench().screenshot('menu-of-several');
    await menu.dismiss();
    await view.choose(['team/app', '3'], 'Copy Full Tag');
    await copied(`${host()}/team/app:3\n${host()}/team/app:1`);
    await view.click(['team/app', '2']);
    await view.selectTo(['team/app', '4']);
    await press('ControlOrMeta+c');
    await copied(`${host()}/team/app:4\n${host()}/team/app:3\n${host()}/team/app:2`);
  });

  it('are copied in a form that all of them have, a line each', async () => {
    const view = await opened('Acme', 'team/app');
    await view.click(['team/app', '1']);
    await view.alsoSelect(['team/app', '2']);
    await view.choose(['team/app', '1'], 'Copy As…');
    const input = quickInput(workbench());
    await input.titled('Copy As');
    await workbench().screenshot('copy-as-several');
    await input.pick('docker pull');
    await copied(`docker pull ${host()}/team/app:2\ndocker pull ${host()}/team/app:1`);
  });

  it('copies one image and one chart as their kind allows, the last form first', async () => {
    const view = await opened('Acme', 'team/app');
    await view.choose(['team/app', 'latest'], 'Copy As…');
    const input = quickInput(workbench());
    await input.titled('Copy As');
    const name = `${host()}/team/app:latest`;
    expect((await input.rows()).map(({ label, detail }) => [label, detail])).toEqual([
      ['docker pull', `docker pull ${name}`],
      ['Full tag', name],
      ['With digest', `${name}@${four.digest}`],
      ['Dockerfile', `FROM ${name}`],
      ['Docker Compose', `image: ${name}`],
      ['Kubernetes', `- name: app image: ${name}`],
    ]);
    await workbench().screenshot('copy-as');
    await input.pick('Kubernetes');
    await copied(`- name: app\n  image: ${name}`);
    await opened('Acme', 'charts/web');
    await view.choose(['charts/web', '1.0.0_build.5'], 'Copy As…');
    await input.titled('Copy As');
    expect((await input.rows()).map(({ label }) => label)).toEqual(['Full tag', 'With digest', 'helm pull']);
    await input.pick('helm pull');
    await copied(`helm pull oci://${host()}/charts/web --version 1.0.0+build.5`);
    await view.collapse('charts/web');
  });

  it('are deleted by one question; what the registry refuses is listed and stays', async () => {
    const view = await opened('Acme', 'team/app');
    recorder.fail(new RegExp(`^DELETE .*${two.digest}`), {
      status: 409,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ errors: [{ code: 'DENIED', message: 'held by a release' }] }),
    });
    await view.click(['team/app', '4']);
    await view.selectTo(['team/app', '2']);
    await workbench().screenshot('several-selected');
    await press('Delete');
    const question = dialog(workbench());
    expect(await question.message()).toBe(`Delete 3 images of ${host()}/team/app?`);
    const detail = await question.detail();
    expect(detail).toContain('Deletes 3 tags: 4, 3, 2.');
    expect(detail).toContain('Also deletes 1 tag that points to one of these images: latest.');
    await workbench().screenshot('delete-several');
    await question.press('Delete 3 Images');
    expect(await notifications(workbench()).saying('Could not delete')).toBe(
      `Could not delete the images of 3 tags: 1 of 3 stayed: ${host()}/team/app:2 (The registry says “held by a release” (409)).`,
    );
    // The platform below the first tag was in the range as well, and nobody needs to be told.
    // The progress of the check goes a moment later.
    await expect.poll(() => notifications(workbench()).all()).toHaveLength(1);
    await workbench().screenshot('deleted-several');
    await view.gone(['team/app', '4']);
    expect((await view.rows()).filter(({ level }) => level === 3).map(({ label }) => label)).toEqual(['2', '1']);
    const statusOf = async ({ digest, mediaType }: typeof one): Promise<number> =>
      (
        await fetch(`${registry.url}/v2/team/app/manifests/${digest}`, {
          method: 'HEAD',
          headers: { Accept: mediaType },
        })
      ).status;
    expect(await Promise.all([one, two, three, four].map(statusOf))).toEqual([200, 200, 404, 404]);
    // Again, with what is left.
    recorder.clearFaults();
    await notifications(workbench()).press('Could not delete', 'Retry');
    expect(await question.message()).toBe(`Delete ${host()}/team/app:2?`);
    expect(await question.detail()).toContain('Not there any more: 4, 3.');
    await question.press('Delete Image');
    await view.gone(['team/app', '2']);
    await view.collapse('Acme');
  });

  it('name an index that loses by them, across repositories', async () => {
    const view = await opened('Modern', 'team/multi');
    await opened('Modern', 'team/web');
    await view.click(['team/multi', 'armv7']);
    await view.alsoSelect(['team/web', '1.9']);
    await view.choose(['team/web', '1.9'], 'Delete Image…');
    const question = dialog(workbench());
    const at = new URL(modern.url).host;
    expect(await question.message()).toBe('Delete 2 images?');
    const detail = await question.detail();
    expect(detail).toContain(`Deletes 2 tags: ${at}/team/multi:armv7, ${at}/team/web:1.9.`);
    expect(detail).toContain(`Tag ${at}/team/multi:1 loses its platform linux/arm/v7`);
    await workbench().screenshot('delete-across-repositories');
    await question.press('Cancel');
    await view.collapse('team/multi');
  });

  it('are untagged together', async () => {
    const view = await opened('Modern', 'team/web');
    await view.click(['team/web', '2.0']);
    await view.alsoSelect(['team/web', 'stable']);
    await view.choose(['team/web', 'stable'], 'Untag…');
    const question = dialog(workbench());
    expect(await question.message()).toBe(`Untag 2 tags of ${new URL(modern.url).host}/team/web?`);
    await question.press('Untag 2 Tags');
    await view.gone(['team/web', '2.0']);
    await view.row(['team/web', '1.9']);
    await view.collapse('team/web');
  });

  it('leave the question usable, however many there are and however long their names', async () => {
    const view = await opened('Modern', 'team/a-repository-with-a-long-name');
    // A click opens it too; what is below it would be selected with it.
    await view.click(longTag(59));
    await view.row([longTag(59), 'linux/amd64']);
    await view.collapse(longTag(59));
    await press('ControlOrMeta+a');
    await view.choose(longTag(59), 'Delete Image…');
    const question = dialog(workbench());
    await question.detail();
    await workbench().screenshot('delete-many');
    expect(await workbench().page.locator('.monaco-dialog-box .dialog-buttons').isVisible()).toBe(true);
    await question.press('Cancel');
  });
});
