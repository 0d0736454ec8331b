import { t } from '@vscode/l10n';
import { Failure } from '../../core/failure';
import type { Connection, SignIn, TlsOptions } from '../../core/model';
import type { ConnectAsk, Described } from '../../providers/provider';
import type { App } from '../app';
import type { Answer } from '../ask';
import { report } from '../report';
import { check, keeping } from './firstPage';
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
  /** The connection that signs in anew; absent where it is a new one. */
  readonly known?: Connection;
  /** What is signed in with, or why that will not do. */
  readonly signIn: (described: Described) => Promise<SignIn | string>;
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
  const { title, code, stepsBefore } = flow;
  const texts: Texts = new Map();
  for (;;) {
    const finished = await askQuestions(app.ask, {
      title,
      code,
      texts,
      refused: attempts.refused,
      stepsBefore,
      finish: (described, signal) => attempts.finish(described, signal),
      asksElsewhere: ({ connection }) => connection.signIn.kind === 'askAccount',
      refusalOf,
    });
    if (finished !== true) return finished === 'back' ? 'back' : undefined;
    while (attempts.distrust !== undefined) {
      const answer = await attempts.trust(attempts.distrust);
      if (answer === undefined) return undefined;
      if (answer === 'back') break;
    }
    if (attempts.kept !== undefined) return attempts.kept;
  }
}

/** What cannot be described is said at the answer that wanted it. */
function refusalOf(error: unknown): Refusal {
  const problem = error instanceof Failure ? report(error, t('connect'))?.message : undefined;
  if (problem === undefined) throw error;
  return { at: 'last', problem };
}

function named({ connection, credential }: Candidate, account: string): Candidate {
  return { connection: { ...connection, signIn: { kind: 'basic', account } }, credential };
}

/** Certificates that do not hold, and what was to be connected. */
interface Distrust extends Certificates {
  readonly candidate: Candidate;
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
    this.trusted = flow.known?.url;
    this.tls = flow.known?.tls;
  }

  async finish(described: Described, signal: AbortSignal): Promise<Refusal | undefined> {
    const candidate = await this.signedIn(described);
    if ('problem' in candidate) return candidate;
    // What was chosen for one host says nothing of another.
    if (candidate.connection.url !== this.trusted) {
      this.tls = undefined;
      this.settled.clear();
    }
    const refusal = await this.make(candidate, signal);
    this.refused = undefined;
    // Answers are not what is wrong: the box closes, for the question how to trust.
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
      return refusalOf(error);
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

  private async make({ connection, credential }: Candidate, signal: AbortSignal) {
    const { app, flow, tls } = this;
    const candidate = { connection: { ...connection, ...(tls === undefined ? {} : { tls }) }, credential };
    const { refusal, certificates, unlisted, account } = await check(app, candidate, signal);
    this.distrust = certificates && { ...certificates, candidate: { connection, credential } };
    if (refusal !== undefined || signal.aborted) return refusal;
    return keeping(app, async () => {
      await flow.keep(account === undefined ? candidate : named(candidate, account));
      this.kept = unlisted === undefined ? {} : { unlisted };
    });
  }
}
