import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RegistryProvider } from '../../../src/providers/provider';
import { generic } from '../../../src/providers/generic/genericType';
import type { Attachment, Entry, PlatformImage, Tag } from '../../../src/core/model';
import type { Reply } from '../../sandbox/faults';
import { errorReply, jsonReply, type ServedRequest } from '../../sandbox/serve';
import { contextOf } from '../providerContext';
import { scripted, type ScriptedServer } from '../core/scripted';

/** The content of a registry that a public report tells of: fixtures/README.md names them. */
export interface Reported {
  readonly manifests: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly blobs: Readonly<Record<string, string>>;
  readonly referrers?: Readonly<Record<string, unknown>>;
}

export function reportedCase(name: string): Reported {
  return readReported(name) as Reported;
}

export function readReported(name: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../core/fixtures/reported', `${name}.json`), 'utf8'));
}

const { signal } = new AbortController();

export interface Reporting {
  readonly server: ScriptedServer;
  readonly provider: RegistryProvider;
  readonly tagOf: (label: string) => Tag;
  /** What a row opens to, and what keeps it from being whole. */
  readonly open: (
    entry: Entry,
  ) => Promise<{ readonly rows: readonly (PlatformImage | Attachment)[]; readonly failure?: unknown }>;
  readonly deleted: readonly string[];
}

/** A registry with that content and nothing else, byte for byte, until the test ends; `answer` goes before it. */
export async function serving(
  { manifests, blobs, referrers }: Reported,
  answer: (request: ServedRequest) => Reply | undefined = () => undefined,
): Promise<Reporting> {
  const deleted: string[] = [];
  const server = await scripted((request): Reply => {
    const own = answer(request);
    if (own !== undefined) return own;
    const [, kind = '', reference = ''] = /^\/v2\/team\/app\/(\w+)\/([^/]+)$/.exec(request.url.pathname) ?? [];
    const manifest = manifests[reference];
    if (kind === 'manifests' && request.method === 'DELETE') {
      deleted.push(reference);
      return { status: 202 };
    }
    if (kind === 'manifests' && manifest !== undefined) {
      const { contentType = '', 'Docker-Content-Digest': digest = '', body = '' } = manifest;
      return { status: 200, headers: { 'Content-Type': contentType, 'Docker-Content-Digest': digest }, body };
    }
    if (kind === 'manifests') return errorReply(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
    if (kind === 'blobs' && blobs[reference] !== undefined) return { status: 200, body: blobs[reference] };
    if (kind === 'blobs') return errorReply(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
    if (kind === 'tags')
      return jsonReply(200, { name: 'team/app', tags: Object.keys(manifests).filter((one) => !one.includes(':')) });
    const list = referrers?.[reference];
    if (kind === 'referrers' && referrers !== undefined)
      return jsonReply(200, list ?? { schemaVersion: 2, manifests: [] }, {
        'Content-Type': 'application/vnd.oci.image.index.v1+json',
      });
    return { status: 404, headers: { 'Content-Type': 'text/plain' }, body: '404 page not found' };
  });
  const provider = generic.open(
    { id: 'test', provider: 'generic', label: 'Test', url: server.url, signIn: { kind: 'anonymous' } },
    contextOf({ kind: 'anonymous' }),
  );
  const { host } = new URL(server.url);
  return {
    server,
    provider,
    tagOf: (label) => ({ kind: 'tag', label, image: { host, path: 'team/app', tag: label } }),
    open: async (entry) => {
      const { items, failure } = await provider.list(entry, undefined, signal);
      const rows = items.filter((one) => one.kind === 'platform' || one.kind === 'attachment');
      return { rows, ...(failure === undefined ? {} : { failure }) };
    },
    deleted,
  };
}
