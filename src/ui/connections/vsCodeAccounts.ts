import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { Failure } from '../../core/failure';
import { abandonable } from '../../core/shared';
import type { Working } from '../working';

/** The accounts that VS Code keeps. Rejects with a Failure if it has no such accounts here. */
export async function knownAccounts(
  authentication: string,
): Promise<readonly vscode.AuthenticationSessionAccountInformation[]> {
  return orExplain(authentication, () => vscode.authentication.getAccounts(authentication));
}

/** A session that VS Code has already: nobody is asked. Rejects with a Failure if it has no such accounts here. */
export async function knownSession(
  authentication: string,
  scopes: readonly string[],
  options: Pick<vscode.AuthenticationGetSessionOptions, 'account'>,
): Promise<vscode.AuthenticationSession | undefined> {
  return orExplain(authentication, () =>
    vscode.authentication.getSession(authentication, scopes, { ...options, silent: true }),
  );
}

/** Has VS Code ask the user. Nothing if the user declines. Rejects with a Failure if it has no such accounts here. */
export async function askForSession(
  authentication: string,
  scopes: readonly string[],
  options: Pick<vscode.AuthenticationGetSessionOptions, 'account' | 'clearSessionPreference'>,
): Promise<vscode.AuthenticationSession | undefined> {
  try {
    return await orExplain(authentication, () =>
      vscode.authentication.getSession(authentication, scopes, { ...options, createIfNone: true }),
    );
  } catch (error) {
    // VS Code throws an error with these words if a dialog is dismissed.
    if (error instanceof Error && /did not consent|cancelled/i.test(error.message)) return undefined;
    throw error;
  }
}

/**
 * Shows that VS Code is waited for, which may take long: a sign-in goes through the browser, and some seconds pass until VS Code says
 * that it has no such accounts. Nothing if the user cancels.
 */
export async function whileWaiting<T>(working: Working, task: () => Promise<T>): Promise<T | undefined> {
  return working(t('Waiting for the sign-in of VS Code'), async (_progress, signal) => {
    try {
      return await abandonable(task(), signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  });
}

/** VS Code has accounts only where an extension provides them, and that one may be missing or switched off. */
async function orExplain<T>(authentication: string, ask: () => PromiseLike<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    if (!/No authentication provider|Timed out waiting for authentication provider/i.test(said)) throw error;
    const explanation = authentication.startsWith('microsoft') ? withoutMicrosoft() : withoutGitHub();
    throw new Failure('unauthorized', '', { subject: 'VS Code', explanation }, { cause: error });
  }
}

function withoutMicrosoft(): string {
  return t('VS Code has no such accounts here; use the Azure CLI, environment or service principal');
}

function withoutGitHub(): string {
  return t('VS Code has no such accounts here; use a personal access token or docker’s login');
}
