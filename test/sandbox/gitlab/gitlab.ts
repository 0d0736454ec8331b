import { createFaults, type Faults, type Reply } from '../faults';
import type { BuiltManifest } from '../images';
import { createJwtSigner } from '../jwt';
import type { TlsMaterial } from '../loopback';
import type { SeedRepository } from '../seed';
import { jsonReply, serve, type ServedRequest } from '../serve';
import type { Access } from '../v2Options';
import { startV2Server, type SeenRequest, type V2Server } from '../v2Server';
import { answerApi } from './routes';
import { pathOf, storedProjects, type GitLabState, type GitLabToken } from './state';
import { tokenReply } from './tokens';

export interface GitLabProject {
  /** By name below the project; '' is the project's own image. */
  readonly repositories: Readonly<Record<string, Readonly<Record<string, BuiltManifest>>>>;
  /** Users with their access levels: 20 Reporter, 30 Developer, 40 Maintainer. https://docs.gitlab.com/api/access_requests/#valid-access-levels */
  readonly members: Readonly<Record<string, 10 | 20 | 30 | 40 | 50>>;
  readonly lastActivity: Date;
  readonly description?: string;
  readonly isPublic?: boolean;
  readonly isArchived?: boolean;
  readonly registry?: 'enabled' | 'private' | 'disabled';
  /** Tags that nobody deletes. */
  readonly protectedTags?: readonly string[];
}

export interface GitLabOptions {
  /** By `group/project`, as their owners spell it. */
  readonly projects: Readonly<Record<string, GitLabProject>>;
  /** By their text. */
  readonly tokens: Readonly<Record<string, GitLabToken>>;
  /** Relative URL root: `/gitlab`. */
  readonly prefix?: string;
  /** Whether the registry deletes anything. */
  readonly deleteEnabled?: boolean;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly registryPort?: number;
  /** Of both servers. */
  readonly tls?: TlsMaterial;
  /** Another address for the registry than the web pages have. */
  readonly registryHost?: string;
}

export interface SandboxGitLab {
  /** In place of https://gitlab.com. */
  readonly url: string;
  /** In place of https://registry.gitlab.com. */
  readonly registryUrl: string;
  /** What names of images begin with; may be set to what stands in front of the registry. */
  host: string;
  /** Asked of the web's server, token realm included. */
  readonly requests: readonly SeenRequest[];
  readonly registry: V2Server;
  /** Does what was taken on: repositories on their way out are gone. */
  readonly finishDeletions: () => void;
  readonly fail: Faults['fail'];
  readonly clearFaults: () => void;
  readonly stop: () => Promise<void>;
}

/** GitLab's REST API and token realm, and its registry at a port of its own. */
export async function startGitLab(options: GitLabOptions): Promise<SandboxGitLab> {
  const { prefix = '', deleteEnabled = true } = options;
  const tls = options.tls === undefined ? {} : { tls: options.tls };
  const faults = createFaults();
  const requests: SeenRequest[] = [];
  const signer = await createJwtSigner();
  const registry = await startV2Server({
    repositories: Object.entries(options.projects).flatMap(([path, project]) => seedsOf(path, project)),
    deleteEnabled,
    port: options.registryPort ?? 0,
    ...(options.registryHost === undefined ? {} : { host: options.registryHost }),
    ...tls,
  });
  const state: GitLabState = {
    projects: storedProjects(options.projects),
    tokens: options.tokens,
    registry,
    host: new URL(registry.url).host,
    url: '',
    sign: (user, access) => {
      const now = Math.floor(Date.now() / 1000);
      return signer.sign({ sub: user, aud: 'container_registry', iat: now, nbf: now - 5, exp: now + 300, access });
    },
  };
  const answer = (request: ServedRequest): Reply | Promise<Reply> => {
    requests.push({ method: request.method, path: request.path, headers: request.headers });
    const { pathname } = request.url;
    if (pathname === `${prefix}/jwt/auth`) return tokenReply(state, request);
    const api = `${prefix}/api/v4`;
    if (pathname.startsWith(`${api}/`)) return answerApi(state, request, pathname.slice(api.length));
    return jsonReply(404, { error: '404 Not Found' });
  };
  const listener = await serve(answer, faults, { port: options.port ?? 0, ...tls });
  state.url = `${listener.url}${prefix}`;
  registry.behaviour.auth = {
    kind: 'bearer',
    challenge: (scope, error) =>
      [
        `Bearer realm="${state.url}/jwt/auth"`,
        'service="container_registry"',
        ...(scope === undefined ? [] : [`scope="${scope}"`]),
        ...(error ? [`error="${error}"`] : []),
      ].join(','),
    accessOf: (token) => {
      const claims = signer.verify(token) as { exp: number; access: Access[] } | undefined;
      return claims && claims.exp > Date.now() / 1000 ? claims.access : undefined;
    },
  };
  return {
    url: state.url,
    registryUrl: registry.url,
    get host() {
      return state.host;
    },
    set host(host) {
      state.host = host;
    },
    requests,
    registry,
    finishDeletions: () => {
      for (const project of state.projects)
        project.repositories = project.repositories.filter(({ status }) => status === null);
    },
    fail: faults.fail,
    clearFaults: () => {
      faults.clear();
    },
    stop: async () => {
      await Promise.all([listener.stop(), registry.stop()]);
    },
  };
}

function seedsOf(path: string, { repositories }: GitLabProject): SeedRepository[] {
  return Object.entries(repositories).map(([name, tags]) => ({ name: pathOf(path, name), tags }));
}
