import type { Reply } from '../faults';
import type { BuiltManifest } from '../images';
import { jsonReply, type ServedRequest } from '../serve';

export interface GitHubToken {
  readonly login: string;
  /** Of a classic token or an OAuth session; absent for a fine-grained one, which packages refuse. */
  readonly scopes?: readonly string[];
  /** Organizations whose single sign-on the token was not authorized for. */
  readonly needsSso?: readonly string[];
  readonly organizations?: readonly string[];
  /** Of an app, such as that of GitHub Actions: it may not ask who it is. */
  readonly isOfApp?: true;
}

export interface StoredVersion {
  readonly id: number;
  readonly manifest: BuiltManifest;
  readonly tags: readonly string[];
  readonly updated: Date;
}

export interface GitHubState {
  /** By `owner/name`, as their owners spell them. */
  readonly packages: Map<string, StoredVersion[]>;
  readonly organizations: ReadonlySet<string>;
  readonly users: ReadonlySet<string>;
  /** Takes an image from the registry behind. */
  readonly forget: (repository: string, digest: string) => void;
  /** Of the web pages. */
  readonly site: string;
}

interface Asked {
  readonly state: GitHubState;
  readonly request: ServedRequest;
  readonly token: GitHubToken;
}

const docs = 'https://docs.github.com/rest';
export const refused = (status: number, message: string, headers: Reply['headers'] = {}): Reply =>
  jsonReply(status, { message, documentation_url: docs, status: String(status) }, headers);
const notFound = (): Reply => refused(404, 'Not Found');

/** https://docs.github.com/en/rest/packages/packages */
export function route(asked: Asked): Reply {
  const { request, token } = asked;
  const parts = request.url.pathname.split('/').slice(1);
  const [first = '', second = ''] = parts;
  if (first === 'user' && token.isOfApp === true) return refused(403, 'Resource not accessible by integration');
  if (first === 'user' && parts.length === 1)
    return jsonReply(200, describeUser(asked.state, token.login), scopesOf(token));
  if (first === 'user' && second === 'orgs') return organizations(asked);
  if (first === 'user' && second === 'packages') return packages(asked, token.login, parts.slice(2));
  if ((first === 'orgs' || first === 'users') && parts[2] === 'packages') {
    const known = first === 'orgs' ? asked.state.organizations : asked.state.users;
    const owner = [...known].find((name) => name.toLowerCase() === second.toLowerCase());
    return owner === undefined ? notFound() : packages(asked, owner, parts.slice(3));
  }
  return notFound();
}

function organizations({ request, token }: Asked): Reply {
  const { scopes = [] } = token;
  const accepted = ['admin:org', 'read:org', 'repo', 'user', 'write:org'];
  if (!accepted.some((scope) => scopes.includes(scope)))
    return refused(
      403,
      'You need at least read:org scope or user scope to list your organizations',
      scopesOf(token, accepted),
    );
  const list = (token.organizations ?? []).map(describeOrganization);
  return paged(list, request, token);
}

function packages(asked: Asked, owner: string, rest: readonly string[]): Reply {
  const { state, request, token } = asked;
  const needed = request.method === 'DELETE' ? 'delete:packages' : 'read:packages';
  const { scopes } = token;
  if (scopes === undefined) return refused(403, 'Resource not accessible by personal access token');
  const has = scopes.includes(needed) || (needed === 'read:packages' && scopes.includes('write:packages'));
  if (!has) return refused(403, `You need at least ${needed} scope to do this.`, scopesOf(token, [needed]));
  if (token.needsSso?.some((name) => name.toLowerCase() === owner.toLowerCase())) {
    const link = `https://github.com/orgs/${owner}/sso?authorization_request=abc`;
    return refused(
      403,
      'Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.',
      { 'X-GitHub-SSO': `required; url=${link}`, ...scopesOf(token) },
    );
  }
  const [type, encoded = '', versions, id] = rest;
  if (type === undefined) return packageList(asked, owner);
  if (type !== 'container') return notFound();
  const name = decodeURIComponent(encoded);
  const stored = state.packages.get(`${owner}/${name}`);
  if (stored === undefined || versions !== 'versions') return notFound();
  if (id === undefined)
    return paged(
      stored.map((version) => describeVersion(state, owner, name, version)),
      request,
      token,
    );
  return request.method === 'DELETE' ? remove(state, `${owner}/${name}`, Number(id), token) : notFound();
}

function packageList({ state, request, token }: Asked, owner: string): Reply {
  if (request.url.searchParams.get('package_type') !== 'container')
    return refused(422, 'Invalid request.\n\nFor "package_type", nil is not a string.');
  const list = [...state.packages]
    .filter(([path]) => path.startsWith(`${owner}/`))
    .map(([path, versions], index) => describePackage(state, path, versions.length, index));
  return paged(list, request, token);
}

/** https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api */
function paged(all: readonly unknown[], { url }: ServedRequest, token: GitHubToken): Reply {
  const page = Number(url.searchParams.get('page') ?? '1');
  const size = Number(url.searchParams.get('per_page') ?? '30');
  if (!Number.isInteger(page) || page < 1 || !Number.isInteger(size) || size < 1 || size > 100)
    return refused(422, 'Invalid page or per_page.');
  if (page * size > 10_000) return refused(400, 'Pagination beyond 10000 results is not supported.');
  const last = Math.max(1, Math.ceil(all.length / size));
  const link = (to: number, rel: string) => {
    const target = new URL(url);
    target.searchParams.set('page', String(to));
    return `<${target.href}>; rel="${rel}"`;
  };
  const links = page < last ? [link(page + 1, 'next'), link(last, 'last')] : page > 1 ? [link(1, 'first')] : [];
  const headers = { ...scopesOf(token), ...(links.length > 0 ? { Link: links.join(', ') } : {}) };
  return jsonReply(200, all.slice((page - 1) * size, page * size), headers);
}

function remove(state: GitHubState, path: string, id: number, token: GitHubToken): Reply {
  const versions = state.packages.get(path) ?? [];
  const found = versions.find((version) => version.id === id);
  if (found === undefined) return notFound();
  const tagged = versions.filter(({ tags }) => tags.length > 0);
  if (versions.length === 1 || (tagged.length === 1 && tagged[0] === found)) {
    const message = `You cannot delete the last ${versions.length === 1 ? '' : 'tagged '}version of a package. You must delete the package instead.`;
    return refused(400, message, scopesOf(token));
  }
  state.packages.set(
    path,
    versions.filter((version) => version !== found),
  );
  state.forget(path.toLowerCase(), found.manifest.digest);
  return { status: 204, headers: scopesOf(token) };
}

/** https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps */
function scopesOf({ scopes }: GitHubToken, accepted: readonly string[] = []): Record<string, string> {
  return scopes === undefined
    ? {}
    : { 'X-OAuth-Scopes': scopes.join(', '), 'X-Accepted-OAuth-Scopes': accepted.join(', ') };
}

/** https://docs.github.com/en/rest/users/users: every field that is always there. */
function describeUser({ site }: GitHubState, login: string) {
  const api = `https://api.github.com/users/${login}`;
  return {
    login,
    id: 1,
    node_id: 'MDQ6VXNlcjE=',
    avatar_url: `${site}/images/${login}.gif`,
    gravatar_id: '',
    url: api,
    html_url: `${site}/${login}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type: 'User',
    site_admin: false,
  };
}

/** https://docs.github.com/en/rest/orgs/orgs#list-organizations-for-the-authenticated-user */
function describeOrganization(login: string) {
  const api = `https://api.github.com/orgs/${login}`;
  return {
    login,
    id: 1,
    node_id: 'MDEyOk9yZ2FuaXphdGlvbjE=',
    url: api,
    repos_url: `${api}/repos`,
    events_url: `${api}/events`,
    hooks_url: `${api}/hooks`,
    issues_url: `${api}/issues`,
    members_url: `${api}/members{/member}`,
    public_members_url: `${api}/public_members{/member}`,
    avatar_url: `https://github.com/images/${login}.gif`,
    description: '',
  };
}

function describePackage(state: GitHubState, path: string, count: number, index: number) {
  const [owner = '', ...rest] = path.split('/');
  const name = rest.join('/');
  const page = `${ownerPage(state, owner)}/packages/container/package/${encodeURIComponent(name)}`;
  return {
    id: index + 1,
    name,
    package_type: 'container',
    owner: describeUser(state, owner),
    version_count: count,
    visibility: 'private',
    url: `${state.site}/packages/${index}`,
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    html_url: page,
  };
}

function describeVersion(
  state: GitHubState,
  owner: string,
  name: string,
  { id, manifest, tags, updated }: StoredVersion,
) {
  const page = `${ownerPage(state, owner)}/packages/container/${encodeURIComponent(name)}/${id}`;
  return {
    id,
    name: manifest.digest,
    url: `${state.site}/versions/${id}`,
    package_html_url: page,
    created_at: updated.toISOString(),
    updated_at: updated.toISOString(),
    html_url: page,
    metadata: { package_type: 'container', container: { tags } },
  };
}

function ownerPage({ site, users }: GitHubState, owner: string): string {
  return `${site}/${users.has(owner) ? 'users' : 'orgs'}/${owner}`;
}
