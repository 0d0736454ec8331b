import { z } from 'zod/mini';
import { defined } from '../core/defined';
import { platformOf } from '../core/manifest';
import type { PushedAlone, Transfer } from './engine';

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageCreate, `ProgressDetail` and `ErrorDetail` */
const message = z.object({
  id: z.nullish(z.string()),
  status: z.nullish(z.string()),
  progressDetail: z.nullish(z.object({ current: z.nullish(z.number()), total: z.nullish(z.number()) })),
  aux: z.optional(z.unknown()),
  error: z.nullish(z.string()),
  errorDetail: z.nullish(z.object({ message: z.nullish(z.string()) })),
});

const platform = z.nullish(z.object({ os: z.string(), architecture: z.string(), variant: z.nullish(z.string()) }));
/** What comes with it at the end, and what containerd's image store says of an index of which it lacks parts: https://pkg.go.dev/github.com/docker/docker/api/types/auxprogress */
const aux = z.object({
  Digest: z.nullish(z.string()),
  manifestPushedInsteadOfIndex: z.nullish(z.boolean()),
  selectedManifest: z.nullish(z.object({ platform: z.catch(platform, undefined) })),
  contentMissing: z.nullish(z.boolean()),
});

interface Layer {
  readonly isDone: boolean;
  readonly bytes: number;
  readonly bytesDone: number;
}

const moving = /^(?:Pushing|Downloading)$/;
const moved = /^(?:Pushed|Download complete|Extracting|Pull complete)$/;
const there = /^(?:Layer already exists|Already exists|Mounted from .*)$/;
const waiting = /^(?:Preparing|Waiting|Pulling fs layer|Verifying Checksum|Retrying in .*)$/;

/** Docker takes 127 layers; those beyond as many as these are left out of the sums, which are made anew for each message. */
export const mostLayers = 1000;
/** Layers are named by the beginning of their digest, or by all of it. */
const longestId = 128;

/** Adds up what an engine tells of a push or a pull. */
export class TransferState {
  private readonly layers = new Map<string, Layer>();
  /** What the engine says went wrong: in the middle of an answer that began well. */
  error: string | undefined;
  /** The engine has told the digest of what was pushed, which it does at the very end. */
  isComplete = false;
  /** One image went to the registry in place of its index, of which the engine lacks parts. */
  alone: PushedAlone | undefined;
  /** The engine has no image of the index that it could push. */
  lacksContent = false;

  take(value: unknown): void {
    const parsed = message.safeParse(value);
    if (!parsed.success) return;
    const { id, status, progressDetail, error, errorDetail } = parsed.data;
    // Podman ends well with an empty error.
    this.error ??= [errorDetail?.message, error].find(isText);
    this.takeAux(parsed.data.aux);
    if ((status ?? '').includes('digest: sha256:')) this.isComplete = true;
    if (typeof id !== 'string' || typeof status !== 'string' || id.length > longestId) return;
    if (this.layers.size >= mostLayers && !this.layers.has(id)) return;
    const layer = this.layers.get(id) ?? { isDone: false, bytes: 0, bytesDone: 0 };
    if (moving.test(status)) {
      const bytes = Math.max(progressDetail?.total ?? 0, layer.bytes);
      this.layers.set(id, {
        isDone: false,
        bytes,
        bytesDone: Math.min(Math.max(progressDetail?.current ?? 0, 0), bytes),
      });
    } else if (moved.test(status)) this.layers.set(id, { ...layer, isDone: true, bytesDone: layer.bytes });
    else if (there.test(status)) this.layers.set(id, { isDone: true, bytes: 0, bytesDone: 0 });
    else if (waiting.test(status)) this.layers.set(id, layer);
    // Of a platform that is not pushed.
    else if (status === 'Unavailable') this.layers.delete(id);
  }

  private takeAux(value: unknown): void {
    const parsed = aux.safeParse(value);
    if (!parsed.success) return;
    const { Digest: digest, manifestPushedInsteadOfIndex, selectedManifest, contentMissing } = parsed.data;
    if (typeof digest === 'string') this.isComplete = true;
    if (contentMissing === true) this.lacksContent = true;
    if (manifestPushedInsteadOfIndex !== true) return;
    this.alone = defined({ platform: platformOf(selectedManifest?.platform ?? {}) });
  }

  get transfer(): Transfer {
    const sums = { layers: this.layers.size, layersDone: 0, bytes: 0, bytesDone: 0 };
    for (const { isDone, bytes, bytesDone } of this.layers.values()) {
      if (isDone) sums.layersDone++;
      sums.bytes += bytes;
      sums.bytesDone += bytesDone;
    }
    return sums;
  }
}

function isText(words: string | null | undefined): words is string {
  return typeof words === 'string' && words !== '';
}
