import { t } from '@vscode/l10n';
import { placesOf } from '../azure/azure';
import type { Cloud } from '../azure/azure';
import type { Connection } from '../core/model';
import type { Answers, DescribedSignIn, Question } from './provider';

/** The ways to sign in to Azure as a whole, and to a single registry of it. */
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

/** How those describe themselves in a connection; anonymous for any other answer. */
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

/** Whether a connection signs in by one of them. */
export function isAzureSignIn({ signIn: { kind } }: Connection): boolean {
  return kind === 'account' || kind === 'cloudCli' || kind === 'environment';
}
