import { t } from '@vscode/l10n';
import type { TokenCredential } from '@azure/identity';
import { Failure } from '../core/failure';
import type { Cloud, ReadAzureToken } from './azure';

export type AzureSignIn =
  /** As `az login` left it. */
  | { readonly kind: 'cli' }
  /** Variables of the environment, or the managed identity of the machine. */
  | { readonly kind: 'environment' }
  | {
      readonly kind: 'servicePrincipal';
      readonly tenantId: string;
      readonly clientId: string;
      readonly readSecret: (signal: AbortSignal) => Promise<string>;
    };

/** Signs in through Microsoft's library, which keeps the tokens in memory. */
export function tokensOf(signIn: AzureSignIn, cloud: Cloud): ReadAzureToken {
  let credential: Promise<TokenCredential> | undefined;
  return async (scopes, tenantId, signal) => {
    credential ??= credentialOf(signIn, cloud, signal);
    try {
      const options = { abortSignal: signal, ...(tenantId === undefined ? {} : { tenantId }) };
      const got = await (await credential).getToken([...scopes], options);
      if (got === null) return await nobody(scopes, tenantId, signal);
      return { token: got.token, expiresAt: got.expiresOnTimestamp };
    } catch (error) {
      signal.throwIfAborted();
      throw refused(signIn, error);
    }
  };
}

async function credentialOf(
  signIn: AzureSignIn,
  { authorityUrl }: Cloud,
  signal: AbortSignal,
): Promise<TokenCredential> {
  const {
    AzureCliCredential,
    ChainedTokenCredential,
    ClientSecretCredential,
    EnvironmentCredential,
    ManagedIdentityCredential,
  } = await import('@azure/identity');
  // A cloud that is not one of Microsoft's own is not in its list of authorities.
  const isPublic = authorityUrl === 'https://login.microsoftonline.com';
  const options = {
    authorityHost: authorityUrl,
    disableInstanceDiscovery: !isPublic,
    additionallyAllowedTenants: ['*'],
  };
  switch (signIn.kind) {
    case 'cli':
      return new AzureCliCredential({ additionallyAllowedTenants: ['*'], processTimeoutInMs: 20_000 });
    case 'environment':
      return new ChainedTokenCredential(new EnvironmentCredential(options), new ManagedIdentityCredential());
    case 'servicePrincipal':
      return new ClientSecretCredential(signIn.tenantId, signIn.clientId, await signIn.readSecret(signal), options);
  }
}

const names: Readonly<Record<AzureSignIn['kind'], () => string>> = {
  cli: () => t('The Azure CLI'),
  environment: () => t('The environment'),
  servicePrincipal: () => 'Entra',
};

/** Where no way to sign in was chosen yet. */
export const nobody: ReadAzureToken = () =>
  Promise.reject(
    new Failure('unauthorized', '', {
      subject: 'Azure',
      speaker: 'program',
      explanation: t('nobody is signed in to Azure; sign in: Update Credential…'),
    }),
  );

function refused(signIn: AzureSignIn, error: unknown): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error;
  const words = error.message.split('\n')[0]?.trim() ?? '';
  const explanations = {
    cli: t('the login of the Azure CLI cannot be used; run “az login” in a terminal'),
    environment: t(
      'neither the variables AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET nor a managed identity sign in',
    ),
    servicePrincipal: t('Entra does not accept this application with this secret'),
  };
  return new Failure(
    'unauthorized',
    words,
    { subject: names[signIn.kind](), speaker: 'program', explanation: explanations[signIn.kind] },
    { cause: error },
  );
}
