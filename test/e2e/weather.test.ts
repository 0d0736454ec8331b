import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildImage, mediaTypes } from '../sandbox/images';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { weather } from '../sandbox/weather';
import { connected } from './images';
import { notifications } from './notification';
import { registriesView } from './registriesView';
import type { TreeView } from './treeView';
import { useWorkbench } from './workbench';

const image = buildImage({ created: new Date(Date.now() - 2 * 24 * 3600_000) });
const other = buildImage({ user: 'other' });
const repositories = [{ name: 'team/app', tags: { '1.0': image } }];

describe('bad weather', () => {
  let server: V2Server;
  beforeAll(async () => {
    server = await startV2Server({ repositories });
  });
  afterEach(() => {
    server.clearFaults();
  });
  afterAll(() => server.stop());

  const workbench = useWorkbench(() => ({ settings: connected({ label: 'Acme', url: server.url }) }));
  const host = (): string => new URL(server.url).host;

  const opened = async (...path: readonly string[]): Promise<TreeView> => {
    const view = registriesView(workbench());
    await view.open();
    for (const label of path) await view.expand(label);
    return view;
  };

  it.each<[name: 'webPage' | 'truncated' | 'reset' | 'tooManyForAMinute' | 'internalError', why: () => string]>([
    [
      'webPage',
      () =>
        `${host()} does not answer as a registry does: it answered with a web page (text/html; charset=utf-8). Check its address, and any proxy on the way.`,
    ],
    ['truncated', () => `${host()} broke off the connection. If it happens again, check the network, VPN or proxy.`],
    ['reset', () => `${host()} broke off the connection. If it happens again, check the network, VPN or proxy.`],
    ['tooManyForAMinute', () => `${host()} has had too many requests from you. Try again in 60 seconds.`],
    ['internalError', () => `${host()} has a problem of its own (500): “database is locked”. Try again later.`],
  ])('%s is told in the row, and Retry shows the tags when it is over', async (name, why) => {
    const view = await opened('Acme', 'team/app');
    server.fail(/tags\/list/, weather[name]);
    await view.choose('team/app', 'Refresh');
    expect((await view.row(['team/app', why()])).spoken).toBe(`Could not list the tags of team/app: ${why()}`);
    // The driver scrolls a long label to click it, so the picture comes first.
    await workbench().screenshot(`weather-${name}`);
    // A registry that is busy has nothing to be diagnosed.
    const diagnose = name === 'tooManyForAMinute' ? [] : ['Diagnose Connection', '---'];
    expect(await view.menu(['team/app', why()])).toEqual([...diagnose, 'Retry', 'Show Log']);
    server.clearFaults();
    await view.inline(['team/app', why()], 'Retry');
    await view.row(['team/app', '1.0']);
    await view.gone(why());
    expect(await notifications(workbench()).all()).toEqual([]);
  });

  it('content that is another’s is told when its manifest is looked at, and not shown', async () => {
    const view = await opened('Acme', 'team/app');
    await view.describes('1.0', '2 days ago');
    server.fail(/manifests/, {
      status: 200,
      headers: { 'Content-Type': mediaTypes.ociManifest, 'Docker-Content-Digest': image.digest },
      body: other.bytes,
    });
    await view.choose('1.0', 'Inspect Image Manifest');
    const told = await notifications(workbench()).saying('Could not');
    expect(told).toContain(
      `${host()} does not answer as a registry does: the content does not match its digest ${image.digest}.`,
    );
    expect(await notifications(workbench()).buttons('Could not')).toEqual(['Retry', 'Diagnose', 'Show Log']);
    await workbench().screenshot('weather-digest');
    server.clearFaults();
    await notifications(workbench()).press('Could not', 'Retry');
    await workbench().page.locator('.tab', { hasText: '1.0' }).first().waitFor();
    expect(await notifications(workbench()).all()).toEqual([]);
  });

  it('a server that goes and comes back is found again by Retry, and by coming back to the window', async () => {
    const view = await opened('Acme', 'team/app');
    const { port } = server;
    const gone = `Nothing listens at ${host()}. Check the port, or whether the registry is running.`;
    for (const comeBack of [() => view.inline(gone, 'Retry'), returnToWindow]) {
      await server.stop();
      await view.inline('Acme', 'Refresh');
      await view.row(['Acme', gone]);
      await view.describes('Acme', 'offline');
      await workbench().screenshot('weather-offline');
      server = await startV2Server({ repositories, port });
      await comeBack();
      await view.row(['Acme', 'team/app']);
      await view.gone(gone);
    }
  });

  /** What the page sees when its window loses the focus and has it again. */
  async function returnToWindow(): Promise<void> {
    await workbench().page.evaluate(`(async () => {
      for (const [has, event] of [[false, 'blur'], [true, 'focus']]) {
        document.hasFocus = () => has;
        window.dispatchEvent(new Event(event));
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    })()`);
  }
});
