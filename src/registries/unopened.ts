import { t } from '@vscode/l10n';
import { Failure } from '../core/failure';
import type { RegistryProvider } from '../providers/provider';

/** The provider of a connection that cannot be opened. It sends no request and rejects with the reason. */
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

/** The failure of a workspace's connection whose login the user has not confirmed yet. */
export function unconfirmedLogin(url: string): Failure {
  const explanation = t('sign in to see its contents: this workspace lists it, and nothing is sent until you confirm');
  const detail = { subject: new URL(url).host, speaker: 'program', explanation, nextStep: 'confirmSignIn' } as const;
  return new Failure('unauthorized', '', detail);
}
