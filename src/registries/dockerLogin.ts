import { t } from '@vscode/l10n';
import type { ReadCredential } from '../core/auth';
import { Failure } from '../core/failure';
import { isThisMachine } from '../core/network/privateAddress';
import type { DockerLogins } from '../core/docker/dockerLogins';
import { toSignIn } from '../core/docker/programReason';
import { noLogin } from '../core/docker/loginProblems';

/** The target of a login: the host under which docker stores it, and the address that it is sent to. */
export interface LoginPlace {
  readonly host: string | undefined;
  readonly url: string;
}

/** Some programs write this user name beside a token. It names nobody. */
const nobody = /^[0-]+$/;

/**
 * Reads the stored credential; if there is none, docker's login for that registry, read again each time. Rejects if docker has
 * none. `noteUser` is called with the user name of docker's login.
 */
export function orDockerLogin(
  stored: ReadCredential,
  docker: Pick<DockerLogins, 'read' | 'helperFor'>,
  place: () => LoginPlace,
  noteUser?: (user: string) => void,
): ReadCredential {
  return async (signal) => {
    const own = await stored(signal);
    if (own.kind !== 'anonymous') return own;
    const { host = '', url } = place();
    if (isReadableOnItsWay(url)) {
      const explanation = t(
        'docker’s login is not sent over plain http. Use https, or Update Credential… to type a credential',
      );
      throw new Failure('unauthorized', '', { subject: host, speaker: 'program', explanation });
    }
    const image = { host, path: '' };
    const login = await docker.read(image, signal);
    if (login?.kind === 'basic' && !nobody.test(login.username)) noteUser?.(login.username);
    if (login !== undefined) return login;
    const helper = await docker.helperFor(image);
    const explanation =
      helper === undefined
        ? t(
            'docker has no login for {0}. Run “docker login {0}” in a terminal, or use Update Credential… to sign in another way',
            host,
          )
        : t(
            'the credential helper {0}, which {1} names for {2}, has no login there. Perhaps it helps to {3}',
            helper.program,
            helper.namedBy,
            host,
            toSignIn(helper.program),
          );
    throw new Failure('unauthorized', '', { subject: host, speaker: 'program', code: noLogin, explanation });
  };
}

/**
 * True for plain http to another machine. The user did not type this credential for that address, and a shared connection may use
 * http for a host that docker reaches by https.
 */
function isReadableOnItsWay(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !isThisMachine(hostname);
}
