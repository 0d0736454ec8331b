import { t } from '@vscode/l10n';
import { placesOf } from '../../azure/azure';
import type { AzureDoor } from '../../azure/azure';
import { azureSignInOf, azureSignIns } from '../azureSignIns';
import type { Answers, ProviderType } from '../provider';
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
    icon: 'azure',
    get questions() {
      return [
        {
          key: 'signIn',
          prompt: t('How do you sign in to Azure?'),
          choices: [
            ...azureSignIns(),
            {
              value: 'servicePrincipal',
              label: t('Service principal'),
              detail: t('An application of Entra with its secret, kept in the secret store of VS Code'),
            },
          ],
          partOfCredential: true,
        },
        {
          key: 'tenant',
          prompt: t('Tenant of the application: its id or domain'),
          placeholder: 'contoso.onmicrosoft.com',
          when: isApplication,
          problem: (answer: string) => (/^[\w.-]+$/.test(answer.trim()) ? undefined : t('Type the id or the domain.')),
          partOfCredential: true,
        },
        {
          key: 'username',
          prompt: t('Application (client) id'),
          placeholder: '00000000-0000-0000-0000-000000000000',
          when: isApplication,
          problem: (answer: string) => (answer.trim() === '' ? t('Type the application id.') : undefined),
          partOfCredential: true,
        },
        {
          key: 'secret',
          prompt: t('Client secret'),
          secret: true,
          when: isApplication,
          problem: (answer: string) => (answer === '' ? t('Type the secret.') : undefined),
          partOfCredential: true,
        },
      ];
    },
    describe: (answers) => {
      const { username = '', tenant = '', secret = '' } = answers;
      const connection = { provider: 'azure', label: t('Azure'), url: door.cloud().armUrl };
      if (!isApplication(answers))
        return {
          connection: { ...connection, signIn: azureSignInOf(answers, door.cloud) },
          credential: { kind: 'anonymous' },
        };
      const account = username.trim();
      return {
        connection: {
          ...connection,
          signIn: { kind: 'application', tenant: tenant.trim(), account, cloud: placesOf(door.cloud()) },
        },
        credential: { kind: 'basic', username: account, secret },
      };
    },
    open: (connection, { credential, shown, http, log }) =>
      new AzureProvider({ azure: door.open(connection, credential), openRegistry, shown, http, log }),
  };
}

function isApplication({ signIn }: Answers): boolean {
  return signIn === 'servicePrincipal';
}
