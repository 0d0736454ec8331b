import { t } from '@vscode/l10n';
import type { ReadCredential } from '../core/auth';
import { Failure } from '../core/failure';
import type { Log } from '../core/log';
import type { Connection } from '../core/model';
import type { Redaction } from '../core/network/redaction';
import { AzureAccount } from './account';
import type { Azure, AzureDoor, Cloud, ReadAzureToken } from './azure';
import { entraRefusal, notSignedIn, tokensOf } from './identities';

/** Where connections sign in. */
export interface SignInPlaces {
  readonly cloud: AzureDoor['cloud'];
  /** Tokens of an account of VS Code. */
  readonly tokensOfAccount: (authentication: string, account: string | undefined) => ReadAzureToken;
  /** Learns the tokens, so that no text repeats them. */
  readonly redaction: Redaction;
  readonly log: Log;
}

/** Opens the Azure of connections, each signed in as it says. */
export function openDoor(places: SignInPlaces): AzureDoor {
  return { cloud: places.cloud, open: (connection, stored) => openAzure(connection, stored, places) };
}

function openAzure(connection: Connection, stored: ReadCredential, places: SignInPlaces): Azure {
  const { signIn } = connection;
  const cloud = places.cloud();
  if (!isOf(cloud, connection)) throw wrongCloud(cloud);
  const accountWith = (read: ReadAzureToken) => {
    const noting: ReadAzureToken = async (...asked) => {
      // VS Code throws what Entra answers as it is.
      const got = await read(...asked).catch((error: unknown) => {
        throw entraRefusal(error) ?? error;
      });
      places.redaction.add(got.token);
      return got;
    };
    return new AzureAccount(cloud, noting, places.log);
  };
  switch (signIn.kind) {
    case 'account':
      return accountWith(places.tokensOfAccount(signIn.authentication, signIn.account));
    case 'cloudCli':
      return accountWith(tokensOf({ kind: 'cli' }, cloud, places.log));
    case 'environment':
      return accountWith(tokensOf({ kind: 'environment' }, cloud, places.log));
    case 'application': {
      const readSecret = async (signal: AbortSignal) => {
        const credential = await stored(signal);
        return credential.kind === 'basic' ? credential.secret : '';
      };
      const { tenant: tenantId, account: clientId } = signIn;
      return accountWith(tokensOf({ kind: 'servicePrincipal', tenantId, clientId, readSecret }, cloud, places.log));
    }
    case 'anonymous':
    case 'basic':
    case 'docker':
      return accountWith(notSignedIn);
  }
}

/** Whether a connection was made for that cloud: the same Resource Manager and the same Entra, which are given its secrets. */
function isOf(cloud: Cloud, connection: Connection): boolean {
  const { provider, url, signIn, shared, isOfWorkspace } = connection;
  if (signIn.kind === 'account' && signIn.authentication !== cloud.authentication) return false;
  if (provider === 'azure' && !isSame(url, cloud.armUrl)) return false;
  // The addresses of Microsoft's own clouds are no setting; and where the user's settings list it, they name the cloud beside it.
  const own = 'cloud' in signIn ? signIn.cloud : undefined;
  if (own === undefined) return cloud.isCustom !== true || (shared === true && isOfWorkspace === false);
  return isSame(own.apiUrl, cloud.armUrl) && isSame(own.authorityUrl, cloud.authorityUrl);
}

function isSame(url: string, other: string): boolean {
  return new URL(url).href === new URL(other).href;
}

function wrongCloud({ armUrl, authorityUrl }: Cloud): Failure {
  const explanation = t(
    'this connection was made for another Azure cloud than the one VS Code is set to ({0}, sign-in at {1}); set microsoft-sovereign-cloud.environment back, or use Update Credential… to sign in there',
    new URL(armUrl).host,
    new URL(authorityUrl).host,
  );
  return new Failure('rejected', '', { subject: 'Azure', speaker: 'program', explanation });
}
