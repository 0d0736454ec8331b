import { t } from '@vscode/l10n';
import { Failure } from '../../core/failure';
import type { Connection, TlsOptions } from '../../core/model';
import type { Answers, ProviderType, Question } from '../../providers/provider';
import type { App } from '../app';
import type { Answer } from '../ask';
import { report } from '../report';
import { check, keeping, lastAsked } from './firstPage';
import type { Candidate, Certificates } from './firstPage';
import { askQuestions } from './questions';
import type { Refusal } from './questions';
import { askTrust } from './trust';
import type { Trust } from './trust';

export interface ConnectionFlow {
  readonly title: string;
  readonly type: ProviderType;
  readonly questions: readonly Question[];
  /** What stands in the boxes at first. */
  readonly initial: Answers;
  /** Steps already taken before these. */
  readonly stepsBefore: number;
  /** Whose server is trusted how already. */
  readonly trusted?: Pick<Connection, 'url' | 'tls'>;
  /** What the answers describe, or why they will not do. */
  readonly describe: (answers: Answers) => Promise<Candidate | Refusal>;
  /** Keeps what works, with how its server is trusted. */
  readonly keep: (candidate: Candidate) => Promise<void>;
}

/** What was kept. */
export interface Kept {
  /** Why it lists nothing, if so. */
  readonly unlisted?: string;
}

/** Asks until what was described works and is kept; also how its server is to be trusted, where that stands in the way. */
export async function askUntilItWorks(app: App, flow: ConnectionFlow): Promise<Kept | 'back' | undefined> {
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
    if (attempts.kept !== undefined) return attempts.kept;
  }
}

/** Whether VS Code is to ask for one of its accounts. What cannot be described is refused, with the box still open. */
function signsInByAccount(app: App, type: ProviderType, answers: Answers): boolean {
  try {
    return type.describe(answers, app.setting).connection.signIn.kind === 'askAccount';
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

function named({ connection, credential }: Candidate, account: string): Candidate {
  return { connection: { ...connection, signIn: { kind: 'basic', account } }, credential };
}

/** Certificates that do not hold, and what was to be connected. */
interface Distrust extends Certificates {
  readonly candidate: Candidate;
  readonly answers: Answers;
}

/** The same trouble with another host is another. */
function troubleOf({ host, code }: Certificates): string {
  return `${host} ${code}`;
}

/** Tries what the answers describe, and remembers what came of it. */
class Attempts {
  kept: Kept | undefined;
  distrust: Distrust | undefined;
  /** Why it would not do once it was trusted. */
  refused: Refusal | undefined;
  private trusted: string | undefined;
  private tls: TlsOptions | undefined;
  /** What does not stand in the way any more. */
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
    // What was chosen for one host says nothing of another.
    if (described.connection.url !== this.trusted) {
      this.tls = undefined;
      this.settled.clear();
    }
    const refusal = await this.make(described, answers, signal);
    this.refused = undefined;
    // Answers are not what is wrong: the box closes, for the question how to trust.
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
      // With another cause, this much is trusted, and the next question is what else is wanted.
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
    return keeping(app, flow.questions, answers, async () => {
      await flow.keep(account === undefined ? candidate : named(candidate, account));
      this.kept = unlisted === undefined ? {} : { unlisted };
    });
  }
}
