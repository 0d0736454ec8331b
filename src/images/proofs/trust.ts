import { t } from '@vscode/l10n';
import { z } from 'zod/mini';
import { unreadableFile } from '../../core/docker/certsFolders';
import { Failure } from '../../core/failure';
import { check } from '../../core/schemas';
import type { ExpectedIdentity } from './identity';
import { readKey } from './keys';
import type { TrustedKey } from './keys';
import { parseDocument } from './statement';

/** Whom the user trusts to sign, from settings that only the user can write. */

/** The settings below `registryExplorer.verification`, as they were read: of any type. */
export interface TrustSettings {
  /** `public`, `none`, or the path of a `trusted_root.json`. */
  readonly trustRoot: unknown;
  /** Paths of public keys in PEM. */
  readonly keys: unknown;
  /** A list of `{ identity, issuer }`. */
  readonly identities: unknown;
}

export interface Trust {
  /** Which authorities and logs are trusted; absent: none. */
  readonly root?:
    { readonly kind: 'public' } | { readonly kind: 'file'; readonly path: string; readonly json: unknown };
  readonly keys: readonly TrustedKey[];
  /** Empty: whoever has a certificate counts, and is named. */
  readonly identities: readonly ExpectedIdentity[];
}

/** A key or a trust root has some kilobytes. */
const mostTrustBytes = 1024 * 1024;

/** Reads a whole file of at most that many bytes. Rejects when there is none. */
export type ReadFile = (path: string, maxBytes: number, signal: AbortSignal) => Promise<Uint8Array>;

/** https://github.com/sigstore/protobuf-specs/blob/v0.5.0/protos/sigstore_trustroot.proto */
const trustedRoot = z.looseObject({
  mediaType: z.string().check(z.regex(/^application\/vnd\.dev\.sigstore\.trustedroot/)),
});
const identities = z.array(
  z.object({ identity: z.string().check(z.minLength(1)), issuer: z.string().check(z.minLength(1)) }),
);
const paths = z.array(z.string().check(z.minLength(1)));

/**
 * Turns settings into whom to trust. Rejects with a Failure of kind `malformed` that names the setting or the file: trust that is
 * wrong in one part is no trust, because the user would not see who is missing.
 */
export async function readTrust(settings: TrustSettings, readFile: ReadFile, signal: AbortSignal): Promise<Trust> {
  const expected = check(identities, settings.identities ?? []);
  if (!expected.success) throw wrongSetting('identities', t('each needs an identity and an issuer'));
  const files = check(paths, settings.keys ?? []);
  if (!files.success) throw wrongSetting('keys', t('it must be a list of paths'));
  const keys = await Promise.all(files.data.map((path) => readKeyFile(path, readFile, signal)));
  const root = await readRoot(settings.trustRoot ?? 'public', readFile, signal);
  return { ...(root === undefined ? {} : { root }), keys, identities: expected.data };
}

async function readRoot(setting: unknown, readFile: ReadFile, signal: AbortSignal): Promise<Trust['root']> {
  if (setting === 'none') return undefined;
  if (setting === 'public' || setting === '') return { kind: 'public' };
  if (typeof setting !== 'string') throw wrongSetting('trustRoot', t('it must be a path, public or none'));
  const json = parseDocument(await read(setting, readFile, signal));
  if (!check(trustedRoot, json).success) throw unusable(setting, t('it is no trust root of Sigstore'));
  return { kind: 'file', path: setting, json };
}

async function readKeyFile(path: string, readFile: ReadFile, signal: AbortSignal): Promise<TrustedKey> {
  const bytes = await read(path, readFile, signal);
  const key = readKey(Buffer.from(bytes).toString('utf8'), path.split(/[/\\]/).at(-1) ?? path);
  if (key === undefined) throw unusable(path, t('it is no public key in PEM'));
  return key;
}

async function read(path: string, readFile: ReadFile, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await readFile(path, mostTrustBytes, signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw unreadableFile(path, cause);
  }
}

/** `subject`: a setting or a file. */
export function unusable(subject: string, why: string, cause?: unknown): Failure {
  return new Failure('malformed', '', { subject, explanation: t('{0} cannot be used: {1}', subject, why) }, { cause });
}

function wrongSetting(name: string, why: string): Failure {
  return unusable(`registryExplorer.verification.${name}`, why);
}
