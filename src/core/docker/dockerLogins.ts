import { causes } from '../causes';
import type { Failure } from '../failure';
import type { Log } from '../log';
import type { Machine } from '../machine';
import type { Credential } from '../model';
import type { Redaction } from '../network/redaction';
import type { ImageReference } from '../reference';
import { dockerLogIn, dockerLogOut } from './dockerCli';
import { helperNamedFor, readDockerLogin } from './dockerConfig';
import { listDockerLogins } from './knownLogins';
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

/** Those of this machine. `redaction` learns each that is read. */
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
      const login = await readDockerLogin(image, machine, noteProblem, signal);
      if (login !== undefined) redaction.addCredential(login);
      return login;
    },
    helperFor: (image) => helperNamedFor(image, machine),
    list: (signal) => listDockerLogins(machine, signal),
    logIn: (host, credential, signal) => dockerLogIn(host, credential, machine.env, signal),
    logOut: (host, signal) => dockerLogOut(host, machine.env, signal),
  };
}
