import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { Failure } from '../../core/failure';
import type { Connection } from '../../core/model';
import type { AccountSession, ReadAccount } from '../../providers/provider';
import { configuredCloud } from '../azure/cloud';
import { userSetting } from '../settings';
import type { Working } from '../working';
import { askForSession, knownAccounts, knownSession, whileWaiting } from './vsCodeAccounts';

/** Signs in with an account of VS Code, which the user chooses. Nothing if the user declines. */
export async function signIn(
  working: Working,
  authentication: string,
  url: string,
  scopes: readonly string[],
): Promise<AccountSession | undefined> {
  if (authentication.startsWith('microsoft')) {
    const microsoft = await import('../azure/microsoftAccount');
    return whileWaiting(working, () => microsoft.signInMicrosoft(configuredCloud()));
  }
  const other = otherServer(authentication, url);
  if (other !== undefined) {
    const explanation = t(
      'the accounts of VS Code are for {0}; sign in with a personal access token, or name this server in your setting github-enterprise.uris (github-enterprise.uri in older versions)',
      other,
    );
    throw new Failure('unauthorized', '', { subject: new URL(url).host, explanation });
  }
  const session = await whileWaiting(working, () =>
    askForSession(authentication, scopes, { clearSessionPreference: true }),
  );
  if (session === undefined || isFor(session, authentication, url)) return session && sessionOf(session);
  const explanation = t(
    'VS Code has accounts for several Enterprise servers and does not say which server this account is for; sign in with a personal access token',
  );
  throw new Failure('unauthorized', '', { subject: new URL(url).host, explanation });
}

/** Lets the user sign in to an Azure tenant with the account of the connection. True if that worked. */
export async function signInToTenant(
  working: Working,
  { signIn: chosen }: Connection,
  tenantId: string,
): Promise<boolean> {
  if (chosen.kind !== 'account') return false;
  const microsoft = await import('../azure/microsoftAccount');
  const signedIn = await whileWaiting(working, () => microsoft.signInMicrosoftTo(tenantId, chosen, configuredCloud()));
  return signedIn ?? false;
}

/** Reads the session of a connection's account. Asks the user only if `mayAsk`. */
export function accountOf({ signIn: chosen, url }: Connection): ReadAccount | undefined {
  if (chosen.kind !== 'account' || chosen.authentication.startsWith('microsoft')) return undefined;
  const { authentication, account } = chosen;
  return async (scopes, mayAsk) => {
    if (otherServer(authentication, url) !== undefined) return undefined;
    const known = (await knownAccounts(authentication)).find(({ label }) => label === account);
    // Another account must not be used instead.
    if (known === undefined && !mayAsk) return undefined;
    const whose = known === undefined ? {} : { account: known };
    const session =
      (await knownSession(authentication, scopes, whose)) ??
      (mayAsk ? await askForSession(authentication, scopes, whose) : undefined);
    return session !== undefined && isFor(session, authentication, url) ? sessionOf(session) : undefined;
  };
}

/** The servers of VS Code's accounts, if `url` is not one of them: tokens must not be sent to other servers. */
function otherServer(authentication: string, url: string): string | undefined {
  const servers = serversOf(authentication);
  if (servers.some((server) => isSameOrigin(server, url))) return undefined;
  return servers.length === 0 ? t('no server yet') : servers.join(', ');
}

/**
 * Only the user's settings count, never those of a workspace. The list, even if empty, has priority over the single address,
 * which VS Code had until 1.141.
 */
function serversOf(authentication: string): readonly string[] {
  if (authentication !== 'github-enterprise') return ['https://github.com'];
  const list = userSetting('github-enterprise.uris');
  const single = userSetting('github-enterprise.uri');
  const servers: readonly unknown[] = Array.isArray(list) ? list : [single];
  return servers.filter((server): server is string => typeof server === 'string' && server !== '');
}

/**
 * Whether a session is for that server. If there are several servers, VS Code may say which one in a property that is not
 * declared yet.
 */
function isFor(session: vscode.AuthenticationSession, authentication: string, url: string): boolean {
  if (serversOf(authentication).length === 1) return true;
  const issuer = 'authorizationServer' in session ? session.authorizationServer : undefined;
  return issuer instanceof vscode.Uri && isSameOrigin(issuer.toString(true), url);
}

function isSameOrigin(server: string, url: string): boolean {
  return URL.canParse(server) && new URL(server).origin === new URL(url).origin;
}

function sessionOf({ accessToken, account, scopes }: vscode.AuthenticationSession): AccountSession {
  return { token: accessToken, account: account.label, scopes };
}
