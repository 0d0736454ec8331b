import { t } from '@vscode/l10n';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import type { TokenCredential } from '@azure/identity';
import { defined } from '../core/defined';
import { abandonable } from '../core/shared';
import { Failure } from '../core/failure';
import { systemFailure } from '../core/network/systemFailure';
import type { Log } from '../core/log';
import { logPolicy, propertyOf } from './arm';
import type { Cloud, ReadAzureToken } from './azure';

/** The ways to sign in that Microsoft's identity library handles. */
export type AzureSignIn =
  /** The login that `az login` stored. */
  | { readonly kind: 'cli' }
  /** Environment variables, or the managed identity of the machine. */
  | { readonly kind: 'environment' }
  | {
      readonly kind: 'servicePrincipal';
      readonly tenantId: string;
      readonly clientId: string;
      readonly readSecret: (signal: AbortSignal) => Promise<string>;
    };

/** Returns what reads tokens through Microsoft's identity library, which caches them in memory. */
export function tokenReaderOf(signIn: AzureSignIn, cloud: Cloud, log: Log): ReadAzureToken {
  // Kept only after it was created: a secret that could not be read is read again at the next call.
  let credential: TokenCredential | undefined;
  /** The reason why Entra could not be reached: Microsoft's library hides it. */
  let networkError: unknown;
  const networkErrorPolicy: PipelinePolicy = {
    name: 'registryExplorerLosses',
    sendRequest: (request, next) =>
      next(request).catch((error: unknown) => {
        networkError = error;
        throw error;
      }),
  };
  return async (scopes, tenantId, signal) => {
    networkError = undefined;
    try {
      credential ??= await credentialOf(signIn, cloud, [logPolicy(log), networkErrorPolicy], signal);
      const options = { abortSignal: signal, ...defined({ tenantId }) };
      // Not every credential ends its work when the signal is aborted.
      const accessToken = await abandonable(credential.getToken([...scopes], options), signal);
      if (accessToken === null) return await notSignedIn(scopes, tenantId, signal);
      return { token: accessToken.token, expiresAt: accessToken.expiresOnTimestamp };
    } catch (error) {
      signal.throwIfAborted();
      throw networkError === undefined
        ? explainRefusal(signIn, error)
        : systemFailure(new URL(cloud.authorityUrl).host, networkError);
    }
  };
}

async function credentialOf(
  signIn: AzureSignIn,
  { authorityUrl }: Cloud,
  policies: readonly PipelinePolicy[],
  signal: AbortSignal,
): Promise<TokenCredential> {
  const {
    AzureCliCredential,
    ChainedTokenCredential,
    ClientSecretCredential,
    EnvironmentCredential,
    ManagedIdentityCredential,
  } = await import('@azure/identity');
  // Instance discovery checks the authority against Microsoft's list, which a cloud of the user's own is not in.
  const isPublic = authorityUrl === 'https://login.microsoftonline.com';
  const options = {
    authorityHost: authorityUrl,
    disableInstanceDiscovery: !isPublic,
    additionallyAllowedTenants: ['*'],
    additionalPolicies: policies.map((policy) => ({ policy, position: 'perRetry' as const })),
  };
  switch (signIn.kind) {
    case 'cli':
      return new AzureCliCredential({ additionallyAllowedTenants: ['*'], processTimeoutInMs: 20_000 });
    case 'environment':
      return new ChainedTokenCredential(
        new EnvironmentCredential(options),
        // Created only when it is needed: on some machines the constructor throws if an identity is named, although the variables
        // before it can sign in.
        {
          getToken: async (scopes, asked) => new ManagedIdentityCredential(machineIdentity()).getToken(scopes, asked),
        },
      );
    case 'servicePrincipal':
      return new ClientSecretCredential(signIn.tenantId, signIn.clientId, await signIn.readSecret(signal), options);
  }
}

/** The managed identity to use. A machine may have several; the variable that names an application also names the identity. */
function machineIdentity(): { readonly clientId?: string } {
  const { AZURE_CLIENT_ID: clientId = '' } = process.env;
  return clientId === '' ? {} : { clientId };
}

const signInNames: Readonly<Record<AzureSignIn['kind'], () => string>> = {
  cli: () => t('The Azure CLI'),
  environment: () => t('The environment'),
  servicePrincipal: () => 'Entra',
};

/** For a connection without a way to sign in: rejects with a Failure that says how to sign in. */
export const notSignedIn: ReadAzureToken = () =>
  Promise.reject(
    new Failure('unauthorized', '', {
      subject: 'Azure',
      speaker: 'program',
      explanation: t('you are not signed in to Azure; sign in with Update Credential…'),
    }),
  );

function explainRefusal(signIn: AzureSignIn, error: unknown): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error;
  const explanations = {
    cli: t('the login of the Azure CLI cannot be used; run “az login” in a terminal'),
    environment: t(
      'neither the variables AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET nor a managed identity can sign in',
    ),
    servicePrincipal: t('Entra does not accept this application with this secret'),
  };
  return new Failure(
    'unauthorized',
    wordsOf(error),
    { subject: signInNames[signIn.kind](), speaker: 'program', explanation: explanations[signIn.kind] },
    { cause: error },
  );
}

/** Entra’s refusal of a token, found in a thrown error; undefined for any other error. */
export function entraRefusal(error: unknown): Failure | undefined {
  const words = error instanceof Error && !(error instanceof Failure) ? wordsOf(error) : '';
  if (!/^AADSTS\d+: /.test(words)) return undefined;
  return new Failure('unauthorized', words, { subject: 'Entra', speaker: 'program' }, { cause: error });
}

/** The words of an error: those of the last way that was tried, and of Entra's refusal only Entra's own words. */
function wordsOf(error: Error): string {
  const errors = propertyOf(error, 'errors');
  const last: unknown = Array.isArray(errors) ? errors.at(-1) : undefined;
  if (last instanceof Error) return wordsOf(last);
  const description = propertyOf(propertyOf(error, 'errorResponse'), 'errorDescription');
  const words = typeof description === 'string' && description !== '' ? description : error.message;
  // Microsoft's library adds ids before and after Entra's words, and Entra's words end with ids.
  const ofEntra = /\bAADSTS\d+: .*?(?=\s+(?:- )?(?:Trace|Correlation) ID:|$)/.exec(words.replace(/\s+/g, ' '))?.[0];
  return ofEntra ?? words.split('\n')[0]?.trim() ?? '';
}
