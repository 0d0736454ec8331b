import { buildReferrersIndex, referrersTag } from './artifacts';
import type { BuiltManifest } from './images';
import { manifestsOf, withChildren, type SeedRepository } from './seed';

/** What a registry did not take, in its own words. */
export class PushRefused extends Error {}

/** Sends repositories to a registry the way clients do; `url` as in RunningRegistry. Rejects with a PushRefused when it declines. */
export async function pushRepositories(
  url: string,
  repositories: readonly SeedRepository[],
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (const { name, tags, ...rest } of repositories) {
    const to = `${url}/v2/${name}`;
    const blobs = manifestsOf({ name, tags, ...rest }).flatMap((manifest) => manifest.blobs);
    for (const blob of new Map(blobs.map((each) => [each.digest, each])).values()) {
      const started = await send(`${to}/blobs/uploads/`, { method: 'POST', headers });
      const upload = new URL(started.headers.get('Location') ?? '', to);
      upload.searchParams.set('digest', blob.digest);
      const type = { 'Content-Type': 'application/octet-stream' };
      await send(upload, { method: 'PUT', headers: { ...headers, ...type }, body: blob.bytes });
    }
    const put = async (reference: string, { mediaType, bytes }: BuiltManifest): Promise<void> => {
      const type = { 'Content-Type': mediaType };
      await send(`${to}/manifests/${reference}`, { method: 'PUT', headers: { ...headers, ...type }, body: bytes });
    };
    // A tag's own manifest goes by its name alone, as clients send it.
    const below = Object.values(tags).flatMap((manifest) => withChildren(manifest).slice(1).reverse());
    const untagged = (rest.untagged ?? []).flatMap((manifest) => withChildren(manifest).reverse());
    for (const manifest of new Set([...below, ...untagged])) await put(manifest.digest, manifest);
    for (const [tag, manifest] of Object.entries(tags)) await put(tag, manifest);
  }
}

/**
 * Sends manifests whose subject is `subject`; where the registry does not list those, clients keep the list under a tag:
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema
 */
export async function pushReferrers(
  url: string,
  name: string,
  subject: BuiltManifest,
  referrers: readonly BuiltManifest[],
): Promise<void> {
  await pushRepositories(url, [{ name, tags: {}, untagged: referrers }]);
  const { ok } = await fetch(`${url}/v2/${name}/referrers/${subject.digest}`);
  if (ok) return;
  const list = { ...buildReferrersIndex(referrers), children: [] };
  await pushRepositories(url, [{ name, tags: { [referrersTag(subject)]: list } }]);
}

async function send(url: string | URL, init: RequestInit): Promise<Response> {
  const answer = await fetch(url, init);
  const said = await answer.text();
  if (!answer.ok)
    throw new PushRefused(`${init.method ?? ''} ${new URL(url).pathname}: ${answer.status} ${said}`.trim());
  return answer;
}
