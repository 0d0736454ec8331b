import { z } from 'zod/mini';
import type { Credential } from '../../core/model';

/** The part of VS Code's SecretStorage that we use. */
export interface SecretStore {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}

const stored = z.union([
  z.object({ kind: z.literal('basic'), username: z.string(), secret: z.string() }),
  z.object({ kind: z.literal('identityToken'), token: z.string() }),
]);

/** Credentials by connection id. Nothing is stored for anonymous: a keyring is not to be asked without need. */
export class Secrets {
  constructor(private readonly store: SecretStore) {}

  async read(connectionId: string): Promise<Credential> {
    const text = await this.store.get(key(connectionId));
    if (text === undefined) return { kind: 'anonymous' };
    const parsed = stored.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : { kind: 'anonymous' };
  }

  async write(connectionId: string, credential: Credential): Promise<void> {
    if (credential.kind === 'anonymous') await this.store.delete(key(connectionId));
    else await this.store.store(key(connectionId), JSON.stringify(credential));
  }

  async remove(connectionId: string): Promise<void> {
    await this.store.delete(key(connectionId));
  }
}

function key(connectionId: string): string {
  return `credential:${connectionId}`;
}
