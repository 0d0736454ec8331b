import { t } from '@vscode/l10n';
import { Failure, withDetail } from '../../core/failure';
import type { Connection, Credential, SignIn, TlsOptions } from '../../core/model';
import type { Answers, ProviderType, Question } from '../../providers/provider';
import type { App } from '../app';
import { causes, isAboutCertificates, report } from '../report';
import { askQuestions } from './questions';
import type { Refusal } from './questions';
import { askTrust } from './trust';

/** Connect Registry…: kind, unless it is told by its id, questions, first page, saved. Resolves to the new connection, or nothing when dismissed. */
export async function connect(app: App, id?: string): Promise<Connection | undefined> {
  let chosen = app.providerTypes.find((type) => type.id === id);
  if (chosen !== undefined) {
    const connected = await connectTo(app, chosen);
    if (connected !== 'back') return connected;
  }
  for (;;) {
    const kind = await pickProviderType(app, chosen);
    if (kind === undefined) return undefined;
    chosen = kind;
    const connected = await connectTo(app, kind);
    if (connected !== 'back') return connected;
  }
}

async function pickProviderType(app: App, selected: ProviderType | undefined): Promise<ProviderType | undefined> {
  const items = app.providerTypes.map((value) => ({
    label: value.label,
    detail: value.detail,
    icon: value.icon,
    value,
    ...(value.isPreset === true ? { section: t('Other registries') } : {}),
  }));
  const answer = await app.ask.pick({
    // How many steps there are is up to the choice.
    title: t('Connect Registry'),
    placeholder: t('What kind of registry is it?'),
    items,
    selected,
  });
  return answer === 'back' ? undefined : answer?.value;
}

/** Whether VS Code is to ask for one of its accounts. */
function signsInByAccount(app: App, type: ProviderType, answers: Answers): boolean {
  return type.describe(answers, app.setting, app.cloud()).connection.authentication !== undefined;
}

/** What the answers describe, with the account of VS Code that signs in where one is to. Nothing when the user declines. */
async function described(app: App, type: ProviderType, answers: Answers) {
  const { connection, credential } = type.describe(answers, app.setting, app.cloud());
  if (connection.authentication === undefined || connection.account !== undefined) return { connection, credential };
  const session = await app.accounts.signIn(connection.authentication, connection.url, type.scopes ?? []);
  return session === undefined ? undefined : { connection: { ...connection, account: session.account }, credential };
}

async function connectTo(app: App, type: ProviderType): Promise<Connection | 'back' | undefined> {
  let connected: Connection | undefined;
  let unlisted: string | undefined;
  let distrust: Distrust | undefined;
  let tls: TlsOptions | undefined;
  let trusted: string | undefined;
  let refused: Refusal | undefined;
  let initial: Answers = Object.fromEntries(
    type.questions.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value]])),
  );
  const attempt = async (whole: Described, answers: Answers, signal: AbortSignal): Promise<Refusal | undefined> => {
    const { connection: bare, credential } = whole;
    const connection = tls === undefined ? bare : { ...bare, tls };
    const checked = await check(app, { ...connection, id: 'new' }, credential, type.questions, answers, signal);
    distrust = checked.certificates && { ...checked.certificates, whole, answers };
    if (checked.refusal !== undefined || signal.aborted) return checked.refusal;
    unlisted = checked.unlisted;
    return keeping(app, type.questions, answers, async () => {
      connected = await save(app, connection, credential);
    });
  };
  const finish = async (answers: Answers, signal: AbortSignal): Promise<Refusal | undefined> => {
    const whole = await described(app, type, answers);
    if (whole === undefined) return { at: 'signIn', problem: t('Nobody has signed in.') };
    // What was chosen for one host says nothing of another.
    if (whole.connection.url !== trusted) tls = undefined;
    const refusal = await attempt(whole, answers, signal);
    // Answers are not what is wrong: the box closes, for the question how to trust.
    return distrust === undefined ? refusal : undefined;
  };
  for (;;) {
    const finished = await askQuestions(app.ask, {
      title: t('Connect Registry'),
      questions: type.questions,
      initial,
      refused,
      stepsBefore: 1,
      finish,
      asksElsewhere: (answers) => signsInByAccount(app, type, answers),
    });
    if (finished !== true) return finished === 'back' ? 'back' : undefined;
    refused = undefined;
    while (distrust !== undefined) {
      const { whole, answers, host, cause, code }: Distrust = distrust;
      initial = answers;
      trusted = whole.connection.url;
      const wantsClient = code === 'CLIENT_CERTIFICATE';
      const step = { title: t('Connect Registry'), host, cause, wantsClient, canGoBack: true, current: tls };
      const answer = await askTrust(app, step, async (trust, signal) => {
        const before = tls;
        tls = trust.tls;
        refused = await attempt(whole, answers, signal);
        // With another cause, this much is trusted, and the next question is what else is wanted.
        if (distrust === undefined || distrust.code !== code) return undefined;
        tls = before;
        return distrust.cause;
      });
      if (answer === undefined) return undefined;
      if (answer === 'back') distrust = undefined;
    }
    if (connected !== undefined) break;
  }
  if (unlisted !== undefined) offerRepositories(app, connected, unlisted);
  return connected;
}

type Described = NonNullable<Awaited<ReturnType<typeof described>>>;

/** Certificates that do not hold, and what was to be connected. */
interface Distrust extends Certificates {
  readonly whole: Described;
  readonly answers: Answers;
}

/** Where nothing is listed, names are the only way in. */
function offerRepositories(app: App, { id, label }: Connection, why: string): void {
  const node = app.tree.roots().find((root) => root.id === id);
  if (node === undefined) return;
  app.offer(`${t('{0} is connected.', label)} ${why}`, { id: 'addRepository', title: t('Add Repository…') }, node);
}

/** A registry connected before with the same account gets the new credential; one hidden from the settings is shown again. */
export async function save(app: App, connection: Omit<Connection, 'id'>, credential: Credential): Promise<Connection> {
  if (credential.kind === 'anonymous') {
    const shown = await app.connections.unhide(connection.provider, connection.url);
    const signIn = signInOf(connection);
    if (shown !== undefined && Object.keys(signIn).length > 0)
      await app.connections.updateCredential(shown.id, credential, signIn);
    if (shown !== undefined && connection.tls !== undefined) await app.connections.setTls(shown.id, connection.tls);
    if (shown !== undefined) return shown;
  }
  const { provider, url, account, authentication, login } = connection;
  const same = app.connections.all().find(
    (known) =>
      known.provider === provider &&
      known.url === url &&
      known.account === account &&
      known.login === login &&
      // An account has no credential to put in the place of a stored one.
      (authentication === undefined || known.authentication === authentication),
  );
  if (same === undefined) return app.connections.add(connection, credential);
  await app.connections.updateCredential(same.id, credential, signInOf(same));
  if (connection.tls !== undefined) await app.connections.setTls(same.id, connection.tls);
  return same;
}

function signInOf({ account, authentication, login, tenant }: Omit<Connection, 'id'>): SignIn {
  return {
    ...(tenant === undefined ? {} : { tenant }),
    ...(account === undefined ? {} : { account }),
    ...(authentication === undefined ? {} : { authentication }),
    ...(login === undefined ? {} : { login }),
  };
}

/** What the connection signs in with from now on, or why that will not do. */
async function newSignIn(
  app: App,
  type: ProviderType,
  connection: Connection,
  described: Omit<Connection, 'id'>,
  credential: Credential,
): Promise<SignIn | string> {
  const { authentication, account } = connection;
  if (described.authentication === undefined) {
    // An account of VS Code stays; the credential is beside it.
    const isBeside = authentication !== undefined && credential.kind !== 'anonymous';
    return signInOf(isBeside ? connection : described);
  }
  const session = await app.accounts.signIn(described.authentication, connection.url, type.scopes ?? []);
  if (session === undefined) return t('Nobody has signed in.');
  if (authentication !== undefined && session.account !== account)
    return t('This connection belongs to {0}.', account ?? '');
  return { authentication: described.authentication, account: session.account };
}

/** Asks for a new credential of a connection; what is not asked again stays. */
export async function updateCredential(app: App, connection: Connection): Promise<boolean> {
  const type = app.providerTypes.find(({ id }) => id === connection.provider);
  if (type === undefined) return false;
  const questions = type.questions.filter(({ partOfCredential }) => partOfCredential);
  const initial: Answers = {
    url: connection.url,
    ...(connection.account === undefined ? {} : { username: connection.account }),
  };
  const finish = async (answers: Answers, signal: AbortSignal): Promise<Refusal | undefined> => {
    const { connection: described, credential } = type.describe(answers, app.setting, app.cloud());
    const signIn = await newSignIn(app, type, connection, described, credential);
    if (typeof signIn === 'string') return { at: 'signIn', problem: signIn };
    const { id, provider, label, url, tls } = connection;
    const whole = { id, provider, label, url, ...(tls === undefined ? {} : { tls }), ...signIn };
    const { refusal } = await check(app, whole, credential, questions, answers, signal);
    if (refusal !== undefined || signal.aborted) return refusal;
    return keeping(app, questions, answers, () => app.connections.updateCredential(id, credential, signIn));
  };
  return (
    (await askQuestions(app.ask, {
      title: t('Update Credential'),
      questions,
      initial,
      stepsBefore: 0,
      finish,
      asksElsewhere: (answers) => signsInByAccount(app, type, answers),
    })) === true
  );
}

/** Whose certificates do not hold, and why. */
interface Certificates {
  readonly host: string;
  readonly cause: string;
  readonly code: string | undefined;
}

/** Why a connection is not to be kept; or, where it is, why it lists nothing. */
interface Checked {
  readonly refusal?: Refusal;
  /** Set beside the refusal where that is about certificates. */
  readonly certificates?: Certificates;
  readonly unlisted?: string;
}

/** Lists the first page with the answers given: the only check there is, so none can disagree with it. */
async function check(
  app: App,
  connection: Connection,
  credential: Credential,
  questions: readonly Question[],
  answers: Answers,
  signal: AbortSignal,
): Promise<Checked> {
  const error = await firstFailure(app, connection, credential, signal);
  if (error === undefined) return {};
  const told = report(explained(error, credential), t('connect'));
  if (told === undefined) return {};
  if (error instanceof Failure && error.kind === 'unlisted') return { unlisted: told.reason };
  app.log.error(`Connect Registry: ${causes(error)}`);
  const refusal = { at: questionAbout(error, questions, answers), problem: told.message };
  if (!(error instanceof Failure) || !isAboutCertificates(error)) return { refusal };
  const { host } = new URL(connection.url);
  return { refusal, certificates: { host, cause: told.reason, code: error.detail.code } };
}

/** Repositories that were added by name are there also where the credential is refused. */
async function firstFailure(
  app: App,
  connection: Connection,
  credential: Credential,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    return (await app.open(connection, credential).list(undefined, undefined, signal)).failure;
  } catch (error) {
    return error;
  }
}

/** A secret store that is locked or missing refuses; that is said where the secret was typed, and nothing is lost. */
async function keeping(
  app: App,
  questions: readonly Question[],
  answers: Answers,
  keep: () => Promise<void>,
): Promise<Refusal | undefined> {
  try {
    await keep();
    return undefined;
  } catch (error) {
    app.log.error(`Connect Registry: ${causes(error)}`);
    const why = error instanceof Error ? error.message : '';
    return { at: lastAsked(questions, answers), problem: t('The connection works, but could not be kept: {0}', why) };
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
function questionAbout(error: unknown, questions: readonly Question[], answers: Answers): string {
  const refused = error instanceof Failure && (error.kind === 'unauthorized' || error.kind === 'forbidden');
  return refused ? lastAsked(questions, answers) : (questions[0]?.key ?? '');
}

function lastAsked(questions: readonly Question[], answers: Answers): string {
  return questions.findLast(({ when }) => when?.(answers) ?? true)?.key ?? '';
}
