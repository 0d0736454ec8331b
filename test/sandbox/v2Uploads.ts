import { randomUUID } from 'node:crypto';
import { digestOf } from './blob';
import type { Reply } from './faults';
import { errorReply, type ServedRequest } from './serve';
import { storeBlob, type StoredRepository, type V2Store } from './v2Store';

/** Where a request addresses: `base` is the path of the repository, as locations have to name it. */
export interface UploadTarget {
  readonly store: V2Store;
  readonly repository: StoredRepository;
  readonly base: string;
}

function finish({ store, repository, base }: UploadTarget, bytes: Buffer, digest: string): Reply {
  if (digestOf(bytes) !== digest) return errorReply(400, 'DIGEST_INVALID', 'provided digest did not match content');
  storeBlob(store, repository, bytes);
  return { status: 201, headers: { Location: `${base}/blobs/${digest}`, 'Docker-Content-Digest': digest } };
}

function session(base: string, id: string, length: number): Reply {
  const headers = {
    Location: `${base}/blobs/uploads/${id}`,
    'Docker-Upload-UUID': id,
    Range: `0-${Math.max(0, length - 1)}`,
  };
  return { status: 202, headers };
}

/** https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs */
export function startUpload(target: UploadTarget, { url, body }: ServedRequest): Reply {
  const { store, repository, base } = target;
  const digest = url.searchParams.get('digest');
  if (digest !== null) return finish(target, body, digest);
  const mount = url.searchParams.get('mount');
  const source = store.repositories.get(url.searchParams.get('from') ?? '');
  if (mount !== null && source?.blobs.has(mount)) {
    repository.blobs.add(mount);
    return { status: 201, headers: { Location: `${base}/blobs/${mount}`, 'Docker-Content-Digest': mount } };
  }
  const id = randomUUID();
  store.uploads.set(id, Buffer.alloc(0));
  return session(base, id, 0);
}

export function continueUpload(target: UploadTarget, id: string, { method, url, headers, body }: ServedRequest): Reply {
  const { uploads } = target.store;
  const sofar = uploads.get(id);
  if (!sofar) return errorReply(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
  if (method === 'DELETE') {
    uploads.delete(id);
    return { status: 204 };
  }
  if (method === 'GET') return { ...session(target.base, id, sofar.length), status: 204 };
  const start = /^(\d+)-\d+$/.exec(headers['content-range'] ?? '')?.[1];
  if (start !== undefined && Number(start) !== sofar.length) {
    return { ...session(target.base, id, sofar.length), status: 416 };
  }
  const bytes = Buffer.concat([sofar, body]);
  if (method === 'PATCH') {
    uploads.set(id, bytes);
    return session(target.base, id, bytes.length);
  }
  uploads.delete(id);
  const digest = url.searchParams.get('digest');
  return digest === null ? errorReply(400, 'DIGEST_INVALID', 'digest missing') : finish(target, bytes, digest);
}
