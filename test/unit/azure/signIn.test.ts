import { afterAll, describe, expect, it, vi } from 'vitest';
import { AzureAccount } from '../../../src/azure/azureAccount';
import { addressesOf } from '../../../src/azure/azure';
import { openDoor } from '../../../src/azure/openAzure';
import type { AzureSignIn } from '../../../src/azure/azureTokens';
import { entraRefusal, tokenReaderOf } from '../../../src/azure/azureTokens';
import { Redaction } from '../../../src/core/network/redaction';
import { report } from '../../../src/ui/report';
import { managedIdentity } from '../../sandbox/azure/managedIdentity';
import { freePort } from '../../sandbox/loopback';
import { collectLog } from '../collectLog';
import { fakePrograms } from '../core/fakePrograms';
import { failing } from '../failing';
import { cloudOf, contoso, mona, production, useAzure } from './azureRig';

const { signal } = new AbortController();
const application = {
  tenantId: contoso,
  clientId: '33333333-3333-3333-3333-333333333333',
  secret: 's3cret of the app',
};
const wrongSecret = `AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${application.clientId}'`;

describe('signing in to Azure', () => {
  const azure = useAzure({
    tenants: [{ id: contoso, name: 'Contoso', users: [mona] }],
    subscriptions: [{ id: production, name: 'Production', tenantId: contoso }],
    registries: [],
    applications: [application],
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });

  const log = collectLog();
  const subscriptions = async (signIn: AzureSignIn) => {
    const cloud = cloudOf(azure());
    const account = new AzureAccount(cloud, tokenReaderOf(signIn, cloud, log), log);
    return (await account.subscriptions(signal)).subscriptions.map(({ name }) => name);
  };
  const reason = async (signIn: AzureSignIn) => report(await failing(subscriptions(signIn)), 'list')?.reason;
  const principal = (secret: string): AzureSignIn => ({
    kind: 'servicePrincipal',
    tenantId: contoso,
    clientId: application.clientId,
    readSecret: () => Promise.resolve(secret),
  });
  const unset = () => {
    for (const name of ['TENANT_ID', 'CLIENT_ID', 'CLIENT_SECRET']) vi.stubEnv(`AZURE_${name}`, '');
  };

  it('works for an application with its secret', async () => {
    expect(await subscriptions(principal(application.secret))).toEqual(['Production']);
    const asked = log.lines.filter((line) => line.includes('/oauth2/'));
    expect(asked).toEqual([
      expect.stringMatching(
        new RegExp(
          `POST ${azure().url}/${contoso}/oauth2/v2\\.0/token\\?client-request-id=\\*\\*\\* 200 \\(\\d+ ms\\)$`,
        ),
      ),
    ]);
    expect(log.lines.join()).not.toContain(application.secret);
  });

  it('says in the words of Entra that the secret is wrong, without showing it', async () => {
    const told = (await reason(principal('not the s3cret'))) ?? '';
    expect(told).toBe(`Entra does not accept this application with this secret. It says “${wrongSecret}”.`);
    expect(told).not.toContain('not the s3cret');
  });

  it('works with environment variables on a machine where no managed identity can be named', async () => {
    vi.stubEnv('AZURE_TENANT_ID', contoso);
    vi.stubEnv('AZURE_CLIENT_ID', application.clientId);
    vi.stubEnv('AZURE_CLIENT_SECRET', application.secret);
    // A Cloud Shell. Microsoft's library looks for one only once in a process: https://learn.microsoft.com/en-us/azure/cloud-shell/msi-authorization
    vi.stubEnv('MSI_ENDPOINT', 'http://127.0.0.1:1/oauth2/token');
    expect(await subscriptions({ kind: 'environment' })).toEqual(['Production']);
    vi.stubEnv('MSI_ENDPOINT', '');
    unset();
  });

  it('works with environment variables', async () => {
    vi.stubEnv('AZURE_TENANT_ID', contoso);
    vi.stubEnv('AZURE_CLIENT_ID', application.clientId);
    vi.stubEnv('AZURE_CLIENT_SECRET', application.secret);
    expect(await subscriptions({ kind: 'environment' })).toEqual(['Production']);
    unset();
  });

  it('says in the words of Entra that the environment variables are wrong', async () => {
    vi.stubEnv('AZURE_TENANT_ID', contoso);
    vi.stubEnv('AZURE_CLIENT_ID', application.clientId);
    vi.stubEnv('AZURE_CLIENT_SECRET', 'not the s3cret');
    const told = (await reason({ kind: 'environment' })) ?? '';
    expect(told).toMatch(/^Neither the variables AZURE_TENANT_ID/);
    expect(told.endsWith(` It says “${wrongSecret}”.`)).toBe(true);
    expect(told).not.toContain('not the s3cret');
    unset();
  });

  it('works with the managed identity of the machine, or with the one that AZURE_CLIENT_ID names', async () => {
    unset();
    const { url, header, asked } = await managedIdentity(azure().tokens, contoso);
    vi.stubEnv('IDENTITY_ENDPOINT', url);
    vi.stubEnv('IDENTITY_HEADER', header);
    expect(await subscriptions({ kind: 'environment' })).toEqual(['Production']);
    vi.stubEnv('AZURE_CLIENT_ID', application.clientId);
    expect(await subscriptions({ kind: 'environment' })).toEqual(['Production']);
    expect(asked).toEqual([
      { resource: azure().url, clientId: '' },
      { resource: azure().url, clientId: application.clientId },
    ]);
    unset();
  });

  it.each([
    ['a service principal', () => principal(application.secret)],
    ['the environment', (): AzureSignIn => ({ kind: 'environment' })],
  ])(
    'says for %s that Entra cannot be reached, and does not blame the secret',
    async (_whose, signIn) => {
      vi.stubEnv('AZURE_TENANT_ID', contoso);
      vi.stubEnv('AZURE_CLIENT_ID', application.clientId);
      vi.stubEnv('AZURE_CLIENT_SECRET', application.secret);
      const authority = `127.0.0.1:${await freePort()}`;
      const read = tokenReaderOf(signIn(), { ...cloudOf(azure()), authorityUrl: `https://${authority}` }, collectLog());
      const failure = await failing(read([`${azure().url}/.default`], contoso, signal));
      expect(report(failure, 'list')?.reason).toMatch(new RegExp(`^Nothing listens at ${authority}\\.`));
      unset();
    },
    20_000,
  );

  it('reads the secret again after it could not be read', async () => {
    let reads = 0;
    const readSecret = () =>
      reads++ === 0 ? Promise.reject(new Error('The keyring is locked.')) : Promise.resolve(application.secret);
    const { tenantId, clientId } = application;
    const read = tokenReaderOf(
      { kind: 'servicePrincipal', tenantId, clientId, readSecret },
      cloudOf(azure()),
      collectLog(),
    );
    const scopes = [`${azure().url}/.default`];
    await expect(read(scopes, contoso, signal)).rejects.toThrow('The keyring is locked.');
    expect(await read(scopes, contoso, signal)).toMatchObject({ token: expect.stringMatching(/^ey/) as string });
    await read(scopes, contoso, signal);
    expect(reads).toBe(2);
  });

  it('works with the login of the Azure CLI, which is asked for a token of each tenant', async () => {
    const programs = await fakePrograms();
    const token = azure().tokens.sign({ aud: azure().url, tid: contoso, upn: mona });
    const answer = JSON.stringify({
      accessToken: token,
      expiresOn: '2099-01-01 00:00:00.000000',
      expires_on: 4070908800,
      tokenType: 'Bearer',
    });
    await programs.addFile('az', `#!/bin/sh\nprintf '%s\\n' "$@" > "$0.argv"\necho '${answer}'\n`, 0o755);
    vi.stubEnv('PATH', programs.env.PATH ?? '');
    expect(await subscriptions({ kind: 'cli' })).toEqual(['Production']);
    expect((await programs.callOf('az'))?.argv).toEqual([
      ...['account', 'get-access-token', '--output', 'json', '--resource', azure().url],
      ...['--tenant', contoso],
    ]);
  });

  it('says what to do if the Azure CLI is not signed in', async () => {
    const programs = await fakePrograms();
    const complaint = "ERROR: Please run 'az login' to setup account.";
    await programs.addFile('az', `#!/bin/sh\necho "${complaint}" >&2\nexit 1\n`, 0o755);
    vi.stubEnv('PATH', programs.env.PATH ?? '');
    expect(await reason({ kind: 'cli' })).toMatch(
      /^The login of the Azure CLI cannot be used; run “az login” in a terminal\. It says “/,
    );
  });

  it('recognises a refusal of Entra in the errors of each library', async () => {
    const words = 'AADSTS500011: The resource principal named https://containerregistry.azure.cn was not found';
    const error = new Error(`invalid_resource: 500011 - ${words}. Trace ID: 1 Correlation ID: 2`);
    expect(entraRefusal(error)).toMatchObject({ kind: 'unauthorized', message: `${words}.` });
    expect(entraRefusal(new Error('getaddrinfo ENOTFOUND login.chinacloudapi.cn'))).toBeUndefined();
    expect(entraRefusal('AADSTS1: thrown as it is')).toBeUndefined();
    const cloud = () => cloudOf(azure());
    const places = { cloud, redaction: new Redaction(), log, tokenReaderOfAccount: () => () => Promise.reject(error) };
    const authentication = cloud().authentication;
    const connection = { id: 'a', provider: 'azure', label: 'Azure', url: azure().url };
    const account = openDoor(places).open(
      { ...connection, signIn: { kind: 'account', authentication, account: mona, cloud: addressesOf(cloud()) } },
      () => Promise.resolve({ kind: 'anonymous' }),
    );
    expect(await failing(account.token([], undefined, signal))).toMatchObject({
      kind: 'unauthorized',
    });
  });
});
