import { createCipheriv, createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { tar } from './tar';

/** Content addressed by its digest, as a registry stores it. */
export interface Blob {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Annotations;
  readonly platform?: Platform;
}

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

export type Annotations = Readonly<Record<string, string>>;

/** A gzipped tar with the digest of the plain tar, which an image config lists. */
export interface Layer {
  readonly bytes: Buffer;
  readonly digest: string;
  readonly diffId: string;
}

export function digestOf(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function blob(mediaType: string, content: Buffer | string): Blob {
  const bytes = Buffer.from(content);
  return { mediaType, bytes, digest: digestOf(bytes) };
}

export function jsonBlob(mediaType: string, content: unknown): Blob {
  return blob(mediaType, JSON.stringify(content));
}

export function descriptorOf(content: Blob): Descriptor {
  return { mediaType: content.mediaType, digest: content.digest, size: content.bytes.length };
}

/** `size` bytes that do not compress and are always the same for the same seed. */
function padding(seed: string, size: number): Buffer {
  const key = createHash('sha256').update(seed).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}

export interface LayerOptions {
  readonly files?: Readonly<Record<string, string | Buffer>>;
  /** Weight for layers that should look like real ones; equal padding of equal files is one blob. */
  readonly padding?: { readonly seed: string; readonly size: number };
}

export function layer({ files = {}, padding: weight }: LayerOptions): Layer {
  const heavy = weight ? { 'usr/lib/payload.bin': padding(weight.seed, weight.size) } : {};
  const plain = tar({ ...files, ...heavy });
  // Padding cannot be compressed; storing it keeps building fast.
  const bytes = gzipSync(plain, { level: weight ? 0 : 6 });
  return { bytes, digest: digestOf(bytes), diffId: digestOf(plain) };
}
