import { causes } from '../causes';
import type { Failure } from '../failure';
import type { Log } from '../log';
import type { Machine } from '../machine';
import type { Credential } from '../model';
import type { Redaction } from '../network/redaction';
import type { ImageReference } from '../reference';
import type { KnownLogins } from './knownLogins';

/** The logins that the docker command has. */
export interface DockerLogins {
  /** What docker would use for that image; nothing when it has no login there. `note`: of what is broken beside it. */
  readonly read: (
    image: ImageReference,
    signal: AbortSignal,
    note?: (problem: Failure) => void,
  ) => Promise<Credential | undefined>;
  /** The credential helper that docker's config names for that image's registry. */
  readonly helperFor: (
    image: ImageReference,
  ) => Promise<{ readonly program: string; readonly namedBy: string } | undefined>;
  /** The registries that it, or podman, has logins for; no secret is asked for. */
  readonly list: (signal: AbortSignal) => Promise<KnownLogins>;
  readonly logIn: (host: string, credential: Credential, signal: AbortSignal) => Promise<void>;
  readonly logOut: (host: string, signal: AbortSignal) => Promise<void>;
}

/** Those of this machine. `redaction` learns each that is read. The code that reads docker's files is loaded on first use. */
export function dockerLogins(
  machine: Machine,
  { log, redaction }: { readonly log: Log; readonly redaction: Redaction },
): DockerLogins {
  return {
    read: async (image, signal, note) => {
      const noteProblem = (problem: Failure) => {
        log.warn(`Of docker's logins\n  ${causes(problem)}`);
        note?.(problem);
      };
      const { readDockerLogin } = await import('./dockerConfig');
      const login = await readDockerLogin(image, machine, noteProblem, signal);
      if (login !== undefined) redaction.addCredential(login);
      return login;
    },
    helperFor: async (image) => (await import('./dockerConfig')).helperNamedFor(image, machine),
    list: async (signal) => (await import('./knownLogins')).listDockerLogins(machine, signal),
    logIn: async (host, credential, signal) => {
      await (await import('./dockerCli')).dockerLogIn(host, credential, machine.env, signal);
    },
    logOut: async (host, signal) => {
      await (await import('./dockerCli')).dockerLogOut(host, machine.env, signal);
    },
  };
}
