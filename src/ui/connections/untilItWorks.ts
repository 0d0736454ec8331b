import { t } from '@vscode/l10n';
import { Failure } from '../../core/failure';
import type { Connection, TlsOptions } from '../../core/model';
import type { Answers, ProviderType, Question } from '../../providers/provider';
import type { App } from '../app';
import type { Answer } from '../ask';
import { report } from '../report';
import { check, saveOrRefuse, lastAsked } from './firstPage';
import type { Candidate, Certificates } from './firstPage';
import { askQuestions } from './questions';
import type { Refusal } from './questions';
import { askTrust } from './trust';
import type { Trust } from './trust';

export interface ConnectionFlow {
  readonly title: string;
  readonly type: ProviderType;
  readonly questions: readonly Question[];
  /** The initial values of the boxes. */
  readonly initial: Answers;
  /** The number of steps before these. */
  readonly stepsBefore: number;
  /** The current address and trust of the connection. */
  readonly trusted?: Pick<Connection, 'url' | 'tls'>;
  /** The connection that the answers describe, or why they are not accepted. */
  readonly describe: (answers: Answers) => Promise<Candidate | Refusal>;
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
  const { title, questions, stepsBefore } = flow;
  let { initial } = flow;
  for (;;) {
    const finished = await askQuestions(app.ask, {
      title,
      questions,
      initial,
      refused: attempts.refused,
      stepsBefore,
      finish: (answers, signal) => attempts.finish(answers, signal),
      asksElsewhere: (answers) => signsInByAccount(app, flow.type, answers),
    });
    if (finished !== true) return finished === 'back' ? 'back' : undefined;
    while (attempts.distrust !== undefined) {
      initial = attempts.distrust.answers;
      const answer = await attempts.trust(attempts.distrust);
      if (answer === undefined) return undefined;
      if (answer === 'back') break;
    }
    if (attempts.saved !== undefined) return attempts.saved;
  }
}

/** Whether VS Code will ask for one of its accounts. False for invalid answers: they are refused while the box is still open. */
function signsInByAccount(app: App, type: ProviderType, answers: Answers): boolean {
  try {
    return type.describe(answers, app.setting).connection.signIn.kind === 'askAccount';
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

function withAccountName({ connection, credential }: Candidate, account: string): Candidate {
  return { connection: { ...connection, signIn: { kind: 'basic', account } }, credential };
}

/** Certificates that were not accepted, and the connection that was checked. */
interface Distrust extends Certificates {
  readonly candidate: Candidate;
  readonly answers: Answers;
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
  private trusted: string | undefined;
  private tls: TlsOptions | undefined;
  /** Certificate problems that are already solved. */
  private readonly settled = new Set<string>();

  constructor(
    private readonly app: App,
    private readonly flow: ConnectionFlow,
  ) {
    this.trusted = flow.trusted?.url;
    this.tls = flow.trusted?.tls;
  }

  async finish(answers: Answers, signal: AbortSignal): Promise<Refusal | undefined> {
    const described = await this.described(answers);
    if ('problem' in described) return described;
    // Trust that was chosen for one address does not apply to another.
    if (described.connection.url !== this.trusted) {
      this.tls = undefined;
      this.settled.clear();
    }
    const refusal = await this.make(described, answers, signal);
    this.refused = undefined;
    // The answers are fine: the box closes so that the question about trust can open.
    return this.distrust === undefined ? refusal : undefined;
  }

  private async described(answers: Answers): Promise<Candidate | Refusal> {
    try {
      return await this.flow.describe(answers);
    } catch (error) {
      const problem = error instanceof Failure ? report(error, t('connect'))?.message : undefined;
      if (problem === undefined) throw error;
      return { at: lastAsked(this.flow.questions, answers), problem };
    }
  }

  async trust(distrust: Distrust): Promise<Answer<Trust>> {
    const { candidate, answers, cause } = distrust;
    const { url } = candidate.connection;
    this.trusted = url;
    const wantsClient = distrust.code === 'CLIENT_CERTIFICATE';
    const { host } = new URL(url);
    const whose = { host, others: distrust.host === host ? [] : [distrust.host] };
    const step = { title: this.flow.title, ...whose, cause, wantsClient, canGoBack: true, current: this.tls };
    const answer = await askTrust(this.app, step, async (trust, signal) => {
      const before = this.tls;
      this.tls = trust.tls;
      this.refused = await this.make(candidate, answers, signal);
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

  private async make({ connection, credential }: Candidate, answers: Answers, signal: AbortSignal) {
    const { app, flow, tls } = this;
    const candidate = { connection: { ...connection, ...(tls === undefined ? {} : { tls }) }, credential };
    const { refusal, certificates, unlisted, account } = await check(app, candidate, flow.questions, answers, signal);
    this.distrust = certificates && { ...certificates, candidate: { connection, credential }, answers };
    if (refusal !== undefined || signal.aborted) return refusal;
    return saveOrRefuse(app, flow.questions, answers, async () => {
      await flow.save(account === undefined ? candidate : withAccountName(candidate, account));
      this.saved = unlisted === undefined ? {} : { unlisted };
    });
  }
}
