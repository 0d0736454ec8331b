import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildImage } from '../sandbox/images';
import { createPki, type Pki } from '../sandbox/pki';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { dialog } from './dialog';
import { quickInput, type QuickInput } from './quickInput';
import { registriesView } from './registriesView';
import { useWorkbench } from './workbench';

let pki: Pki;
let server: V2Server;
let mutual: V2Server;
let host: string;
let mutualHost: string;

beforeAll(async () => {
  pki = await createPki();
  const repositories = [{ name: 'team/api', tags: { '1.0': buildImage() } }];
  server = await startV2Server({ tls: pki.tls(), repositories });
  mutual = await startV2Server({ tls: pki.tls('mutual'), repositories });
  [host, mutualHost] = [new URL(server.url).host, new URL(mutual.url).host];
});
afterAll(async () => {
  await server.stop();
  await mutual.stop();
  await pki.remove();
});

describe('a registry whose certificate does not hold', () => {
  const workbench = useWorkbench();
  const flow = 'Connect Registry';

  const typed = async (input: QuickInput, text: string): Promise<void> => {
    await input.type(text);
    await input.accept();
  };
  /** Up to the question how to trust, by its address and anonymously. */
  const reach = async (input: QuickInput, url: string): Promise<void> => {
    await registriesView(workbench()).titleAction('Connect Registry…');
    await input.pick('Generic Docker V2 / OCI registry');
    await input.titled(`${flow} (2 of 3)`);
    await typed(input, url);
    await input.titled(`${flow} (3 of 3)`);
    await input.pick('Anonymously');
    await input.titled(`How should ${new URL(url).host} be trusted?`);
  };
  const children = async (label: string): Promise<void> => {
    const view = registriesView(workbench());
    await view.expand(label);
    await view.expand([label, 'team/api']);
    await view.row([label, 'team/api', '1.0']);
  };

  it('is left alone over Back and Escape', async () => {
    const input = quickInput(workbench());
    await registriesView(workbench()).open();
    await reach(input, server.url);
    expect(await input.placeholder()).toBe(
      `The certificate of ${host} comes from an authority that this machine does not know.`,
    );
    expect((await input.rows()).map(({ label }) => label)).toEqual([
      'CA file…',
      'Client certificate and key…',
      'Docker’s certs.d',
      'No verification',
    ]);
    await workbench().screenshot('trust-question');
    await input.back();
    await input.titled(`${flow} (2 of 3)`);
    await input.escape();
    await input.closed();
    expect(await registriesView(workbench()).rows()).toEqual([]);
  });

  it('is connected with the file of its authority, which is tried at once', async () => {
    const input = quickInput(workbench());
    await reach(input, server.url);
    await input.pick('CA file…');
    await input.says('Path of the authority’s certificate');
    await typed(input, 'ca.crt');
    await input.says('Type the full path of the file.');
    const text = join(workbench().workspace, 'text.crt');
    await writeFile(text, 'no certificate');
    await typed(input, text);
    await input.says(`There is no certificate in PEM form in ${text}.`);
    await workbench().screenshot('trust-ca-file');
    await typed(input, pki.ca.certFile);
    await input.closed();
    // What has just been connected opens by itself.
    await registriesView(workbench()).row([host, 'team/api']);
    await children(host);
  });

  it('is asked for a client certificate next, where it wants one too', async () => {
    const input = quickInput(workbench());
    await reach(input, mutual.url);
    await input.pick('CA file…');
    await input.says('Path of the authority’s certificate');
    await typed(input, pki.ca.certFile);
    await expect.poll(() => input.placeholder()).toContain(`${mutualHost} requires a client certificate`);
    await workbench().screenshot('trust-client-certificate');
    await input.pick('Client certificate and key…');
    await input.says('Path of your certificate');
    await typed(input, pki.client.certFile);
    await input.says('Path of its key');
    await typed(input, pki.client.keyFile);
    await input.closed();
    await registriesView(workbench()).row([mutualHost, 'team/api']);
    await children(mutualHost);
  });

  it('is shown with what was chosen, which Certificates… changes', async () => {
    const view = registriesView(workbench());
    const input = quickInput(workbench());
    await view.choose(host, 'Certificates…');
    await input.titled(`Certificates of ${host}`);
    expect((await input.rows()).map(({ label }) => label)).toContain('Same as VS Code');
    await input.pick('Same as VS Code');
    await input.closed();
    const problem = `The certificate of ${host} comes from an authority that this machine does not know.`;
    await view.row([host, problem]);
    // Before the menu is opened, for which the browser scrolls the end of a long row into sight.
    await workbench().screenshot('trust-problem-row');
    expect(await view.inlineActions([host, problem])).toEqual(['Certificates…', 'Retry']);
    expect(await view.menu([host, problem])).toContain('Certificates…');
  });

  it('goes without verification once that is confirmed, and says so on its row', async () => {
    const view = registriesView(workbench());
    const input = quickInput(workbench());
    const question = dialog(workbench());
    await view.choose(host, 'Certificates…');
    await input.pick('No verification');
    expect(await question.message()).toBe(`Do not verify ${host}?`);
    expect(await question.detail()).toContain('could then read and change your password and the images');
    await workbench().screenshot('trust-no-verification');
    await question.press('Cancel');
    await input.titled(`Certificates of ${host}`);
    await input.pick('No verification');
    await question.press('Do Not Verify');
    await input.closed();
    await view.describes(host, 'not verified');
    await children(host);
    expect(await view.tooltip(host)).toContain('Its server is not verified');
    await workbench().screenshot('trust-not-verified');
  });

  it('keeps its trust over a restart', async () => {
    await workbench().restart();
    const view = registriesView(workbench());
    await view.open();
    await view.describes(host, 'not verified');
    await children(mutualHost);
  });
});
