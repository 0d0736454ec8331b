import { t } from '@vscode/l10n';
import { posix } from 'node:path';
import { defined } from '../core/defined';
import { Failure } from '../core/failure';

/**
 * Addresses of engines, as the docker command reads them. What is typed, or stands in DOCKER_HOST, goes by other rules than what
 * a context holds: https://github.com/docker/cli/blob/v28.2.2/opts/hosts.go, and `ParseHostURL` of
 * https://github.com/moby/moby/blob/v28.2.2/client/client.go. Both make one form of it, in which nothing is left out:
 * `unix://path`, `npipe://path`, `tcp://host:port/path`, `ssh://…`.
 */
export type Address =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly path: string }
  | SshAddress;

export interface SshAddress {
  readonly kind: 'ssh';
  readonly user: string;
  readonly host: string;
  readonly port: string;
  /** Of the engine's socket on the other machine; empty: where its docker command finds one. */
  readonly path: string;
}

/** Of the failure that tells why a text is no address. */
export const noAddress = 'ENGINE_ADDRESS';

const defaults = { unix: '/var/run/docker.sock', npipe: '//./pipe/docker_engine', host: 'localhost', port: '2375' };

/** The one form of what docker takes after -H, and in DOCKER_HOST. Throws a Failure of kind `malformed` for what it refuses. */
export function typedAddress(typed: string): string {
  const text = typed.trim();
  const [, scheme, rest = ''] = /^(.*?):\/\/(.*)$/s.exec(text) ?? [];
  if (scheme === undefined) return /^\.?\//.test(text) ? `unix://${text}` : typedTcp(text, text);
  switch (scheme) {
    case 'tcp':
      return typedTcp(rest, text);
    case 'unix':
    case 'npipe': {
      const path = rest.startsWith(`${scheme}://`) ? rest.slice(scheme.length + 3) : rest;
      if (path.includes('://'))
        throw refused(text, scheme === 'unix' ? t('it names no socket') : t('it names no pipe'));
      return `${scheme}://${path === '' ? defaults[scheme] : path}`;
    }
    case 'ssh':
      readSsh(text);
      return text;
    default:
      throw refused(text, t('it begins with none of unix://, tcp://, ssh:// and npipe://'));
  }
}

function typedTcp(rest: string, text: string): string {
  const bare = rest.startsWith('tcp://') ? rest.slice('tcp://'.length) : rest;
  if (bare === '') return `tcp://${defaults.host}:${defaults.port}`;
  if (bare.includes('://')) throw refused(text, t('it has two schemes'));
  const url = readUrl(`tcp://${bare}`, text);
  const parts = splitHostPort(url.hostPort) ?? splitHostPort(joinHostPort(url.hostPort, defaults.port));
  if (parts === undefined) throw refused(text, t('its host and port are none'));
  return tcp(parts.host === '' ? defaults.host : parts.host, parts.port === '' ? defaults.port : parts.port, url, text);
}

/** The one form of what a docker context holds. `isSecured`: it has certificates. Throws as typedAddress does. */
export function contextAddress(text: string, isSecured: boolean): string {
  const { scheme, hostPort, hostname, port, ...url } = readUrl(text, text);
  const rest = text.slice(text.indexOf('://') + 3);
  if (rest === '') throw refused(text, t('there is nothing behind its scheme'));
  if (scheme === 'ssh') {
    readSsh(text);
    return `ssh://${rest}`;
  }
  if (/^(?:unix|npipe):/.test(text)) return text;
  if (!text.startsWith('tcp:') && rest !== hostPort)
    throw refused(text, t('only tcp:// may have more than host and port'));
  if (hostname.includes(':') && !hostPort.startsWith('['))
    throw refused(text, t('an address of IPv6 stands in brackets'));
  // What has no port goes to that of http: docker leaves it to Go's client.
  // Slashes behind one another count as one; and a path with “://” in it would be refused once the address is typed.
  const path = url.path.replace(/\/{2,}/g, '/');
  return tcp(
    hostname === '' ? defaults.host : hostname,
    port === '' ? (isSecured ? '443' : '80') : port,
    { path },
    text,
  );
}

function tcp(host: string, port: string, { path }: Pick<Url, 'path'>, text: string): string {
  if (Number(port) > 65_535) throw refused(text, t('there is no port {0}', port));
  return `tcp://${joinHostPort(host, String(Number(port)))}${path}`;
}

/** What the one form of an address leads to. */
export function readAddress(url: string): Address {
  const [, socket] = /^(?:unix|npipe):\/\/(.+)$/s.exec(url) ?? [];
  if (socket !== undefined) return { kind: 'socket', path: socket };
  if (url.startsWith('ssh:')) return readSsh(url);
  const { scheme, hostname: host, port, path } = readUrl(url, url);
  if (scheme !== 'tcp' || host === '' || port === '') throw refused(url, t('it does not name host and port'));
  // Ends in no slash: what is asked for begins with one.
  return { kind: 'tcp', host, port: Number(port), path: posix.normalize(`/${path}`).replace(/\/$/, '') };
}

/** https://github.com/docker/cli/blob/v28.2.2/cli/connhelper/ssh/ssh.go */
function readSsh(text: string): SshAddress {
  const url = readUrl(text, text);
  if (url.password !== undefined) throw refused(text, t('a password is nothing for ssh in an address'));
  if (url.hostname === '') throw refused(text, t('it has no host'));
  if (url.isMore) throw refused(text, t('nothing may follow its path'));
  const path = unescape(url.path, text);
  const { user = '' } = url;
  // No name has them, and what ssh hands names to may be a shell: docker puts quotes around them, which no server knows either.
  if (/['"`$;&<>|(){}]/.test(user + url.hostname)) throw refused(text, t('no user or host is called so'));
  return { kind: 'ssh', user, host: url.hostname, port: url.port, path: /^\/*$/.test(path) ? '' : path };
}

interface Url {
  readonly scheme: string;
  readonly user?: string;
  readonly password?: string;
  /** As written, brackets and port included. */
  readonly hostPort: string;
  /** Without brackets. */
  readonly hostname: string;
  readonly port: string;
  /** Escaped. */
  readonly path: string;
  /** Something follows the path. */
  readonly isMore: boolean;
}

/** As Go's net/url reads it, which takes other hosts than the URLs of browsers do. `text`: what to name in a refusal. */
function readUrl(url: string, text: string): Url {
  if (/[\u0000-\u001f\u007f]|\p{Surrogate}/u.test(url)) throw refused(text, t('it has characters that nobody sees'));
  const [, scheme, authority = '', path = '', query = '', fragment = ''] =
    /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/i.exec(url) ?? [];
  if (scheme === undefined) throw refused(text, t('it has no scheme'));
  if (/%(?![0-9a-f]{2})/i.test(path)) throw refused(text, t('there is a % that escapes nothing'));
  const at = authority.lastIndexOf('@');
  const [user, password] = at === -1 ? [] : userIn(authority.slice(0, at), text);
  const hostPort = hostIn(authority.slice(at + 1), text);
  const [, name = hostPort, port = ''] = /^(.*):(\d*)$/s.exec(hostPort) ?? [];
  return {
    scheme: scheme.toLowerCase(),
    ...defined({ user, password }),
    hostPort,
    hostname: name.replace(/^\[(.*)\]$/s, '$1'),
    port,
    path: encodeURI(path).replace(/%25(?=[0-9a-f]{2})/gi, '%'),
    isMore: query.length > 1 || fragment.length > 1,
  };
}

function userIn(written: string, text: string): readonly [string, string?] {
  if (!/^[\w\-.:~!$&'()*+,;=%@]*$/.test(written)) throw refused(text, t('the name of its user is to be escaped'));
  const [, user = '', password] = /^([^:]*)(?::(.*))?$/.exec(written) ?? [];
  return password === undefined ? [unescape(user, text)] : [unescape(user, text), password];
}

function hostIn(written: string, text: string): string {
  const isBracketed = written.startsWith('[');
  const afterHost = isBracketed ? /\]([^\]]*)$/.exec(written)?.[1] : (/:[^:]*$/.exec(written)?.[0] ?? '');
  if (afterHost === undefined || !/^(?::\d*)?$/.test(afterHost)) throw refused(text, t('its port is none'));
  // A zone of IPv6 comes after an escaped %.
  const host = isBracketed ? written.replace('%25', '') : written;
  const brackets = written.replace(/[^[\]]/g, '');
  if (brackets !== (isBracketed ? '[]' : '') || /[\s\\^`{|}/?#@]|%[0-7]|%(?![0-9a-f]{2})/i.test(host))
    throw refused(text, t('its host is none'));
  return isBracketed ? written.replace('%25', '%') : unescape(written, text);
}

/** As Go's net.SplitHostPort: nothing where there is no port, or more colons than one outside of brackets. */
function splitHostPort(text: string): { readonly host: string; readonly port: string } | undefined {
  const [, bracketed, plain = '', port = ''] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(text) ?? [];
  return text.includes(':') && (bracketed ?? plain) + port !== '' ? { host: bracketed ?? plain, port } : undefined;
}

function joinHostPort(host: string, port: string): string {
  return /[:%]/.test(host) ? `[${host.replace('%', '%25')}]:${port}` : `${host}:${port}`;
}

function unescape(escaped: string, text: string): string {
  let plain: string;
  try {
    plain = decodeURIComponent(escaped);
  } catch {
    throw refused(text, t('there is a % that escapes nothing'));
  }
  if (/\p{Cc}/u.test(plain)) throw refused(text, t('it has characters that nobody sees'));
  return plain;
}

/** Who wrote a password into an address meant it to be kept. */
function refused(text: string, why: string): Failure {
  const [from, to] = [text.indexOf('//') + 2, text.lastIndexOf('@')];
  const hasPassword = text.slice(from, Math.max(from, to)).includes(':');
  const subject = hasPassword ? `${text.slice(0, from)}…${text.slice(to)}` : text;
  return new Failure('malformed', why, { subject, speaker: 'engine', code: noAddress });
}
