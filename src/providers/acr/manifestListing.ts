import { abandonable } from '../../core/shared';
import { PageTrail } from '../../core/bounds';
import type { Page } from '../../core/model';
import type { ManifestAnswer } from './acrAnswers';

/** A page that is being read. */
interface Reading {
  readonly done: Promise<void>;
  readonly controller: AbortController;
  waiting: number;
}

/** The manifests of a repository, newest first. Pages are read when needed, and only once for all callers. */
export class ManifestListing {
  private readonly known = new Map<string, ManifestAnswer>();
  private readonly trail = new PageTrail('');
  private cursor: string | undefined;
  /** The list was read to its end, or to the limit of `core/bounds.ts`. */
  private isWhole = false;
  private reading: Reading | undefined;

  constructor(
    private readonly read: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<ManifestAnswer>>,
  ) {}

  /** The manifest of a digest, if it was read already. */
  get(digest: string): ManifestAnswer | undefined {
    return this.known.get(digest);
  }

  /** Reads further pages until the digest is found; undefined if it is not listed. */
  async find(digest: string, signal: AbortSignal): Promise<ManifestAnswer | undefined> {
    while (!this.known.has(digest) && !this.isWhole) await this.more(signal);
    return this.known.get(digest);
  }

  /** Reads the next page. Several callers share one request. */
  async more(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const reading = (this.reading ??= this.startReading());
    reading.waiting++;
    try {
      await abandonable(reading.done, signal);
    } finally {
      // The request is aborted when the last of its callers stops waiting.
      if (--reading.waiting === 0) {
        this.reading = undefined;
        reading.controller.abort();
      }
    }
  }

  private startReading(): Reading {
    const controller = new AbortController();
    return { controller, waiting: 0, done: this.readPage(controller.signal) };
  }

  private async readPage(signal: AbortSignal): Promise<void> {
    const { items, next } = await this.read(this.cursor, signal);
    const before = this.known.size;
    for (const manifest of items) this.known.set(manifest.digest, manifest);
    this.cursor = this.trail.after(next === undefined ? {} : { next }, this.known.size - before);
    this.isWhole = this.cursor === undefined;
  }
}
