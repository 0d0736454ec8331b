import { t } from '@vscode/l10n';
import { Failure, isDenied, withDetail } from '../../core/failure';
import type { Connection, Credential } from '../../core/model';
import { accountUnknown } from '../../providers/provider';
import type { RegistryProvider } from '../../providers/provider';
import type { App } from '../app';
import { causes } from '../../core/causes';
import { isAboutCertificates, isAboutFiles, report } from '../report';
import type { Refusal } from './questions';
import { takesCertificates } from './trust';

/** A connection to be checked, and its credential. */
export interface Candidate {
  /** A new connection has no id. */
  readonly connection: Omit<Connection, 'id'> & Partial<Pick<Connection, 'id'>>;
  readonly credential: Credential;
}

/** A server whose certificates were not accepted, and why. */
export interface Certificates {
  /** The host of the connection, or of another server that it leads to, such as the token server. */
  readonly host: string;
  readonly cause: string;
  readonly code: string;
  /** The chosen files cannot be used, so no server was asked. */
  readonly ofFiles: boolean;
}

/** Why a connection is not saved; or, if it is saved, why it lists nothing. */
export interface Checked {
  readonly refusal?: Refusal;
  /** Set together with `refusal` if the reason is certificates. */
  readonly certificates?: Certificates;
  readonly unlisted?: string;
  /** The name of the account, if it is known. */
  readonly account?: string;
  /** The service does not tell whose token it is. */
  readonly asksUserName?: true;
}

/** Lists the first page with the given answers. This is the only check, so no other check can disagree with it. */
export async function check(app: App, { connection, credential }: Candidate, signal: AbortSignal): Promise<Checked> {
  const provider = app.registries.openWith({ id: 'new', ...connection }, credential);
  const { error, account } = await listFirstPage(provider, signal);
  if (error === undefined) return account === undefined ? {} : { account };
  const reported = report(explain(error, credential), t('connect'));
  if (reported === undefined) return {};
  if (error instanceof Failure && error.kind === 'unlisted') return { unlisted: reported.reason };
  app.log.error(`Connect Registry: ${causes(error)}`);
  const refusal = { at: questionAbout(error), problem: reported.message };
  if (error instanceof Failure && error.detail.code === accountUnknown) return { refusal, asksUserName: true };
  const isAskable = error instanceof Failure && isAboutCertificates(error) && takesCertificates(connection, provider);
  if (!isAskable) return { refusal };
  const { subject, code = '' } = error.detail;
  const ofFiles = isAboutFiles(code);
  const host = ofFiles ? new URL(connection.url).host : subject;
  return { refusal, certificates: { host, cause: reported.reason, code, ofFiles } };
}

async function listFirstPage(
  { list, accountName }: RegistryProvider,
  signal: AbortSignal,
): Promise<{ readonly error?: unknown; readonly account?: string | undefined }> {
  try {
    // The page may have repositories that were added by name, even if the credential was refused.
    const { failure } = await list(undefined, undefined, signal);
    return failure === undefined ? { account: await accountName?.(signal) } : { error: failure };
  } catch (error) {
    return { error };
  }
}

/** Saves. If the secret store is locked or missing, the last box says so and keeps its answer. */
export async function saveOrRefuse(app: App, keep: () => Promise<void>): Promise<Refusal | undefined> {
  try {
    await keep();
    return undefined;
  } catch (error) {
    app.log.error(`Connect Registry: ${causes(error)}`);
    const why = error instanceof Error ? error.message : '';
    return { at: 'last', problem: t('The connection works, but could not be saved: {0}', why) };
  }
}

/** Registries say "authentication required" for a wrong password too, so we say what it means here. */
function explain(error: unknown, credential: Credential): unknown {
  if (!(error instanceof Failure) || error.kind !== 'unauthorized' || error.detail.explanation !== undefined)
    return error;
  const explanation =
    credential.kind === 'anonymous'
      ? t('the registry requires you to sign in')
      : t('the registry does not accept this user name with this password or token');
  return withDetail(error, { explanation });
}

/** The question at which to show an error: the last one for a refused credential, the first one for everything else. */
function questionAbout(error: unknown): Refusal['at'] {
  return isDenied(error) ? 'last' : 'first';
}
