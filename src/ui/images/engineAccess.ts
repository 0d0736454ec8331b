import { t } from '@vscode/l10n';
import { isLoginProblem } from '../../core/docker/dockerConfig';
import { isDenied, withDetail } from '../../core/failure';
import type { Failure } from '../../core/failure';
import type { Credential } from '../../core/model';
import { printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { App } from '../app';
import { causes } from '../../core/causes';
import { reason, report } from '../report';
import { signedInAs } from '../words';
import type { OpenRegistry } from '../../registries/registries';

/** How the engine accesses the registry of an image. */
export interface Access {
  /** The connection that is used. Undefined: docker's own login, or none. */
  readonly connection: OpenRegistry | undefined;
  readonly credential: (signal: AbortSignal) => Promise<Credential>;
  /** Adds to an error what a refusal means with this credential. */
  readonly explain: (error: unknown) => unknown;
}

/**
 * Uses the connection that the image belongs to; asks which one if there are several. Without a connection, uses docker's own
 * login. Nothing if dismissed.
 */
export async function accessTo(app: App, image: ImageReference, title: string): Promise<Access | undefined> {
  const [first, ...others] = await findHolding(app, image);
  if (first === undefined) return dockerAccess(app, image);
  if (others.length === 0) return connectionAccess(first, image);
  const answer = await app.ask.pick({
    title,
    placeholder: t('{0} is connected several times', image.host),
    items: [first, ...others].map((value) => ({
      label: value.connection.label,
      description: signedInAs(value.connection) ?? t('anonymous'),
      icon: 'server',
      value,
    })),
  });
  return answer === undefined || answer === 'back' ? undefined : connectionAccess(answer.value, image);
}

/** The registries that an image may belong to. Finding that out may take a while, and can be cancelled. */
export function findHolding(app: App, image: ImageReference): Promise<readonly OpenRegistry[]> {
  return app.working(t('Looking for the registry of {0}', printReference(image)), (_progress, signal) =>
    app.registries.findHolding(image, signal),
  );
}

export function connectionAccess(registry: OpenRegistry, { host }: ImageReference): Access {
  return {
    connection: registry,
    credential: (signal) => registry.provider.engineCredential(host, signal),
    explain: (error) => withDetail(error, { connection: registry.connection.id }),
  };
}

/**
 * Returns a function that reads the credential of a push or pull at each call. If docker's login cannot be read, it warns once
 * and returns anonymous, as docker does: public images need no login.
 */
export function credentialOrAnonymous(app: App, access: Access, { host }: ImageReference): Access['credential'] {
  let hasWarned = false;
  return async (signal) => {
    try {
      return await access.credential(signal);
    } catch (problem) {
      if (!isLoginProblem(problem)) throw problem;
      app.log.warn(`Going on without docker's login for ${host}\n  ${causes(problem)}`);
      if (!hasWarned) app.tell(t('Continuing without docker’s login for {0}: {1}', host, reason(problem)), 'warning');
      hasWarned = true;
      return { kind: 'anonymous' };
    }
  };
}

function dockerAccess(app: App, image: ImageReference): Access {
  let state: 'none' | 'used' | 'unread' = 'none';
  const warned = new Set<string>();
  const warnOnce = (problem: Failure) => {
    const message = report(problem, '')?.reason ?? '';
    if (!warned.has(message)) app.tell(message, 'warning');
    warned.add(message);
  };
  return {
    connection: undefined,
    credential: async (signal) => {
      state = 'unread';
      const login = await app.docker.read(image, signal, warnOnce);
      state = login === undefined ? 'none' : 'used';
      return login ?? { kind: 'anonymous' };
    },
    explain: (error) => {
      if (!isDenied(error) || error.detail.speaker !== undefined) return error;
      const { host } = image;
      const explanations = {
        none: t('{0} is not connected, and docker has no login for it', host),
        used: t('{0} is not connected, and docker’s login is not allowed to do this', host),
        unread: t('{0} is not connected, and docker’s login for it could not be read', host),
      };
      return withDetail(error, { explanation: explanations[state] });
    },
  };
}
