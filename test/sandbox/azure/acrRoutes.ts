import type { Reply } from '../faults';
import type { BuiltManifest } from '../images';
import { errorReply, jsonReply, type ServedRequest } from '../serve';
import { lockedReply } from './acr';

interface Lock {
  readonly deleteEnabled: boolean;
  readonly writeEnabled: boolean;
}

interface StoredTag {
  readonly digest: string;
  readonly created: Date;
  /** When it was put on another image than its first. */
  readonly updated?: Date;
  lock: Lock;
}

export interface AcrRepository {
  readonly manifests: Map<string, { readonly manifest: ListedManifest; readonly created: Date; lock: Lock }>;
  readonly tags: Map<string, StoredTag>;
  lock: Lock;
}

/** What the listing tells of a manifest. */
type ListedManifest = Pick<BuiltManifest, 'digest' | 'mediaType' | 'layersSize' | 'platform'> & {
  readonly children: readonly { readonly layersSize: number }[];
  readonly blobs: readonly { readonly mediaType: string }[];
};

export interface AcrRoute {
  /** What a token must allow. */
  readonly scope: string;
  readonly answer: () => Reply;
}

const registry = 'sandbox.azurecr.io';

/** https://github.com/Azure/azure-rest-api-specs/blob/main/specification/containerregistry/data-plane/Microsoft.ContainerRegistry/preview/2019-08-15/containerregistry.json */
export function acrRoute(
  repositories: Map<string, AcrRepository>,
  { method, url, body }: ServedRequest,
  forget: (repository: string, reference: string) => void,
): AcrRoute | undefined {
  const [, encoded = '', list, key] =
    /^\/acr\/v1\/([^/]+)(?:\/(_tags|_manifests)(?:\/([^/]+))?)?$/.exec(url.pathname) ?? [];
  const name = decodeURIComponent(encoded);
  if (name === '' || name.startsWith('_')) return undefined;
  const repository = repositories.get(name);
  const scope = (action: string) => `repository:${name}:${action}`;
  const found = (answer: (repository: AcrRepository) => Reply) => () =>
    repository === undefined
      ? errorReply(404, 'NAME_UNKNOWN', 'repository name not known to registry')
      : answer(repository);
  if (method === 'DELETE' && list === '_tags' && key !== undefined)
    return { scope: scope('delete'), answer: found((there) => untag(there, name, decodeURIComponent(key), forget)) };
  if (method === 'DELETE' && list === undefined)
    return { scope: scope('delete'), answer: found((there) => deleteAll(there, name, repositories, forget)) };
  if (method === 'PATCH' && (list === undefined) === (key === undefined))
    return {
      scope: scope('metadata_write'),
      answer: found((there) => change(there, list, decodeURIComponent(key ?? ''), body)),
    };
  if (method !== 'GET') return undefined;
  return { scope: scope('metadata_read'), answer: found((there) => read(there, name, list, key, url)) };
}

function read(
  repository: AcrRepository,
  name: string,
  list: string | undefined,
  key: string | undefined,
  url: URL,
): Reply {
  const about = { registry, imageName: name };
  if (list === undefined)
    return jsonReply(200, {
      ...about,
      manifestCount: repository.manifests.size,
      tagCount: repository.tags.size,
      changeableAttributes: attributes(repository.lock),
    });
  if (key === undefined) return page(repository, name, list, url);
  if (list === '_tags') {
    const tag = describeTag(repository, decodeURIComponent(key));
    return tag === undefined ? tagUnknown() : jsonReply(200, { ...about, tag });
  }
  const manifest = describeManifest(repository, decodeURIComponent(key));
  return manifest === undefined
    ? errorReply(404, 'MANIFEST_UNKNOWN', 'manifest unknown')
    : jsonReply(200, { ...about, manifest });
}

function page(repository: AcrRepository, name: string, list: string, url: URL): Reply {
  const query = url.searchParams;
  const size = Number(query.get('n') ?? '100');
  const order = query.get('orderby') ?? '';
  if (!Number.isInteger(size) || size < 1 || !['', 'none', 'timeasc', 'timedesc'].includes(order))
    return errorReply(400, 'PAGINATION_NUMBER_INVALID', 'invalid number of results requested');
  const isTags = list === '_tags';
  const dated = isTags ? repository.tags : repository.manifests;
  const digest = query.get('digest');
  const keys = [...dated.keys()]
    .filter((key) => digest === null || repository.tags.get(key)?.digest === digest)
    .sort((one, other) => {
      const by = changedAt(dated.get(other)) - changedAt(dated.get(one));
      return (order === 'timedesc' ? by : order === 'timeasc' ? -by : 0) || (one < other ? -1 : 1);
    });
  const last = query.get('last');
  const from = last === null ? 0 : keys.indexOf(last) + 1;
  const shown = keys.slice(from, from + size);
  const rows = shown.map((key) => (isTags ? describeTag(repository, key) : describeManifest(repository, key)));
  const next = `/acr/v1/${encodeURIComponent(name)}/${list}?last=${encodeURIComponent(shown.at(-1) ?? '')}&n=${size}&orderby=${order}${digest === null ? '' : `&digest=${encodeURIComponent(digest)}`}`;
  const headers = from + size < keys.length ? { Link: `<${next}>; rel="next"` } : {};
  return jsonReply(200, { registry, imageName: name, [isTags ? 'tags' : 'manifests']: rows }, headers);
}

/** acr-dataplane-recordings/repository_and_artifact_tests/deletes_a_given_tag.json */
function untag(
  repository: AcrRepository,
  name: string,
  tag: string,
  forget: (repository: string, reference: string) => void,
): Reply {
  const found = repository.tags.get(tag);
  if (found === undefined) return tagUnknown();
  const locks = [found.lock, repository.lock];
  if (locks.some(({ deleteEnabled, writeEnabled }) => !deleteEnabled || !writeEnabled)) return lockedReply();
  repository.tags.delete(tag);
  forget(name, tag);
  return { status: 202, headers: { 'X-Ms-Int-Docker-Content-Digest': found.digest } };
}

/** acr-dataplane-recordings/containerregistryclient_tests/deletes_repository_of_given_name.json */
function deleteAll(
  repository: AcrRepository,
  name: string,
  repositories: Map<string, AcrRepository>,
  forget: (repository: string, reference: string) => void,
): Reply {
  const { tags, manifests, lock } = repository;
  const locks = [lock, ...[...tags.values(), ...manifests.values()].map((one) => one.lock)];
  if (locks.some(({ deleteEnabled, writeEnabled }) => !deleteEnabled || !writeEnabled)) return lockedReply();
  for (const reference of [...tags.keys(), ...manifests.keys()]) forget(name, reference);
  repositories.delete(name);
  return jsonReply(202, { manifestsDeleted: [...manifests.keys()], tagsDeleted: [...tags.keys()] });
}

/** acr-dataplane-recordings/repository_and_artifact_tests/sets_tag_properties.json */
function change(repository: AcrRepository, list: string | undefined, key: string, body: Buffer): Reply {
  const { tags, manifests } = repository;
  const found = list === undefined ? repository : list === '_tags' ? tags.get(key) : manifests.get(key);
  if (found === undefined) return tagUnknown();
  const sent = JSON.parse(body.toString()) as Partial<Lock>;
  if (Object.values(sent).some((value) => typeof value !== 'boolean'))
    return errorReply(400, 'INVALID_REQUEST', 'invalid changeable attributes');
  found.lock = { ...found.lock, ...sent };
  return jsonReply(200, { registry, changeableAttributes: attributes(found.lock) });
}

function tagUnknown(): Reply {
  return errorReply(404, 'TAG_UNKNOWN', 'the specified tag does not exist');
}

function describeTag({ tags }: AcrRepository, name: string) {
  const tag = tags.get(name);
  if (tag === undefined) return undefined;
  return {
    name,
    digest: tag.digest,
    createdTime: timeOf(tag.created),
    lastUpdateTime: timeOf(tag.updated ?? tag.created),
    signed: false,
    changeableAttributes: attributes(tag.lock),
  };
}

function describeManifest({ manifests, tags }: AcrRepository, digest: string) {
  const found = manifests.get(digest);
  if (found === undefined) return undefined;
  const { manifest, created, lock } = found;
  const time = timeOf(created);
  const names = [...tags].filter(([, tag]) => tag.digest === digest).map(([name]) => name);
  const { platform, children, blobs, layersSize } = manifest;
  return {
    digest,
    // Of an index, that of all it lists: should_list_registry_manifests.json
    imageSize: children.reduce((sum, child) => sum + child.layersSize, layersSize),
    createdTime: time,
    lastUpdateTime: time,
    ...(platform === undefined ? {} : { architecture: platform.architecture, os: platform.os }),
    mediaType: manifest.mediaType,
    ...(children.length > 0 ? {} : { configMediaType: blobs[0]?.mediaType }),
    ...(names.length > 0 ? { tags: names } : {}),
    changeableAttributes: attributes(lock),
  };
}

function changedAt(stored: { readonly created: Date; readonly updated?: Date } | undefined): number {
  return (stored?.updated ?? stored?.created)?.getTime() ?? 0;
}

/** As the service writes it, with more digits than a date of JavaScript has. */
function timeOf(date: Date): string {
  return date.toISOString().replace('Z', '4548Z');
}

function attributes(lock: Lock) {
  return { ...lock, readEnabled: true, listEnabled: true };
}
