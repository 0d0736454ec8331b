import { causes } from '../causes';
import type { Failure } from '../failure';
import type { Log } from '../log';
import type { Machine } from '../machine';
import type { Credential } from '../model';
import type { Redaction } from '../network/redaction';
import type { ImageReference } from '../reference';
import type { KnownLogins } from './knownLogins';

/** The logins of the docker command. */
export interface DockerLogins {
  /** The login that docker would use for the image; undefined without one. `note` gets the failures of broken files or helpers. */
  readonly read: (
    image: ImageReference,
    signal: AbortSignal,
    note?: (problem: Failure) => void,
  ) => Promise<Credential | undefined>;
  /** The credential helper that docker's config names for that image's registry. */
  readonly helperFor: (
    image: ImageReference,
  ) => Promise<{ readonly program: string; readonly namedBy: string } | undefined>;
  /** The registries for which docker or podman has a login. Reads no secret from helpers. */
  readonly list: (signal: AbortSignal) => Promise<KnownLogins>;
  readonly logIn: (host: string, credential: Credential, signal: AbortSignal) => Promise<void>;
  readonly logOut: (host: string, signal: AbortSignal) => Promise<void>;
}

/** The logins of this machine. `redaction` learns each secret. The code that reads docker's files is loaded on first use. */
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
