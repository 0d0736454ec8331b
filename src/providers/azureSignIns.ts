import { t } from '@vscode/l10n';
import { addressesOf } from '../azure/azure';
import type { Cloud } from '../azure/azure';
import type { Connection } from '../core/model';
import type { ConnectChoice, DescribedCredential, DescribedSignIn } from './provider';

/** A way to sign in that an Azure account and a single registry of Azure have in common. */
type AzureSignIn = 'microsoft' | 'azureCli' | 'azureEnvironment';

/** The choices for these ways to sign in. */
export function azureSignInChoices(): readonly ConnectChoice<AzureSignIn>[] {
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

/** The sign-in of a connection to that cloud. Nothing is stored. */
export function describeAzureSignIn(chosen: AzureSignIn, cloud: Cloud): DescribedCredential {
  return { signIn: signInOf(chosen, cloud), credential: { kind: 'anonymous' } };
}

function signInOf(chosen: AzureSignIn, cloud: Cloud): DescribedSignIn {
  switch (chosen) {
    case 'microsoft':
      return { kind: 'askAccount', authentication: cloud.authentication, cloud: addressesOf(cloud) };
    case 'azureCli':
      return { kind: 'cloudCli', cloud: addressesOf(cloud) };
    case 'azureEnvironment':
      return { kind: 'environment', cloud: addressesOf(cloud) };
  }
}

/** Whether a connection signs in in one of these ways. */
export function isAzureSignIn({ signIn: { kind } }: Connection): boolean {
  return kind === 'account' || kind === 'cloudCli' || kind === 'environment';
}
