import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDockerHub, type SandboxHub } from '../../sandbox/dockerHub/hub';
import { buildImage, buildIndex } from '../../sandbox/images';

const image = buildImage({ created: new Date('2026-05-01T10:00:00Z') });
const index = buildIndex([{ manifest: image }]);

/** docker-hub/list-namespace-repositories.example.json */
const repositoryFields = [
  ...['affiliation', 'categories', 'content_types', 'date_registered', 'description', 'is_private', 'last_modified'],
  ...['last_updated', 'media_types', 'name', 'namespace', 'pull_count', 'repository_type', 'star_count', 'status'],
  ...['status_description', 'storage_size'],
];

/** docker-hub/live/tags.repositories.never-pulled.2024.json, its first tag. */
const tagFields = [
  ...['content_type', 'creator', 'digest', 'full_size', 'id', 'images', 'last_updated', 'last_updater'],
  ...['last_updater_username', 'media_type', 'name', 'repository', 'tag_last_pulled', 'tag_last_pushed', 'tag_status'],
  'v2',
];
const imageFields = [
  ...['architecture', 'digest', 'features', 'last_pulled', 'last_pushed', 'os', 'os_features', 'os_version', 'size'],
  ...['status', 'variant'],
];

interface Listed {
  readonly count: number;
  readonly next: string | null;
  readonly results: readonly Record<string, unknown>[];
}

describe('the Docker Hub of the sandbox', () => {
  let hub: SandboxHub;
  beforeAll(async () => {
    const many = Array.from({ length: 120 }, (_value, at) => ({ name: `big/r${100 + at}`, tags: { '1': image } }));
    hub = await startDockerHub({
      repositories: [
        { name: 'alice/app', tags: { '1': image, index } },
        { name: 'alice/web', tags: { '1': image } },
        { name: 'alice/hidden', tags: { '1': image } },
        ...many,
      ],
      privates: ['alice/hidden'],
      users: {
        alice: { secret: 'pw', organizations: ['acme'] },
        limited: { secret: 'pw', organizations: ['alice'], mayDelete: false },
      },
    });
  });
  afterAll(() => hub.stop());

  const ask = async (path: string, as?: string, method = 'GET') => {
    const headers: Record<string, string> = as === undefined ? {} : { Authorization: `Bearer ${await tokenOf(as)}` };
    const answer = await fetch(`${hub.url}${path}`, { method, headers });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: (text === '' ? {} : JSON.parse(text)) as Listed };
  };
  const tokenOf = async (identifier: string): Promise<string> => {
    const answer = await fetch(`${hub.url}/v2/auth/token`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ identifier, secret: 'pw' }),
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  };
  const names = ({ body }: { body: Listed }) => body.results.map(({ name }) => name);

  it('has the fields that the real one was seen to send', async () => {
    const { body } = await ask('/v2/namespaces/alice/repositories');
    expect(Object.keys(body.results[0] ?? {}).sort()).toEqual(repositoryFields);
    const tags = (await ask('/v2/namespaces/alice/repositories/app/tags')).body.results;
    for (const tag of tags) {
      expect(Object.keys(tag).sort()).toEqual(tagFields);
      expect(Object.keys((tag.images as object[])[0] ?? {}).sort()).toEqual(imageFields);
    }
    expect(Object.fromEntries(tags.map(({ name, media_type: type }) => [name, type]))).toEqual({
      '1': 'application/vnd.oci.image.config.v1+json',
      index: 'application/vnd.oci.image.index.v1+json',
    });
  });

  it('gives ten of a list, a hundred when asked for more, and a number of all', async () => {
    const path = '/v2/namespaces/big/repositories';
    expect((await ask(path)).body.results).toHaveLength(10);
    const { body } = await ask(`${path}?page_size=500`);
    expect([body.results.length, body.count, typeof body.next]).toEqual([100, 120, 'string']);
    const last = await ask(`${path}?page_size=100&page=2&ordering=-name`);
    expect([last.body.results.length, last.body.next, names(last)[0]]).toEqual([20, null, 'r119']);
    expect((await ask(`${path}?page=0`)).status).toBe(400);
  });

  it('looks for a part of the name', async () => {
    expect(names(await ask('/v2/namespaces/alice/repositories?name=ap'))).toEqual(['app']);
  });

  it('shows what is private to members alone', async () => {
    const path = '/v2/namespaces/alice/repositories?ordering=name';
    expect(names(await ask(path))).toEqual(['app', 'web']);
    expect(names(await ask(path, 'limited'))).toEqual(['app', 'hidden', 'web']);
    expect((await ask('/v2/namespaces/alice/repositories/hidden/tags')).status).toBe(404);
  });

  it('tells an account its namespaces, and nobody any', async () => {
    expect((await ask('/v2/user/orgs/', 'alice')).body.results).toEqual([{ orgname: 'acme' }]);
    expect((await ask('/v2/repositories/namespaces/', 'alice')).body).toEqual({ namespaces: ['alice', 'acme'] });
    for (const path of ['/v2/user/orgs/', '/v2/repositories/namespaces/']) expect((await ask(path)).status).toBe(401);
  });

  it('names its limits with every answer', async () => {
    const { headers } = await ask('/v2/namespaces/alice/repositories');
    expect(['limit', 'remaining', 'reset'].map((name) => headers.has(`x-ratelimit-${name}`))).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('deletes a tag for those who may, and the registry behind it nothing', async () => {
    const path = '/v2/repositories/alice/web/tags/1/';
    expect((await ask(path, undefined, 'DELETE')).status).toBe(401);
    expect((await ask(path, 'limited', 'DELETE')).status).toBe(403);
    expect((await ask(path, 'alice', 'DELETE')).status).toBe(204);
    expect((await ask(path, 'alice', 'DELETE')).status).toBe(404);
    expect(hub.registry.behaviour.deleteEnabled).toBe(false);
  });

  it('takes no token that it did not give, or that has ended', async () => {
    const headers = { Authorization: `Bearer ${await tokenOf('alice')}` };
    const list = () => fetch(`${hub.url}/v2/user/orgs/`, { headers });
    expect((await list()).status).toBe(200);
    hub.endTokens();
    expect((await list()).status).toBe(401);
  });
});
