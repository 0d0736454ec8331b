import { createFaults, type Faults, type Reply } from '../faults';
import type { BuiltManifest } from '../images';
import type { SeedRepository } from '../seed';
import { serve, type ServedRequest } from '../serve';
import { startTokenServer } from '../tokenServer';
import { startV2Server, type SeenRequest, type V2Server } from '../v2Server';
import { refused, route, type GitHubState, type GitHubToken, type StoredVersion } from './routes';

export interface GitHubVersion {
  readonly manifest: BuiltManifest;
  readonly tags: readonly string[];
  readonly updated: Date;
}

export interface GitHubOptions {
  /** By `owner/name`; versions from the newest to the oldest. */
  readonly packages: Readonly<Record<string, readonly GitHubVersion[]>>;
  readonly organizations?: readonly string[];
  readonly users?: readonly string[];
  /** By their text. */
  readonly tokens: Readonly<Record<string, GitHubToken>>;
  /** Tokens that the registry does not take, as it may refuse those of accounts. */
  readonly notForRegistry?: readonly string[];
  /** Of an Enterprise Server's API: `/api/v3`. */
  readonly prefix?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly registryPort?: number;
}

export interface SandboxGitHub {
  /** In place of https://api.github.com. */
  readonly url: string;
  /** In place of https://ghcr.io. */
  readonly registryUrl: string;
  readonly host: string;
  readonly requests: readonly SeenRequest[];
  readonly registry: V2Server;
  readonly fail: Faults['fail'];
  readonly clearFaults: () => void;
  readonly stop: () => Promise<void>;
}

/** Those that GitHub serves: https://docs.github.com/en/rest/about-the-rest-api/api-versions */
const apiVersions = ['2022-11-28', '2026-03-10'];

/** GitHub's packages API and its container registry, over the same images. */
export async function startGitHub(options: GitHubOptions): Promise<SandboxGitHub> {
  const faults = createFaults();
  const requests: SeenRequest[] = [];
  const registry = await registryOf(options);
  const state: GitHubState = {
    packages: new Map(
      Object.entries(options.packages).map(([path, versions], index) => [path, stored(versions, index)]),
    ),
    organizations: new Set(options.organizations),
    users: new Set(options.users),
    forget: registry.server.forget,
    site: 'https://github.com',
  };
  const answer = (request: ServedRequest): Reply => {
    requests.push({ method: request.method, path: request.path, headers: request.headers });
    const { prefix = '' } = options;
    if (!request.url.pathname.startsWith(`${prefix}/`)) return refused(404, 'Not Found');
    const url = new URL(request.url.href.replace(prefix, ''));
    return wrong(request) ?? answered(state, options, { ...request, url });
  };
  const listener = await serve(answer, faults, { port: options.port ?? 0 });
  return {
    url: listener.url,
    registryUrl: registry.server.url,
    host: new URL(registry.server.url).host,
    requests,
    registry: registry.server,
    fail: faults.fail,
    clearFaults: () => {
      faults.clear();
    },
    stop: async () => {
      await Promise.all([listener.stop(), registry.stop()]);
    },
  };
}

/** What GitHub refuses before it looks at what was asked. */
function wrong({ method, headers }: ServedRequest): Reply | undefined {
  if (headers['user-agent'] === undefined || headers['user-agent'].startsWith('axios'))
    return {
      status: 403,
      body: 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.',
    };
  const version = headers['x-github-api-version'];
  if (typeof version === 'string' && !apiVersions.includes(version)) return refused(400, 'Unsupported API version.');
  if (headers.accept !== 'application/vnd.github+json') return refused(415, 'Unsupported Accept header.');
  return method === 'GET' || method === 'DELETE' ? undefined : refused(404, 'Not Found');
}

function answered(state: GitHubState, { tokens }: GitHubOptions, request: ServedRequest): Reply {
  const given = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  const token = given === undefined ? undefined : tokens[given];
  if (token === undefined) return refused(401, given === undefined ? 'Requires authentication' : 'Bad credentials');
  return route({ state, request, token });
}

function stored(versions: readonly GitHubVersion[], index: number): StoredVersion[] {
  return versions.map((version, at) => ({ ...version, id: index * 100_000 + at + 1 }));
}

/** The realm takes a user name with a token; the registry deletes nothing and lists nobody's repositories. */
async function registryOf({ packages, tokens, notForRegistry = [], registryPort = 0 }: GitHubOptions) {
  const repositories = Object.entries(packages).map(([path, versions]): SeedRepository => ({
    name: path.toLowerCase(),
    tags: Object.fromEntries(versions.flatMap(({ tags, manifest }) => tags.map((tag) => [tag, manifest]))),
    untagged: versions.filter(({ tags }) => tags.length === 0).map(({ manifest }) => manifest),
  }));
  const everything = Object.fromEntries(repositories.map(({ name }) => [name, ['pull', 'push']]));
  const users = Object.entries(tokens)
    .filter(([text]) => !notForRegistry.includes(text))
    .map(([text, { login }]) => [login, { password: text, repositories: everything }] as const);
  const tokenServer = await startTokenServer({ service: 'ghcr.io', users: Object.fromEntries(users) });
  const server = await startV2Server({
    repositories,
    deleteEnabled: false,
    port: registryPort,
    auth: { kind: 'bearer', challenge: tokenServer.challenge, accessOf: tokenServer.accessOf },
  });
  return {
    server,
    stop: async () => {
      await Promise.all([server.stop(), tokenServer.stop()]);
    },
  };
}
