import { t } from '@vscode/l10n';
import { Failure } from '../core/failure';
import type { RegistryProvider } from '../providers/provider';

/** Stands for a registry that cannot be opened: asks nobody for anything, and says why. */
export function unopened(why: unknown): RegistryProvider {
  const refuse = () => Promise.reject(why instanceof Error ? why : new Error(String(why)));
  return {
    list: refuse,
    locate: () => undefined,
    hostOf: () => undefined,
    engineCredential: refuse,
    pushTargets: () => Promise.resolve([]),
  };
}

/** Why a connection that a workspace lists is not opened before the user has confirmed its login. */
export function unconfirmedLogin(url: string): Failure {
  const explanation = t('sign in to see what is in it: this workspace lists it, and nothing is sent until you say so');
  const detail = { subject: new URL(url).host, speaker: 'program', explanation, nextStep: 'confirmSignIn' } as const;
  return new Failure('unauthorized', '', detail);
}
