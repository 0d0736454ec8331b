import type { Log } from '../../core/log';
import type { Engines, EngineVersion, LocalImage } from '../../engine/engine';
import { causes } from '../../core/causes';
import { isCancellation } from '../report';

/** The known state of the engine's images. */
export type LocalState =
  /** Not listed yet. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'listed'; readonly version: EngineVersion; readonly images: readonly LocalImage[] }
  | { readonly kind: 'failed'; readonly failure: unknown };

/** Time before an engine that failed is asked again. */
const reconnectMs = 5000;

/** The images of the engine, kept current by its events while the view is visible. */
export class LocalImages {
  private current: LocalState = { kind: 'unknown' };
  private session: AbortController | undefined;
  private connecting: Promise<void> | undefined;
  private reconnect: NodeJS.Timeout | undefined;
  private watched = false;

  /** `changed` is called whenever `state` has changed. */
  constructor(
    private readonly engines: Engines,
    private readonly log: Log,
    private readonly changed: () => void,
  ) {}

  get state(): LocalState {
    return this.current;
  }

  /** Whether the view is visible: only then is a failed engine asked again automatically. */
  setWatched(watched: boolean): void {
    this.watched = watched;
    clearTimeout(this.reconnect);
    if (watched && this.current.kind === 'failed') void this.refresh();
  }

  /** Resolves once the state is known; asks the engine if needed. Never rejects. */
  async known(): Promise<LocalState> {
    if (this.current.kind === 'unknown') void (this.connecting ?? this.refresh());
    // A refresh in the meantime replaces the promise, so check again.
    while (this.connecting !== undefined) await this.connecting;
    return this.current;
  }

  /** Finds the engine again and lists its images. The old state stays until then. */
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

  /** The current images. Rejects if the engine cannot list them. */
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
      // The images are listed after the watch has started, so that no change is missed.
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
    const why = causes(error);
    // It is tried again every few seconds.
    if (this.current.kind !== 'failed' || causes(this.current.failure) !== why)
      this.log.warn(`Could not list the local images\n  ${why}`);
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

/** Runs a task at most once at a time. All calls during a run share one more run after it. */
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
