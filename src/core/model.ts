import type { Failure } from './failure';
import type { ImageReference } from './reference';
import type { ImageConfigAnswer } from './schemas';

/** A registry the user has connected. Its secret is stored apart, under `id`. */
export interface Connection {
  readonly id: string;
  /** `ProviderType.id` of the kind of registry. */
  readonly provider: string;
  /** Name in the tree; the user may change it. */
  readonly label: string;
  /** Root of the registry's API without a trailing slash, a path prefix included: `https://host[:port][/prefix]`. */
  readonly url: string;
  readonly signIn: SignIn;
  /** What the tree shows of it; absent: everything that it lists. */
  readonly shown?: Shown;
  /** How its server is trusted; absent: as VS Code and the system do. */
  readonly tls?: TlsOptions;
  /** Listed in the settings, as teams share their registries: name and address cannot be changed in the tree. */
  readonly shared?: boolean;
  /** Only a workspace lists it, so its author may not be trusted. */
  readonly isOfWorkspace?: boolean;
  /** The login that a workspace asks for. It is not used until the user has confirmed it. */
  readonly unconfirmed?: ProgramLogin;
}

/** How a connection signs in. Its secret is stored separately. A login of another program is read at each use and not copied. */
export type SignIn =
  | { readonly kind: 'anonymous' }
  /** A stored password or token. `account`: the user name; absent when only the registry knows the owner of the token. */
  | { readonly kind: 'basic'; readonly account?: string }
  | ProgramLogin
  | VsCodeAccount
  /** An application that is registered in a tenant of a cloud, with `account` for its id and a stored secret. */
  | {
      readonly kind: 'application';
      readonly tenant: string;
      readonly account: string;
      readonly cloud?: CloudAddresses;
    };

/** An account of VS Code. A stored credential of the connection is used before it. */
export interface VsCodeAccount {
  readonly kind: 'account';
  /** Id of VS Code's authentication provider. */
  readonly authentication: string;
  readonly account: string;
  readonly cloud?: CloudAddresses;
}

/** A login of another program. */
export type ProgramLogin =
  /** Of docker or podman. `user`: its user name, once it was read in this window; never stored. */
  | { readonly kind: 'docker'; readonly user?: string }
  /** Of the cloud's command line. */
  | { readonly kind: 'cloudCli'; readonly cloud?: CloudAddresses }
  /** Of the variables around VS Code, or of the machine itself. */
  | { readonly kind: 'environment'; readonly cloud?: CloudAddresses };

/** The cloud of a connection; no other cloud gets its secrets. Addresses without a trailing slash. */
export interface CloudAddresses {
  readonly apiUrl: string;
  readonly authorityUrl: string;
}

/** What the user wants to see of a connection. */
export interface Shown {
  /** Names of namespaces, added to those that the account lists. */
  readonly namespaces?: readonly string[];
  /** Repositories that were added by name, such as `registry.example.com/team/app`, because they are not listed. */
  readonly repositories?: readonly string[];
  /** Keys of the groups that are shown; empty: all; absent: not chosen yet. */
  readonly groups?: readonly string[];
}

/** Paths of PEM files, which are read at each use, and flags; nothing secret. */
export interface TlsOptions {
  /** Authorities to trust besides those of the system. */
  readonly caFile?: string;
  /** The client's certificate, for servers that ask for one, and its key. */
  readonly certFile?: string;
  readonly keyFile?: string;
  /** What docker and podman keep for the host in `certs.d`. */
  readonly dockerCerts?: boolean;
  /** Any certificate is accepted: anyone on the network could pose as the server. */
  readonly verify?: false;
  /** Names of the hosts, beside the connection's own, for which the user has confirmed the client certificate and `verify` as well. */
  readonly hosts?: readonly string[];
}

export type Credential =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'basic'; readonly username: string; readonly secret: string }
  /** An OAuth2 refresh token, which docker calls identity token. */
  | { readonly kind: 'identityToken'; readonly token: string }
  /** A token for the registry itself, without a token server. Only docker's config has such tokens. */
  | { readonly kind: 'registryToken'; readonly token: string };

/** What a registry lists: data only, no parent, no methods. */
export type Entry = Group | Registry | Repository | Tag | PlatformImage | Attachment;

/** A namespace, owner or subscription. */
export interface Group {
  readonly kind: 'group';
  readonly key: string;
  readonly label: string;
  /** What such a group is called, in front of its label: `Subscription`. Absent: a namespace. */
  readonly called?: string;
  readonly detail?: string;
  /** Codicon, where it is not an organization. */
  readonly icon?: string;
}

/** One of several registries that a connection leads to. */
export interface Registry {
  readonly kind: 'registry';
  /** Unique below its parent. */
  readonly key: string;
  readonly label: string;
  /** The host that its images are named after. */
  readonly host: string;
  readonly detail?: string;
}

/** What leads to a row without listing anything: the id of its connection, and the entries from there down to the row's own. */
export interface Bookmark {
  readonly connection: string;
  /** Not empty; groups, registries, repositories and tags. */
  readonly trail: readonly Entry[];
}

export interface Repository {
  readonly kind: 'repository';
  readonly label: string;
  readonly image: ImageReference;
  /** When something in it was last pushed or changed, where the listing tells. */
  readonly updated?: Date;
}

export interface Tag {
  readonly kind: 'tag';
  readonly label: string;
  readonly image: ImageReference;
  /** Absent until requested: V2 lists only the names of tags. */
  readonly details?: ImageDetails;
}

/** One platform of an image index, or the only one of a plain image. */
export interface PlatformImage {
  readonly kind: 'platform';
  readonly label: string;
  /** By digest. */
  readonly image: ImageReference;
  /** Absent when neither the index nor the image names it. */
  readonly platform?: Platform;
  /** Compressed bytes of layers and config; absent when not known. */
  readonly size?: number;
  readonly attachments: readonly Attachment[];
  /** Why the attachments may be incomplete. */
  readonly attachmentsFailure?: Failure;
  /** Why the image could not be read: most often it was deleted, and an index still names it. */
  readonly failure?: Failure;
}

export type AttachmentKind = 'sbom' | 'provenance' | 'signature' | 'attestation' | 'artifact';

/** Something that describes an image: an attestation, a signature, an SBOM. */
export interface Attachment {
  readonly kind: 'attachment';
  readonly label: string;
  readonly type: AttachmentKind;
  /** The manifest that holds it, by digest. */
  readonly image: ImageReference;
  /** The blob to open: in-toto statement, signature payload; absent: the manifest itself is opened. */
  readonly blob?: Descriptor;
  readonly size?: number;
  /** Its own attachments, such as the signature of an SBOM; absent until requested. */
  readonly attachments?: readonly Attachment[];
  readonly attachmentsFailure?: Failure;
  /** Why it could not be read. */
  readonly failure?: Failure;
}

/** https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md#image-index-property-descriptions `platform` */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
}

/** https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly artifactType?: string;
  readonly platform?: Platform;
}

/** What a tag's row and tooltip show. */
export interface ImageDetails {
  readonly digest: string;
  readonly mediaType: string;
  readonly type: 'image' | 'index' | 'artifact';
  /** Media type of what an artifact holds: `application/vnd.cncf.helm.config.v1+json`. */
  readonly artifactType?: string;
  readonly created?: Date;
  /** When the tag was set to this image, if the registry says so. */
  readonly updated?: Date;
  /** Compressed bytes as the registry counts them; of one platform when there are several. */
  readonly size?: number;
  readonly platforms: readonly Platform[];
  readonly labels: Readonly<Record<string, string>>;
  /** Cannot be deleted or changed until it is unlocked; absent where the registry has no locks. */
  readonly isLocked?: boolean;
  /** Paths of fields of its manifest or config that are not as they should be, and why its config could not be read at all. */
  readonly faults?: readonly string[];
  /** Contains only what the listing gave; the provider's `details` reads the rest. */
  readonly isPartial?: boolean;
}

/** Manifest and config of one platform, together. */
export interface InspectedImage {
  readonly image: ImageReference;
  readonly digest: string;
  readonly platform?: Platform;
  readonly config: ImageConfigAnswer;
  /** `size` in bytes; absent for schema 1. */
  readonly layers: readonly { readonly digest: string; readonly size?: number }[];
  /** As in ImageDetails. */
  readonly faults: readonly string[];
}

/** One page of a listing. `next` is opaque: only the provider that made it reads it. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
  /** Why the list ends here, if more could not be listed. */
  readonly failure?: unknown;
}
