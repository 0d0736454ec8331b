import type * as Keytar from 'keytar';
import { t } from '@vscode/l10n';
import { Failure } from '../../core/failure';
import type { SecretStore } from '../../registries/secrets';

const service = 'Registry Explorer';
/** A keychain may ask the user to unlock it and wait. This is how long we wait for it. */
const patienceMs = 60_000;
/** The key of an entry that is written only to find out whether the keychain is unlocked. */
const probe = 'keychain in use';

/**
 * The keychain of the operating system, which all editors on the machine share. Rejects with a Failure that says what to do if it
 * is missing or locked.
 */
export const keychain: SecretStore = {
  async get(key) {
    const read = (keytar: typeof Keytar) => keytar.getPassword(service, key);
    const known = await ask(read);
    if (known !== null) return known;
    await ensureOpen();
    return (await ask(read)) ?? undefined;
  },
  async store(key, value) {
    await ask(async (keytar) => {
      await keytar.setPassword(service, key, value);
    });
  },
  async delete(key) {
    const remove = (keytar: typeof Keytar) => keytar.deletePassword(service, key);
    if (await ask(remove)) return;
    await ensureOpen();
    await ask(remove);
  },
};

/** Used in remote windows, which cannot reach the keychain with the secrets. Always rejects. */
export const keychainElsewhere: SecretStore = {
  get: unreachable,
  store: unreachable,
  delete: unreachable,
};

function unreachable(): Promise<never> {
  return Promise.reject(
    failure(
      '',
      t(
        'the keychain cannot be reached from a remote window: it is on the machine that VS Code runs on. In a local window, set registryExplorer.credentialStore back to vscode',
      ),
    ),
  );
}

/** Rejects if the keyring is locked or missing. Such a keyring answers every read with “nothing” and refuses only writes. */
async function ensureOpen(): Promise<void> {
  await ask((keytar) => keytar.setPassword(service, probe, 'yes'));
}

async function ask<T>(question: (keytar: typeof Keytar) => Promise<T>): Promise<T> {
  const keytar = await loadKeytar();
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(failure('', explainSilent()));
    }, patienceMs);
  });
  try {
    return await Promise.race([question(keytar), silence]);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const words = wordsOf(error);
    throw failure(words, /locked/i.test(words) ? explainLocked() : explainAbsent(), error);
  } finally {
    clearTimeout(timer);
  }
}

async function loadKeytar(): Promise<typeof Keytar> {
  try {
    return (await import('keytar')).default;
  } catch (error) {
    const what = t(
      'the keychain library cannot be loaded. On Linux, install libsecret (Debian: libsecret-1-0); registryExplorer.credentialStore says where secrets are kept',
    );
    throw failure('', what, error);
  }
}

function explainLocked(): string {
  return t(
    'the keychain of this system is locked. Unlock it and try again; registryExplorer.credentialStore says where secrets are kept',
  );
}

function explainSilent(): string {
  return t(
    'the keychain of this system has not answered for a minute. It may be waiting for you to unlock it: do so and try again; registryExplorer.credentialStore says where secrets are kept',
  );
}

function explainAbsent(): string {
  return t(
    'the keychain of this system does not answer as it should. Start one and unlock it (on Linux a keyring such as gnome-keyring); registryExplorer.credentialStore says where secrets are kept',
  );
}

function failure(words: string, explanation: string, cause?: unknown): Failure {
  return new Failure('rejected', words, { subject: t('the keychain'), speaker: 'program', explanation }, { cause });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}
