import { t } from '@vscode/l10n';
import type { ReadCredential } from '../../core/auth';
import { Failure } from '../../core/failure';
import type { DockerLogins } from '../app';

/** The stored credential; where there is none, the login that docker has for `host`, read anew each time. Rejects when it has none. */
export function orDockerLogin(
  stored: ReadCredential,
  read: DockerLogins['read'],
  host: () => string | undefined,
): ReadCredential {
  return async (signal) => {
    const own = await stored(signal);
    if (own.kind !== 'anonymous') return own;
    const name = host() ?? '';
    const login = await read({ host: name, path: '' }, signal);
    if (login !== undefined) return login;
    const explanation = t(
      'docker has no login for {0}. Run “docker login {0}” in a terminal, or sign in another way: Update Credential…',
      name,
    );
    throw new Failure('unauthorized', '', { subject: name, speaker: 'program', explanation });
  };
}
