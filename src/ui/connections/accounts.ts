import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { Failure } from '../../core/failure';
import type { Connection } from '../../core/model';
import type { AccountSession, ReadAccount } from '../../providers/provider';

/** Signs in with an account of VS Code, which asks the user which one. Nothing when the user declines. */
export async function signIn(
  authentication: string,
  url: string,
  scopes: readonly string[],
): Promise<AccountSession | undefined> {
  if (authentication.startsWith('microsoft')) {
    const microsoft = await import('../azure/microsoftAccount');
    return declinedAsNothing(() => microsoft.signInMicrosoft());
  }
  const other = otherServer(authentication, url);
  if (other !== undefined) {
    const explanation = t(
      'the account of VS Code belongs to {0}; the setting github-enterprise.uri says which Enterprise server it has one for',
      other,
    );
    throw new Failure('unauthorized', '', { subject: new URL(url).host, explanation });
  }
  const options = { createIfNone: true, clearSessionPreference: true };
  return undefinedWhenDeclined(async () => vscode.authentication.getSession(authentication, scopes, options));
}

/** Asks for what a tenant of Azure wants of the connection's account; whether it was given. */
export async function signInToTenant(connection: Connection, tenantId: string): Promise<boolean> {
  const microsoft = await import('../azure/microsoftAccount');
  const answer = await declinedAsNothing(async () => {
    await microsoft.signInMicrosoftTo(tenantId, connection);
    return true;
  });
  return answer ?? false;
}

/** Reads the session of a connection's account; asks for more scopes only when told that it may. */
export function accountOf({ authentication, account, url }: Connection): ReadAccount | undefined {
  if (authentication === undefined || authentication.startsWith('microsoft')) return undefined;
  return async (scopes, mayAsk) => {
    if (otherServer(authentication, url) !== undefined) return undefined;
    const known = (await vscode.authentication.getAccounts(authentication)).find(({ label }) => label === account);
    // Another account than the connection's own must not take its place.
    if (known === undefined && !mayAsk) return undefined;
    const whose = known === undefined ? {} : { account: known };
    const silently = await vscode.authentication.getSession(authentication, scopes, { ...whose, silent: true });
    if (silently !== undefined || !mayAsk) return silently === undefined ? undefined : sessionOf(silently);
    return undefinedWhenDeclined(async () =>
      vscode.authentication.getSession(authentication, scopes, { ...whose, createIfNone: true }),
    );
  };
}

/** The server that VS Code's account is for, where that is not this one: its token must not go elsewhere. */
function otherServer(authentication: string, url: string): string | undefined {
  const server =
    authentication === 'github-enterprise'
      ? vscode.workspace.getConfiguration('github-enterprise').get<string>('uri', '')
      : 'https://github.com';
  const isSame = URL.canParse(server) && new URL(server).origin === new URL(url).origin;
  return isSame ? undefined : server === '' ? t('no server yet') : server;
}

async function undefinedWhenDeclined(
  ask: () => Promise<vscode.AuthenticationSession>,
): Promise<AccountSession | undefined> {
  return declinedAsNothing(async () => sessionOf(await ask()));
}

async function declinedAsNothing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    // VS Code tells of a dismissed dialog by an error of these words.
    if (error instanceof Error && /did not consent|cancelled/i.test(error.message)) return undefined;
    throw error;
  }
}

function sessionOf({ accessToken, account, scopes }: vscode.AuthenticationSession): AccountSession {
  return { token: accessToken, account: account.label, scopes };
}
