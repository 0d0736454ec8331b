import { t } from '@vscode/l10n';
import { z } from 'zod/mini';
import { Failure } from '../core/failure';
import type { Connection, Credential, SignIn } from '../core/model';
import { defined } from '../core/defined';

/** The part of VS Code's SecretStorage that we use. */
export interface SecretStore {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}

/** A connection, or one of the settings that need not be listed at the moment. */
export type SecretOwner = Connection | { readonly id: string; readonly shared: true };

/** Where secrets are kept, and under what there. */
export interface SecretPlace {
  readonly store: SecretStore;
  readonly keyOf: (owner: SecretOwner) => string;
}

const stored = z.union([
  z.object({ kind: z.literal('basic'), username: z.string(), secret: z.string() }),
  z.object({ kind: z.literal('identityToken'), token: z.string() }),
]);

/** Credentials of connections. Nothing is stored for anonymous: a keyring is not to be asked without need. */
export class Secrets {
  /** Settles when the secrets are where `place` says; what is asked for meanwhile waits. */
  private settled: Promise<void> = Promise.resolve();

  constructor(private place: SecretPlace) {}

  async read(owner: SecretOwner): Promise<Credential> {
    await this.settled;
    const text = await this.place.store.get(this.place.keyOf(owner));
    if (text === undefined) return { kind: 'anonymous' };
    return readStored(text);
  }

  async write(owner: SecretOwner, credential: Credential): Promise<void> {
    await this.settled;
    const key = this.place.keyOf(owner);
    if (credential.kind === 'anonymous') await this.place.store.delete(key);
    else await this.place.store.store(key, JSON.stringify(credential));
  }

  /** Forgets what was stored for `owner`, unless one of `others` uses the same. */
  async remove(owner: SecretOwner, others: readonly SecretOwner[]): Promise<void> {
    await this.settled;
    const key = this.place.keyOf(owner);
    if (others.some((other) => this.place.keyOf(other) === key)) return;
    await this.place.store.delete(key);
  }

  /**
   * Moves the secrets of `owners` to another place: all of them are copied and read back, `moved` is told, and only then the
   * old ones are deleted. Where it rejects before that, the old place goes on serving with all that was in it.
   */
  async moveTo(
    place: SecretPlace,
    owners: () => readonly SecretOwner[],
    moved: () => PromiseLike<void>,
  ): Promise<void> {
    const moving = this.settled.then(async () => {
      const from = this.place;
      if (from === place) return;
      const copied = await copy(owners(), from, place);
      await moved();
      this.place = place;
      for (const owner of copied) await from.store.delete(from.keyOf(owner));
    });
    this.settled = moving.catch(() => undefined);
    await moving;
  }
}

/** Another editor of another version may have written it, or another program. */
function readStored(text: string): Credential {
  try {
    const parsed = stored.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {
    // Told below: what JSON.parse says would repeat a part of it.
  }
  const explanation = t('what is kept there for this connection cannot be read; type the credential again');
  throw new Failure('unauthorized', '', { subject: t('the credential store'), speaker: 'program', explanation });
}

/** Resolves to those that had a secret. */
async function copy(
  owners: readonly SecretOwner[],
  from: SecretPlace,
  to: SecretPlace,
): Promise<readonly SecretOwner[]> {
  const copied: SecretOwner[] = [];
  for (const owner of owners) {
    const text = await from.store.get(from.keyOf(owner));
    if (text === undefined) continue;
    const key = to.keyOf(owner);
    await to.store.store(key, text);
    if ((await to.store.get(key)) !== text) {
      const explanation = t('the secret that was stored there cannot be read back');
      throw new Failure('rejected', '', { subject: t('the credential store'), speaker: 'program', explanation });
    }
    copied.push(owner);
  }
  return copied;
}

/** VS Code's own store is one editor's: the id is enough. */
export function keyById({ id }: SecretOwner): string {
  return `credential:${id}`;
}

/**
 * What another editor of the machine knows a connection by as well: its registry and how it signs in. The id of one from the
 * settings is made of its registry alone.
 */
export function keyByRegistry(owner: SecretOwner): string {
  if (!('provider' in owner) || owner.shared === true) return owner.id;
  const { provider, url, signIn } = owner;
  return [provider, url, new URLSearchParams(partsOf(signIn)).toString()].join(' ').trimEnd();
}

/** These names and their order are part of the key: what 0.1.0 has stored is found by them. */
function partsOf(signIn: SignIn): Readonly<Record<string, string>> {
  switch (signIn.kind) {
    case 'anonymous':
      return {};
    case 'basic':
      return defined({ account: signIn.account });
    case 'docker':
      return { login: 'docker' };
    case 'cloudCli':
      return { login: 'azureCli' };
    case 'environment':
      return { login: 'azureEnvironment' };
    case 'account':
      return { account: signIn.account, authentication: signIn.authentication };
    case 'application':
      return { account: signIn.account, tenant: signIn.tenant };
  }
}
