import { t } from '@vscode/l10n';
import { Failure, isDenied, withDetail } from '../../core/failure';
import type { Connection, Credential } from '../../core/model';
import type { RegistryProvider } from '../../providers/provider';
import type { App } from '../app';
import { causes } from '../../core/causes';
import { isAboutCertificates, isAboutFiles, report } from '../report';
import type { Refusal } from './questions';
import { takesCertificates } from './trust';

/** What is to be connected, and what it signs in with. */
export interface Candidate {
  /** Without an id as long as it is new. */
  readonly connection: Omit<Connection, 'id'> & Partial<Pick<Connection, 'id'>>;
  readonly credential: Credential;
}

/** Whose certificates do not hold, and why. */
export interface Certificates {
  /** The connection's host, or another that it leads to, such as that of its token server. */
  readonly host: string;
  readonly cause: string;
  readonly code: string;
  /** No server was asked: the files that were chosen will not do. */
  readonly ofFiles: boolean;
}

/** Why a connection is not to be kept; or, where it is, why it lists nothing. */
export interface Checked {
  readonly refusal?: Refusal;
  /** Set beside the refusal where that is about certificates. */
  readonly certificates?: Certificates;
  readonly unlisted?: string;
  /** What the account is called, where that was found out. */
  readonly account?: string;
}

/** Lists the first page with the answers given: the only check there is, so none can disagree with it. */
export async function check(app: App, { connection, credential }: Candidate, signal: AbortSignal): Promise<Checked> {
  const provider = app.registries.openWith({ id: 'new', ...connection }, credential);
  const { error, account } = await tried(provider, signal);
  if (error === undefined) return account === undefined ? {} : { account };
  const told = report(explained(error, credential), t('connect'));
  if (told === undefined) return {};
  if (error instanceof Failure && error.kind === 'unlisted') return { unlisted: told.reason };
  app.log.error(`Connect Registry: ${causes(error)}`);
  const refusal = { at: questionAbout(error), problem: told.message };
  const isAskable = error instanceof Failure && isAboutCertificates(error) && takesCertificates(connection, provider);
  if (!isAskable) return { refusal };
  const { subject, code = '' } = error.detail;
  const ofFiles = isAboutFiles(code);
  const host = ofFiles ? new URL(connection.url).host : subject;
  return { refusal, certificates: { host, cause: told.reason, code, ofFiles } };
}

async function tried(
  { list, accountName }: RegistryProvider,
  signal: AbortSignal,
): Promise<{ readonly error?: unknown; readonly account?: string | undefined }> {
  try {
    // Repositories that were added by name are there also where the credential is refused.
    const { failure } = await list(undefined, undefined, signal);
    return failure === undefined ? { account: await accountName?.(signal) } : { error: failure };
  } catch (error) {
    return { error };
  }
}

/** A secret store that is locked or missing refuses; that is said where the secret was typed, and nothing is lost. */
export async function keeping(app: App, keep: () => Promise<void>): Promise<Refusal | undefined> {
  try {
    await keep();
    return undefined;
  } catch (error) {
    app.log.error(`Connect Registry: ${causes(error)}`);
    const why = error instanceof Error ? error.message : '';
    return { at: 'last', problem: t('The connection works, but could not be kept: {0}', why) };
  }
}

/** "Authentication required" is what registries say of a wrong password too. */
function explained(error: unknown, credential: Credential): unknown {
  if (!(error instanceof Failure) || error.kind !== 'unauthorized' || error.detail.explanation !== undefined)
    return error;
  const explanation =
    credential.kind === 'anonymous'
      ? t('the registry wants you to sign in')
      : t('the registry does not accept this user name with this password or token');
  return withDetail(error, { explanation });
}

/** A refused credential is the last question's matter, all else the first's. */
function questionAbout(error: unknown): Refusal['at'] {
  return isDenied(error) ? 'last' : 'first';
}
