import { t } from '@vscode/l10n';
import { Failure } from '../core/failure';
import type { Connection, Credential, SignIn } from '../core/model';
import { defined } from '../core/defined';

/** The part of VS Code's SecretStorage that we use. */
export interface SecretStore {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}

/** A connection, or one of the settings that may not be listed at the moment. */
export type SecretOwner = Connection | { readonly id: string; readonly shared: true };

/** A store of secrets, and the keys that it uses. */
export interface SecretPlace {
  readonly store: SecretStore;
  readonly keyOf: (owner: SecretOwner) => string;
}

/** Credentials of connections. Nothing is stored for anonymous, so that a keyring is not asked without need. */
export class Secrets {
  /** Settles when the secrets are in `place`; all other calls wait for it. */
  private settled: Promise<void> = Promise.resolve();

  constructor(private place: SecretPlace) {}

  async read(owner: SecretOwner): Promise<Credential> {
    await this.settled;
    const text = await this.place.store.get(this.place.keyOf(owner));
    if (text === undefined) return { kind: 'anonymous' };
    const { readSecret } = await import('./storedSecret');
    return readSecret(text);
  }

  async write(owner: SecretOwner, credential: Credential): Promise<void> {
    await this.settled;
    const key = this.place.keyOf(owner);
    if (credential.kind === 'anonymous') await this.place.store.delete(key);
    else await this.place.store.store(key, JSON.stringify(credential));
  }

  /** Deletes the secret of `owner`, unless one of `others` has the same key. */
  async remove(owner: SecretOwner, others: readonly SecretOwner[]): Promise<void> {
    await this.settled;
    const key = this.place.keyOf(owner);
    if (others.some((other) => this.place.keyOf(other) === key)) return;
    await this.place.store.delete(key);
  }

  /**
   * Moves the secrets of `owners` to another place: all are copied and read back, `moved` is called, and only then the old ones
   * are deleted. If it rejects before that, the old place is still used and still complete.
   */
  async moveTo(
    place: SecretPlace,
    owners: () => Promise<readonly SecretOwner[]>,
    moved: () => PromiseLike<void>,
  ): Promise<void> {
    const moving = this.settled.then(async () => {
      const from = this.place;
      if (from === place) return;
      const copied = await copy(await owners(), from, place);
      await moved();
      this.place = place;
      for (const owner of copied) await from.store.delete(from.keyOf(owner));
    });
    this.settled = moving.catch(() => undefined);
    await moving;
  }
}

/** Copies the secrets. Resolves to the owners that had one. */
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

/** The key in VS Code's own store. It belongs to one editor, so the id is enough. */
export function keyById({ id }: SecretOwner): string {
  return `credential:${id}`;
}

/**
 * A key that all editors on the machine share: the registry and how it signs in. A connection from the settings uses its id,
 * which depends only on its registry.
 */
export function keyByRegistry(owner: SecretOwner): string {
  if (!('provider' in owner) || owner.shared === true) return owner.id;
  const { provider, url, signIn } = owner;
  return [provider, url, new URLSearchParams(partsOf(signIn)).toString()].join(' ').trimEnd();
}

/** These names and their order are part of the key: secrets stored by 0.1.0 are found by them. */
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
