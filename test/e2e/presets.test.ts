import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildImage } from '../sandbox/images';
import { quirks, startVendor, type VendorServer } from '../sandbox/vendors';
import { notifications } from './notification';
import { quickInput } from './quickInput';
import { registriesView } from './registriesView';
import { useWorkbench } from './workbench';

const day = 24 * 3600_000;
const image = (days: number) => buildImage({ created: new Date(Date.now() - days * day - 60_000), user: `${days}` });
const tags = { '1.0': image(40), '1.1': image(3), latest: image(3) };

let harbor: VendorServer;
let google: VendorServer;
let quay: VendorServer;
let artifactory: VendorServer;

beforeAll(async () => {
  harbor = await startVendor(quirks.harborMember, [
    { name: 'team/app', tags },
    { name: 'team/web', tags },
  ]);
  google = await startVendor(quirks.google, [
    { name: 'acme/images/app', tags },
    { name: 'acme/images/web', tags },
  ]);
  quay = await startVendor(quirks.quay, [{ name: 'acme/app', tags }]);
  artifactory = await startVendor(quirks.artifactory, [{ name: 'team/app', tags }]);
});
afterAll(async () => {
  await Promise.all([harbor.stop(), google.stop(), quay.stop(), artifactory.stop()]);
});

const hostOf = ({ url }: VendorServer): string => new URL(url).host;

describe('presets of Connect Registry', () => {
  const workbench = useWorkbench();

  /** The address, how to sign in, and what is typed for it. */
  const connect = async (kind: string, url: string, signIn: string, ...typed: readonly string[]): Promise<void> => {
    await workbench().runCommand('Registry Explorer: Connect Registry…');
    const input = quickInput(workbench());
    await input.titled('Connect Registry');
    // Only rows on screen can be chosen, and the list is longer.
    await input.type(kind);
    await input.pick(kind);
    const step = async (number: number): Promise<void> => {
      await expect.poll(() => input.title()).toMatch(new RegExp(`^Connect Registry \\(${number} of`));
      await workbench().screenshot(`preset-${kind}-${number}`);
    };
    await step(2);
    await input.type(url);
    await input.accept();
    await step(3);
    await input.pick(signIn);
    for (const [index, text] of typed.entries()) {
      await step(index + 4);
      await input.type(text);
      await input.accept();
    }
    await input.closed();
  };
  const labels = async (): Promise<string[]> =>
    (await registriesView(workbench()).rows()).map(({ label, description }) => `${label} ${description}`.trim());

  it('stand below what most people look for, each with what it is', async () => {
    await registriesView(workbench()).open();
    await workbench().runCommand('Registry Explorer: Connect Registry…');
    const input = quickInput(workbench());
    await input.titled('Connect Registry');
    const rows = await input.rows();
    const generic = rows.findIndex(({ label }) => label === 'Generic Docker V2 / OCI registry');
    expect(rows.slice(generic + 1, generic + 4).map(({ label }) => label)).toEqual([
      'Amazon ECR',
      'Google Artifact Registry',
      'Quay',
    ]);
    expect(rows.every(({ detail }) => detail !== '')).toBe(true);
    await workbench().screenshot('presets');
    await input.escape();
  });

  it.each([
    ['Amazon ECR', 'ecr.example.com', 'Such a host is 123456789012.dkr.ecr.eu-central-1.amazonaws.com'],
    ['Google Artifact Registry', 'google.com', 'Such a host is europe-west1-docker.pkg.dev'],
    ['Oracle Cloud', 'oracle.com', 'Such a host is fra.ocir.io'],
  ])('of %s says what a host looks like', async (kind, typed, words) => {
    await workbench().runCommand('Registry Explorer: Connect Registry…');
    const input = quickInput(workbench());
    await input.titled('Connect Registry');
    // Only rows on screen can be chosen, and the list is longer.
    await input.type(kind);
    await input.pick(kind);
    await expect.poll(() => input.title()).toContain('(2 of');
    await input.type(typed);
    await input.says(words);
    await workbench().screenshot(`preset-host-${kind}`);
    await input.escape();
  });

  it('connect a Harbor that lists nothing, and offer to add repositories by name', async () => {
    const view = registriesView(workbench());
    await view.open();
    await connect('Harbor', harbor.url, 'User or robot account', 'robot$reader', 'robot-secret');
    const host = hostOf(harbor);
    const toasts = notifications(workbench());
    expect(await toasts.saying(`${host} is connected.`)).toContain(
      'Harbor lists repositories to its administrators and system robots only; add those you know by name: project/repository',
    );
    await workbench().screenshot('preset-unlisted');
    // The connection is told before its row has been opened.
    await expect
      .poll(async () => (await labels()).slice(0, 2))
      .toEqual([
        `${host} robot$reader`,
        expect.stringMatching(/^Harbor lists repositories to its administrators and system robots only/),
      ]);
    await toasts.press(`${host} is connected.`, 'Add Repository…');
    const input = quickInput(workbench());
    await input.titled(`Add Repository of ${host}`);
    await input.type('team/app, team/none');
    await input.accept();
    await input.says('Could not read team/none: the registry says “repository name not known to registry” (404).');
    await workbench().screenshot('preset-add-one-wrong');
    expect(await input.value()).toBe('team/app, team/none');
    await input.type('team/app, team/web');
    await input.accept();
    await input.closed();
    await view.row([host, 'team/app']);
    await view.row([host, 'team/web']);
    await workbench().screenshot('preset-added');
  });

  it('keep what was added by name', async () => {
    await workbench().restart();
    const view = registriesView(workbench());
    const host = hostOf(harbor);
    await view.open();
    await view.expand(host);
    await view.expand([host, 'team/web']);
    await view.row(['team/web', '1.1']);
    expect(await view.menu([host, 'team/web'])).toContain('Remove Repository from View');
    await view.choose([host, 'team/web'], 'Remove Repository from View');
    await view.gone([host, 'team/web']);
    await view.row([host, 'team/app']);
  });

  it('connect a Google registry, whose images come with dates below the project’s repository', async () => {
    const view = registriesView(workbench());
    const host = hostOf(google);
    await connect(
      'Google Artifact Registry',
      google.url,
      'Key of a service account, or access token',
      '{"type":"service_account"}',
    );
    await notifications(workbench()).press(`${host} is connected.`, 'Add Repository…');
    const input = quickInput(workbench());
    await input.titled(`Add Repository of ${host}`);
    await input.type('acme/images');
    await input.accept();
    await input.closed();
    await view.expand([host, 'acme/images']);
    await view.expand(['acme/images', 'web']);
    await view.describes(['web', '1.1'], '3 days ago');
    await workbench().screenshot('preset-google');
    const asked = google.requests.filter(({ path }) => path.includes('/manifests/'));
    expect(asked).toEqual([]);
    await view.choose(['web', '1.1'], 'Copy Full Tag');
    await expect.poll(() => workbench().clipboard()).toBe(`${host}/acme/images/web:1.1`);
  });

  it('connect Quay as a visitor, whose tags come with dates, the newest first', async () => {
    const view = registriesView(workbench());
    const host = hostOf(quay);
    await connect('Quay', quay.url, 'User or robot account', 'acme+reader', 'robot-token');
    await notifications(workbench()).press(`${host} is connected.`, 'Add Repository…');
    const input = quickInput(workbench());
    await input.titled(`Add Repository of ${host}`);
    await input.type('acme/app');
    await input.accept();
    await input.closed();
    await view.expand([host, 'acme/app']);
    await view.describes(['acme/app', '1.0'], 'mo. ago');
    await view.describes(['acme/app', '1.1'], '3 days ago');
    await workbench().screenshot('preset-quay');
  });

  it('connect Artifactory below its path, and name images as docker does', async () => {
    const view = registriesView(workbench());
    const { host } = new URL(artifactory.url);
    // Only rows on screen can be found.
    for (const server of [google, quay]) await view.collapse(hostOf(server));
    await connect(
      'JFrog Artifactory',
      `http://${host}/docker-local`,
      'User name and password or token',
      'alice',
      'identity-token',
    );
    await view.row([`${host}/docker-local`, 'docker-local/team/app']);
    await view.expand([`${host}/docker-local`, 'docker-local/team/app']);
    await view.choose(['docker-local/team/app', '1.1'], 'Copy Full Tag');
    await expect.poll(() => workbench().clipboard()).toBe(`${host}/docker-local/team/app:1.1`);
    await workbench().screenshot('preset-artifactory');
  });
});
