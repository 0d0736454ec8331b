import { bundleFromJSON } from '@sigstore/bundle';
import type { Bundle as SigstoreBundle } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { Verifier as SigstoreVerifier, toSignedEntity, toTrustMaterial } from '@sigstore/verify';
import type { SignedEntity, TrustMaterial, VerifierOptions } from '@sigstore/verify';
import { t } from '@vscode/l10n';
import { createHash, timingSafeEqual, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod/mini';
import { defined } from '../../core/defined';
import { Failure } from '../../core/failure';
import { jsonOrUndefined } from '../../core/json';
import { dateOf } from '../../core/manifest';
import { plainText } from '../../core/plainText';
import { check } from '../../core/schemas';
import { mismatchOf, readBundle, signerInEntry } from './bundle';
import type { Bundle } from './bundle';
import { isIdentity } from './identity';
import { isSignedBy, keySigner, readKey } from './keys';
import type { TrustedKey } from './keys';
import { invalid, present } from './proof';
import type { CertificateSigner, Judgement, Verdict, Verifier } from './proof';
import { parseDocument, preAuthEncoding } from './statement';
import type { Artifact } from './statement';
import { unusable } from './trust';
import type { Trust } from './trust';

/**
 * Judges signatures with Sigstore's library. Only this file imports it; others load this file when the first signature is judged.
 *
 * What a bundle must have is https://github.com/sigstore/architecture-docs/blob/main/client-spec.md#5-verification: the library checks
 * certificate chain, certificate log, entries of the transparency log and timestamps, one of each at least. What it does not check is
 * checked here: the shape (bundle.ts), what the signature is about, that the log entry names the same signer, and the purpose of the
 * certificate.
 */

/** A trust root, ready to verify with. */
interface Authorities {
  readonly material: TrustMaterial;
  /** The certificates that may have issued those of signers. */
  readonly issuers: readonly X509Certificate[];
}

/** The trust root of Sigstore's public instance, as the library's package has it. */
export async function readPublicRoot(): Promise<{ readonly json: unknown; readonly expires?: Date }> {
  const seeds: Readonly<Record<string, Seed>> = (await import('@sigstore/tuf/seeds.json')).default;
  const [seed] = Object.values(seeds);
  const root = check(rootMetadata, decodeJson(seed?.['root.json']));
  const expires = dateOf(root.success ? root.data.signed.expires : undefined);
  return { json: decodeJson(seed?.targets['trusted_root.json']), ...defined({ expires }) };
}

/** https://theupdateframework.github.io/specification/v1.0.33/#file-formats-root */
const rootMetadata = z.object({ signed: z.object({ expires: z.string() }) });

/** https://github.com/sigstore/sigstore-js/blob/%40sigstore/tuf%404.0.2/packages/tuf/src/client.ts: files in base64, by name. */
interface Seed {
  readonly 'root.json': string;
  readonly targets: Readonly<Record<string, string>>;
}

function decodeJson(encoded: string | undefined): unknown {
  return encoded === undefined ? undefined : parseDocument(Buffer.from(encoded, 'base64'));
}

/** A verifier, with what there is to say of its trust root. */
export interface TrustedVerifier extends Verifier {
  /** Until when the shipped root was meant to be used: what has been added since is not known to it. */
  readonly rootExpires?: Date;
}

/** Makes a verifier. Rejects with a Failure when the trust root is none. */
export async function makeVerifier(trust: Trust): Promise<TrustedVerifier> {
  const shipped = trust.root?.kind === 'public' ? await readPublicRoot() : undefined;
  const json = trust.root?.kind === 'file' ? trust.root.json : shipped?.json;
  const authorities = trust.root === undefined ? undefined : readAuthorities(json, rootName(trust.root));
  return {
    ...judging({ ...trust, authorities, isLenient: true }),
    ...defined({ rootExpires: shipped?.expires }),
  };
}

function rootName(root: NonNullable<Trust['root']>): string {
  return root.kind === 'file' ? root.path : 'trusted_root.json';
}

/** Whose signature alone counts. `pem`: a public key. */
export type Policy =
  | { readonly kind: 'certificate'; readonly identity: string; readonly issuer: string }
  | { readonly kind: 'key'; readonly pem: string };

/**
 * Judges one bundle by one policy, as the test suite of Sigstore's clients asks: https://github.com/sigstore/sigstore-conformance.
 * `trustedRoot`: the JSON value of a `trusted_root.json`. Keys need a log entry as well. Never throws.
 */
export function judgeByPolicy(bundle: Uint8Array, artifact: Artifact, policy: Policy, trustedRoot: unknown): Verdict {
  const key = policy.kind === 'key' ? readKey(policy.pem, 'key') : undefined;
  if (policy.kind === 'key' && key === undefined) return invalid(t('the key is no public key in PEM'));
  try {
    const verifier = judging({
      keys: key === undefined ? [] : [key],
      identities: policy.kind === 'certificate' ? [policy] : [],
      authorities: readAuthorities(trustedRoot, 'trusted_root.json'),
      isLenient: false,
    });
    const { verdict } = verifier.judgeBundle(parseDocument(bundle), artifact);
    if (verdict.state !== 'verified' || verdict.by.kind === policy.kind) return verdict;
    return invalid(t('it is signed with a certificate, and a key was expected'));
  } catch (error) {
    return invalid(error instanceof Failure ? error.message : String(error));
  }
}

/** Throws a Failure when the value is no trust root. `name`: what the value was read from. */
function readAuthorities(json: unknown, name: string): Authorities {
  try {
    const root = TrustedRoot.fromJSON(json);
    const issuers = root.certificateAuthorities
      .flatMap(({ certChain }) => certChain?.certificates ?? [])
      .map(({ rawBytes }) => new X509Certificate(rawBytes));
    if (root.tlogs.length + issuers.length === 0) throw new Error('it has no log and no authority');
    return { material: toTrustMaterial(root), issuers };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw unusable(name, t('it is no trust root of Sigstore: {0}', why), cause);
  }
}

interface Judging {
  readonly keys: readonly TrustedKey[];
  readonly identities: Trust['identities'];
  readonly authorities: Authorities | undefined;
  /**
   * Whether log entries may be missing where they add nothing to who signed. That is so for a key, because the user has named it: entries
   * of logs that the trust root does not know are then ignored. And for a trust root without any log, which some companies have.
   */
  readonly isLenient: boolean;
}

function judging(by: Judging): Verifier {
  const { keys } = by;
  return {
    judgeBundle: (value, artifact) => {
      const read = readBundle(value);
      if ('why' in read) return { verdict: read.isNewer ? present(read.why) : invalid(read.why) };
      return judgeRead(by, value, read.bundle, artifact);
    },
    judgeKeySignature: (content, signature) => {
      const key = keys.find((each) => isSignedBy(each, content, signature));
      if (key !== undefined) return { verdict: { state: 'verified', by: keySigner(key), isExpected: true } };
      return { verdict: present(unknownKey(keys)) };
    },
  };
}

/** What the library throws on broken evidence is of many kinds, and all of them mean that it is broken. */
function judgeRead(by: Judging, value: unknown, shape: Bundle, artifact: Artifact): Judgement {
  let claimedSigner: CertificateSigner | undefined;
  try {
    const bundle = withoutBareProofs(bundleFromJSON(value));
    const entity = withLoggedDigests(toSignedEntity(bundle, Buffer.from(artifact.bytes ?? [])), bundle);
    const certificate = certificateOf(bundle);
    if (certificate !== undefined) claimedSigner = signerOf(certificate, entity);
    const mismatch = mismatchOf(shape, artifact);
    if (mismatch !== undefined) throw new Broken(mismatch);
    if (shape.messageSignature && artifact.bytes === undefined)
      return { verdict: present(t('only the digest of what is signed is known')), ...defined({ claimedSigner }) };
    const verdict =
      certificate === undefined || claimedSigner === undefined
        ? judgeKey(by, entity)
        : judgeCertificate(by, entity, claimedSigner, certificate);
    // The timestamps beside a key are not verified.
    const signedAt = verdict.state === 'verified' && certificate !== undefined ? firstTime(entity) : undefined;
    return { verdict, ...defined({ claimedSigner, signedAt }) };
  } catch (error) {
    return { verdict: refused(error), ...defined({ claimedSigner }) };
  }
}

/** In version 0.1, a proof without a signed checkpoint proves nothing, and the inclusion promise is what counts. */
function withoutBareProofs(bundle: SigstoreBundle): SigstoreBundle {
  for (const entry of bundle.verificationMaterial.tlogEntries)
    if (entry.inclusionProof?.checkpoint === undefined) entry.inclusionProof = undefined;
  return bundle;
}

/** Rekor 2 logs the hash of what an envelope's signature is made over; the library expects the hash of its payload. */
function withLoggedDigests(entity: SignedEntity, { content }: SigstoreBundle): SignedEntity {
  if (content.$case !== 'dsseEnvelope') return entity;
  const { payloadType, payload } = content.dsseEnvelope;
  const signed = createHash('sha256').update(preAuthEncoding(payloadType, payload)).digest();
  const { signature } = entity;
  return {
    ...entity,
    signature: {
      signature: signature.signature,
      compareSignature: (other) => signature.compareSignature(other),
      compareDigest: (digest) => signature.compareDigest(digest) || areEqual(digest, signed),
      verifySignature: (key) => signature.verifySignature(key),
    },
  };
}

function judgeKey({ keys, authorities, isLenient }: Judging, entity: SignedEntity): Verdict {
  const key = keys.find((each) => entity.signature.verifySignature(each.key));
  if (key === undefined) return present(unknownKey(keys));
  const logged = isLenient ? entriesOfKnownLogs(entity, authorities) : entity.tlogEntries;
  if (logged.length > 0 || !isLenient) {
    if (authorities === undefined) return present(t('no trust root is chosen'));
    const raw = key.key.export({ type: 'spki', format: 'der' });
    // A key is valid at all times, so that timestamps prove nothing that is asked for.
    verify(
      authorities,
      { ...entity, tlogEntries: logged, timestamps: [] },
      { raw, key: key.key },
      { timestampThreshold: 0 },
    );
  }
  return { state: 'verified', by: keySigner(key), isExpected: true };
}

function entriesOfKnownLogs({ tlogEntries }: SignedEntity, authorities: Authorities | undefined): LogEntries {
  const logs = authorities?.material.tlogs ?? [];
  return tlogEntries.filter(({ logId }) => logs.some(({ logID }) => logID.equals(logId.keyId)));
}
type LogEntries = SignedEntity['tlogEntries'];

function judgeCertificate(
  by: Judging,
  entity: SignedEntity,
  signer: CertificateSigner,
  leaf: X509Certificate,
): Verdict {
  const { authorities, identities, isLenient } = by;
  // A certificate that nobody known has issued proves nothing; but a signature that it does not fit is broken all the same.
  if (!entity.signature.verifySignature(leaf.publicKey)) return invalid(t('the signature does not match the content'));
  if (authorities === undefined) return present(t('no trust root is chosen'));
  if (!authorities.issuers.some((issuer) => leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey)))
    return present(t('its certificate is from an authority that the trust root does not know'));
  if (leaf.ca || !purposesOf(leaf).includes(codeSigning))
    return invalid(t('its certificate is not meant for signing code'));
  verify(authorities, entity, { raw: leaf.raw, key: leaf.publicKey }, isLenient ? thresholdsOf(authorities) : {});
  if (signer.identity === '') return present(t('its certificate does not name one person or service'));
  const isExpected = identities.some((expected) => isIdentity(signer, expected));
  if (identities.length > 0 && !isExpected)
    return invalid(t('signed by {0} ({1}), who is not expected', plainText(signer.identity), plainText(signer.issuer)));
  return { state: 'verified', by: signer, isExpected };
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12 id-kp-codeSigning */
const codeSigning = '1.3.6.1.5.5.7.3.3';

/** The extended key usages; Node tells of none as undefined, which its types do not. */
function purposesOf({ keyUsage }: { readonly keyUsage?: readonly string[] }): readonly string[] {
  return keyUsage ?? [];
}

/** A trust root that knows no log cannot ask for an entry. A timestamp is always asked for. */
function thresholdsOf({ material: { tlogs, ctlogs } }: Authorities): VerifierOptions {
  return { tlogThreshold: Math.min(tlogs.length, 1), ctlogThreshold: Math.min(ctlogs.length, 1) };
}

interface Signing {
  /** The certificate or the public key, in DER. */
  readonly raw: Buffer;
  readonly key: KeyObject;
}

/** Throws an error of the library, or our own, when the evidence does not hold. */
function verify(
  { material }: Authorities,
  entity: SignedEntity,
  { raw, key }: Signing,
  options?: VerifierOptions,
): void {
  const times = timesOf(entity).map((time) => time.getTime());
  // The library does not hold the time of a checkpoint against that of the log's key.
  const tlogs = material.tlogs.filter(({ validFor: { start, end } }) =>
    times.every((time) => start.getTime() <= time && time <= end.getTime()),
  );
  const publicKey = () => ({ publicKey: key, validFor: () => true });
  new SigstoreVerifier({ ...material, tlogs, publicKey }, options).verify(entity);
  for (const { canonicalizedBody } of entity.tlogEntries)
    if (signerInEntry(canonicalizedBody)?.equals(raw) !== true)
      throw new Broken(t('its entry in the transparency log names another signer'));
}

/** Only what the log has promised with its signature, or an authority has signed: the library verifies each of them. */
function timesOf({ timestamps }: SignedEntity): readonly Date[] {
  return timestamps.flatMap((each) => {
    if (each.$case === 'timestamp-authority') return [each.timestamp.signingTime];
    const { inclusionPromise, integratedTime } = each.tlogEntry;
    return inclusionPromise === undefined ? [] : [new Date(Number(integratedTime) * 1000)];
  });
}

function firstTime(entity: SignedEntity): Date | undefined {
  const times = timesOf(entity).map((time) => time.getTime());
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}

function certificateOf({ verificationMaterial: { content } }: SigstoreBundle): X509Certificate | undefined {
  if (content.$case === 'certificate') return new X509Certificate(content.certificate.rawBytes);
  const first = content.$case === 'x509CertificateChain' ? content.x509CertificateChain.certificates[0] : undefined;
  return first === undefined ? undefined : new X509Certificate(first.rawBytes);
}

/** The library reads names as ASCII and drops the eighth bit, so that another name could look like this one. Node reads them whole. */
function signerOf(certificate: X509Certificate, { key }: SignedEntity): CertificateSigner {
  return {
    kind: 'certificate',
    identity: onlyName(certificate.subjectAltName ?? ''),
    issuer: key.$case === 'certificate' ? issuerOf(key.certificate) : '',
  };
}

/** https://nodejs.org/docs/latest-v20.x/api/crypto.html#x509subjectaltname: an ambiguous name is quoted as in JSON. Empty for several. */
function onlyName(names: string): string {
  const [, plain, quoted] = /^(?:URI|email):(?:([^",]+)|("(?:[^"\\]|\\.)*"))$/.exec(names) ?? [];
  const name = quoted === undefined ? plain : jsonOrUndefined(quoted);
  return typeof name === 'string' ? name : '';
}

type ParsedCertificate = Extract<SignedEntity['key'], { $case: 'certificate' }>['certificate'];

/** https://github.com/sigstore/fulcio/blob/v1.7.1/docs/oid-info.md: the newer extension has a string in DER, the older the bare text. */
function issuerOf(certificate: ParsedCertificate): string {
  const newer = certificate.extension('1.3.6.1.4.1.57264.1.8')?.valueObj.subs[0]?.value;
  const issuer = newer ?? certificate.extension('1.3.6.1.4.1.57264.1.1')?.value;
  return issuer?.toString('utf8') ?? '';
}

function unknownKey(keys: readonly TrustedKey[]): string {
  return keys.length === 0
    ? t('it is signed with a key, and you have named none')
    : t('it is signed with a key that is none of those you have named');
}

/** What is broken, in words. */
class Broken extends Error {}

/** What the library says, as a verdict. What it does not support is not broken. */
function refused(error: unknown): Verdict {
  const { code, message } = errorOf(error);
  if (error instanceof Broken) return invalid(message);
  if (/^unsupported/i.test(message)) return present(t('it cannot be verified here: {0}', message));
  if (code === 'CERTIFICATE_ERROR') return invalid(t('its certificate is not valid: {0}', message));
  if (code === 'TIMESTAMP_ERROR') return invalid(t('when it was signed is not proven: {0}', message));
  if (code.startsWith('TLOG')) return invalid(t('its entry in the transparency log is not valid: {0}', message));
  if (code === 'SIGNATURE_ERROR') return invalid(t('the signature does not match the content'));
  return invalid(t('its bundle is malformed: {0}', message));
}

function errorOf(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: '', message: plainText(String(error)) };
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { code, message: plainText(`${error.message}${cause}`) };
}

function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
