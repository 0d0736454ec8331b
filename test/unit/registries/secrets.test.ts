import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection, Credential } from '../../../src/core/model';
import { keyById, keyByRegistry, Secrets, type SecretPlace, type SecretStore } from '../../../src/registries/secrets';
import { causes } from '../../../src/core/causes';
import { report } from '../../../src/ui/report';
import { failing } from '../failing';

/** Keeps secrets in memory, and refuses to be written to from the nth time on, as a keyring that is locked meanwhile. */
class Kept implements SecretStore {
  readonly values = new Map<string, string>();
  refusesFrom = Infinity;
  isUnreadable = false;
  refusesToDelete = false;
  private written = 0;

  get(key: string): Promise<string | undefined> {
    return this.isUnreadable ? Promise.reject(new Error('locked')) : Promise.resolve(this.values.get(key));
  }
  store(key: string, value: string): Promise<void> {
    if (++this.written >= this.refusesFrom) return Promise.reject(new Error('locked'));
    this.values.set(key, value);
    return Promise.resolve();
  }
  delete(key: string): Promise<void> {
    if (this.refusesToDelete) return Promise.reject(new Error('locked'));
    this.values.delete(key);
    return Promise.resolve();
  }
}

const url = 'https://registry.example.com';
const alice: Connection = {
  id: '1',
  provider: 'generic',
  label: 'one',
  url,
  signIn: { kind: 'basic', account: 'alice' },
};
const bob: Connection = { id: '2', provider: 'generic', label: 'two', url, signIn: { kind: 'basic', account: 'bob' } };
const team = { id: 'shared-abc', shared: true } as const;
const open: Connection = { id: '3', provider: 'generic', label: 'open', url, signIn: { kind: 'anonymous' } };
const owners = [alice, bob, team, open];

function password(secret: string): Credential {
  return { kind: 'basic', username: 'someone', secret };
}

describe('moving secrets', () => {
  let old: Kept;
  let target: Kept;
  let from: SecretPlace;
  let to: SecretPlace;
  let secrets: Secrets;
  let moved: number;
  const move = () =>
    secrets.moveTo(
      to,
      () => Promise.resolve(owners),
      () => {
        moved++;
        return Promise.resolve();
      },
    );
  const readAll = () => Promise.all(owners.map((owner) => secrets.read(owner)));
  const all = [password('a'), password('b'), password('t'), { kind: 'anonymous' }];

  beforeEach(async () => {
    old = new Kept();
    target = new Kept();
    from = { store: old, keyOf: keyById };
    to = { store: target, keyOf: keyByRegistry };
    secrets = new Secrets(from);
    moved = 0;
    await secrets.write(alice, password('a'));
    await secrets.write(bob, password('b'));
    await secrets.write(team, password('t'));
  });

  it('takes all of them along and leaves nothing behind', async () => {
    await move();
    expect([...target.values.keys()]).toEqual([
      'generic https://registry.example.com account=alice',
      'generic https://registry.example.com account=bob',
      'shared-abc',
    ]);
    expect([old.values.size, moved]).toEqual([0, 1]);
    expect(await readAll()).toEqual(all);
  });

  it('and back again', async () => {
    await move();
    await secrets.moveTo(
      from,
      () => Promise.resolve(owners),
      () => Promise.resolve(),
    );
    expect([old.values.size, target.values.size]).toEqual([3, 0]);
    expect(await readAll()).toEqual(all);
  });

  it('does nothing where they are there already', async () => {
    await secrets.moveTo(from, () => Promise.resolve(owners), move);
    expect([old.values.size, moved]).toEqual([3, 0]);
  });

  it('loses nothing when the new place refuses midway', async () => {
    target.refusesFrom = 2;
    await expect(move()).rejects.toThrow('locked');
    expect([old.values.size, moved]).toEqual([3, 0]);
    expect(await readAll()).toEqual(all);
  });

  it('loses nothing when the old place cannot be read', async () => {
    old.isUnreadable = true;
    await expect(move()).rejects.toThrow('locked');
    await expect(secrets.read(alice)).rejects.toThrow('locked');
    old.isUnreadable = false;
    expect([old.values.size, moved]).toEqual([3, 0]);
    expect(await readAll()).toEqual(all);
  });

  it('loses nothing when the new place does not keep what it takes', async () => {
    const forgets: SecretStore = {
      get: () => Promise.resolve(undefined),
      store: () => Promise.resolve(),
      delete: () => Promise.resolve(),
    };
    to = { store: forgets, keyOf: keyByRegistry };
    await expect(move()).rejects.toMatchObject({
      name: 'Failure',
      detail: { explanation: 'the secret that was stored there cannot be read back' },
    });
    expect(old.values.size).toBe(3);
    expect(await readAll()).toEqual(all);
  });

  it('uses the new place even where the old one does not forget', async () => {
    old.refusesToDelete = true;
    await expect(move()).rejects.toThrow('locked');
    expect(moved).toBe(1);
    old.values.clear();
    expect(await readAll()).toEqual(all);
  });

  it('lets what is asked for meanwhile wait', async () => {
    const moving = move();
    await secrets.write(alice, password('new'));
    await moving;
    expect(await secrets.read(alice)).toEqual(password('new'));
    expect(old.values.size).toBe(0);
  });
});

describe('a secret that cannot be read', () => {
  it.each(['{"kind":"basic"', '{"kind":"new"}', 'hunter2secret'])(
    'is asked for again, and not repeated: %s',
    async (text) => {
      const kept = new Kept();
      const secrets = new Secrets({ store: kept, keyOf: keyById });
      kept.values.set(keyById(alice), text);
      const failure = await failing(secrets.read(alice));
      expect(causes(failure)).not.toContain('hunter2secret');
      const told = report(failure, 'list');
      expect(told?.reason).toBe('The credential stored for this connection cannot be read; type it again.');
      expect(told?.remedies[0]).toBe('updateCredential');
    },
  );
});

describe('the key in a keychain', () => {
  it('is the same in every editor, whatever the connection is called there', () => {
    expect(keyByRegistry({ ...alice, id: 'other', label: 'other' })).toBe(keyByRegistry(alice));
  });

  it('differs by account and by way to sign in', () => {
    const keys = [
      alice,
      bob,
      open,
      { ...alice, signIn: { kind: 'account', authentication: 'github', account: 'alice' } } as const,
      { ...alice, signIn: { kind: 'basic', account: 'alice&login=docker' } } as const,
      { ...alice, signIn: { kind: 'docker' } } as const,
    ];
    expect(new Set(keys.map(keyByRegistry)).size).toBe(6);
  });

  it('is not forgotten while another connection uses it', async () => {
    const kept = new Kept();
    const secrets = new Secrets({ store: kept, keyOf: keyByRegistry });
    await secrets.write(alice, password('a'));
    await secrets.remove({ ...alice, id: 'twin' }, [alice]);
    expect(await secrets.read(alice)).toEqual(password('a'));
    await secrets.remove(alice, [bob]);
    expect(kept.values.size).toBe(0);
  });
});
