import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDockerHub, type SandboxHub } from '../../sandbox/dockerHub/hub';
import { startGitHub, type SandboxGitHub } from '../../sandbox/github/github';
import { buildImage } from '../../sandbox/images';
import { published } from './published';

const image = buildImage();

describe('the GitHub of the sandbox', () => {
  const problems = published('github.json');
  let gitHub: SandboxGitHub;
  beforeAll(async () => {
    gitHub = await startGitHub({
      packages: {
        'octocat/app': [
          { manifest: image, tags: ['1', '2'], updated: new Date() },
          { manifest: image, tags: [], updated: new Date() },
        ],
      },
      organizations: ['Acme'],
      users: ['octocat'],
      tokens: { ghp: { login: 'octocat', scopes: ['read:packages', 'read:org'], organizations: ['Acme'] } },
    });
  });
  afterAll(() => gitHub.stop());
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${gitHub.url}${path}`, {
      headers: {
        Accept: 'application/vnd.github+json',
        'X-GitHub-Api-Version': '2022-11-28',
        'User-Agent': 'test',
        Authorization: 'Bearer ghp',
        ...headers,
      },
    });
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  };
  const each = async (path: string): Promise<readonly unknown[]> => {
    const { status, body } = await get(path);
    expect(status).toBe(200);
    return body as readonly unknown[];
  };

  it.each([
    ['package', '/user/packages?package_type=container'],
    ['package-version', '/user/packages/container/app/versions'],
    ['organization-simple', '/user/orgs'],
  ])('answers %s as it is described', async (schema, path) => {
    const list = await each(path);
    expect(list.length).toBeGreaterThan(0);
    for (const one of list) expect(problems(schema, one)).toBe('No errors');
  });

  it('answers the user and errors as they are described', async () => {
    expect(problems('simple-user', (await get('/user')).body)).toBe('No errors');
    expect(problems('basic-error', (await get('/orgs/nobody/packages?package_type=container')).body)).toBe('No errors');
  });

  it.each([
    ['without package_type', '/user/packages', {}, 422],
    ['with more than a hundred a page', '/user/orgs?per_page=101', {}, 422],
    ['beyond ten thousand', '/user/orgs?per_page=100&page=101', {}, 400],
    ['for a version of the API that there is not', '/user', { 'X-GitHub-Api-Version': '1999-01-01' }, 400],
    ['without a token that it knows', '/user', { Authorization: 'Bearer other' }, 401],
    ['for another type of answer', '/user', { Accept: 'text/html' }, 415],
  ])('refuses what is asked %s', async (_what, path, headers, status) => {
    expect((await get(path, headers)).status).toBe(status);
  });
});

describe('the Docker Hub of the sandbox', () => {
  const problems = published('dockerHub.json');
  let hub: SandboxHub;
  beforeAll(async () => {
    hub = await startDockerHub({
      repositories: [{ name: 'alice/app', tags: { '1': image } }],
      users: { alice: { secret: 'pw' } },
    });
  });
  afterAll(() => hub.stop());
  const get = async (path: string) => {
    const answer = await fetch(`${hub.url}${path}`);
    return { status: answer.status, body: await answer.json() };
  };
  const signIn = async (body: string, type = 'application/json') =>
    fetch(`${hub.url}/v2/auth/token`, { method: 'POST', headers: { 'Content-Type': type }, body });

  it('answers lists, tokens and errors as they are described', async () => {
    const list = await get('/v2/namespaces/alice/repositories/app/tags');
    expect([list.status, problems('page', list.body)]).toEqual([200, 'No errors']);
    const token: unknown = await (await signIn('{"identifier":"alice","secret":"pw"}')).json();
    expect(problems('token', token)).toBe('No errors');
    const missing = await get('/v2/namespaces/alice/repositories/app/tags/9');
    expect([missing.status, problems('error', missing.body)]).toEqual([404, 'No errors']);
  });

  it('refuses an ordering that there is not, in the words of the real one', async () => {
    const { status, body } = await get('/v2/namespaces/alice/repositories?ordering=size');
    // docker-hub/list-namespace-repositories.invalid-ordering.example.json
    expect([status, body]).toEqual([
      400,
      {
        fields: {
          ordering: [
            'Invalid ordering value. Must be one of: name, -name, last_updated, -last_updated, pull_count, -pull_count',
          ],
        },
        text: 'Invalid ordering value',
      },
    ]);
  });

  it('refuses wrong secrets, other bodies, and pages beyond the last', async () => {
    expect((await signIn('{"identifier":"alice","secret":"no"}')).status).toBe(401);
    expect((await signIn('{"identifier":"alice"}')).status).toBe(400);
    expect((await signIn('identifier=alice', 'application/x-www-form-urlencoded')).status).toBe(415);
    expect((await get('/v2/namespaces/alice/repositories?page=2')).status).toBe(404);
  });
});
