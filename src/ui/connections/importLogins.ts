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

/** A registry that docker knows, and how it would be connected. */
export interface Importable {
  readonly login: KnownLogin;
  readonly type: ProviderType;
  /** The likeliest first. */
  readonly connections: readonly Omit<Connection, 'id'>[];
}

/** What came of one of them. */
export interface Imported {
  readonly host: string;
  /** Absent where it could not be connected. */
  readonly connection?: Omit<Connection, 'id'>;
  /** Why it could not be connected or, beside a connection, why it lists nothing. */
  readonly failure?: unknown;
}

/** Registries checked at the same time. */
const width = 4;

/** The choices that docker's logins give: those connected with them already are left out. */
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
      other === undefined ? [] : [t('connected already, as {0}', signedInAs(other.connection) ?? t('anonymous'))];
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

/** Finds out of each whether it can be connected, a few at a time. Rejects when aborted. */
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
    outcome = await tried(app, host, connection, signal);
    if (!speaksPlainHttp(outcome.failure)) break;
  }
  return outcome;
}

/** Listing is the check. Where just that is not allowed, a login that holds is worth a connection: repositories are added by name. */
async function tried(
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
