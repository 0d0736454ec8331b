import type { Credential } from '../../src/core/model';
import type { Reply } from './faults';
import { createdOf, mediaTypes } from './images';
import { manifestsOf, type SeedRepository } from './seed';
import { basicCredentials, errorReply, jsonReply, type ServedRequest } from './serve';
import { startTokenServer, type TokenServerOptions } from './tokenServer';
import type { V2ServerOptions } from './v2Options';
import { startV2Server, type V2Server } from './v2Server';
import type { StoredRepository } from './v2Store';

/** What is particular to one kind of registry, as the tools that speak with it have found out. */
export interface VendorQuirks {
  readonly user: { readonly name: string; readonly secret: string };
  readonly server?: (repositories: readonly SeedRepository[]) => V2ServerOptions;
  /** Tokens by this token server; absent: passwords. */
  readonly tokens?: Omit<TokenServerOptions, 'users'>;
  /** The value of the challenge where passwords are taken. */
  readonly challenge?: string;
  /** Both are taken, as the challenge says. */
  readonly takesPasswords?: boolean;
}

export interface VendorServer extends V2Server {
  readonly credential: Credential;
  readonly wrongCredential: Credential;
}

const unauthorized = (challenge: string): Reply =>
  errorReply(401, 'UNAUTHORIZED', 'authentication required', { 'WWW-Authenticate': challenge });
const emptyCatalog = (): Reply => jsonReply(200, { repositories: [] });

/** https://github.com/renovatebot/renovate `lib/modules/datasource/docker/ecr.ts`: Basic with a realm; no more than 1,000 at once. */
const ecr: VendorQuirks = {
  user: { name: 'AWS', secret: 'ecr-token' },
  challenge: 'Basic realm="https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/",service="ecr.amazonaws.com"',
  server: () => ({ tooLargePage: errorReply(405, 'UNSUPPORTED', "Invalid parameter at 'maxResults'"), pageCap: 3 }),
};

/** https://github.com/google/go-containerregistry `pkg/v1/google/list.go`; the empty catalog: HarborGuard#151 */
const google: VendorQuirks = {
  user: { name: '_json_key', secret: '{"type":"service_account"}' },
  tokens: { path: '/v2/token', service: '', serviceOptional: true, tokenField: 'token' },
  server: (seeds) => ({ catalog: emptyCatalog, tagsTell: googleTags(seeds), showsParents: true }),
};

/** https://docs.quay.io/api/swagger/; V2 lists the oldest first. */
const quay: VendorQuirks = {
  user: { name: 'acme+reader', secret: 'robot-token' },
  tokens: { path: '/v2/auth', service: 'quay.io', tokenField: 'token', expiresIn: 'omitted' },
  server: (seeds) => ({ catalog: emptyCatalog, tagOrder: 'stored', beside: quayApi(seeds, () => true) }),
};

/** quay.io's private repositories, which the API does not show to visitors. */
const quayPrivate: VendorQuirks = {
  ...quay,
  server: (seeds) => ({ catalog: emptyCatalog, tagOrder: 'stored', beside: quayApi(seeds, () => false) }),
};

/** The catalog takes passwords alone: https://github.com/goharbor/harbor/issues/13573 */
const harbor: VendorQuirks = {
  user: { name: 'robot$reader', secret: 'robot-secret' },
  tokens: { path: '/service/token', service: 'harbor-registry' },
  takesPasswords: true,
  server: () => ({
    pageCap: 3,
    notFoundCode: 'NOT_FOUND',
    catalog: ({ headers }: ServedRequest) =>
      basicCredentials(headers.authorization) ? undefined : unauthorized('Basic realm="harbor"'),
  }),
};

/** The catalog is for administrators. */
const harborMember: VendorQuirks = {
  ...harbor,
  server: () => ({ notFoundCode: 'NOT_FOUND', catalog: () => unauthorized('Basic realm="harbor"') }),
};

/** Links leave the name of the repository out of the path: RTFACT-18971 */
const artifactory: VendorQuirks = {
  user: { name: 'alice', secret: 'identity-token' },
  challenge: 'Basic realm="Artifactory Realm"',
  server: () => ({ prefix: '/artifactory/api/docker/docker-local', links: 'misplaced', pageCap: 3 }),
};

const nexus: VendorQuirks = {
  user: { name: 'alice', secret: 'password' },
  challenge: 'BASIC realm="Sonatype Nexus Repository Manager"',
  server: () => ({ prefix: '/repository/docker-local', pageCap: 3 }),
};

/** With its Docker Bearer Token Realm. */
const nexusTokens: VendorQuirks = {
  user: { name: 'alice', secret: 'password' },
  tokens: { path: '/v2/token', service: 'nexus.example.com', tokenField: 'token', expiresIn: 'omitted' },
  server: () => ({ pageCap: 3 }),
};

/**
 * Two challenges; a hundred repositories at a time, three here, and links that may lead to an empty page:
 * https://github.com/go-gitea/gitea `routers/api/packages/container/container.go`
 */
const gitea: VendorQuirks = {
  user: { name: 'alice', secret: 'access-token' },
  tokens: { path: '/v2/token', service: 'container_registry', tokenField: 'token', expiresIn: 'omitted' },
  takesPasswords: true,
  server: () => ({ links: 'eager', catalogCap: 3 }),
};

/** The realm is on the host of the web site, and refuses wrong credentials with 403: deitch/docker_registry2#14 */
const gitLab: VendorQuirks = {
  user: { name: 'gitlab+deploy-token-1', secret: 'gldt-token' },
  tokens: { path: '/jwt/auth', service: 'container_registry', tokenField: 'token', wrongCredential: 403 },
  server: () => ({ catalog: () => errorReply(401, 'UNAUTHORIZED', 'authentication required') }),
};

const digitalOcean: VendorQuirks = {
  user: { name: 'dop_v1_token', secret: 'dop_v1_token' },
  tokens: { path: '/v2/registry/auth', service: 'registry.digitalocean.com' },
  server: () => ({ pageCap: 3 }),
};

const oracle: VendorQuirks = {
  user: { name: 'acmetenancy/jane@example.com', secret: 'auth-token' },
  tokens: { path: '/20180419/docker/token', service: 'fra.ocir.io', tokenField: 'token' },
  server: () => ({ catalog: emptyCatalog }),
};

/** Codes of errors that are none of the specification's: containers/image `docker/errors_test.go` */
const redHat: VendorQuirks = {
  user: { name: 'alice', secret: 'service-token' },
  tokens: { path: '/auth/realms/rhcc/protocol/redhat-docker-v2/auth', service: 'docker-registry' },
  server: () => ({ notFoundCode: '404', catalog: () => errorReply(404, '404', 'Not Found') }),
};

/**
 * Shows visitors the public part, and tells at `/v2/` with 200 how to sign in: https://github.com/project-zot/zot
 * `pkg/api/routes.go` (CheckVersionSupport), https://zotregistry.dev/latest/articles/authn-authz/
 */
const zot: VendorQuirks = {
  user: { name: 'alice', secret: 'password' },
  challenge: 'basic realm=zot',
  server: (seeds) => ({ visitors: { see: isFirstOf(seeds), areTold: true }, pageCap: 3 }),
};

/** With anonymous access: nobody is told that there is more. */
const artifactoryVisitors: VendorQuirks = {
  ...artifactory,
  server: (seeds) => ({
    prefix: '/artifactory/api/docker/docker-local',
    visitors: { see: isFirstOf(seeds), areTold: false },
    pageCap: 3,
  }),
};

/** Has no list, and says so before it asks anybody to sign in. */
const unlistedFirst: VendorQuirks = {
  user: { name: 'alice', secret: 'password' },
  server: () => ({ absent: /^_catalog$/ }),
};

/** By the id of the preset; where there are several behaviours, one of them. */
export const quirks = {
  ecr,
  google,
  quay,
  quayPrivate,
  harbor,
  harborMember,
  artifactory,
  nexus,
  nexusTokens,
  gitea,
  gitLab,
  digitalOcean,
  oracle,
  redHat,
  zot,
  artifactoryVisitors,
  unlistedFirst,
} as const;

/** A server that behaves as that kind of registry does, with its own sign-in. */
export async function startVendor(
  { user, server = () => ({}), tokens, challenge, takesPasswords = false }: VendorQuirks,
  repositories: readonly SeedRepository[],
  options: V2ServerOptions = {},
): Promise<VendorServer> {
  const passwords = { kind: 'basic', users: { [user.name]: user.secret } } as const;
  const everything = { repositories: { '*': ['*'] }, catalog: true };
  const issuer =
    tokens && (await startTokenServer({ users: { [user.name]: { password: user.secret, ...everything } }, ...tokens }));
  const bearer = issuer && ({ kind: 'bearer', challenge: issuer.challenge, accessOf: issuer.accessOf } as const);
  const both = bearer && {
    kind: 'any' as const,
    of: [bearer, passwords],
    challenge: (scope?: string) => [bearer.challenge(scope), 'Basic realm="registry"'],
  };
  const auth = (takesPasswords ? both : bearer) ?? {
    ...passwords,
    ...(challenge === undefined ? {} : { challenge }),
  };
  const running = await startV2Server({ auth, ...server(repositories), ...options, repositories });
  return {
    ...running,
    credential: { kind: 'basic', username: user.name, secret: user.secret },
    wrongCredential: { kind: 'basic', username: user.name, secret: `${user.secret}-mistyped` },
    stop: async () => {
      await running.stop();
      await issuer?.stop();
    },
  };
}

function isFirstOf(seeds: readonly SeedRepository[]): (repository: string) => boolean {
  return (repository) => repository === seeds[0]?.name;
}

type DateOf = (digest: string) => Date;

function datesOf(seeds: readonly SeedRepository[]): DateOf {
  const dates = new Map(seeds.flatMap(manifestsOf).map((manifest) => [manifest.digest, createdOf(manifest)]));
  return (digest) => dates.get(digest) ?? new Date(0);
}

function tagsOn(repository: StoredRepository, digest: string): string[] {
  return [...repository.tags].filter(([, target]) => target === digest).map(([tag]) => tag);
}

/** Google tells of every manifest, numbers as text. */
function googleTags(seeds: readonly SeedRepository[]): NonNullable<V2ServerOptions['tagsTell']> {
  const dateOf = datesOf(seeds);
  return (repository, name, all) => {
    const below = [...all.keys()].filter((each) => each.startsWith(`${name}/`));
    const told = [...repository.manifests.values()].map(({ digest, mediaType, bytes }) => {
      const created = dateOf(digest).getTime();
      const image = {
        imageSizeBytes: String(bytes.length),
        layerId: '',
        mediaType,
        tag: tagsOn(repository, digest),
        timeCreatedMs: String(created),
        timeUploadedMs: String(created),
      };
      return [digest, image] as const;
    });
    return {
      child: [...new Set(below.map((each) => each.slice(name.length + 1).split('/')[0]))],
      manifest: Object.fromEntries(told),
    };
  };
}

/** `listRepoTags`: a hundred at most, the newest first. What V2 takes is no credential here. */
function quayApi(
  seeds: readonly SeedRepository[],
  isPublic: (name: string) => boolean,
): NonNullable<V2ServerOptions['beside']> {
  const dateOf = datesOf(seeds);
  return ({ url, headers, method }, repositories) => {
    const [, name] = /^\/api\/v1\/repository\/(.+)\/tag\/$/.exec(decodeURIComponent(url.pathname)) ?? [];
    if (name === undefined || method !== 'GET') return undefined;
    const repository = repositories.get(name);
    if (headers.authorization !== undefined)
      return jsonReply(401, { error_message: 'Invalid bearer token', error_type: 'invalid_token', status: 401 });
    if (!isPublic(name))
      return jsonReply(401, { error_message: 'Requires authentication', error_type: 'invalid_token', status: 401 });
    if (repository === undefined)
      return jsonReply(404, { error_message: 'Not Found', error_type: 'not_found', status: 404 });
    const limit = Number(url.searchParams.get('limit') ?? 50);
    const page = Number(url.searchParams.get('page') ?? 1);
    if (!(limit >= 1 && limit <= 100) || !(page >= 1) || url.searchParams.get('onlyActiveTags') !== 'true')
      return jsonReply(400, { error_message: 'limit must be between 1 and 100', error_type: 'invalid_request' });
    const filter = url.searchParams.get('filter_tag_name');
    const [, operation, wanted = ''] = /^(like|eq):(.+)$/.exec(filter ?? '') ?? [];
    if (filter !== null && operation === undefined)
      return jsonReply(400, { error_message: 'filter_tag_name must be <op>:<name>', error_type: 'invalid_request' });
    const all = [...repository.tags]
      .filter(([tag]) => (operation === 'eq' ? tag === wanted : tag.includes(wanted)))
      .map(([tag, digest]) => ({ tag, digest, date: dateOf(digest) }))
      .sort((a, b) => b.date.getTime() - a.date.getTime());
    const tags = all.slice((page - 1) * limit, page * limit).map(({ tag, digest, date }) => {
      const manifest = repository.manifests.get(digest);
      const isIndex = manifest?.mediaType === mediaTypes.ociIndex || manifest?.mediaType === mediaTypes.dockerList;
      return {
        name: tag,
        reversion: false,
        start_ts: date.getTime() / 1000,
        manifest_digest: digest,
        is_manifest_list: isIndex,
        size: isIndex ? null : manifest?.bytes.length,
        last_modified: date.toUTCString().replace('GMT', '-0000'),
      };
    });
    return jsonReply(200, { tags, page, has_additional: all.length > page * limit });
  };
}
