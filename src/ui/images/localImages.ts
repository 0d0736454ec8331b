import type { Log } from '../../core/log';
import type { Engines, EngineVersion, LocalImage } from '../../engine/engine';
import { causes } from '../../core/causes';
import { isCancellation } from '../report';

/** What is known of the engine's images. */
export type LocalState =
  /** Nobody has looked yet, or somebody is looking. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'listed'; readonly version: EngineVersion; readonly images: readonly LocalImage[] }
  | { readonly kind: 'failed'; readonly failure: unknown };

/** How long an engine that does not answer is left alone before it is asked again. */
const reconnectMs = 5000;

/** The engine's images, kept true by its events while somebody looks at them. */
export class LocalImages {
  private current: LocalState = { kind: 'unknown' };
  private session: AbortController | undefined;
  private connecting: Promise<void> | undefined;
  private reconnect: NodeJS.Timeout | undefined;
  private watched = false;

  /** `changed`: called whenever `state` has. */
  constructor(
    private readonly engines: Engines,
    private readonly log: Log,
    private readonly changed: () => void,
  ) {}

  get state(): LocalState {
    return this.current;
  }

  /** Whether somebody looks: only then is an engine that has gone away asked again by itself. */
  setWatched(watched: boolean): void {
    this.watched = watched;
    clearTimeout(this.reconnect);
    if (watched && this.current.kind === 'failed') void this.refresh();
  }

  /** Settles without throwing once the state is known; asks the engine if nobody has. */
  async known(): Promise<LocalState> {
    if (this.current.kind === 'unknown') void (this.connecting ?? this.refresh());
    // Whoever looks for the engine anew meanwhile, puts another in its place.
    while (this.connecting !== undefined) await this.connecting;
    return this.current;
  }

  /** Looks for the engine anew and lists what it has; what is shown stays until then. */
  refresh(): Promise<void> {
    this.session?.abort();
    clearTimeout(this.reconnect);
    const session = new AbortController();
    this.session = session;
    const connecting = this.connect(session).finally(() => {
      if (this.connecting === connecting) this.connecting = undefined;
    });
    this.connecting = connecting;
    return connecting;
  }

  /** The images that there are now. Rejects when the engine cannot tell. */
  async list(): Promise<readonly LocalImage[]> {
    if (this.current.kind === 'failed') await this.refresh();
    const state = await this.known();
    if (state.kind === 'failed') throw state.failure;
    return state.kind === 'listed' ? state.images : [];
  }

  dispose(): void {
    clearTimeout(this.reconnect);
    this.session?.abort();
  }

  private async connect(session: AbortController): Promise<void> {
    const { signal } = session;
    try {
      const engine = await this.engines.current();
      const version = await engine.version(signal);
      const list = new Coalesced(async () => {
        const images = await engine.images(signal);
        if (!signal.aborted) this.become({ kind: 'listed', version, images });
      });
      // Listed once the engine has begun to tell of changes, so that none falls between.
      await new Promise<void>((listed, reject) => {
        const changed = () => {
          list.run().then(listed, (error: unknown) => {
            reject(asError(error));
            this.failed(session, error);
          });
        };
        engine.watch(changed, signal).catch((error: unknown) => {
          reject(asError(error));
          this.failed(session, error);
        });
      });
    } catch (error) {
      this.failed(session, error);
    }
  }

  private failed(session: AbortController, error: unknown): void {
    if (session.signal.aborted || isCancellation(error)) return;
    session.abort();
    this.log.warn(`Could not list the local images\n  ${causes(error)}`);
    this.become({ kind: 'failed', failure: error });
    clearTimeout(this.reconnect);
    if (this.watched) this.reconnect = setTimeout(() => void this.refresh(), reconnectMs);
  }

  private become(state: LocalState): void {
    this.current = state;
    this.changed();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Runs a task at most once at a time; calls meanwhile are answered by one more run after it. */
class Coalesced {
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  constructor(private readonly task: () => Promise<void>) {}

  run(): Promise<void> {
    if (this.running === undefined) {
      this.running = this.task().finally(() => {
        this.running = undefined;
      });
      return this.running;
    }
    this.next ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.run();
      });
    return this.next;
  }
}
