import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Cloud, ReadAzureToken } from '../../azure/azure';
import { defined } from '../../core/defined';
import { Failure } from '../../core/failure';
import type { VsCodeAccount } from '../../core/model';
import type { App, Memory } from '../app';
import type { AccountSession } from '../../providers/provider';
import { askForSession, knownAccounts, knownSession } from '../connections/vsCodeAccounts';

const accountOf = ({ accessToken, account, scopes }: vscode.AuthenticationSession): AccountSession => ({
  token: accessToken,
  account: account.label,
  scopes,
});

/** A tenant is named among the scopes: https://github.com/microsoft/vscode/blob/1.105.0/extensions/microsoft-authentication/src/common/scopeData.ts */
function scopesIn(tenantId: string | undefined, scopes: readonly string[]): readonly string[] {
  return tenantId === undefined ? scopes : [...scopes, `VSCODE_TENANT:${tenantId}`];
}

/** Asks the user which Microsoft account to sign in with. Nothing if the user declines. */
export async function signInMicrosoft({ authentication, armScope }: Cloud): Promise<AccountSession | undefined> {
  const session = await askForSession(authentication, [armScope], { clearSessionPreference: true });
  return session && accountOf(session);
}

/** Asks the user for what a tenant wants of an account. True if the user is signed in there then. */
export async function signInMicrosoftTo(
  tenantId: string,
  { authentication, account }: VsCodeAccount,
  { armScope }: Cloud,
): Promise<boolean> {
  const known = await accountNamed(authentication, account);
  const session = await askForSession(authentication, scopesIn(tenantId, [armScope]), defined({ account: known }));
  return session !== undefined;
}

async function accountNamed(authentication: string, name: string | undefined) {
  return (await knownAccounts(authentication)).find(({ label }) => label === name);
}

/** Tokens of an account that VS Code keeps; the user is not asked. */
export function tokenReaderOfAccount(authentication: string, account: string | undefined): ReadAzureToken {
  return async (scopes, tenantId, signal) => {
    const known = await accountNamed(authentication, account);
    // Another account than the connection's own must not take its place.
    const session =
      known === undefined
        ? undefined
        : await knownSession(authentication, scopesIn(tenantId, scopes), { account: known });
    signal.throwIfAborted();
    // VS Code renews what it keeps, and does not tell until when it lasts.
    if (session !== undefined) return { token: session.accessToken, expiresAt: Date.now() + 5 * 60_000 };
    const explanation =
      known === undefined || tenantId === undefined
        ? t('you are not signed in to Azure as {0}; sign in again with Update Credential…', account ?? '')
        : t('you are not signed in to this tenant, which may require another factor; use Sign In to Tenant…');
    throw new Failure('unauthorized', '', { subject: 'Azure', speaker: 'program', explanation });
  };
}

const offered = 'azureResourcesOffered';
/** Adds sign-in by tenant and the filter of subscriptions, which is honoured here. */
const resourcesExtension = 'ms-azuretools.vscode-azureresourcegroups';

/** Offers Microsoft's extension once; everything works without it. */
export function offerResourcesExtension(memory: Memory, message: App['message']): void {
  const isThere = vscode.extensions.getExtension(resourcesExtension) !== undefined;
  if (isThere || memory.read(offered) !== undefined) return;
  const install = t('Install');
  void memory.write(offered, 'yes');
  const question = t(
    'The extension Azure Resources adds sign-in to single tenants and a filter of subscriptions. Install it?',
  );
  void message('information', question, install, t('Not Now')).then(async (chosen) => {
    if (chosen === install)
      await vscode.commands.executeCommand('workbench.extensions.installExtension', resourcesExtension);
  });
}
