import { t } from '@vscode/l10n';
import { defined } from '../../core/defined';
import { Failure } from '../../core/failure';
import type { Connection, SignIn, TlsOptions } from '../../core/model';
import type { ConnectAsk, Described } from '../../providers/provider';
import type { App } from '../app';
import type { Answer } from '../ask';
import { report } from '../report';
import { check, saveOrRefuse } from './firstPage';
import type { Candidate, Certificates } from './firstPage';
import { askQuestions } from './questions';
import type { Refusal, Texts } from './questions';
import { askTrust } from './trust';
import type { Trust } from './trust';

export interface ConnectionFlow {
  readonly title: string;
  readonly code: (ask: ConnectAsk) => Promise<Described>;
  /** Steps already taken before these. */
  readonly stepsBefore: number;
  /** The answer to the first question, if it was given already. */
  readonly firstAnswer?: string;
  /** The connection whose sign-in is updated; absent for a new one. */
  readonly known?: Connection;
  /** What is signed in with, or why that will not do. */
  readonly signIn: (described: Described) => Promise<SignIn | string>;
  /** Saves the connection that works, with its trust. */
  readonly save: (candidate: Candidate) => Promise<void>;
}

/** A connection was saved. */
export interface Saved {
  /** Why it lists nothing; absent if it lists something. */
  readonly unlisted?: string;
}

/** Asks until the described connection works and is saved. If certificates are the problem, also asks how to trust the server. */
export async function askUntilItWorks(app: App, flow: ConnectionFlow): Promise<Saved | 'back' | undefined> {
  const attempts = new Attempts(app, flow);
  const { title, code, stepsBefore, firstAnswer } = flow;
  const texts: Texts = new Map();
  for (;;) {
    const finished = await askQuestions(app.ask, {
      title,
      code: (ask) => code({ ...ask, asksUserName: attempts.asksUserName }),
      texts,
      refused: attempts.refused,
      stepsBefore,
      ...defined({ firstAnswer: texts.size === 0 ? firstAnswer : undefined }),
      finish: (described, signal) => attempts.finish(described, signal),
      asksElsewhere: ({ connection }) => connection.signIn.kind === 'askAccount',
      refusalOf: (error) => refusalOf(error),
    });
    if (finished !== true) return finished === 'back' ? 'back' : undefined;
    while (attempts.distrust !== undefined) {
      const answer = await attempts.trust(attempts.distrust);
      if (answer === undefined) return undefined;
      if (answer === 'back') break;
    }
    if (attempts.saved !== undefined) return attempts.saved;
  }
}

/** What cannot be described is said at the answer that wanted it. */
function refusalOf(error: unknown, part: 'message' | 'reason' = 'message'): Refusal {
  const problem = error instanceof Failure ? report(error, t('connect'))?.[part] : undefined;
  if (problem === undefined) throw error;
  return { at: 'last', problem };
}

/** With the user name that the service tells, where a token was given without one. */
function withAccountName({ connection, credential }: Candidate, account: string): Candidate {
  if (credential.kind !== 'basic' || credential.username !== '') return { connection, credential };
  const { signIn } = connection;
  return {
    connection: signIn.kind === 'basic' ? { ...connection, signIn: { ...signIn, account } } : connection,
    credential: { ...credential, username: account },
  };
}

/** Certificates that were not accepted, and the connection that was checked. */
interface Distrust extends Certificates {
  readonly candidate: Candidate;
}

/** Identifies a certificate problem by host and code. */
function troubleOf({ host, code }: Certificates): string {
  return `${host} ${code}`;
}

/** Checks the connection that the answers describe, and remembers the result. */
class Attempts {
  saved: Saved | undefined;
  distrust: Distrust | undefined;
  /** Why it was refused after the server was trusted. */
  refused: Refusal | undefined;
  /** The service did not tell whose token it is. */
  asksUserName = false;
  private trusted: string | undefined;
  private tls: TlsOptions | undefined;
  /** Certificate problems that are already solved. */
  private readonly settled = new Set<string>();

  constructor(
    private readonly app: App,
    private readonly flow: ConnectionFlow,
  ) {
    this.trusted = flow.known?.url;
    this.tls = flow.known?.tls;
  }

  async finish(described: Described, signal: AbortSignal): Promise<Refusal | 'more' | undefined> {
    const askedUserName = this.asksUserName;
    const candidate = await this.signedIn(described);
    if ('problem' in candidate) return candidate;
    // Trust that was chosen for one address does not apply to another.
    if (candidate.connection.url !== this.trusted) {
      this.tls = undefined;
      this.settled.clear();
    }
    const refusal = await this.make(candidate, signal);
    this.refused = undefined;
    if (this.asksUserName && !askedUserName) return 'more';
    // The answers are fine: the box closes so that the question about trust can open.
    return this.distrust === undefined ? refusal : undefined;
  }

  private async signedIn(described: Described): Promise<Candidate | Refusal> {
    const { known } = this.flow;
    try {
      const signIn = await this.flow.signIn(described);
      if (typeof signIn === 'string') return { at: 'last', problem: signIn };
      const connection = { ...(known && { id: known.id }), ...described.connection, signIn };
      return { connection, credential: described.credential };
    } catch (error) {
      // Shown with a choice, on one line: what failed is plain there.
      return refusalOf(error, 'reason');
    }
  }

  async trust(distrust: Distrust): Promise<Answer<Trust>> {
    const { candidate, cause } = distrust;
    const { url } = candidate.connection;
    this.trusted = url;
    const wantsClient = distrust.code === 'CLIENT_CERTIFICATE';
    const { host } = new URL(url);
    const whose = { host, others: distrust.host === host ? [] : [distrust.host] };
    const step = { title: this.flow.title, ...whose, cause, wantsClient, canGoBack: true, current: this.tls };
    const answer = await askTrust(this.app, step, async (trust, signal) => {
      const before = this.tls;
      this.tls = trust.tls;
      this.refused = await this.make(candidate, signal);
      if (this.distrust === undefined) return undefined;
      const left = troubleOf(this.distrust);
      // Another problem came up: this one is solved, so the next question is about the new one.
      if (!this.distrust.ofFiles && left !== troubleOf(distrust) && !this.settled.has(left)) {
        this.settled.add(troubleOf(distrust));
        return undefined;
      }
      this.tls = before;
      return this.distrust.cause;
    });
    if (answer === 'back') this.distrust = undefined;
    return answer;
  }

  private async make({ connection, credential }: Candidate, signal: AbortSignal) {
    const { app, flow, tls } = this;
    const candidate = { connection: { ...connection, ...(tls === undefined ? {} : { tls }) }, credential };
    const { refusal, certificates, unlisted, account, asksUserName } = await check(app, candidate, signal);
    if (asksUserName === true) this.asksUserName = true;
    this.distrust = certificates && { ...certificates, candidate: { connection, credential } };
    if (refusal !== undefined || signal.aborted) return refusal;
    return saveOrRefuse(app, async () => {
      await flow.save(account === undefined ? candidate : withAccountName(candidate, account));
      this.saved = unlisted === undefined ? {} : { unlisted };
    });
  }
}
