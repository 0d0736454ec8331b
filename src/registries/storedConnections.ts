import { z } from 'zod/mini';
import type { CloudAddresses, Connection, ProgramLogin, Shown, SignIn, TlsOptions } from '../core/model';
import { defined } from '../core/defined';
import { withUnknown } from './unknownParts';

/** Parses the connections in VS Code's state and in the setting, including those stored by 0.1.0. */

const text = z.optional(z.string());
const names = z.optional(z.array(z.string()));

const cloud = z.object({ apiUrl: z.string(), authorityUrl: z.string() });

const signIn = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('anonymous') }),
  z.object({ kind: z.literal('basic'), account: text }),
  z.object({ kind: z.literal('docker') }),
  z.object({ kind: z.literal('cloudCli'), cloud: z.optional(cloud) }),
  z.object({ kind: z.literal('environment'), cloud: z.optional(cloud) }),
  z.object({ kind: z.literal('account'), authentication: z.string(), account: z.string(), cloud: z.optional(cloud) }),
  z.object({ kind: z.literal('application'), tenant: z.string(), account: z.string(), cloud: z.optional(cloud) }),
]);

const login = z.enum(['docker', 'azureCli', 'azureEnvironment']);

/** How 0.1.0 stored the sign-in of a connection. */
const signInOf010 = {
  account: text,
  authentication: text,
  login: z.optional(login),
  tenant: text,
  cloud: z.optional(z.object({ armUrl: z.string(), authorityUrl: z.string() })),
};

const shown = z.object({ namespaces: names, repositories: names, groups: names });

const tlsOptions = z.object({
  caFile: text,
  certFile: text,
  keyFile: text,
  dockerCerts: z.optional(z.boolean()),
  verify: z.optional(z.literal(false)),
  hosts: names,
});

const connection = z.object({
  id: z.string(),
  provider: z.string(),
  label: z.string(),
  url: z.string(),
  signIn: z.optional(signIn),
  shown: z.optional(z.unknown()),
  tls: z.optional(tlsOptions),
  // Stored by 0.1.0, where `shown` had the keys of the groups.
  ...signInOf010,
  namespaces: names,
  pinned: names,
});

/** What this machine stores for a connection of the settings. */
export interface Overrides {
  /** The user has disconnected it on this machine. */
  readonly hidden?: true;
  readonly signIn?: SignIn;
  readonly shown?: Shown;
  readonly tls?: TlsOptions;
}

/** One that cannot be read hides no other: a newer version may know more ways to sign in. */
const overrides = z.object({
  hidden: z.catch(z.optional(z.literal(true)), undefined),
  signIn: z.catch(z.optional(signIn), undefined),
  shown: z.catch(z.optional(shown), undefined),
  tls: z.catch(z.optional(tlsOptions), undefined),
});

/** The user's own connections. Entries that cannot be parsed are skipped. */
export function readOwn(state: unknown): readonly Connection[] {
  return listOf(state).flatMap((each) => {
    const parsed = connection.safeParse(each);
    if (!parsed.success) return [];
    const { id, provider, label, url, tls, ...rest } = parsed.data;
    return defined({
      ...{ id, provider, label, url },
      signIn: rest.signIn === undefined ? readSignInOf010(rest) : readSignIn(rest.signIn),
      shown: readShownOf(rest),
      tls: tls && defined(tls),
    });
  });
}

/**
 * The list to store, with one connection changed, or removed where `change` gives nothing. Entries and fields that cannot be read stay,
 * but not those of another address.
 */
export function changeOwn(
  state: unknown,
  id: string,
  change: (connection: Connection) => Connection | undefined,
): readonly unknown[] {
  return listOf(state).flatMap((stored) => {
    const [before] = readOwn([stored]);
    if (before === undefined) return [stored];
    const after = before.id === id ? change(before) : before;
    if (after === undefined) return [];
    return [after.url === before.url ? withUnknown(withoutOld(stored), before, after) : after];
  });
}

/** The overrides to store, with those of one connection replaced. What cannot be read stays, of that connection if `keepsUnknown`. */
export function changeOverrides(state: unknown, id: string, now: Overrides, keepsUnknown: boolean): object {
  const all = new Map(entriesOf(state));
  const before = readOverrides(state).get(id) ?? {};
  return Object.fromEntries(all.set(id, keepsUnknown ? withUnknown(all.get(id), before, now) : now));
}

/** The overrides for connections of the settings, by their ids. */
export function readOverrides(state: unknown): ReadonlyMap<string, Overrides> {
  return new Map(
    entriesOf(state).flatMap(([id, each]) => {
      const parsed = overrides.safeParse(each);
      if (!parsed.success) return [];
      const { hidden, signIn: own, shown: seen, tls } = parsed.data;
      return [
        [
          id,
          defined({ hidden, signIn: own && readSignIn(own), shown: seen && defined(seen), tls: tls && defined(tls) }),
        ],
      ];
    }),
  );
}

/** The keys under which 0.1.0 stored the same, one for each property. They are read, but never written. */
const keysOf010 = {
  hidden: 'hiddenConnections',
  signIns: 'sharedSignIns',
  groups: 'sharedShown',
  repositories: 'sharedPinned',
  namespaces: 'sharedNamespaces',
  tls: 'sharedTls',
} as const;

/** The overrides that 0.1.0 stored for connections of the settings. `get`: reads the state under a key. */
export function readOverridesOf010(get: (key: string) => unknown): ReadonlyMap<string, Overrides> {
  const hidden = new Set(listOf(get(keysOf010.hidden)).filter((id) => typeof id === 'string'));
  const signIns = new Map(entriesOf(get(keysOf010.signIns)));
  const groups = new Map(entriesOf(get(keysOf010.groups)));
  const repositories = new Map(entriesOf(get(keysOf010.repositories)));
  const namespaces = new Map(entriesOf(get(keysOf010.namespaces)));
  const trusted = new Map(entriesOf(get(keysOf010.tls)));
  const ids = new Set([hidden, signIns, groups, repositories, namespaces, trusted].flatMap((each) => [...each.keys()]));
  return new Map(
    [...ids].map((id) => {
      const own = z.object(signInOf010).safeParse(signIns.get(id));
      const seen = shown.safeParse(
        defined({ namespaces: namespaces.get(id), repositories: repositories.get(id), groups: groups.get(id) }),
      );
      const tls = tlsOptions.safeParse(trusted.get(id));
      const whole: Overrides = defined({
        hidden: hidden.has(id) ? (true as const) : undefined,
        signIn: own.success ? readSignInOf010(own.data) : undefined,
        shown: seen.success && Object.keys(seen.data).length > 0 ? defined(seen.data) : undefined,
        tls: tls.success ? defined(tls.data) : undefined,
      });
      return [id, whole];
    }),
  );
}

/** A connection as the setting lists it. */
export interface Listed {
  readonly provider: string;
  readonly url: string;
  readonly label?: string;
  readonly login?: ProgramLogin;
  readonly namespaces?: readonly string[];
  readonly repositories?: readonly string[];
}

const listed = z.object({
  provider: z.string(),
  url: z.string(),
  label: text,
  login: z.optional(login),
  namespaces: names,
  repositories: names,
});

/** The valid entries of the list. Invalid ones are skipped; the settings editor underlines them. */
export function readListed(setting: unknown): readonly Listed[] {
  return listOf(setting).flatMap((entry) => {
    const parsed = listed.safeParse(entry);
    if (!parsed.success) return [];
    return defined({ ...parsed.data, login: parsed.data.login && logins[parsed.data.login] });
  });
}

/** The names of program logins in settings and in 0.1.0. */
const logins: Readonly<Record<z.infer<typeof login>, ProgramLogin>> = {
  docker: { kind: 'docker' },
  azureCli: { kind: 'cloudCli' },
  azureEnvironment: { kind: 'environment' },
};

function readSignIn(stored: z.infer<typeof signIn>): SignIn {
  switch (stored.kind) {
    case 'anonymous':
    case 'docker':
      return stored;
    case 'basic':
    case 'cloudCli':
    case 'environment':
    case 'account':
    case 'application':
      return defined(stored);
  }
}

type SignInOf010 = z.infer<z.ZodMiniObject<typeof signInOf010>>;

function readSignInOf010({ account, authentication, login: program, tenant, cloud: own }: SignInOf010): SignIn {
  const made: CloudAddresses | undefined = own && { apiUrl: own.armUrl, authorityUrl: own.authorityUrl };
  if (authentication !== undefined && account !== undefined)
    return defined({ kind: 'account', authentication, account, cloud: made });
  if (program === 'docker') return logins.docker;
  if (program !== undefined) return defined({ ...logins[program], cloud: made });
  if (account === undefined) return { kind: 'anonymous' };
  return tenant === undefined
    ? { kind: 'basic', account }
    : defined({ kind: 'application', tenant, account, cloud: made });
}

/** In 0.1.0, `shown` was a list of groups; namespaces and repositories were separate lists. */
function readShownOf(stored: Pick<z.infer<typeof connection>, 'shown' | 'namespaces' | 'pinned'>): Shown | undefined {
  const now = shown.safeParse(stored.shown);
  if (now.success) return defined(now.data);
  const groups = z.array(z.string()).safeParse(stored.shown);
  const { namespaces, pinned: repositories } = stored;
  const old = defined({ namespaces, repositories, groups: groups.success ? groups.data : undefined });
  return Object.keys(old).length === 0 ? undefined : old;
}

/** Without the fields that only 0.1.0 stored, and is read from. */
function withoutOld(stored: unknown): unknown {
  const old = new Set([...Object.keys(signInOf010), 'namespaces', 'pinned']);
  return Object.fromEntries(entriesOf(stored).filter(([name]) => !old.has(name)));
}

function listOf(state: unknown): readonly unknown[] {
  return Array.isArray(state) ? state : [];
}

function entriesOf(state: unknown): readonly (readonly [string, unknown])[] {
  return typeof state === 'object' && state !== null && !Array.isArray(state) ? Object.entries(state) : [];
}
