import type { ReadCredential } from '../core/auth';
import type { Http } from '../core/http';
import type { Log } from '../core/log';
import type { DeletionPreview } from '../images/deletionGraph';
import type { Endpoint } from '../core/network/diagnose';
import type { NamedImage } from '../images/imageReader';
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
 * One connected registry. What every registry does comes first, then what only some can: an absent ability means "cannot", and its
 * presence is the only test. Abilities are properties usable without `this`. All reject with a Failure, or with the
 * signal's reason when aborted.
 */
export interface RegistryProvider {
  /** What is under `parent`; without parent, what the registry lists first. `cursor`: the `next` of the page before. */
  readonly list: (parent: Entry | undefined, cursor: string | undefined, signal: AbortSignal) => Promise<Page<Entry>>;
  /**
   * The entries that lead to the tag of an image's name, from the top down; nothing when images of that name cannot be here.
   * Told without asking the registry, so none of them need exist.
   */
  readonly locate: (image: ImageReference) => readonly Entry[] | undefined;
  /** The host that the images below an entry are named after; nothing where there are several. */
  readonly hostOf: (entry: Entry | undefined) => string | undefined;
  /** What the container engine logs in with at that host. */
  readonly engineCredential: (host: string, signal: AbortSignal) => Promise<Credential>;
  /** Where the account may push, as far as is known, the likeliest first. The name of an image is appended to each. */
  readonly pushTargets: (signal: AbortSignal) => Promise<readonly PushTarget[]>;
  /** What a tag's row and tooltip show. */
  readonly details?: (tag: Tag, signal: AbortSignal) => Promise<ImageDetails>;
  readonly content?: ImageContent;
  /**
   * The servers it speaks to, as far as they are known, the registry first where there is one: what Diagnose Connection looks at,
   * and what is trusted as the user chose for the connection.
   */
  readonly endpoints?: readonly Endpoint[];
  readonly deletion?: Deletion;
  /** Absent if all namespaces are listed, or the registry has none. */
  readonly namespaces?: AddedNamespaces;
  /** Finds public repositories by words. `cursor`: the `next` of the page before. */
  readonly search?: (query: string, cursor: string | undefined, signal: AbortSignal) => Promise<Page<FoundRepository>>;
  /** How many pulls the registry still allows; nothing where it sets no limit. Asking counts as no pull. */
  readonly pullLimit?: (signal: AbortSignal) => Promise<PullLimit | undefined>;
  readonly locks?: Locks;
  /** Rejects when a repository cannot be read. Its presence tells that repositories may be added by name, see Shown.repositories. */
  readonly checkRepository?: (image: ImageReference, signal: AbortSignal) => Promise<void>;
  /** What View Properties shows, as the service tells it; nothing where it tells nothing of such an entry. */
  readonly properties?: (entry: Entry) => ((signal: AbortSignal) => Promise<unknown>) | undefined;
  /**
   * What the account is called, where the service tells: a credential without a user name gets this one. Rejects with the code
   * `accountNotTold` where the service does not tell it of this token.
   */
  readonly accountName?: (signal: AbortSignal) => Promise<string>;
  /** Finds out whether the images of that host are here, for locate; absent where that is known without asking. */
  readonly learn?: (host: string, signal: AbortSignal) => Promise<void>;
  /** Groups of which the user chooses those that are shown, see Shown.groups; absent where all always are. */
  readonly choosable?: (signal: AbortSignal) => Promise<readonly Choosable[]>;
  /** Called for an entry above the repositories: what it holds. Absent where that is always repositories. */
  readonly holds?: (entry: Entry | undefined) => Holding | undefined;
  /** The page people know an entry by. */
  readonly webPage?: (entry: Entry | undefined) => URL | undefined;
  /** The page on which an entry is administered: rights, network, costs. */
  readonly consolePage?: (entry: Entry | undefined) => URL | undefined;
  /** The user typed its address, and may change it: see ProviderType.address. */
  readonly hasTypedAddress?: true;
  /** Its servers are asked through a library that knows nothing of Connection.tls. */
  readonly ignoresTrust?: true;
}

/** What rows are said to hold, where that is not repositories. */
export interface Holding {
  /** What one of these is called in a question for one: `Project of Acme`. */
  readonly one: (of: string) => string;
  /** Said of a row that holds none: `no registries`. */
  readonly none: string;
  /** What listing them is called; completes "Could not …": `list the registries of Contoso`. */
  readonly listing: (of: string) => string;
}

interface Choosable {
  readonly group: Group;
  readonly isShown: boolean;
}

/** A locked tag can be neither deleted nor changed. */
export interface Locks {
  readonly set: (tag: Tag, isLocked: boolean, signal: AbortSignal) => Promise<void>;
  /**
   * Lifts locks in the repository of an image, so that what they keep can be deleted. If one cannot be lifted, those lifted before
   * are set again.
   */
  readonly lift: (image: ImageReference, locks: readonly Lock[], signal: AbortSignal) => Promise<LockAgain>;
}

/** What is locked: a tag, an image, or all that is in the repository. */
export type Lock =
  | { readonly kind: 'tag'; readonly name: string }
  | { readonly kind: 'image'; readonly digest: string }
  | { readonly kind: 'repository' };

/** Sets lifted locks again, as they were. `isDeleted`: what was to be deleted is gone; only the lock of the repository is set. */
export type LockAgain = (isDeleted: boolean, signal: AbortSignal) => Promise<void>;

/** What keeps something from being deleted, as far as the registry tells beforehand. */
export interface Obstacles {
  readonly locks?: readonly Lock[];
  /** Platforms of an index that are locked themselves, and stay when it is deleted. */
  readonly lockedPlatforms?: readonly Platform[];
  /** Sentences about what the registry never deletes. */
  readonly rules?: readonly string[];
}

/** Namespaces that the account does not list: the user adds them by name, see Shown.namespaces. */
export interface AddedNamespaces {
  /** What they are called where not namespaces. `add`: the title, `Add Project to Acme`; `added`: as for plural, with {1} the first name. */
  readonly called?: { readonly add: (to: string) => string; readonly added: string };
  /** What to type, where it is not the name of a user or organization. */
  readonly prompt?: string;
  /** What is wrong with the name typed so far; nothing when it will do. */
  readonly problem: (name: string) => string | undefined;
  /** Rejects when nothing can be listed there. */
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

/** `localhost:5000` or `ghcr.io/acme`. */
export interface PushTarget {
  /** As in ImageReference. */
  readonly host: string;
  readonly namespace?: string;
}

/** Reads images without pulling them. */
export interface ImageContent {
  readonly manifest: (image: ImageReference, signal: AbortSignal) => Promise<Manifest>;
  /** The images that an index leads to; of anything else, itself. */
  readonly images: (image: ImageReference, signal: AbortSignal) => Promise<readonly NamedImage[]>;
  /** Manifest and config of one platform; `image` names an image, not an index. */
  readonly config: (image: ImageReference, signal: AbortSignal) => Promise<InspectedImage>;
  readonly attachment: (attachment: Attachment, signal: AbortSignal) => Promise<Uint8Array>;
}

export interface Deletion {
  /** Absent where the registry deletes tags alone. */
  readonly image?: ImageDeletion;
  /** Absent as long as it is known that the registry deletes no tag alone. */
  readonly untag?: TagDeletion;
  /** Absent where the registry cannot. */
  readonly repository?: RepositoryDeletion;
}

/** Deletes images by digest, each with all its tags. */
export interface ImageDeletion {
  /** What goes with the image of a tag: asked again at the time, never from a cache. `progress` counts tags looked at. */
  readonly preview: (
    tag: Tag,
    progress: (done: number, of: number) => void,
    signal: AbortSignal,
  ) => Promise<DeletionPreview & Obstacles>;
  /** Deletes the manifest of that digest, and with it every tag on it. `image`: a tag of it. */
  readonly delete: (image: ImageReference, digest: string, signal: AbortSignal) => Promise<void>;
  /** Those of the tags that still point to the digest. */
  readonly left: (
    image: ImageReference,
    digest: string,
    tags: readonly string[],
    signal: AbortSignal,
  ) => Promise<readonly string[]>;
}

/** Deletes a tag alone. */
export interface TagDeletion {
  /** What the tag points to now. Rejects with `notFound` when there is no such tag. */
  readonly preview: (tag: Tag, signal: AbortSignal) => Promise<TagPreview>;
  readonly delete: (tag: Tag, signal: AbortSignal) => Promise<void>;
  /** The registry keeps an image that has no tag; absent: that is not known. */
  readonly keepsImage?: boolean;
}

export interface TagPreview extends Obstacles {
  /** Absent where the registry does not tell. */
  readonly digest?: string;
  /** Other tags of the same image, as far as the registry tells them at once. */
  readonly others?: readonly string[];
}

interface RepositoryDeletion {
  /** The registry only takes it on, and does it when it finds the time. */
  readonly isDeferred?: boolean;
  /** What goes with it; `images` where the registry tells. */
  readonly counts: (
    repository: Repository,
    signal: AbortSignal,
  ) => Promise<Obstacles & { readonly tags: number; readonly images?: number }>;
  readonly delete: (repository: Repository, signal: AbortSignal) => Promise<void>;
}

/** A kind of registry the user can connect; table.ts lists them, and that is all "pluggable" means. */
export interface ProviderType {
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  /** What a screen reader calls a connection, in front of its name. Absent: a registry. */
  readonly called?: string;
  /** Codicon. */
  readonly icon: string;
  /** A preset of the generic kind: offered below all others. */
  readonly isPreset?: boolean;
  /**
   * Asks about a registry and describes the connection. After Back it runs again from its beginning, so it must only ask and describe.
   * Rejects with a Failure if it needs a setting of VS Code that cannot be used. It reads settings after the last question, where the
   * failure is shown.
   */
  readonly connect: (ask: ConnectAsk, setting: ReadSetting) => Promise<Described>;
  /** The part of `connect` that asks for an address; absent where the user types none. */
  readonly address?: TypedAddress;
  /** The part of `connect` that asks how to sign in; alone it gives a registry that is connected another credential. */
  readonly signIn: (ask: ConnectAsk, registry: SignInTarget) => Promise<DescribedCredential>;
  /** What an account of VS Code that signs in must be allowed. */
  readonly scopes?: readonly string[];
  /** A credential may stand beside an account of VS Code, which stays; absent: it takes the account's place. */
  readonly takesBoth?: boolean;
  /**
   * The connections that use docker's login for that host, the likeliest first; none if the host is of another kind.
   */
  readonly dockerConnections?: (host: string, setting: ReadSetting) => readonly Omit<Connection, 'id'>[];
  /** Opens without asking the network. */
  readonly open: (connection: Connection, context: ProviderContext) => RegistryProvider;
}

/** An address that the user types. */
export interface TypedAddress {
  /** Resolves to `Connection.url`. `current`: what stands in the box at first. */
  readonly ask: (ask: ConnectAsk, current: string | undefined) => Promise<string>;
  /** What a connection to that address is called, unless the user calls it something else. */
  readonly labelOf: (url: string) => string;
}

/** A connection and its credential, as the user's answers describe them. */
export interface Described {
  readonly connection: DescribedConnection;
  readonly credential: Credential;
}

/** A way to sign in. The credential is anonymous if nothing is to be stored. */
export interface DescribedCredential {
  readonly signIn: DescribedSignIn;
  readonly credential: Credential;
}

/** A connection as the answers describe it. */
export interface DescribedConnection extends Omit<Connection, 'id' | 'signIn'> {
  readonly signIn: DescribedSignIn;
}

/** `askAccount`: an account of VS Code, and which one the user is asked next. */
export type DescribedSignIn =
  SignIn | { readonly kind: 'askAccount'; readonly authentication: string; readonly cloud?: CloudAddresses };

export interface ProviderContext {
  /** Resolves to anonymous when nothing is stored. */
  readonly credential: ReadCredential;
  /** What the user wants to see of the connection, as it is now. */
  readonly shown: () => Shown;
  readonly setting: ReadSetting;
  /** The account of VS Code that signs in; absent where the credential does. */
  readonly account?: ReadAccount;
  /** Trusts the connection's servers as the user chose. */
  readonly http: Http;
  readonly log: Log;
}

/** The setting `registryExplorer.<name>`: an address without trailing slash. */
export type ReadSetting = (name: EndpointSetting) => string;
type EndpointSetting = 'dockerHub.url' | 'dockerHub.registryUrl' | 'github.apiUrl' | 'github.registryUrl';

/**
 * The session of an account with at least these scopes; nothing when there is none and nobody may be asked for it, or the
 * user declined.
 */
export type ReadAccount = (scopes: readonly string[], mayAsk: boolean) => Promise<AccountSession | undefined>;

export interface AccountSession {
  readonly token: string;
  /** What the account is called. */
  readonly account: string;
  readonly scopes: readonly string[];
}

/** Whose sign-in is asked for. */
export interface SignInTarget {
  readonly url: string;
  /** Who signs in so far. */
  readonly account?: string;
}

/** Code of a Failure: the service does not tell whose token it is, so that the user is asked, see ConnectAsk.asksUserName. */
export const accountNotTold = 'ACCOUNT_NOT_TOLD';

/** What a kind of registry asks with. Each call resolves to the answer: Back and Escape are no matter of who asks. */
export interface ConnectAsk {
  /** A token was given and the service did not tell whose it is: the user name is asked for after it. */
  readonly asksUserName?: boolean;
  pick<V extends string>(prompt: string, choices: readonly ConnectChoice<V>[]): Promise<V>;
  input(input: ConnectInput): Promise<string>;
  /** That many questions come beyond those that were known so far; they are counted in the title. */
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
  /** What stands in the box at first. */
  readonly value?: string;
  readonly secret?: boolean;
  /** The page of the service on which such a secret is made. */
  readonly page?: SecretPage;
  /** What is wrong with the text typed so far; nothing when it will do. */
  readonly problem?: (text: string) => string | undefined;
}

interface SecretPage {
  /** `Create one at github.com` */
  readonly title: string;
  readonly url: URL;
}
