import { t } from '@vscode/l10n';
import pLimit from 'p-limit';
import { Failure } from '../../core/failure';
import type { KnownLogin } from '../../core/docker/knownLogins';
import type { Connection } from '../../core/model';
import type { ProviderType } from '../../providers/provider';
import type { App } from '../app';
import type { TickedChoice } from '../ask';
import { isCancellation } from '../report';
import type { Progress } from '../working';
import { signedInAs } from '../words';

/** A registry that docker has a login for, and how to connect it. */
export interface Importable {
  readonly login: KnownLogin;
  readonly type: ProviderType;
  /** The likeliest first. */
  readonly connections: readonly Omit<Connection, 'id'>[];
}

/** The result for one registry. */
export interface Imported {
  readonly host: string;
  /** Absent if it could not be connected. */
  readonly connection?: Omit<Connection, 'id'>;
  /** Why it could not be connected; together with `connection`, why it lists nothing. */
  readonly failure?: unknown;
}

/** Registries checked at the same time. */
const width = 4;

/** The choices for docker's logins, without the registries that are already connected with them. */
export function importable(app: App, logins: readonly KnownLogin[]): readonly TickedChoice<Importable>[] {
  return logins.flatMap((login) => {
    const connected = app.registries.all().filter(({ provider }) => provider.hostOf(undefined) === login.host);
    if (connected.some(({ connection }) => connection.signIn.kind === 'docker')) return [];
    const kinds = app.providerTypes.map((type) => ({
      type,
      connections: type.dockerConnections?.(login.host, app.setting) ?? [],
    }));
    const kind = kinds.find(({ connections }) => connections.length > 0);
    if (kind === undefined) return [];
    const [other] = connected;
    const isConnected =
      other === undefined ? [] : [t('already connected as {0}', signedInAs(other.connection) ?? t('anonymous'))];
    return {
      label: login.host,
      description: login.account,
      detail: [whereFrom(login), ...isConnected].join(' · '),
      icon: kind.type.icon,
      isTicked: other === undefined,
      value: { login, ...kind },
    };
  });
}

function whereFrom({ keeper, helper }: KnownLogin): string {
  if (helper !== undefined) return t('Credential helper {0}', helper);
  switch (keeper) {
    case 'docker':
      return t('Docker’s config');
    case 'podman':
      return t('Podman’s auth.json');
    case 'environment':
      return t('DOCKER_AUTH_CONFIG');
  }
}

/** Checks for each registry whether it can be connected, a few at a time. Rejects when aborted. */
export async function checkEach(
  app: App,
  chosen: readonly Importable[],
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly Imported[]> {
  const limit = pLimit(width);
  let done = 0;
  const outcomes = chosen.map((each) =>
    limit(async () => {
      signal.throwIfAborted();
      const outcome = await checkOne(app, each, signal);
      progress(t('{0} of {1}', ++done, chosen.length));
      return outcome;
    }),
  );
  return Promise.all(outcomes);
}

async function checkOne(app: App, { login: { host }, connections }: Importable, signal: AbortSignal) {
  let outcome: Imported = { host };
  for (const connection of connections) {
    outcome = await checkConnection(app, host, connection, signal);
    if (!speaksPlainHttp(outcome.failure)) break;
  }
  return outcome;
}

/**
 * Lists the first page as the check. If only listing is not allowed, the login still works, and repositories can be added by
 * name.
 */
async function checkConnection(
  app: App,
  host: string,
  connection: Omit<Connection, 'id'>,
  signal: AbortSignal,
): Promise<Imported> {
  const provider = app.registries.openWith({ ...connection, id: 'new' }, { kind: 'anonymous' });
  try {
    const { failure } = await provider.list(undefined, undefined, signal);
    return { host, connection, ...(failure === undefined ? {} : { failure }) };
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    const isConnected = failure instanceof Failure && failure.kind === 'unlisted';
    return { host, failure, ...(isConnected ? { connection } : {}) };
  }
}

function speaksPlainHttp(error: unknown): boolean {
  return error instanceof Failure && error.detail.code === 'NOT_TLS';
}
