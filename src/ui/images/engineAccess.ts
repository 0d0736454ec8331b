import { t } from '@vscode/l10n';
import { isLoginProblem } from '../../core/docker/dockerConfig';
import { isDenied, withDetail } from '../../core/failure';
import type { Failure } from '../../core/failure';
import type { Credential } from '../../core/model';
import type { ImageReference } from '../../core/reference';
import type { App } from '../app';
import { causes, reason, report } from '../report';
import { signedInAs } from '../words';
import type { Node } from '../tree/node';

/** With what the engine goes to an image's registry. */
export interface Access {
  /** The connection that is used; absent: docker's own login, or none. */
  readonly connection: Node | undefined;
  readonly credential: (signal: AbortSignal) => Promise<Credential>;
  /** What a refusal means with this credential. */
  readonly explain: (error: unknown) => unknown;
}

/** The connections that an image of that name may belong to. */
export function connectionsOf(app: App, image: ImageReference): readonly Node[] {
  return app.tree.roots().filter(({ provider }) => provider.locate(image) !== undefined);
}

/** How long a registry has to tell whether an image may be its own. */
const learnWithinMs = 10_000;

/** Where no connection is known to have the image, lets each find out; one that cannot tell hides no other. */
export async function learn(app: App, image: ImageReference): Promise<void> {
  if (connectionsOf(app, image).length === 0) await learnFrom(app, app.tree.roots(), image.host);
}

/** Lets each of these connections find out whether the images of a host are there. */
export async function learnFrom(app: App, connections: readonly Node[], host: string): Promise<void> {
  await Promise.all(
    connections.map(async ({ connection, provider }) => {
      try {
        await provider.learn?.(host, AbortSignal.timeout(learnWithinMs));
      } catch (error) {
        app.log.warn(`Could not tell whether ${host} belongs to ${connection.label}\n  ${causes(error)}`);
      }
    }),
  );
}

/** Asks which account to use where several are connected; docker's own login where none is. Nothing when dismissed. */
export async function accessTo(app: App, image: ImageReference, title: string): Promise<Access | undefined> {
  await learn(app, image);
  const [first, ...others] = connectionsOf(app, image);
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

/** `node`: any row of the connection. */
export function connectionAccess(node: Node, { host }: ImageReference): Access {
  return {
    connection: node,
    credential: (signal) => node.provider.engineCredential(host, signal),
    explain: (error) => withDetail(error, { connection: node.connection.id }),
  };
}

/**
 * The credential of a push or a pull, read at each call. Where docker's login cannot be read, the user is told so once, and they
 * go on without, as docker's do: public images need none.
 */
export function goingOn(app: App, access: Access, { host }: ImageReference): Access['credential'] {
  let isTold = false;
  return async (signal) => {
    try {
      return await access.credential(signal);
    } catch (problem) {
      if (!isLoginProblem(problem)) throw problem;
      app.log.warn(`Going on without docker's login for ${host}\n  ${causes(problem)}`);
      if (!isTold) app.tell(t('Going on without docker’s login for {0}: {1}', host, reason(problem)), 'warning');
      isTold = true;
      return { kind: 'anonymous' };
    }
  };
}

function dockerAccess(app: App, image: ImageReference): Access {
  let state: 'none' | 'used' | 'unread' = 'none';
  const told = new Set<string>();
  const tellOnce = (problem: Failure) => {
    const message = report(problem, '')?.reason ?? '';
    if (!told.has(message)) app.tell(message, 'warning');
    told.add(message);
  };
  return {
    connection: undefined,
    credential: async (signal) => {
      state = 'unread';
      const login = await app.docker.read(image, signal, tellOnce);
      state = login === undefined ? 'none' : 'used';
      return login ?? { kind: 'anonymous' };
    },
    explain: (error) => {
      if (!isDenied(error) || error.detail.speaker !== undefined) return error;
      const { host } = image;
      const explanations = {
        none: t('{0} is not connected, and docker has no login for it', host),
        used: t('{0} is not connected, and does not let docker’s own login do this', host),
        unread: t('{0} is not connected, and docker’s login for it could not be read', host),
      };
      return withDetail(error, { explanation: explanations[state] });
    },
  };
}
