import { describe, expect, it } from 'vitest';
import { openDoor } from '../../../src/azure/openAzure';
import type { Connection, SignIn } from '../../../src/core/model';
import { acr, openRegistry } from '../../../src/providers/acr/acrType';
import { azure as azureType } from '../../../src/providers/azure/azureType';
import { updateCredential } from '../../../src/ui/connections/updateCredential';
import { startAcr } from '../../sandbox/azure/acr';
import { Redaction } from '../../../src/core/network/redaction';
import { collectLog } from '../collectLog';
import { contextOf } from '../providerContext';
import { fakeApp } from '../ui/fakeApp';
import { user } from '../ui/scriptedUser';
import { cloudOf, contoso, mona, production, useAzure } from './azureRig';

const application = {
  tenantId: contoso,
  clientId: '33333333-3333-3333-3333-333333333333',
  secret: 's3cret of the app',
};
const account: SignIn = { kind: 'account', authentication: 'microsoft-sovereign-cloud', account: mona };

describe('a connection of Azure with an account of VS Code', () => {
  const azure = useAzure({
    tenants: [{ id: contoso, name: 'Contoso', users: [mona, application.clientId] }],
    subscriptions: [{ id: production, name: 'Production', tenantId: contoso }],
    registries: [],
    applications: [application],
  });

  /** What is stored after the user updated the credential, and what the user saw. */
  const updating = async (connection: Connection, ...script: (string | undefined)[]) => {
    const kept: unknown[] = [];
    const { ask, seen } = user(...script);
    // VS Code has an account all the time, so that the test would notice its use.
    const token = azure().tokens.sign({ aud: azure().url, tid: contoso, upn: mona });
    const door = openDoor({
      cloud: () => cloudOf(azure()),
      tokenReaderOfAccount: () => () => Promise.resolve({ token, expiresAt: Date.now() + 3_600_000 }),
      redaction: new Redaction(),
      log: collectLog(),
    });
    const types = [azureType(door, openRegistry), acr(door)];
    const { app } = fakeApp({
      ask,
      providerTypes: types,
      setting: () => '',
      registries: {
        openWith: (opened, credential) => {
          const type = types.find(({ id }) => id === opened.provider);
          if (type === undefined) throw new Error(opened.provider);
          return type.open(opened, contextOf(credential));
        },
      },
      connections: { updateCredential: (...given: unknown[]) => Promise.resolve(void kept.push(given)) },
    });
    await updateCredential(app, connection);
    return { kept, refusals: seen.filter((line) => line.startsWith('Could not')) };
  };

  it('checks the service principal that replaces the account, and forgets the account', async () => {
    const connection = { id: 'a', provider: 'azure', label: 'Azure', url: azure().url, signIn: account };
    const { clientId, secret } = application;
    const { armUrl: apiUrl, authorityUrl } = cloudOf(azure());
    const cloud = { apiUrl, authorityUrl };
    const { kept, refusals } = await updating(connection, 'Service principal', contoso, clientId, 'wrong', secret);
    expect(refusals).toEqual([expect.stringContaining('Entra does not accept this application with this secret')]);
    expect(kept).toEqual([
      [
        'a',
        { kind: 'basic', username: clientId, secret },
        { kind: 'application', account: clientId, tenant: contoso, cloud },
      ],
    ]);
  });

  it('checks the admin user that replaces the account, and forgets the account', async () => {
    const everything = { repositories: { '*': ['*'] }, catalog: true };
    const registry = await startAcr({ repositories: [], users: { main: { password: 'pass word', ...everything } } });
    try {
      const connection = { id: 'a', provider: 'acr', label: 'Main', url: registry.url, signIn: account };
      const choice = 'Admin user, repository-scoped token or service principal';
      const { kept, refusals } = await updating(connection, choice, 'main', 'wrong', 'pass word');
      expect(refusals).toHaveLength(1);
      expect(kept).toEqual([
        ['a', { kind: 'basic', username: 'main', secret: 'pass word' }, { kind: 'basic', account: 'main' }],
      ]);
    } finally {
      await registry.stop();
    }
  });
});
