import { t } from '@vscode/l10n';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import type { TokenCredential } from '@azure/identity';
import { defined } from '../core/defined';
import { abandonable } from '../core/shared';
import { Failure } from '../core/failure';
import { systemFailure } from '../core/network/systemFailure';
import type { Log } from '../core/log';
import { logging, property } from './arm';
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
export function tokensOf(signIn: AzureSignIn, cloud: Cloud, log: Log): ReadAzureToken {
  // Kept once it can be made: a secret that could not be read is asked for again.
  let credential: TokenCredential | undefined;
  /** What Microsoft's library hides: why Entra was not reached. */
  let lost: unknown;
  const keepLosses: PipelinePolicy = {
    name: 'registryExplorerLosses',
    sendRequest: (request, next) =>
      next(request).catch((error: unknown) => {
        lost = error;
        throw error;
      }),
  };
  return async (scopes, tenantId, signal) => {
    lost = undefined;
    try {
      credential ??= await credentialOf(signIn, cloud, [logging(log), keepLosses], signal);
      const options = { abortSignal: signal, ...defined({ tenantId }) };
      // Not every one of them heeds the signal.
      const got = await abandonable(credential.getToken([...scopes], options), signal);
      if (got === null) return await notSignedIn(scopes, tenantId, signal);
      return { token: got.token, expiresAt: got.expiresOnTimestamp };
    } catch (error) {
      signal.throwIfAborted();
      throw lost === undefined ? explainRefusal(signIn, error) : systemFailure(new URL(cloud.authorityUrl).host, lost);
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
  // A cloud that is not one of Microsoft's own is not in its list of authorities.
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
        // Made when it is asked: some machines refuse to have one named for them, and may have an application all the same.
        {
          getToken: async (scopes, asked) => new ManagedIdentityCredential(identityOfMachine()).getToken(scopes, asked),
        },
      );
    case 'servicePrincipal':
      return new ClientSecretCredential(signIn.tenantId, signIn.clientId, await signIn.readSecret(signal), options);
  }
}

/** A machine may have several identities; the variable that names an application names the one to take as well. */
function identityOfMachine(): { readonly clientId?: string } {
  const { AZURE_CLIENT_ID: clientId = '' } = process.env;
  return clientId === '' ? {} : { clientId };
}

const names: Readonly<Record<AzureSignIn['kind'], () => string>> = {
  cli: () => t('The Azure CLI'),
  environment: () => t('The environment'),
  servicePrincipal: () => 'Entra',
};

/** Where no way to sign in was chosen yet. */
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
    { subject: names[signIn.kind](), speaker: 'program', explanation: explanations[signIn.kind] },
    { cause: error },
  );
}

/** Entra’s refusal of a token, found in a thrown error; undefined for any other error. */
export function entraRefusal(error: unknown): Failure | undefined {
  const words = error instanceof Error && !(error instanceof Failure) ? wordsOf(error) : '';
  if (!/^AADSTS\d+: /.test(words)) return undefined;
  return new Failure('unauthorized', words, { subject: 'Entra', speaker: 'program' }, { cause: error });
}

/** Where several ways were tried, those of the last, and of Entra's refusal what Entra says. */
function wordsOf(error: Error): string {
  const tried = property(error, 'errors');
  const last: unknown = Array.isArray(tried) ? tried.at(-1) : undefined;
  if (last instanceof Error) return wordsOf(last);
  const told = property(property(error, 'errorResponse'), 'errorDescription');
  const words = typeof told === 'string' && told !== '' ? told : error.message;
  // Microsoft's library puts ids before and behind Entra's words, and Entra's words have ids at their end.
  const ofEntra = /\bAADSTS\d+: .*?(?=\s+(?:- )?(?:Trace|Correlation) ID:|$)/.exec(words.replace(/\s+/g, ' '))?.[0];
  return ofEntra ?? words.split('\n')[0]?.trim() ?? '';
}
