import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DockerEngine } from '../../src/engine/dockerEngine';
import { parseReference, type ImageReference } from '../../src/core/reference';
import { unless } from '../leftOut';
import { layer } from '../sandbox/blob';
import { startEngine, whyNoEngine, type RunningEngine } from '../sandbox/engines';
import { buildImage } from '../sandbox/images';
import { startWire, type Wire } from '../sandbox/wire';
import { dialog } from './dialog';
import { editor } from './editor';
import { connected, startSeededRegistry, type SeededRegistry } from './images';
import { imagesView } from './imagesView';
import { openPage } from './pageView';
import { notifications } from './notification';
import { quickInput } from './quickInput';
import { registriesView } from './registriesView';
import { useWorkbench } from './workbench';

const reason = whyNoEngine('docker');

const daysAgo = (days: number): Date => new Date(Date.now() - days * 24 * 3600 * 1000 - 60_000);
const built = (seed: string, days: number, size: number) =>
  buildImage({ format: 'docker', created: daysAgo(days), layers: [layer({ files: {}, padding: { seed, size } })] });
const webapp = built('webapp', 2, 900_000);
const api = built('api', 5, 200_000);
const orphan = built('orphan', 40, 50_000);
/** More than the buffers of the sockets on the way hold: what they hold still arrives after a cancel. */
const largeBytes = 60_000_000;
const large = built('large', 1, largeBytes);

describe('the Images view', unless(reason), () => {
  let engine: RunningEngine;
  let registry: SeededRegistry;
  let guarded: SeededRegistry;
  let wire: Wire;
  const reference = (text: string): ImageReference => {
    const parsed = parseReference(text);
    if ('problem' in parsed) throw new Error(text);
    return parsed;
  };

  beforeAll(async () => {
    engine = await startEngine('docker');
    registry = await startSeededRegistry();
    guarded = await startSeededRegistry(undefined, { auth: { kind: 'basic', users: { alice: 'wonder land' } } });
    wire = await startWire(registry.port);
    await engine.loadImages([
      { image: webapp, names: ['webapp6:latest'] },
      { image: api, names: [`${registry.host}/team/api:dev`, `${registry.host}/team/api:nightly`] },
      { image: orphan, names: [] },
      { image: large, names: [`${wire.host}/team/large:1.0`, `${guarded.host}/team/private:1.0`] },
    ]);
  });
  afterAll(async () => {
    await wire.stop();
    await guarded.stop();
    await registry.stop();
    await engine.stop();
  });

  const workbench = useWorkbench(() => ({
    settings: connected({ label: 'Acme', url: registry.url }, { label: 'Far Away', url: `http://${wire.host}` }),
    env: { DOCKER_HOST: engine.url, DOCKER_CONFIG: '' },
  }));
  const opened = async () => {
    const view = imagesView(workbench());
    await view.open();
    return view;
  };
  const webapp6 = async () => {
    const view = await opened();
    await view.expand(['docker.io', 'webapp6']);
    return view;
  };
  const acme = async () => {
    const view = registriesView(workbench());
    await view.expand('Acme');
    return view;
  };
  const tagsOf = async (repository: string): Promise<readonly string[]> => {
    const answer = await fetch(`${registry.url}/v2/${repository}/tags/list`);
    const { tags = [] } = (await answer.json()) as { tags?: readonly string[] };
    return tags;
  };

  it('shows the images by registry, repository and tag, with age and size, those without a name last', async () => {
    const view = await opened();
    await view.expand([registry.host, 'team/api']);
    await view.expand(['docker.io', 'webapp6']);
    await view.expand('Untagged');
    const rows = (await view.rows()).map(({ level, label, description }) => [level, label, description]);
    expect(rows).toContainEqual([1, registry.host, '']);
    expect(rows).toContainEqual([2, 'team/api', '2 tags']);
    expect(rows).toContainEqual([3, 'dev', expect.stringMatching(/^5 days ago · \d+ kB$/)]);
    expect(rows).toContainEqual([3, 'latest', expect.stringMatching(/^2 days ago · \d+ kB$/)]);
    expect(rows.filter(([level]) => level === 1).at(-1)).toEqual([1, 'Untagged', '1']);
    await workbench().screenshot('images');
    await view.collapse([registry.host, 'team/api']);
    await view.collapse('Untagged');
  });

  it('offers on an image what can be done with it', async () => {
    const view = await webapp6();
    expect(await view.menu(['webapp6', 'latest'])).toEqual([
      ...[
        'Push…',
        'Tag…',
        'Pull Image',
        '---',
        'Copy Full Tag',
        'Copy As…',
        '---',
        'Open Image',
        'Inspect Image',
        'Compare…',
      ],
      ...['---', 'Remove Image…'],
    ]);
    await view.choose(['webapp6', 'latest'], 'Copy Full Tag');
    await expect.poll(() => workbench().clipboard()).toBe('webapp6:latest');
  });

  it('shows the engine’s description of an image', async () => {
    const view = await webapp6();
    await view.choose(['webapp6', 'latest'], 'Inspect Image');
    const document = editor(workbench());
    await document.titled(`webapp6@latest ${(webapp.blobs[0]?.digest ?? '').slice(7, 19)}.json`);
    expect(JSON.parse(await document.text())).toMatchObject({ RepoTags: ['webapp6:latest'] });
    await document.close();
  });

  it('shows a local image as a page', async () => {
    const page = await openPage(workbench(), await webapp6(), ['webapp6', 'latest'], 'webapp6:latest');
    expect(await page.fact('Id')).toEqual([webapp.blobs[0]?.digest]);
    expect(await page.fact('Size')).toEqual([expect.stringContaining('unpacked')]);
    expect(await page.button('Push…').isVisible()).toBe(true);
    await workbench().screenshot('local-page');
    expect(await page.barriersIn('Light 2026', 'Dark High Contrast', 'Dark 2026')).toEqual([]);
  });

  it('shows by itself what happens in a terminal', async () => {
    const view = await webapp6();
    await view.row(['webapp6', 'latest']);
    const elsewhere = new DockerEngine({ url: engine.url, source: 'socket', name: 'Docker' });
    await elsewhere.tag(reference('webapp6:latest'), reference('webapp6:from-terminal'), new AbortController().signal);
    await view.row(['webapp6', 'from-terminal']);
  });

  it('tags an image with a full name typed at once, and says while typing what is wrong with it', async () => {
    const view = await webapp6();
    await view.choose(['webapp6', 'latest'], 'Tag…');
    const input = quickInput(workbench());
    await input.titled('Tag webapp6:latest');
    expect(await input.placeholder()).toContain('or type a full name such as');
    const wrong = `${registry.host}/Team/typed:v1`;
    await input.type(wrong);
    const use = { label: `Use “${wrong}”`, description: '' };
    const why = { detail: `Repository names are lower case: did you mean “${registry.host}/team/typed:v1”?` };
    await expect.poll(() => input.rows()).toEqual([{ ...use, ...why }]);
    await workbench().screenshot('tag-typed-wrong');
    await input.accept();
    expect(await input.rows()).toHaveLength(1);
    // A part of what is on offer only filters it.
    await input.type('far');
    await expect.poll(async () => (await input.rows()).map(({ label }) => label)).toEqual(['Far Away']);
    // Enter at once: whatever VS Code has drawn by then, the text counts.
    await input.type(`${registry.host}/team/typed:v1`);
    await input.accept();
    await view.selected(['team/typed', 'v1']);
    await workbench().screenshot('tag-done');
    await view.collapse([registry.host, 'team/typed']);
  });

  it('tags an image at one of a registry’s places, and marks the part of the proposal to change', async () => {
    const view = await webapp6();
    await view.choose(['webapp6', 'latest'], 'Tag…');
    const input = quickInput(workbench());
    await input.titled('Tag webapp6:latest');
    expect((await input.rows()).map(({ label, description }) => [label, description])).toEqual([
      ['Another name…', ''],
      ['Acme', registry.host],
      ['Far Away', wire.host],
    ]);
    await workbench().screenshot('tag-where');
    await input.accept();
    await expect
      .poll(() => input.placeholder())
      .toBe('Choose a place in Acme; you can change the full name in the next step');
    const places = (await input.rows()).map(({ label }) => label);
    expect(places).toEqual(expect.arrayContaining([`${registry.host}/…`, `${registry.host}/team/…`]));
    await workbench().screenshot('tag-place');
    await input.back();
    await expect.poll(() => input.placeholder()).toContain('or type a full name');
    await input.pick('Acme');
    await input.pick(`${registry.host}/…`);
    await expect.poll(() => input.value()).toBe(`${registry.host}/webapp6:latest`);
    expect(await input.selection()).toBe('webapp6');
    await input.type(`${registry.host}/Team/webapp6:2.0`);
    await input.says(`did you mean “${registry.host}/team/webapp6:2.0”?`);
    await workbench().screenshot('tag-name');
    await input.type(`${registry.host}/team/webapp6:2.0`);
    await input.accept();
    await view.selected(['team/webapp6', '2.0']);
  });

  it('pushes an image to the registry chosen, and shows its tag there', async () => {
    const view = await webapp6();
    await view.inline(['webapp6', 'from-terminal'], 'Push…');
    const input = quickInput(workbench());
    await input.titled('Push webapp6:from-terminal');
    const labels = async () => (await input.rows()).map(({ label }) => label);
    const choices = ['Another name…', 'Connect Registry…', 'Acme', 'Far Away'];
    expect(await labels()).toEqual(choices);
    await workbench().screenshot('push-where');
    await input.type('pushed:1');
    const why = 'Put a registry in front, or a user name of Docker Hub: user/pushed:1';
    await expect.poll(async () => (await input.rows()).map(({ detail }) => detail)).toEqual([why]);
    await input.type('');
    await expect.poll(labels).toEqual(choices);
    await input.pick('Acme');
    await input.pick(`${registry.host}/team/…`);
    await expect.poll(() => input.value()).toBe(`${registry.host}/team/webapp6:from-terminal`);
    await input.type(`${registry.host}/team/pushed:1.0`);
    await input.accept();
    await registriesView(workbench()).row(['Acme', 'team/pushed', '1.0']);
    expect(await tagsOf('team/pushed')).toEqual(['1.0']);
    await workbench().screenshot('push-done');
  });

  it('pushes without the mouse', async () => {
    const view = await webapp6();
    await view.focus();
    await view.chooseByKeys(['webapp6', 'latest'], 'Push…');
    await quickInput(workbench()).titled('Push webapp6:latest');
    await workbench().page.keyboard.type(`${registry.host}/team/typed:2.0`);
    await workbench().page.keyboard.press('Enter');
    await registriesView(workbench()).row(['Acme', 'team/typed', '2.0']);
    expect(await tagsOf('team/typed')).toEqual(['2.0']);
  });

  it('removes an image after saying what goes, and pulls it back', async () => {
    const view = await opened();
    await view.expand([registry.host, 'team/pushed']);
    await view.choose(['team/pushed', '1.0'], 'Remove Image…');
    const question = dialog(workbench());
    expect(await question.message()).toBe(`Remove the name ${registry.host}/team/pushed:1.0?`);
    expect(await question.detail()).toMatch(/; the image stays under .*, webapp6:latest\./);
    await workbench().screenshot('remove-name');
    await question.press('Remove Name');
    await view.gone([registry.host, 'team/pushed']);
    const registries = await acme();
    await registries.expand(['Acme', 'team/pushed']);
    await registries.choose(['team/pushed', '1.0'], 'Pull Image');
    await view.selected(['team/pushed', '1.0']);
  });

  it('pulls a whole repository after saying how much it is', async () => {
    const view = await opened();
    await (await acme()).choose(['Acme', 'team/web'], 'Pull Repository');
    const question = dialog(workbench());
    expect(await question.message()).toBe(`Pull all 3 tags of ${registry.host}/team/web?`);
    expect(await question.detail()).toMatch(/2 different images\. Downloads up to [\d.]+ k?B/);
    await workbench().screenshot('pull-repository');
    await question.press('Pull 3 Tags');
    await view.expand([registry.host, 'team/web']);
    for (const tag of ['1.9', '2.0', 'stable']) await view.row(['team/web', tag]);
    await view.collapse([registry.host, 'team/web']);
  });

  it('pulls by reference, and says in the registry’s words that a tag is not there', async () => {
    const view = await opened();
    await view.titleAction('Pull by Reference…');
    const input = quickInput(workbench());
    await input.titled('Pull by Reference');
    await input.type(`${registry.host}/team/Api:1.3`);
    await input.says('Repository names are lower case');
    await input.type(`${registry.host}/team/api:9.9`);
    await input.accept();
    const toast = notifications(workbench());
    expect(await toast.saying('Could not')).toMatch(/manifest.*9\.9|manifest unknown/);
    await workbench().screenshot('pull-missing');
    await toast.clear();
  });

  it('cancels a slow push at once, and says what is left behind', async () => {
    const view = await opened();
    await view.expand([wire.host, 'team/large']);
    wire.hold('up', 5_000_000);
    await view.choose(['team/large', '1.0'], 'Push…');
    await wire.until(({ passed }) => passed.up >= 5_000_000);
    const toast = notifications(workbench());
    await toast.saying(`Pushing ${wire.host}/team/large:1.0`);
    await workbench()
      .page.getByText(/of 60 MB/)
      .first()
      .waitFor();
    await workbench().screenshot('push-progress');
    await toast.press('Pushing', 'Cancel');
    expect(await toast.saying('Cancelled pushing')).toContain('Layers that were sent stay in the registry');
    // What the engine had not yet sent never comes.
    wire.release();
    await wire.until(({ open }) => open === 0);
    expect(wire.passed.up).toBeLessThan(largeBytes);
    expect(await tagsOf('team/large')).toEqual([]);
    await toast.clear();
  });

  it('ends a push that took long with a message that leads to the tag', async () => {
    const view = await opened();
    await view.expand([wire.host, 'team/large']);
    // Twelve seconds at least.
    wire.bytesPerSecond = largeBytes / 12;
    await view.choose(['team/large', '1.0'], 'Push…');
    const toast = notifications(workbench());
    await toast.saying(`Pushed ${wire.host}/team/large:1.0.`);
    wire.bytesPerSecond = Infinity;
    expect(await toast.buttons('Pushed')).toEqual(['Show in Registries', 'Copy Image Digest']);
    await workbench().screenshot('push-long-done');
    await toast.press('Pushed', 'Show in Registries');
    await registriesView(workbench()).selected(['Far Away', 'team/large', '1.0']);
  });

  it('says which image goes when no name keeps it', async () => {
    const view = await opened();
    await view.choose('Untagged', 'Remove Image…');
    const question = dialog(workbench());
    expect(await question.detail()).toMatch(/^Removes 1 image from this machine and frees up to/);
    await workbench().screenshot('remove-image');
    await question.press('Cancel');
  });

  it('says why a registry refused a push, and what to do', async () => {
    const view = await opened();
    await view.expand([guarded.host, 'team/private']);
    await view.choose(['team/private', '1.0'], 'Push…');
    const input = quickInput(workbench());
    await input.pick(`${guarded.host}/team/private:1.0`);
    const toast = notifications(workbench());
    expect(await toast.saying('Could not push')).toMatch(/is not connected, and docker has no login for it/);
    expect(await toast.buttons('Could not push')).toEqual(['Connect Registry…', 'Retry', 'Show Log']);
    await workbench().screenshot('push-refused');
    await toast.clear();
  });

  it('says that the engine went away, while the registries go on', async () => {
    const view = await opened();
    await engine.kill();
    const labels = async () => (await view.rows()).map(({ label }) => label);
    await expect.poll(labels, { timeout: 20_000 }).toEqual([expect.stringMatching(/^Nothing answers at unix:/)]);
    await workbench().screenshot('engine-gone');
    expect(await view.inlineActions(await labels())).toEqual(['Use Engine…', 'Refresh Images']);
    const registries = await acme();
    await registries.expand(['Acme', 'team/api']);
    await registries.row(['team/api', '1.4']);
  });
});

const noSockets = ['/var/run/docker.sock', '/run/podman/podman.sock'].every((path) => !existsSync(path));
const found = noSockets ? undefined : 'an engine of this computer would be found';

describe('without a container engine', unless(found), () => {
  const workbench = useWorkbench(() => ({
    env: { DOCKER_HOST: '', DOCKER_CONTEXT: '', DOCKER_CONFIG: '', XDG_RUNTIME_DIR: '' },
  }));

  it('the Images view says so with what to do', async () => {
    const view = imagesView(workbench());
    await view.open();
    expect(await view.welcome()).toContain('No container engine was found on this machine. Install or start Docker');
    await workbench().screenshot('no-engine');
    await view.welcomeButton('Use Engine…');
    const input = quickInput(workbench());
    await input.titled('Use Engine');
    expect((await input.rows()).map(({ label }) => label)).toEqual([
      'As the docker command finds it',
      'Another address…',
    ]);
    await input.escape();
  });

  it('another engine is found by its address', unless(reason), async () => {
    const engine = await startEngine('docker');
    try {
      await engine.loadImages([{ image: webapp, names: ['webapp6:latest'] }]);
      await workbench().runCommand('Registry Explorer: Use Engine…');
      const input = quickInput(workbench());
      await input.pick('Another address…');
      await expect.poll(() => input.placeholder()).toMatch(/^unix:/);
      await input.type('http://localhost:2375');
      await input.says('Type an address that begins with unix://');
      // Not there yet, as when the engine is started later.
      const socket = join(workbench().workspace, 'engine.sock');
      await input.type(`unix://${socket}`);
      await input.accept();
      const view = imagesView(workbench());
      const problem = async () => (await view.rows())[0]?.label;
      await expect.poll(problem).toContain('engine.sock');
      await symlink(engine.socket, socket);
      await view.inline((await problem()) ?? '', 'Refresh Images');
      await view.expand(['docker.io', 'webapp6']);
      await view.row(['webapp6', 'latest']);
      await workbench().runCommand('Registry Explorer: Use Engine…');
      await input.titled('Use Engine');
      expect(await input.rows()).toContainEqual({
        label: 'Set in the settings',
        description: `unix://${socket}`,
        detail: expect.stringMatching(/^Docker Engine [\d.]+.* · linux\/\w+$/) as unknown,
      });
      await workbench().screenshot('use-engine');
      await input.pick('As the docker command finds it');
      await view.welcome();
    } finally {
      await engine.stop();
    }
  });
});
