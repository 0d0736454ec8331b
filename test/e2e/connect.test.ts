import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unless } from '../leftOut';
import { findProgram } from '../sandbox/process';
import { tempDir, type TempDir } from '../sandbox/tempDir';
import { startSeededRegistry, type SeededRegistry } from './images';
import { dialog } from './dialog';
import { quickInput, type QuickInput } from './quickInput';
import { registriesView } from './registriesView';
import { useWorkbench } from './workbench';

const generic = 'Generic Docker V2 / OCI registry';
const byPassword = 'User name and password or token';

const whyNoDocker = findProgram('docker') === undefined ? 'missing: docker' : undefined;

let docker: TempDir;
let open: SeededRegistry;
let guarded: SeededRegistry;

beforeAll(async () => {
  docker = await tempDir('docker-config');
  open = await startSeededRegistry();
  guarded = await startSeededRegistry(undefined, {
    auth: { kind: 'basic', users: { alice: 'wonder land', bob: 'builder:1' } },
  });
});
afterAll(async () => {
  await docker.remove();
  await open.stop();
  await guarded.stop();
});

describe('Connect Registry', () => {
  const workbench = useWorkbench(() => ({ env: { DOCKER_CONFIG: docker.path } }));

  const answer = async (input: QuickInput, title: string, text: string): Promise<void> => {
    await input.titled(title);
    await input.type(text);
    await input.accept();
  };
  const signIn = async (input: QuickInput, user: string, password: string): Promise<void> => {
    // An address stands for the kind of registry at it.
    await answer(input, 'Connect Registry', guarded.url);
    await input.titled('Connect Registry (3 of 3)');
    await input.pick(byPassword);
    await answer(input, 'Connect Registry (4 of 5)', user);
    await answer(input, 'Connect Registry (5 of 5)', password);
  };
  const labels = async (): Promise<string[]> =>
    (await registriesView(workbench()).rows())
      .filter(({ level }) => level === 1)
      .map(({ label, description }) => `${label} ${description}`.trim());

  it('is offered by the empty view', async () => {
    const view = registriesView(workbench());
    await view.open();
    expect(await view.welcome()).toContain('Browse the repositories, tags and images of your container registries.');
    await workbench().screenshot('welcome');
    await view.welcomeButton('Connect Registry…');
    const input = quickInput(workbench());
    await input.titled('Connect Registry');
    // The presets below them reach beyond the edge of the list.
    expect((await input.rows()).map(({ label }) => label).slice(0, 8)).toEqual([
      'Azure',
      'Azure: a single registry',
      'Docker Hub',
      'GitHub Container Registry',
      'GitLab',
      generic,
      'Amazon ECR',
      'Google Artifact Registry',
    ]);
    await workbench().screenshot('connect-provider');
    await input.escape();
    await input.closed();
    expect(await view.rows()).toEqual([]);
  });

  it('is done without the mouse, and undone', async () => {
    const view = registriesView(workbench());
    const input = quickInput(workbench());
    const { keyboard } = workbench().page;
    await workbench().typeCommand('Registry Explorer: Connect Registry…');
    await input.titled('Connect Registry');
    await input.pickByKeys(generic);
    await input.titled('Connect Registry (2 of 3)');
    await keyboard.type(open.url);
    await keyboard.press('Enter');
    await input.titled('Connect Registry (3 of 3)');
    await input.pickByKeys('Anonymously');
    await input.closed();
    await view.row([open.host, 'team/api']);
    await view.focus();
    await view.arrowTo(open.host);
    await view.press('Delete');
    expect(await dialog(workbench()).message()).toBe(`Disconnect “${open.host}”?`);
    await keyboard.press('Enter');
    await view.gone(open.host);
  });

  it('checks the address while it is typed, and keeps it over Back', async () => {
    const view = registriesView(workbench());
    const input = quickInput(workbench());
    await view.titleAction('Connect Registry…');
    await input.pick(generic);
    await input.titled('Connect Registry (2 of 3)');
    expect(await input.placeholder()).toBe('registry.example.com:5000');
    await input.type('ftp://registry.example.com');
    await input.says('The address of a registry begins with https:// or http://: leave ftp:// out.');
    await input.type('https://me:pw@registry.example.com');
    await input.says('Leave the user name and password out');
    await input.type(`${open.url}/v2/`);
    await input.says('https unless you type http://');
    await workbench().screenshot('connect-address');
    await input.accept();
    await input.titled('Connect Registry (3 of 3)');
    await workbench().screenshot('connect-sign-in');
    await input.back();
    await input.titled('Connect Registry (2 of 3)');
    expect(await input.value()).toBe(`${open.url}/v2/`);
    await input.accept();
    await input.pick('Anonymously');
    await input.closed();
    await view.row([open.host, 'team/api']);
    expect(await labels()).toEqual([open.host]);
  });

  it('says what is wrong with an address where nothing listens, and keeps it', async () => {
    const view = registriesView(workbench());
    const input = quickInput(workbench());
    await view.titleAction('Connect Registry…');
    await input.pick(generic);
    await answer(input, 'Connect Registry (2 of 3)', 'http://127.0.0.1:1');
    await input.titled('Connect Registry (3 of 3)');
    await input.pick('Anonymously');
    await input.titled('Connect Registry (2 of 3)');
    await input.says(
      'Could not connect: nothing listens at 127.0.0.1:1. Check the port, or whether the registry is running.',
    );
    expect(await input.value()).toBe('http://127.0.0.1:1');
    await workbench().screenshot('connect-unreachable');
    await input.escape();
    await input.closed();
    expect(await labels()).toEqual([open.host]);
  });

  it('says in place that the password is wrong, and takes the right one', async () => {
    const view = registriesView(workbench());
    const input = quickInput(workbench());
    await view.titleAction('Connect Registry…');
    await signIn(input, 'alice', 'wrong');
    await input.says(
      'Could not connect: the registry does not accept this user name with this password or token. It says “authentication required” (401).',
    );
    await input.titled('Connect Registry (5 of 5)');
    expect(await input.value()).toBe('wrong');
    await workbench().screenshot('connect-wrong-password');
    await input.type('wonder land');
    await input.accept();
    await input.closed();
    await view.row([guarded.host, 'team/api']);
    expect(await labels()).toEqual([open.host, `${guarded.host} alice`]);
  });

  it('renames a connection', async () => {
    const view = registriesView(workbench());
    const input = quickInput(workbench());
    await view.choose(guarded.host, 'Rename…');
    await input.titled(`Rename ${guarded.host}`);
    expect(await input.value()).toBe(guarded.host);
    await input.type(' ');
    await input.accept();
    await input.says('Type a name.');
    await input.type('Guarded');
    await input.accept();
    await view.row('Guarded');
    expect(await view.menu('Guarded')).toEqual([
      'Diagnose Connection',
      '---',
      'Filter…',
      'Sort…',
      '---',
      'Rename…',
      'Edit Address…',
      'Update Credential…',
      'Log In to Docker CLI…',
      'Log Out of Docker CLI…',
      'Add Repository…',
      '---',
      'Refresh',
      '---',
      'Disconnect',
    ]);
  });

  it('gives docker the login, and takes it away, each after asking', unless(whyNoDocker), async () => {
    const view = registriesView(workbench());
    const logins = async (): Promise<readonly string[]> => {
      const text = await readFile(join(docker.path, 'config.json'), 'utf8').catch(() => '{}');
      return Object.keys((JSON.parse(text) as { readonly auths?: object }).auths ?? {});
    };
    await view.choose('Guarded', 'Log In to Docker CLI…');
    expect(await dialog(workbench()).message()).toBe(`Log the docker command in to ${guarded.host}?`);
    expect(await logins()).toEqual([]);
    await dialog(workbench()).press('Log In');
    await expect.poll(logins).toEqual([guarded.host]);
    await view.choose('Guarded', 'Log Out of Docker CLI…');
    await dialog(workbench()).press('Log Out');
    await expect.poll(logins).toEqual([]);
  });

  it('keeps two accounts on one host side by side, over a restart', async () => {
    const input = quickInput(workbench());
    await workbench().runCommand('Registry Explorer: Connect Registry…');
    await signIn(input, 'bob', 'builder:1');
    await input.closed();
    await registriesView(workbench()).describes(guarded.host, 'bob');
    const three = [open.host, 'Guarded alice', `${guarded.host} bob`];
    expect(await labels()).toEqual(three);
    await workbench().restart();
    const view = registriesView(workbench());
    await view.open();
    await view.row(open.host);
    expect(await labels()).toEqual(three);
    // Only the secrets kept from before the restart open these.
    await view.expand('Guarded');
    await view.row(['Guarded', 'team/api']);
    await view.collapse('Guarded');
    await view.expand(guarded.host);
    await view.row([guarded.host, 'team/api']);
    await view.collapse(guarded.host);
  });

  it('does not connect the same account twice', async () => {
    const view = registriesView(workbench());
    const input = quickInput(workbench());
    const before = await labels();
    await view.titleAction('Connect Registry…');
    await signIn(input, 'alice', 'wonder land');
    await input.closed();
    await view.row(['Guarded', 'team/api']);
    expect(await labels()).toEqual(before);
  });

  it('asks an anonymous visitor to sign in', async () => {
    const input = quickInput(workbench());
    await registriesView(workbench()).titleAction('Connect Registry…');
    await input.pick(generic);
    await answer(input, 'Connect Registry (2 of 3)', guarded.url);
    await input.titled('Connect Registry (3 of 3)');
    await input.pick('Anonymously');
    await expect
      .poll(async () => (await input.rows()).find(({ label }) => label === 'Anonymously')?.detail)
      .toContain('Could not connect: the registry requires you to sign in. It says “authentication required” (401).');
    await workbench().screenshot('connect-anonymous-refused');
    await input.escape();
    await input.closed();
  });

  it('updates a credential where it stands', async () => {
    const view = registriesView(workbench());
    const input = quickInput(workbench());
    await view.choose(open.host, 'Update Credential…');
    await input.titled('Update Credential');
    await input.pick(byPassword);
    await input.titled('Update Credential (2 of 3)');
    await answer(input, 'Update Credential (2 of 3)', 'carol');
    await answer(input, 'Update Credential (3 of 3)', 'pw');
    await input.closed();
    await view.describes(open.host, 'carol');
  });

  it('disconnects after asking, and forgets the secret', async () => {
    const view = registriesView(workbench());
    await view.choose(open.host, 'Disconnect');
    const question = dialog(workbench());
    expect(await question.message()).toBe(`Disconnect “${open.host}”?`);
    expect(await question.detail()).toContain('deletes its stored credential');
    await workbench().screenshot('disconnect');
    await question.press('Cancel');
    await view.row(open.host);
    await view.choose(open.host, 'Disconnect');
    await question.press('Disconnect');
    await view.gone(open.host);
    await workbench().restart();
    const again = registriesView(workbench());
    await again.open();
    await again.describes(guarded.host, 'bob');
    expect(await labels()).toEqual(['Guarded alice', `${guarded.host} bob`]);
  });

  it('tells the log of every request and of no secret', async () => {
    const log = await workbench().log();
    expect(log).toMatch(/GET http:\/\/127\.0\.0\.1:\d+\/v2\/_catalog\?n=1000 200 \(\d+ ms\)/);
    expect(log).toMatch(/_catalog\?n=1000 401 \(\d+ ms\)/);
    expect(log).toContain('ECONNREFUSED');
    const secrets = ['wonder land', 'builder:1', 'wrong', 'Authorization', 'Basic '];
    const encoded = ['alice:wonder land', 'alice:wrong', 'bob:builder:1'].map((pair) =>
      Buffer.from(pair).toString('base64'),
    );
    expect([...secrets, ...encoded].filter((secret) => log.includes(secret))).toEqual([]);
  });
});
