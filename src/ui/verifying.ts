import { t } from '@vscode/l10n';
import { readFile, stat } from 'node:fs/promises';
import { Failure } from '../core/failure';
import type { Verifier } from '../images/proofs/proof';
import type { ReadFile, TrustSettings } from '../images/proofs/trust';

/** What verifies signatures, or why that is impossible: a setting or a file is wrong. */
export interface Verifying {
  readonly verifier?: Verifier;
  /** Until when the trust root that is shipped was meant to be used. */
  readonly rootExpires?: Date;
  readonly failure?: Failure;
}

/** Keeps a verifier until the settings change. Its code is loaded on first use. */
export class Verification {
  private made: { readonly settings: string; readonly verifying: Promise<Verifying> } | undefined;

  constructor(
    private readonly settings: () => TrustSettings,
    private readonly read: ReadFile = readOwnFile,
  ) {}

  /** Never rejects but for the signal: without a verifier, proofs are shown as not verified. */
  readonly verifying = async (signal: AbortSignal): Promise<Verifying> => {
    const settings = this.settings();
    const written = JSON.stringify(settings);
    if (this.made?.settings !== written) this.made = { settings: written, verifying: this.make(settings) };
    const { verifying } = this.made;
    const found = await verifying;
    signal.throwIfAborted();
    // A file may be there the next time.
    if (found.failure !== undefined && this.made.verifying === verifying) this.made = undefined;
    return found;
  };

  private async make(settings: TrustSettings): Promise<Verifying> {
    try {
      const [{ readTrust }, { makeVerifier }] = await Promise.all([
        import('../images/proofs/trust'),
        import('../images/proofs/verify'),
      ]);
      const verifier = await makeVerifier(await readTrust(settings, this.read, AbortSignal.timeout(readWithinMs)));
      return { verifier, ...(verifier.rootExpires === undefined ? {} : { rootExpires: verifier.rootExpires }) };
    } catch (error) {
      if (error instanceof Failure) return { failure: error };
      throw error;
    }
  }
}

/** A key may lie on a drive that does not answer. */
const readWithinMs = 10_000;

const readOwnFile: ReadFile = async (path, maxBytes, signal) => {
  const about = await stat(path);
  // To open anything else, such as a pipe, may never end.
  if (!about.isFile()) throw new Error(t('it is not a file'));
  if (about.size > maxBytes) throw new Error(t('it is too large'));
  return readFile(path, { signal });
};
