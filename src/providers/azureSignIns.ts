import { t } from '@vscode/l10n';
import { placesOf } from '../azure/azure';
import type { Cloud } from '../azure/azure';
import type { Connection } from '../core/model';
import type { ConnectChoice, DescribedCredential, DescribedSignIn } from './provider';

/** A way to sign in to Azure as a whole, and to a single registry of it. */
type AzureSignIn = 'microsoft' | 'azureCli' | 'azureEnvironment';

export function azureSignIns(): readonly ConnectChoice<AzureSignIn>[] {
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

/** How those describe themselves in a connection to that cloud. */
export function byAzure(chosen: AzureSignIn, cloud: Cloud): DescribedCredential {
  return { signIn: signInOf(chosen, cloud), credential: { kind: 'anonymous' } };
}

function signInOf(chosen: AzureSignIn, cloud: Cloud): DescribedSignIn {
  switch (chosen) {
    case 'microsoft':
      return { kind: 'askAccount', authentication: cloud.authentication, cloud: placesOf(cloud) };
    case 'azureCli':
      return { kind: 'cloudCli', cloud: placesOf(cloud) };
    case 'azureEnvironment':
      return { kind: 'environment', cloud: placesOf(cloud) };
  }
}

/** Whether a connection signs in by one of them. */
export function isAzureSignIn({ signIn: { kind } }: Connection): boolean {
  return kind === 'account' || kind === 'cloudCli' || kind === 'environment';
}
