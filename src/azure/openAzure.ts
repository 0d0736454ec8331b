import { t } from '@vscode/l10n';
import type { ReadCredential } from '../core/auth';
import { Failure } from '../core/failure';
import type { Log } from '../core/log';
import type { Connection } from '../core/model';
import type { Redaction } from '../core/network/redaction';
import { AzureAccount } from './azureAccount';
import type { Azure, AzureDoor, Cloud, ReadAzureToken } from './azure';
import { entraRefusal, notSignedIn, tokenReaderOf } from './azureTokens';

/** What is needed to open the Azure of a connection. */
export interface SignInPlaces {
  readonly cloud: AzureDoor['cloud'];
  /** Returns what reads the tokens of an account of VS Code. */
  readonly tokenReaderOfAccount: (authentication: string, account: string | undefined) => ReadAzureToken;
  /** Gets every token, so that no text shows it. */
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
    const readAndRedact: ReadAzureToken = async (...request) => {
      // VS Code throws Entra's answer unchanged.
      const answer = await read(...request).catch((error: unknown) => {
        throw entraRefusal(error) ?? error;
      });
      places.redaction.add(answer.token);
      return answer;
    };
    return new AzureAccount(cloud, readAndRedact, places.log);
  };
  switch (signIn.kind) {
    case 'account':
      return accountWith(places.tokenReaderOfAccount(signIn.authentication, signIn.account));
    case 'cloudCli':
      return accountWith(tokenReaderOf({ kind: 'cli' }, cloud, places.log));
    case 'environment':
      return accountWith(tokenReaderOf({ kind: 'environment' }, cloud, places.log));
    case 'application': {
      const readSecret = async (signal: AbortSignal) => {
        const credential = await stored(signal);
        return credential.kind === 'basic' ? credential.secret : '';
      };
      const { tenant: tenantId, account: clientId } = signIn;
      return accountWith(
        tokenReaderOf({ kind: 'servicePrincipal', tenantId, clientId, readSecret }, cloud, places.log),
      );
    }
    case 'anonymous':
    case 'basic':
    case 'docker':
      return accountWith(notSignedIn);
  }
}

/** Whether a connection was made for that cloud: its secrets are sent only to the Resource Manager and the Entra of this cloud. */
function isOf(cloud: Cloud, connection: Connection): boolean {
  const { provider, url, signIn, shared, isOfWorkspace } = connection;
  if (signIn.kind === 'account' && signIn.authentication !== cloud.authentication) return false;
  if (provider === 'azure' && !isSame(url, cloud.armUrl)) return false;
  // A connection without addresses was made for one of Microsoft's clouds, or is listed in the user's settings, where the user also
  // sets the cloud.
  const addresses = 'cloud' in signIn ? signIn.cloud : undefined;
  if (addresses === undefined) return cloud.isCustom !== true || (shared === true && isOfWorkspace === false);
  return isSame(addresses.apiUrl, cloud.armUrl) && isSame(addresses.authorityUrl, cloud.authorityUrl);
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
