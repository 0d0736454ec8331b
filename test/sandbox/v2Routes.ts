import { digestOf } from './blob';
import type { Reply } from './faults';
import { mediaTypes } from './images';
import { errorReply, jsonReply, type ServedRequest } from './serve';
import { catalog, tagsList } from './v2Lists';
import type { V2Behaviour } from './v2Options';
import * as store from './v2Store';
import { continueUpload, startUpload } from './v2Uploads';

/** What a path below `/v2/` addresses, with the scope a token needs for it. */
export interface Route {
  readonly scope?: string;
  readonly answer: (request: ServedRequest, behaviour: V2Behaviour) => Reply;
}

const name = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*';
const tag = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const digest = /^sha256:[a-f0-9]{64}$/;
const anyName = /^(.+)\/(tags\/list|manifests\/[^/]+|referrers\/[^/]+|blobs\/(?:uploads\/)?[^/]*)$/;

const unknownManifest = ({ notFoundCode = 'MANIFEST_UNKNOWN' }: V2Behaviour): Reply =>
  errorReply(404, notFoundCode, 'manifest unknown');
const unknownName = ({ notFoundCode = 'NAME_UNKNOWN' }: V2Behaviour): Reply =>
  errorReply(404, notFoundCode, 'repository name not known to registry');
const unsupported = (status: number): Reply => errorReply(status, 'UNSUPPORTED', 'The operation is unsupported.');

/**
 * Of images and indexes, only a type named in full counts: distribution converts or hides what was asked for with a wildcard.
 * Registries that take other kinds than those give them to everybody.
 */
function accepts(request: ServedRequest, mediaType: string): boolean {
  const types = (request.headers.accept ?? '').split(',').map((range) => range.split(';')[0]?.trim());
  return types.includes(mediaType) || (!Object.values<string>(mediaTypes).includes(mediaType) && types.includes('*/*'));
}

function getManifest(
  repository: store.StoredRepository,
  reference: string,
  request: ServedRequest,
  behaviour: V2Behaviour,
): Reply {
  const { notAcceptable, digestHeader } = behaviour;
  const found = store.findManifest(repository, reference);
  if (!found) return unknownManifest(behaviour);
  if (!accepts(request, found.mediaType)) {
    return errorReply(notAcceptable, 'MANIFEST_UNKNOWN', `manifest is ${found.mediaType}, which Accept does not name`);
  }
  const headers = {
    'Content-Type': found.mediaType,
    ...(digestHeader ? { 'Docker-Content-Digest': found.digest } : {}),
  };
  return { status: 200, headers, body: found.bytes };
}

function deleteManifest(repository: store.StoredRepository, reference: string, behaviour: V2Behaviour): Reply {
  if (!behaviour.deleteEnabled) return unsupported(405);
  if (!digest.test(reference)) {
    if (behaviour.tagDelete !== 'allowed') return unsupported(behaviour.tagDelete);
    return repository.tags.delete(reference) ? { status: 202 } : unknownManifest(behaviour);
  }
  if (!repository.manifests.delete(reference)) return unknownManifest(behaviour);
  for (const [known, target] of repository.tags) if (target === reference) repository.tags.delete(known);
  return { status: 202 };
}

function putManifest(
  repository: store.StoredRepository,
  reference: string,
  { headers, body, url }: ServedRequest,
  behaviour: V2Behaviour,
): Reply {
  const stored = { digest: digestOf(body), mediaType: headers['content-type'] ?? '', bytes: body };
  if (!tag.test(reference) && reference !== stored.digest) {
    return errorReply(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
  }
  let json: store.ManifestJson;
  try {
    json = store.parseManifest(stored);
  } catch {
    return errorReply(400, 'MANIFEST_INVALID', 'manifest invalid');
  }
  if (json.mediaType !== undefined && json.mediaType !== stored.mediaType) {
    return errorReply(400, 'MANIFEST_INVALID', 'mediaType and Content-Type differ');
  }
  const [missing] = store.missingContent(repository, json);
  if (missing !== undefined) return errorReply(404, 'MANIFEST_BLOB_UNKNOWN', `blob unknown to registry: ${missing}`);
  repository.manifests.set(stored.digest, stored);
  if (tag.test(reference)) repository.tags.set(reference, stored.digest);
  const subject = behaviour.referrers && json.subject ? { 'OCI-Subject': json.subject.digest } : {};
  const location = url.pathname.replace(/[^/]+$/, stored.digest);
  return { status: 201, headers: { Location: location, 'Docker-Content-Digest': stored.digest, ...subject } };
}

function referrers(
  repository: store.StoredRepository | undefined,
  subject: string,
  { url }: ServedRequest,
  behaviour: V2Behaviour,
): Reply {
  if (!behaviour.referrers)
    return { status: 404, headers: { 'Content-Type': 'text/plain' }, body: '404 page not found' };
  if (!digest.test(subject)) return errorReply(400, 'DIGEST_INVALID', 'provided digest is not valid');
  const wanted = behaviour.filtersReferrers ? url.searchParams.get('artifactType') : null;
  const all = repository ? store.referrersOf(repository, subject) : [];
  const manifests = wanted === null ? all : all.filter((referrer) => referrer.artifactType === wanted);
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
  const filtered = wanted === null ? {} : { 'OCI-Filters-Applied': 'artifactType' };
  return jsonReply(200, index, { 'Content-Type': mediaTypes.ociIndex, ...filtered });
}

function blob(
  content: store.V2Store,
  repository: store.StoredRepository,
  reference: string,
  request: ServedRequest,
  behaviour: V2Behaviour,
): Reply {
  const bytes = repository.blobs.has(reference) ? content.blobs.get(reference) : undefined;
  if (!bytes) return errorReply(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
  if (request.method === 'DELETE') {
    if (!behaviour.deleteEnabled) return unsupported(405);
    repository.blobs.delete(reference);
    return { status: 202 };
  }
  if (behaviour.redirectBlobsTo !== undefined) {
    return { status: 307, headers: { Location: `${behaviour.redirectBlobsTo}${request.path}` } };
  }
  const headers = { 'Content-Type': 'application/octet-stream', 'Docker-Content-Digest': reference };
  return { status: 200, headers, body: bytes };
}

const actionOf = (method: string): string => {
  if (method === 'GET' || method === 'HEAD') return 'pull';
  return method === 'DELETE' ? 'delete' : 'pull,push';
};

function repositoryAnswer(content: store.V2Store, base: string, repositoryName: string, rest: string): Route['answer'] {
  const [kind = '', reference = '', upload = ''] = rest.split('/');
  return (request, behaviour) => {
    const { method } = request;
    const reads = method === 'GET' || method === 'HEAD';
    const known = content.repositories.get(repositoryName);
    if (kind === 'referrers') return reads ? referrers(known, reference, request, behaviour) : unsupported(405);
    const creates = method === 'PUT' || method === 'POST';
    const isParent =
      behaviour.showsParents && [...content.repositories.keys()].some((each) => each.startsWith(`${repositoryName}/`));
    const repository = known ?? (creates || isParent ? store.emptyRepository() : undefined);
    if (!repository) return kind === 'manifests' ? unknownManifest(behaviour) : unknownName(behaviour);
    if (creates) content.repositories.set(repositoryName, repository);
    if (kind === 'tags')
      return reads ? tagsList(repositoryName, repository, content, request, behaviour) : unsupported(405);
    if (kind === 'manifests') {
      if (!tag.test(reference) && !digest.test(reference))
        return errorReply(400, 'TAG_INVALID', 'manifest tag invalid');
      const { headManifest } = behaviour;
      if (method === 'HEAD' && headManifest !== undefined) return { status: headManifest };
      if (reads) return getManifest(repository, reference, request, behaviour);
      if (method === 'DELETE') return deleteManifest(repository, reference, behaviour);
      return method === 'PUT' ? putManifest(repository, reference, request, behaviour) : unsupported(405);
    }
    if (reference !== 'uploads') {
      if (!digest.test(reference)) return errorReply(400, 'DIGEST_INVALID', 'provided digest is not valid');
      return blob(content, repository, reference, request, behaviour);
    }
    const target = { store: content, repository, base: `${base}${repositoryName}` };
    if (upload !== '') return continueUpload(target, upload, request);
    return method === 'POST' ? startUpload(target, request) : unsupported(405);
  };
}

/** `path` is what follows `/v2/`; `base` is what precedes it, with `/v2/` itself. */
export function route(content: store.V2Store, base: string, method: string, path: string): Route | undefined {
  if (path === '') return { answer: () => jsonReply(200, {}) };
  if (path === '_catalog') {
    const answer: Route['answer'] = (request, behaviour) => catalog(content, request, behaviour);
    return { scope: 'registry:catalog:*', answer };
  }
  const [, repositoryName, rest] = anyName.exec(path) ?? [];
  if (repositoryName === undefined || rest === undefined) return undefined;
  if (repositoryName.length > 255 || !new RegExp(`^${name}$`).test(repositoryName)) {
    return { answer: () => errorReply(400, 'NAME_INVALID', 'invalid repository name') };
  }
  return {
    scope: `repository:${repositoryName}:${actionOf(method)}`,
    answer: repositoryAnswer(content, base, repositoryName, rest),
  };
}
