import type { Credential, SignIn } from '../core/model';

/** The sign-in of whoever typed a credential, or chose the login of docker; nothing where it is another. */
export function storedOrDocker(credential: Credential, chosen: string | undefined): SignIn | undefined {
  if (credential.kind === 'basic') return { kind: 'basic', account: credential.username };
  return chosen === 'docker' ? { kind: 'docker' } : undefined;
}
