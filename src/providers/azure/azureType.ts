import { t } from '@vscode/l10n';
import { addressesOf } from '../../azure/azure';
import type { AzureDoor } from '../../azure/azure';
import { azureSignInChoices, describeAzureSignIn } from '../azureSignIns';
import type { ConnectAsk, DescribedCredential, ProviderType } from '../provider';
import { secretPageAt, initialValue } from '../signIn';
import { AzureProvider } from './azureProvider';
import type { OpenRegistry } from './azureProvider';

/** The registries of an account. `openRegistry` opens one of them by its login server. */
export function azure(door: AzureDoor, openRegistry: OpenRegistry): ProviderType {
  return {
    id: 'azure',
    get label() {
      return t('Azure');
    },
    get detail() {
      return t('The container registries of your subscriptions');
    },
    called: t('Account'),
    icon: 'azure',
    connect: async (ask) => {
      const { signIn, credential } = await askSignIn(ask, door, undefined);
      return { connection: { provider: 'azure', label: t('Azure'), url: door.cloud().armUrl, signIn }, credential };
    },
    signIn: (ask, { account }) => askSignIn(ask, door, account),
    open: (connection, { credential, shown, http, log }) =>
      new AzureProvider({ azure: door.open(connection, credential), openRegistry, shown, http, log }),
  };
}

async function askSignIn(ask: ConnectAsk, door: AzureDoor, account: string | undefined): Promise<DescribedCredential> {
  const chosen = await ask.pick(t('How do you sign in to Azure?'), [
    ...azureSignInChoices(),
    {
      value: 'servicePrincipal',
      label: t('Service principal'),
      detail: t('An application of Entra with its secret, kept in the secret store of VS Code'),
    },
  ]);
  return chosen === 'servicePrincipal' ? askApplication(ask, door, account) : describeAzureSignIn(chosen, door.cloud());
}

async function askApplication(
  ask: ConnectAsk,
  door: AzureDoor,
  account: string | undefined,
): Promise<DescribedCredential> {
  ask.more(3);
  const tenant = await ask.input({
    prompt: t('Tenant of the application: its id or domain'),
    placeholder: 'contoso.onmicrosoft.com',
    problem: (text) => (/^[\w.-]+$/.test(text.trim()) ? undefined : t('Type the id or the domain.')),
  });
  const typed = await ask.input({
    prompt: t('Application (client) id'),
    placeholder: '00000000-0000-0000-0000-000000000000',
    ...initialValue(account),
    problem: (text) => (text.trim() === '' ? t('Type the application id.') : undefined),
  });
  const username = typed.trim();
  const secret = await ask.input({
    prompt: t('Client secret of the application {0} in Entra', username),
    secret: true,
    ...secretPageAt(portalPage(door, username)),
    problem: (text) => (text === '' ? t('Type the secret.') : undefined),
  });
  return {
    signIn: { kind: 'application', tenant: tenant.trim(), account: username, cloud: addressesOf(door.cloud()) },
    credential: { kind: 'basic', username, secret },
  };
}

/** The page where the secrets of an application are created. None for a cloud that the user described: its portal may differ. */
function portalPage(door: AzureDoor, application: string): string | undefined {
  const { portalUrl, isCustom } = door.cloud();
  if (isCustom === true) return undefined;
  return `${portalUrl}/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Credentials/appId/${encodeURIComponent(application)}`;
}
