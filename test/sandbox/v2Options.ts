import type { Reply } from './faults';
import type { ListenOptions } from './loopback';
import type { SeedRepository } from './seed';
import type { ServedRequest } from './serve';
import type { StoredRepository } from './v2Store';

/** What a bearer token allows: https://distribution.github.io/distribution/spec/auth/jwt/ */
export interface Access {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/**
 * The value of `WWW-Authenticate`, sent as it is; an array is several header lines. Called with the scope the request
 * needs, absent for the ping.
 */
export type Challenge = string | readonly string[] | ((scope: string | undefined, error?: string) => string | string[]);

export type V2Auth =
  OneScheme | { readonly kind: 'any'; readonly of: readonly OneScheme[]; readonly challenge: Challenge };

type OneScheme =
  | { readonly kind: 'basic'; readonly users: Readonly<Record<string, string>>; readonly challenge?: Challenge }
  | {
      readonly kind: 'bearer';
      readonly challenge: Challenge;
      /** What a token allows; nothing for a token that is not valid. */
      readonly accessOf: (token: string) => readonly Access[] | undefined;
    };

export interface Visitors {
  /** Whether they see a repository. */
  readonly see: (repository: string) => boolean;
  /** Whether `/v2/` tells them with 200 how to sign in. */
  readonly areTold: boolean;
}

/** How the registry behaves; may be changed while it runs. */
export interface V2Behaviour {
  auth?: V2Auth;
  /** Lets in those who do not sign in; whoever signs in wrongly is refused all the same. */
  visitors?: Visitors;
  /** What is below `/v2/` and is answered with 404 before anybody is asked to sign in. */
  absent?: RegExp;
  /** Entries of a catalog page when the client names no number. */
  catalogPageSize: number;
  /** Tags of a page when the client names no number; unlimited by default, as in distribution. */
  tagsPageSize: number;
  /** A larger `n` is refused with 400 PAGINATION_NUMBER_INVALID, or as `tooLargePage` says. */
  maxPageSize: number;
  tooLargePage?: Reply;
  /** A page never holds more than this, whatever `n` says and without refusing it. */
  pageCap: number;
  /** The same, for the catalog alone. */
  catalogCap: number;
  tagOrder: 'lexical' | 'stored';
  /**
   * `misplaced`: at the root of the server, whatever path the registry is under. `eager`: with every full page of the catalog and
   * every page of tags, whether or not another follows.
   */
  links: 'relative' | 'absolute' | 'misplaced' | 'eager';
  /** Answers in place of the catalog those who may see it. */
  catalog?: (request: ServedRequest) => Reply | undefined;
  /** Added to what tags/list answers. */
  tagsTell?: (repository: StoredRepository, name: string, all: ReadonlyMap<string, StoredRepository>) => object;
  /** Whether what names of repositories begin with is a repository without tags. */
  showsParents: boolean;
  /** Answers what is asked outside of V2. */
  beside?: (request: ServedRequest, repositories: ReadonlyMap<string, StoredRepository>) => Reply | undefined;
  /** Code of what is not there; by default the one of the specification. */
  notFoundCode?: string;
  /** What an emptied repository answers to tags/list. */
  emptyTags: 'list' | 'null';
  deleteEnabled: boolean;
  /** Deleting by tag, or the status that refuses it. */
  tagDelete: 'allowed' | 400 | 405;
  /** The status for a manifest whose type the client does not accept by name. */
  notAcceptable: 404 | 406;
  /** The status that refuses HEAD of a manifest, whose GET is served. */
  headManifest?: 403 | 404 | 405;
  /** Whether Docker-Content-Digest is sent. */
  digestHeader: boolean;
  /** Whether the referrers API exists. */
  referrers: boolean;
  /** Whether `artifactType` is filtered by the registry. */
  filtersReferrers: boolean;
  /** Origin that blobs are redirected to, as registries with cloud storage do. */
  redirectBlobsTo?: string;
}

export interface V2ServerOptions extends ListenOptions, Partial<V2Behaviour> {
  readonly repositories?: readonly SeedRepository[];
  /** A path such as `/registry` in front of `/v2/`. */
  readonly prefix?: string;
}

export const defaultBehaviour: V2Behaviour = {
  catalogPageSize: 100,
  tagsPageSize: Infinity,
  maxPageSize: 1000,
  pageCap: Infinity,
  catalogCap: Infinity,
  tagOrder: 'lexical',
  links: 'relative',
  showsParents: false,
  emptyTags: 'list',
  deleteEnabled: true,
  tagDelete: 'allowed',
  notAcceptable: 404,
  digestHeader: true,
  referrers: true,
  filtersReferrers: true,
};
