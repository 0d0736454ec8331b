import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contoso, fabrikam, mona, startDemoAzure, type DemoAzure } from '../sandbox/azure/demoAzure';
import { buildImage } from '../sandbox/images';
import { tempDir, type TempDir } from '../sandbox/tempDir';
import { useAzureWorkbench } from './azureWorkbench';
import { dialog } from './dialog';
import { startSeededRegistry, type SeededRegistry } from './images';
import { notifications } from './notification';
import { quickInput, type QuickInput } from './quickInput';
import { openedTo, registriesView } from './registriesView';

/** An Azure CLI to which somebody is signed in: the only call of it that there is. */
async function writeAzureCli(folder: string, { azure }: DemoAzure): Promise<void> {
  const tokens = [azure.url, 'https://containerregistry.azure.net'].flatMap((aud) =>
    [contoso, fabrikam].map((tid) => {
      const accessToken = azure.tokens.sign({ aud, tid, upn: mona });
      const answer = JSON.stringify({ accessToken, expires_on: 4070908800, tokenType: 'Bearer' });
      return `"account get-access-token --output json --resource ${aud} --tenant ${tid}") echo '${answer}';;`;
    }),
  );
  const home = tokens.map((line) => line.replace(` --tenant ${contoso}`, ''));
  const script = ['#!/bin/sh', 'case "$*" in', ...tokens, ...home, '*) echo "$*" >&2; exit 2;;', 'esac'];
  await writeFile(join(folder, 'az'), `${script.join('\n')}\n`);
  await chmod(join(folder, 'az'), 0o755);
}

describe('Azure, by other ways to sign in', () => {
  let demo: DemoAzure;
  let other: SeededRegistry;
  let programs: TempDir;
  beforeAll(async () => {
    demo = await startDemoAzure({
      repositories: [{ name: 'webapp6', tags: { '1.0': buildImage({ created: new Date(Date.now() - 100_000_000) }) } }],
    });
    other = await startSeededRegistry();
    programs = await tempDir('programs');
    await writeAzureCli(programs.path, demo);
  });
  afterAll(async () => {
    await other.stop();
    await demo.stop();
    await programs.remove();
  });
  const workbench = useAzureWorkbench(
    () => demo,
    () => ({
      PATH: `${programs.path}:${process.env.PATH ?? ''}`,
      // As from a terminal: otherwise VS Code takes the PATH of a login shell.
      VSCODE_CLI: '1',
      AZURE_TENANT_ID: contoso,
      AZURE_CLIENT_ID: demo.application.clientId,
      AZURE_CLIENT_SECRET: demo.application.secret,
    }),
    // No extension provides Microsoft accounts.
    [],
  );
  const connecting = async (signIn: string) => {
    await registriesView(workbench()).titleAction('Connect Registry…');
    const input = quickInput(workbench());
    await input.titled('Connect Registry');
    await input.pick('Azure');
    await input.titled('Connect Registry (2 of 2)');
    await input.pick(signIn);
    return input;
  };
  /** What is newly connected opens by itself. */
  const opens = async (input: QuickInput) => {
    await input.closed();
    await registriesView(workbench()).row(['Azure', 'Contoso Production']);
  };
  const leadsToTags = async (subscription: string, registry: string) => {
    const view = await openedTo(workbench(), ['Azure', subscription, registry, 'webapp6']);
    await view.row([registry, 'webapp6', '1.0']);
  };
  const disconnected = async () => {
    const view = registriesView(workbench());
    await view.choose('Azure', 'Disconnect');
    await dialog(workbench()).press('Disconnect');
    await view.gone('Azure');
  };

  it('is asked for nothing, and asks nobody, before it is connected', async () => {
    const view = registriesView(workbench());
    await view.open();
    await view.welcomeButton('Connect Registry…');
    const input = quickInput(workbench());
    await input.titled('Connect Registry');
    await input.pick('Generic Docker V2 / OCI registry');
    await input.titled('Connect Registry (2 of 3)');
    await input.type(other.url);
    await input.accept();
    await input.titled('Connect Registry (3 of 3)');
    await input.pick('Anonymously');
    await input.closed();
    await view.row([other.host, 'team/api']);
    await view.expand([other.host, 'team/api']);
    await view.row(['team/api', '1.4']);
    await workbench().restart();
    await (await openedTo(workbench(), [other.host, 'team/api'])).row(['team/api', '1.4']);
    expect(await notifications(workbench()).all()).toEqual([]);
    expect(demo.azure.calls).toEqual([]);
    expect(await workbench().log()).not.toContain(new URL(demo.azure.url).host);
  });

  it('without Microsoft accounts says so after a wait in sight, and leads on by another sign-in', async () => {
    const input = await connecting('Microsoft account of VS Code');
    await notifications(workbench()).saying('Waiting for the sign-in of VS Code');
    await input.closed();
    await workbench().screenshot('azure-account-wait');
    await input.titled('Connect Registry (2 of 2)');
    const [account] = await input.rows();
    expect(account?.label).toBe('Microsoft account of VS Code');
    expect(account?.detail).toBe(
      'VS Code has no such accounts here; use the Azure CLI, environment or service principal.',
    );
    await workbench().screenshot('azure-account-missing');
    await notifications(workbench()).gone('Waiting for the sign-in of VS Code');
    await input.pick('Login of the Azure CLI');
    await opens(input);
    await disconnected();
  });

  it('is connected by the login of the Azure CLI', async () => {
    await opens(await connecting('Login of the Azure CLI'));
    await registriesView(workbench()).describes('Azure', 'Azure CLI');
    await leadsToTags('Contoso Production', 'contosomain');
    await leadsToTags('Fabrikam Staging', 'fabrikamstaging');
    await workbench().screenshot('azure-by-cli');
    await disconnected();
  });

  it('is connected by the variables of the environment', async () => {
    await opens(await connecting('Environment or managed identity'));
    await registriesView(workbench()).describes('Azure', 'environment');
    await leadsToTags('Contoso Production', 'contosomain');
    await workbench().screenshot('azure-by-environment');
    await disconnected();
  });

  it('is connected by a service principal, whose wrong secret is refused in the words of Entra', async () => {
    const { clientId, secret } = demo.application;
    const input = await connecting('Service principal');
    const answers = [contoso, clientId, 'not the secret'];
    for (const [index, answer] of answers.entries()) {
      await input.titled(`Connect Registry (${index + 3} of 5)`);
      await input.type(answer);
      await input.accept();
    }
    await input.says('Entra does not accept this application with this secret. It says “AADSTS7000215: Invalid client');
    await workbench().screenshot('azure-principal-refused');
    await input.type(secret);
    await input.accept();
    await opens(input);
    await registriesView(workbench()).describes('Azure', clientId);
    await leadsToTags('Contoso Production', 'contosomain');
    await workbench().screenshot('azure-by-principal');
    await workbench().restart();
    await leadsToTags('Contoso Production', 'contosomain');
    await disconnected();
  });
});
