import type { ReadCredential } from '../core/auth';
import type { Http } from '../core/http';
import type { Log } from '../core/log';
import type { DeletionPreview } from '../images/deletionGraph';
import type { Endpoint } from '../core/network/diagnose';
import type { NamedImage } from '../images/imageReader';
import type { ImageSource } from '../images/imageSource';
import type { Manifest } from '../core/manifest';
import type {
  Attachment,
  CloudAddresses,
  Connection,
  Credential,
  Entry,
  Group,
  ImageDetails,
  Page,
  Platform,
  Repository,
  Shown,
  SignIn,
  Tag,
  InspectedImage,
} from '../core/model';
import type { ImageReference } from '../core/reference';

/**
 * One connected registry. The members that every registry has come first, then abilities that only some have. An absent ability means
 * "cannot", and its presence is the only test. Abilities are properties that can be used without `this`. All reject with a Failure, or
 * with the signal's reason when aborted.
 */
export interface RegistryProvider {
  /** A page of the entries under `parent`, or of the top entries without a parent. `cursor`: the `next` of the page before. */
  readonly list: (parent: Entry | undefined, cursor: string | undefined, signal: AbortSignal) => Promise<Page<Entry>>;
  /**
   * The entries that lead to an image's tag, from the top down; undefined if images with that name cannot be here. The registry is not
   * asked, so none of these entries need exist.
   */
  readonly locate: (image: ImageReference) => readonly Entry[] | undefined;
  /** The host in the names of all images below an entry; undefined if there are several, or it is not known. */
  readonly hostOf: (entry: Entry | undefined) => string | undefined;
  /** The credential with which a container engine signs in at that host. */
  readonly engineCredential: (host: string, signal: AbortSignal) => Promise<Credential>;
  /** The known places where the account may push, the likeliest first. The name of an image is appended to each. */
  readonly pushTargets: (signal: AbortSignal) => Promise<readonly PushTarget[]>;
  /** What a tag's row and tooltip show. */
  readonly details?: (tag: Tag, signal: AbortSignal) => Promise<ImageDetails>;
  readonly content?: ImageContent;
  /**
   * The servers it speaks to, as far as they are known; the registry comes first if there is one. Diagnose Connection checks them, and
   * the TLS options of the connection apply to them.
   */
  readonly endpoints?: readonly Endpoint[];
  readonly deletion?: Deletion;
  /** Absent if all namespaces are listed, or the registry has none. */
  readonly namespaces?: AddedNamespaces;
  /**
   * Lists what is under `parent` as `list` does, but only what has the text in its name, as the service searches. Nothing where the
   * service cannot search what is under that entry.
   */
  readonly find?: (parent: Entry | undefined) => Find | undefined;
  /** Finds public repositories by words. `cursor`: the `next` of the page before. */
  readonly search?: (query: string, cursor: string | undefined, signal: AbortSignal) => Promise<Page<FoundRepository>>;
  /** How many pulls the registry still allows; undefined if it sets no limit. This request does not count as a pull. */
  readonly pullLimit?: (signal: AbortSignal) => Promise<PullLimit | undefined>;
  readonly locks?: Locks;
  /** Rejects if a repository cannot be read. If present, repositories can be added by name, see Shown.repositories. */
  readonly checkRepository?: (image: ImageReference, signal: AbortSignal) => Promise<void>;
  /** Returns what reads the properties of an entry as the service sends them, for View Properties; undefined if it has none for it. */
  readonly properties?: (entry: Entry) => ((signal: AbortSignal) => Promise<unknown>) | undefined;
  /**
   * The account's name from the service, for a credential without a user name. Rejects with the code `accountUnknown` if the service
   * does not say whose token it is.
   */
  readonly accountName?: (signal: AbortSignal) => Promise<string>;
  /** Finds out whether an image of that name may be here, so that `locate` knows it; absent if that is known without requests. */
  readonly learn?: (image: ImageReference, signal: AbortSignal) => Promise<void>;
  /** The groups from which the user chooses those to show, see Shown.groups; absent if all are always shown. */
  readonly choosableGroups?: (signal: AbortSignal) => Promise<readonly ChoosableGroup[]>;
  /** The kind of entries below an entry that is above the repositories. Absent or undefined: repositories. */
  readonly holds?: (entry: Entry | undefined) => Holding | undefined;
  /** The web page of an entry that people know. */
  readonly webPage?: (entry: Entry | undefined) => URL | undefined;
  /** The web page where an entry is administered: rights, network, costs. */
  readonly consolePage?: (entry: Entry | undefined) => URL | undefined;
  /** The user typed its address and may change it, see ProviderType.address. */
  readonly hasTypedAddress?: true;
  /** It calls its servers through a library that does not use Connection.tls. */
  readonly ignoresTrust?: true;
}

/** `text`: one word. `cursor`: the `next` of the page before. */
export type Find = (text: string, cursor: string | undefined, signal: AbortSignal) => Promise<Page<Entry>>;

/** The words for the entries below a row, if they are not repositories. */
export interface Holding {
  /** The word for one of them in a question: `Project of Acme`. */
  readonly one: (of: string) => string;
  /** For a row with none of them: `no registries`. */
  readonly none: string;
  /** The words for listing them, after "Could not …": `list the registries of Contoso`. */
  readonly listing: (of: string) => string;
}

interface ChoosableGroup {
  readonly group: Group;
  readonly isShown: boolean;
}

/** A locked tag can be neither deleted nor changed. */
export interface Locks {
  readonly set: (tag: Tag, isLocked: boolean, signal: AbortSignal) => Promise<void>;
  /**
   * Removes locks in the repository of an image, so that it can be deleted. If one cannot be removed, those removed before are set
   * again.
   */
  readonly lift: (image: ImageReference, locks: readonly Lock[], signal: AbortSignal) => Promise<RestoreLocks>;
}

/** What is locked: a tag, an image, or the whole repository. */
export type Lock =
  | { readonly kind: 'tag'; readonly name: string }
  | { readonly kind: 'image'; readonly digest: string }
  | { readonly kind: 'repository' };

/** Sets removed locks again, as they were. `isDeleted`: the deletion succeeded, so only the lock of the repository is set. */
export type RestoreLocks = (isDeleted: boolean, signal: AbortSignal) => Promise<void>;

/** What prevents a deletion, as far as the registry says so in advance. */
export interface Obstacles {
  readonly locks?: readonly Lock[];
  /** Platforms of an index that have locks of their own, and stay when the index is deleted. */
  readonly lockedPlatforms?: readonly Platform[];
  /** Sentences about the registry's own rules for what it never deletes. */
  readonly rules?: readonly string[];
}

/** How the user adds namespaces that the account does not list, see Shown.namespaces. */
export interface AddedNamespaces {
  /** Words if they are not called namespaces. `add`: the title, `Add Project to Acme`; `added`: as for plural, with {1} the first name. */
  readonly called?: { readonly add: (to: string) => string; readonly added: string };
  /** What to type; absent: the name of a user or organization. */
  readonly prompt?: string;
  /** What is wrong with the typed name; undefined if it is valid. */
  readonly problem: (name: string) => string | undefined;
  /** Rejects if nothing can be listed there. */
  readonly check: (name: string, signal: AbortSignal) => Promise<void>;
}

export interface FoundRepository {
  readonly repository: Repository;
  readonly description?: string;
  readonly stars?: number;
  readonly pulls?: number;
  readonly isOfficial: boolean;
}

interface PullLimit {
  readonly limit: number;
  readonly remaining: number;
  readonly windowSeconds: number;
}

/** A place to push to: `localhost:5000` or `ghcr.io/acme`. */
export interface PushTarget {
  /** As in ImageReference. */
  readonly host: string;
  readonly namespace?: string;
}

/** Reads images without pulling them. */
export interface ImageContent {
  readonly manifest: (image: ImageReference, signal: AbortSignal) => Promise<Manifest>;
  /** All images of an index; for anything else, only itself. */
  readonly images: (image: ImageReference, signal: AbortSignal) => Promise<readonly NamedImage[]>;
  /** Manifest and config of one platform; `image` names an image, not an index. */
  readonly config: (image: ImageReference, signal: AbortSignal) => Promise<InspectedImage>;
  readonly attachment: (attachment: Attachment, signal: AbortSignal) => Promise<Uint8Array>;
  /** The repository of an image, for what reads more than one part of it. */
  readonly source: (image: ImageReference) => ImageSource;
}

export interface Deletion {
  /** Absent if the registry deletes only single tags. */
  readonly image?: ImageDeletion;
  /** Absent if it is known that the registry cannot delete a single tag. */
  readonly untag?: TagDeletion;
  /** Absent if the registry cannot delete repositories. */
  readonly repository?: RepositoryDeletion;
}

/** Deletes images by digest, each with all its tags. */
export interface ImageDeletion {
  /**
   * What a deletion of the images of the tags deletes, read now and never from a cache. A tag that does not exist is left out; rejects
   * with `notFound` if none exists. `repository`: its image, with or without a tag. `progress`: how many tags are checked.
   */
  readonly preview: (
    repository: ImageReference,
    tags: readonly string[],
    progress: (done: number, of: number) => void,
    signal: AbortSignal,
  ) => Promise<DeletionPreview & Obstacles>;
  /** Deletes the manifest with that digest and all its tags. `image`: one of these tags. */
  readonly delete: (image: ImageReference, digest: string, signal: AbortSignal) => Promise<void>;
  /** Those of `tags` that still point to the digest. */
  readonly tagsLeft: (
    image: ImageReference,
    digest: string,
    tags: readonly string[],
    signal: AbortSignal,
  ) => Promise<readonly string[]>;
}

/** Deletes a single tag. */
export interface TagDeletion {
  /** What the tag points to now. Rejects with `notFound` if there is no such tag. */
  readonly preview: (tag: Tag, signal: AbortSignal) => Promise<TagPreview>;
  readonly delete: (tag: Tag, signal: AbortSignal) => Promise<void>;
  /** The registry keeps images without a tag; absent: that is not known. */
  readonly keepsImage?: boolean;
}

export interface TagPreview extends Obstacles {
  /** Absent if the registry does not say. */
  readonly digest?: string;
  /** Other tags of the same image that the registry's first answer has. */
  readonly others?: readonly string[];
}

interface RepositoryDeletion {
  /** The registry accepts the deletion and does it later. */
  readonly isDeferred?: boolean;
  /** How much is deleted with it. `images` is absent if the registry does not say. */
  readonly counts: (
    repository: Repository,
    signal: AbortSignal,
  ) => Promise<Obstacles & { readonly tags: number; readonly images?: number }>;
  readonly delete: (repository: Repository, signal: AbortSignal) => Promise<void>;
}

/** A kind of registry that the user can connect. To add a kind, add it to table.ts. */
export interface ProviderType {
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  /** The word that a screen reader says before a connection's name. Absent: a registry. */
  readonly called?: string;
  /** Codicon. */
  readonly icon: string;
  /** It is a preset of the generic kind, offered below all others. */
  readonly isPreset?: boolean;
  /**
   * Asks about a registry and describes the connection. After Back it runs again from its beginning, so it must not change anything.
   * Rejects with a Failure if it needs a setting of VS Code that cannot be used. It must read settings after the last question, because
   * the failure is shown there. `url`: the address that is meant, from `dockerConnections`; it is not asked for, or is in the box already.
   */
  readonly connect: (ask: ConnectAsk, setting: ReadSetting, url?: string) => Promise<Described>;
  /** The part of `connect` that asks for an address; absent if the user types none. */
  readonly address?: TypedAddress;
  /** The part of `connect` that asks how to sign in. It is also used alone, to give a connected registry another credential. */
  readonly signIn: (ask: ConnectAsk, registry: SignInTarget) => Promise<DescribedCredential>;
  /** The scopes that an account of VS Code needs. */
  readonly scopes?: readonly string[];
  /** A connection can have a credential in addition to an account of VS Code; absent: the credential replaces the account. */
  readonly takesBoth?: boolean;
  /**
   * Possible connections with docker's login for that host, the likeliest first; empty if the host is of another kind.
   */
  readonly dockerConnections?: (host: string, setting: ReadSetting) => readonly Omit<Connection, 'id'>[];
  /** Hosts of web sites that users type for this kind, with the address that is meant. */
  readonly webSites?: Readonly<Record<string, string>>;
  /** Whether a typed address is one of this kind, and if so, what is wrong with it. Absent if `dockerConnections` tells that. */
  readonly takesAddress?: (text: string) => { readonly problem?: string } | undefined;
  /** Opens a connection without network requests. */
  readonly open: (connection: Connection, context: ProviderContext) => RegistryProvider;
}

/** An address that the user types. */
export interface TypedAddress {
  /** Resolves to `Connection.url`. `current`: the first text in the box. */
  readonly ask: (ask: ConnectAsk, current: string | undefined) => Promise<string>;
  /** The default name of a connection to that address. */
  readonly labelOf: (url: string) => string;
}

/** A connection and its credential, as the user's answers describe them. */
export interface Described {
  readonly connection: DescribedConnection;
  readonly credential: Credential;
}

/** The chosen way to sign in. The credential is anonymous if there is nothing to store. */
export interface DescribedCredential {
  readonly signIn: DescribedSignIn;
  readonly credential: Credential;
}

/** A connection that the user's answers describe; it has no id yet. */
export interface DescribedConnection extends Omit<Connection, 'id' | 'signIn'> {
  readonly signIn: DescribedSignIn;
}

/** `askAccount`: an account of VS Code; the user is asked next which one. */
export type DescribedSignIn =
  SignIn | { readonly kind: 'askAccount'; readonly authentication: string; readonly cloud?: CloudAddresses };

export interface ProviderContext {
  /** Reads the stored credential; anonymous if there is none. */
  readonly credential: ReadCredential;
  /** The user's current choice of what the connection shows. */
  readonly shown: () => Shown;
  readonly setting: ReadSetting;
  /** Reads the account of VS Code that signs in; absent if the credential signs in. */
  readonly account?: ReadAccount;
  /** Sends requests with the connection's TLS options. */
  readonly http: Http;
  readonly log: Log;
}

/** Reads the setting `registryExplorer.<name>`: an address without trailing slash, empty if it is not set. */
export type ReadSetting = (name: EndpointSetting) => string;
type EndpointSetting = 'dockerHub.url' | 'dockerHub.registryUrl' | 'github.apiUrl' | 'github.registryUrl';

/**
 * Reads the session of an account with at least these scopes. Undefined if there is none, and the user may not be asked (`mayAsk`) or
 * declined.
 */
export type ReadAccount = (scopes: readonly string[], mayAsk: boolean) => Promise<AccountSession | undefined>;

export interface AccountSession {
  readonly token: string;
  /** The name of the account. */
  readonly account: string;
  readonly scopes: readonly string[];
}

/** The registry that the user is asked to sign in to. */
export interface SignInTarget {
  readonly url: string;
  /** The user name of the present sign-in. */
  readonly account?: string;
}

/** Code of a Failure: the service does not say whose token it is, so the user is asked, see ConnectAsk.asksUserName. */
export const accountUnknown = 'ACCOUNT_UNKNOWN';

/** Asks the user, for a kind of registry. Each call resolves to the answer; Back and Escape are handled elsewhere. */
export interface ConnectAsk {
  /** The service did not say whose the typed token is, so the user name is asked for after the token. */
  readonly asksUserName?: boolean;
  pick<V extends string>(prompt: string, choices: readonly ConnectChoice<V>[]): Promise<V>;
  input(input: ConnectInput): Promise<string>;
  /** Adds a number of questions to the total that the title shows. */
  more(questions: number): void;
}

export interface ConnectChoice<V extends string> {
  readonly value: V;
  readonly label: string;
  readonly detail?: string;
}

export interface ConnectInput {
  readonly prompt: string;
  readonly placeholder?: string;
  /** The first text in the box. */
  readonly value?: string;
  readonly secret?: boolean;
  /** The page of the service where the user creates such a secret. */
  readonly page?: SecretPage;
  /** What is wrong with the typed text; undefined if it is valid. */
  readonly problem?: (text: string) => string | undefined;
}

interface SecretPage {
  /** `Create one at github.com` */
  readonly title: string;
  readonly url: URL;
}
