import { t } from '@vscode/l10n';
import { noNewRows, tooManyRows } from '../core/bounds';
import { Failure, isUnreached } from '../core/failure';
import { visible } from '../core/plainText';
import { programReason } from '../core/docker/programReason';
import { count, wait } from './words';

/** `retry`, or the id of a command. */
export type Remedy = string;

export interface Report {
  /** The whole sentence. */
  readonly message: string;
  /** The kind of problem in two or three words, for a narrow place; the reason stands beside it. */
  readonly headline: string;
  /** Only the reason, for a place that already shows what failed. */
  readonly reason: string;
  /** The likeliest first. */
  readonly remedies: readonly Remedy[];
}

/**
 * Describes an error in words, with remedies. `doing` completes "Could not …". Nothing for a cancellation, because the user knows
 * about it. An error that is not a Failure is a defect in this extension; the log has all of it.
 */
export function report(error: unknown, doing: string): Report | undefined {
  if (isCancellation(error)) return undefined;
  if (!(error instanceof Failure)) {
    const why = t('an unexpected error. The log has the details.');
    return reportOf(doing, t('Unexpected error'), why, ['retry', 'showLog']);
  }
  return reportOf(doing, headline(error), reason(error), remedies(error));
}

function reportOf(doing: string, short: string, why: string, ways: readonly Remedy[]): Report {
  return {
    headline: short,
    message: visible(t('Could not {0}: {1}', doing, why)),
    reason: visible(why.charAt(0).toUpperCase() + why.slice(1)),
    remedies: ways,
  };
}

/** Names the kind of problem. */
function headline({ kind, detail: { code = '', nextStep, status = 0 } }: Failure): string {
  switch (kind) {
    case 'unauthorized':
      return t('Not signed in');
    case 'forbidden':
      return t('Not allowed');
    case 'notFound':
      return code === 'NO_ENGINE' ? t('No engine') : t('Not found');
    case 'unlisted':
      return t('Not listed');
    case 'unsupported':
      return code === tooManyRows ? t('List too long') : t('Not offered');
    case 'rateLimited':
      return t('Too many requests');
    case 'unreachable':
      return t('Not reachable');
    case 'untrusted':
      return Object.hasOwn(schemeReasons, code) ? t('Wrong protocol') : t('Not trusted');
    case 'timedOut':
      return t('No answer');
    case 'malformed':
      return code === noNewRows ? t('List without end') : t('Unclear answer');
    case 'rejected':
      return status >= 500 ? t('Server error') : nextStep === 'unlockTag' ? t('Locked') : t('Refused');
  }
}

/** One of several that failed. */
export interface Failed {
  readonly name: string;
  readonly error: unknown;
}

/** The error that all of `of` failed with: its remedies help. Undefined if there was more than one. */
export function commonError(failed: readonly Failed[], of: number): unknown {
  const errors = new Set(failed.map(({ error }) => error));
  return failed.length === of && errors.size === 1 ? failed[0]?.error : undefined;
}

const mostFailures = 5;

/** `web:1 (The registry says “denied” (403)), web:2 (…)` */
export function listFailures(failed: readonly Failed[]): string {
  const listed = failed
    .slice(0, mostFailures)
    .map(({ name, error }) => `${name} (${(report(error, '')?.reason ?? '').replace(/\.$/, '')})`);
  const more = failed.length - listed.length;
  return [...listed, ...(more > 0 ? [t('and {0} more, which the log names', count(more))] : [])].join(', ');
}

export function isCancellation(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** Whether the remedy works without a row. The others are commands for a row, which they may not apply to. */
export function needsNoRow(remedy: Remedy): boolean {
  return remedy === 'useEngine' || remedy === 'retry' || remedy === 'showLog';
}

/** The second half of the sentence, with its full stop. */
export function reason(failure: Failure): string {
  const { subject, status, retryAfterSeconds = 0, explanation, speaker } = failure.detail;
  const said = failure.message.replace(/[.\s]+$/, '');
  const code = status === undefined ? '' : ` (${status})`;
  const quote = said === '' ? undefined : `${quoteOf(speaker, subject, said)}${code}.`;
  const ours = explanation === undefined ? knownReason(failure) : undefined;
  if (ours !== undefined) return ours;
  if (explanation !== undefined)
    return said === '' ? `${explanation}.` : `${explanation}. ${t('It says “{0}”', said)}${code}.`;
  switch (failure.kind) {
    case 'unauthorized':
      return quote ?? `${t('the registry does not accept this credential')}${code}.`;
    case 'forbidden':
      return quote ?? `${t('this credential may not do that')}${code}.`;
    case 'notFound':
      return quote ?? `${t('it is not there (any more)')}${code}.`;
    case 'unlisted':
      return quote ?? `${t('it does not list its repositories')}${code}.`;
    case 'unsupported':
      return `${said === '' ? t('the registry does not offer this') : t('the registry does not offer this: “{0}”', said)}${code}.`;
    case 'rateLimited':
      return retryAfterSeconds === 0
        ? t(
            '{0} has had too many requests from you{1}. Wait a little, then try again.',
            subject,
            said === '' ? code : `: “${said}”`,
          )
        : t('{0} has had too many requests from you. Try again {1}.', subject, wait(retryAfterSeconds));
    case 'unreachable':
      return unreachable(failure);
    case 'untrusted':
      return untrusted(failure);
    case 'timedOut':
      if (failure.detail.code === 'LOOKUP')
        return t('no address was found for the name {0} within ten seconds. Check the network or the VPN.', subject);
      return t('{0} did not answer in time. Check the network, VPN or proxy.', subject);
    case 'malformed':
      return t(
        '{0} does not answer as a registry does: {1}. Check its address, and any proxy on the way.',
        subject,
        said,
      );
    case 'rejected':
      return status !== undefined && status >= 500
        ? t(
            '{0} has a problem of its own{1}{2}. Try again {3}.',
            subject,
            code,
            said === '' ? '' : `: “${said}”`,
            retryAfterSeconds === 0 ? t('later') : wait(retryAfterSeconds),
          )
        : (quote ?? t('{0} refused{1}.', subject, code));
  }
}

function quoteOf(speaker: Failure['detail']['speaker'], subject: string, words: string): string {
  switch (speaker) {
    case undefined:
      return t('the registry says “{0}”', words);
    case 'engine':
      return t('the container engine says “{0}”', words);
    case 'program':
      return t('{0} says “{1}”', subject, words);
  }
}

/** The reasons that we can explain better than the words of the other side do. */
function knownReason(failure: Failure): string | undefined {
  const { subject, speaker, code } = failure.detail;
  if (speaker === 'engine') return engineReason(failure);
  if (code === 'NAME_IS_SECRET')
    return t(
      'its user name is the token itself, which docker would show to every program on this machine. Use the registry’s own program.',
    );
  if (speaker === 'program') return programReason(failure);
  if (code === tooManyRows)
    return t(
      'only the first {0} are shown; the registry lists more. Use Pull by Reference… to pull any image by its name.',
      failure.message,
    );
  if (code === noNewRows)
    return t(
      '{0} pages in a row had nothing new, and the registry points to yet another. The list may have no end.',
      failure.message,
    );
  if (code === 'PROXY_ADDRESS') return t('the address of the proxy cannot be used: {0}.', failure.message);
  if (code === 'ENGINE_TRUST')
    return t(
      'the container engine does not trust {0}, and says “{1}”. It uses its own certificate authorities: on the machine where it runs, put the CA file into certs.d/{0} in /etc/docker, or in /etc/containers for Podman.',
      subject,
      failure.message,
    );
  if (code !== 'PLAIN_HTTP') return undefined;
  return t(
    '{0} uses plain http, which the container engine accepts only from registries that its own settings list as insecure.',
    subject,
  );
}

/** The reasons of a container engine that we can explain better than its own words do. */
function engineReason({ kind, detail: { subject, code }, message }: Failure): string | undefined {
  if (code === 'NO_ENGINE') return t('no container engine was found. Install or start Docker or Podman.');
  if (code === 'ENGINE_ADDRESS') return t('{0} is not the address of a container engine: {1}.', subject, message);
  if (code === 'CONTENT_MISSING')
    return t(
      'the container engine does not have all of this image, and says “{0}”. Pull or build it for its platforms, then push again.',
      message,
    );
  switch (kind) {
    case 'unreachable':
      return engineUnreachable(subject, code);
    case 'timedOut':
      return t('the container engine at {0} does not answer. Restart it, or use another.', subject);
    case 'malformed':
      return t('{0} does not answer as a container engine does: {1}. Is another program there?', subject, message);
    default:
      return undefined;
  }
}

function engineUnreachable(address: string, code: string | undefined): string | undefined {
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return t('nothing answers at {0}. Start Docker or Podman, or use another engine.', address);
    case 'EACCES':
    case 'EPERM':
      return t('you may not use {0}. Join the group it belongs to (often “docker”) and log in again.', address);
    case 'ECONNRESET':
    case 'EPIPE':
      return t('the container engine at {0} went away. Start it again, then try again.', address);
    default:
      return undefined;
  }
}

function unreachable({ detail: { subject, code }, message }: Failure): string {
  switch (code) {
    case 'ENOTFOUND':
      return t('there is no server named {0}. Check the spelling, the network or the VPN.', subject);
    case 'EAI_AGAIN':
      return t('the name {0} cannot be looked up at the moment. Check the network or the VPN.', subject);
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EHOSTUNREACH':
    case 'EHOSTDOWN':
    case 'EADDRNOTAVAIL':
      return t('there is no network route to {0}. Check the network or the VPN.', subject);
    case 'ECONNREFUSED':
      return t('nothing listens at {0}. Check the port, or whether the registry is running.', subject);
    case 'ECONNRESET':
    case 'EPIPE':
      return t('{0} broke off the connection. If it happens again, check the network, VPN or proxy.', subject);
    default:
      return t('{0} cannot be reached: {1}. Check its address, the network or the VPN.', subject, message);
  }
}

function untrusted(failure: Failure): string {
  const { subject, code = '' } = failure.detail;
  const known = [certificateReasons, tlsReasons, fileReasons, schemeReasons].find((reasons) =>
    Object.hasOwn(reasons, code),
  );
  const words = known?.[code] ?? (code.startsWith('FILE_') ? unreadableFile : undefined);
  return words?.(subject, failure.message) ?? t('{0} cannot be trusted: {1}.', subject, failure.message);
}

type Reasons = Readonly<Partial<Record<string, (subject: string, message: string) => string>>>;

function unknownAuthority(subject: string): string {
  return t('the certificate of {0} comes from an authority that this machine does not know.', subject);
}

/** Problems of a server's certificate. */
const certificateReasons: Reasons = {
  DEPTH_ZERO_SELF_SIGNED_CERT: (subject) =>
    t('the certificate of {0} is self-signed, so nobody vouches for it.', subject),
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  CERT_HAS_EXPIRED: (subject) => t('the certificate of {0} has expired.', subject),
  CERT_NOT_YET_VALID: (subject) =>
    t('the certificate of {0} is not valid yet. Check that the clock of this machine is right.', subject),
  CERT_REVOKED: (subject) => t('the certificate of {0} was revoked by its authority.', subject),
  ERR_TLS_CERT_ALTNAME_INVALID: (subject, message) => {
    const names = /cert's (?:altnames|list): (.+)$/.exec(message)?.[1]?.replace(/\b(DNS|IP Address):/g, '');
    return names === undefined
      ? t('the certificate of {0} was made for another name.', subject)
      : t('the certificate of {0} was made for another name: {1}.', subject, names);
  },
};

/** Problems of the address, not of trust. */
const schemeReasons: Reasons = {
  NOT_TLS: (subject) => t('{0} does not use https. If it uses plain http, type http:// in front.', subject),
  HTTPS_ONLY: (subject) => t('{0} uses https only. Type https:// in front, or leave the prefix out.', subject),
};

/** Other reasons why TLS fails. */
const tlsReasons: Reasons = {
  CLIENT_CERTIFICATE: (subject, message) =>
    t('{0} requires a client certificate that it trusts, and says “{1}”.', subject, message),
  HANDSHAKE: (subject, message) =>
    t('{0} broke off the TLS handshake and says “{1}”. It may require a client certificate.', subject, message),
};

/** Problems of the files that were chosen. */
const fileReasons: Reasons = {
  NO_DOCKER_CERTS: (subject, message) =>
    t('docker has no certificates for {0}: there is nothing in {1}.', subject, message),
  KEY_MISMATCH: () => t('the client certificate and its key do not match.'),
  NO_PEM_CERTIFICATE: (subject) => t('there is no certificate in PEM form in {0}.', subject),
  NO_PEM_KEY: (subject) => t('there is no private key in PEM form in {0}.', subject),
  ENCRYPTED_KEY: (subject) =>
    t('the key in {0} has a passphrase, which cannot be typed at each use. Use a key without a passphrase.', subject),
  FILE_ENOENT: (subject) => t('the file {0} is not there (any more).', subject),
  FILE_EACCES: (subject) => t('you have no permission to read the file {0}.', subject),
};

function unreadableFile(subject: string, message: string): string {
  return t('the file {0} cannot be read: {1}.', subject, message);
}

/** Whether the failure is about certificates, so that another way of trusting may help. */
export function isAboutCertificates({ kind, detail: { speaker, code = '' } }: Failure): boolean {
  if (kind !== 'untrusted' || speaker !== undefined) return false;
  return (
    [certificateReasons, tlsReasons].some((reasons) => Object.hasOwn(reasons, code)) ||
    code.includes('CERT') ||
    isAboutFiles(code)
  );
}

/** Whether the chosen files cannot be used, so that no server was asked. */
export function isAboutFiles(code: string): boolean {
  return Object.hasOwn(fileReasons, code) || code.startsWith('FILE_');
}

function remedies(failure: Failure): readonly Remedy[] {
  const {
    kind,
    detail: { speaker, code, nextStep, status },
  } = failure;
  if (nextStep === 'confirmSignIn') return [nextStep];
  if (nextStep !== undefined) return [nextStep, 'retry', 'showLog'];
  const isAboutEngine = speaker === 'engine' && (isUnreached(failure) || code === 'NO_ENGINE');
  if (isAboutEngine) return ['useEngine', 'retry', 'showLog'];
  switch (kind) {
    case 'forbidden':
      // A program refused, so the credential of a registry does not matter.
      return speaker === 'program' ? ['retry', 'showLog'] : ['updateCredential', 'retry', 'showLog'];
    case 'unauthorized':
      return ['updateCredential', 'retry', 'showLog'];
    case 'untrusted':
      if (isAboutCertificates(failure)) return ['editTrust', ...retryAndDiagnose(failure)];
      return code !== undefined && Object.hasOwn(schemeReasons, code)
        ? ['editAddress', ...retryAndDiagnose(failure)]
        : retryAndDiagnose(failure);
    case 'unlisted':
      return ['addRepository', 'updateCredential', 'retry', 'showLog'];
    case 'notFound':
      // The user may install the program in the meantime.
      return speaker === 'program' ? ['retry', 'showLog'] : ['showLog'];
    case 'unsupported':
      return ['showLog'];
    case 'rateLimited':
      return ['retry', 'showLog'];
    case 'unreachable':
    case 'malformed':
      // Most often the network is away for a moment, so the address is not the first thing to look at.
      return speaker === undefined && mayBeMistyped(code)
        ? ['retry', 'editAddress', 'diagnoseConnection', 'showLog']
        : retryAndDiagnose(failure);
    case 'timedOut':
      return retryAndDiagnose(failure);
    case 'rejected':
      // The server was reached and gave a reason, so a diagnosis would not help.
      return status !== undefined && status < 500 ? ['retry', 'showLog'] : retryAndDiagnose(failure);
  }
}

/** Whether no such server is there, or it is not a registry. */
function mayBeMistyped(code: string | undefined): boolean {
  return code === 'ENOTFOUND' || code === 'ECONNREFUSED' || code === 'WEB_PAGE';
}

/** Retry, and Diagnose if a server is involved; a program has none to diagnose. */
function retryAndDiagnose({ detail: { speaker } }: Failure): readonly Remedy[] {
  return speaker === undefined ? ['retry', 'diagnoseConnection', 'showLog'] : ['retry', 'showLog'];
}
