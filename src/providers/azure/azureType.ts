import { t } from '@vscode/l10n';
import { placesOf } from '../../azure/azure';
import type { Cloud } from '../../azure/azure';
import type { Answers, DescribedSignIn, ProviderType, Question } from '../provider';
import { AzureProvider } from './azureProvider';

/** Ways to sign in to Azure as a whole, and to a single registry of it. */
export function azureSignIns(): NonNullable<Question['choices']> {
  return [
    {
      value: 'microsoft',
      label: t('Microsoft account of VS Code'),
      detail: t('VS Code asks which one, and keeps it'),
    },
    {
      value: 'azureCli',
      label: t('Login of the Azure CLI'),
      detail: t('As “az login” left it; read at each use, nothing is copied'),
    },
    {
      value: 'azureEnvironment',
      label: t('Environment or managed identity'),
      detail: t('AZURE_CLIENT_ID and the like, or the identity of this machine'),
    },
  ];
}

/** How those describe themselves in a connection. */
export function azureSignInOf({ signIn }: Answers, cloud: () => Cloud): DescribedSignIn {
  switch (signIn) {
    case 'microsoft':
      return { kind: 'askAccount', authentication: cloud().authentication, cloud: placesOf(cloud()) };
    case 'azureCli':
      return { kind: 'cloudCli', cloud: placesOf(cloud()) };
    case 'azureEnvironment':
      return { kind: 'environment', cloud: placesOf(cloud()) };
    default:
      return { kind: 'anonymous' };
  }
}

export const azure: ProviderType = {
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
  describe: (answers, _setting, cloud) => {
    const { username = '', tenant = '', secret = '' } = answers;
    const connection = { provider: 'azure', label: t('Azure'), url: cloud().armUrl };
    if (!isApplication(answers))
      return {
        connection: { ...connection, signIn: azureSignInOf(answers, cloud) },
        credential: { kind: 'anonymous' },
      };
    const account = username.trim();
    return {
      connection: {
        ...connection,
        signIn: { kind: 'application', tenant: tenant.trim(), account, cloud: placesOf(cloud()) },
      },
      credential: { kind: 'basic', username: account, secret },
    };
  },
  open: (connection, context) => {
    const { azure: account, shown, pinned, http, log } = context;
    if (account === undefined) throw new Error(`${connection.label} is opened without an account of Azure.`);
    return new AzureProvider({ azure: account, shown, pinned, http, log });
  },
};

function isApplication({ signIn }: Answers): boolean {
  return signIn === 'servicePrincipal';
}
