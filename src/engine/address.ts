import { t } from '@vscode/l10n';
import { posix } from 'node:path';
import { defined } from '../core/defined';
import { Failure } from '../core/failure';

/**
 * Addresses of engines, as the docker command reads them. A typed address or DOCKER_HOST follows other rules than the address of
 * a context: https://github.com/docker/cli/blob/v28.2.2/opts/hosts.go, and `ParseHostURL` of
 * https://github.com/moby/moby/blob/v28.2.2/client/client.go. Both become one complete form:
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
  /** Path of the engine's socket on the other machine; empty: the docker command there chooses it. */
  readonly path: string;
}

/** Code of the failure that says why a text is not an address. */
export const noAddress = 'ENGINE_ADDRESS';

const defaults = { unix: '/var/run/docker.sock', npipe: '//./pipe/docker_engine', host: 'localhost', port: '2375' };

/** Turns the text after `docker -H`, or DOCKER_HOST, into the complete form. Throws a Failure of kind `malformed` for other texts. */
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
        throw addressFailure(text, scheme === 'unix' ? t('it names no socket') : t('it names no pipe'));
      return `${scheme}://${path === '' ? defaults[scheme] : path}`;
    }
    case 'ssh':
      readSsh(text);
      return text;
    default:
      throw addressFailure(text, t('it does not begin with unix://, tcp://, ssh:// or npipe://'));
  }
}

function typedTcp(rest: string, text: string): string {
  const bare = rest.startsWith('tcp://') ? rest.slice('tcp://'.length) : rest;
  if (bare === '') return `tcp://${defaults.host}:${defaults.port}`;
  if (bare.includes('://')) throw addressFailure(text, t('it has two schemes'));
  const url = readUrl(`tcp://${bare}`, text);
  const parts = splitHostPort(url.hostPort) ?? splitHostPort(joinHostPort(url.hostPort, defaults.port));
  if (parts === undefined) throw addressFailure(text, t('its host and port are not valid'));
  return tcp(parts.host === '' ? defaults.host : parts.host, parts.port === '' ? defaults.port : parts.port, url, text);
}

/** Turns the address of a docker context into the complete form. `isSecured`: it has certificates. Throws as typedAddress does. */
export function contextAddress(text: string, isSecured: boolean): string {
  const { scheme, hostPort, hostname, port, ...url } = readUrl(text, text);
  const rest = text.slice(text.indexOf('://') + 3);
  if (rest === '') throw addressFailure(text, t('nothing follows its scheme'));
  if (scheme === 'ssh') {
    readSsh(text);
    return `ssh://${rest}`;
  }
  if (/^(?:unix|npipe):/.test(text)) return text;
  if (!text.startsWith('tcp:') && rest !== hostPort)
    throw addressFailure(text, t('only tcp:// may have more than host and port'));
  if (hostname.includes(':') && !hostPort.startsWith('['))
    throw addressFailure(text, t('an IPv6 address must be in brackets'));
  // Without a port, docker uses that of http or https, as Go's client does.
  // Several slashes count as one: typedAddress would refuse a path with “://”.
  const path = url.path.replace(/\/{2,}/g, '/');
  return tcp(
    hostname === '' ? defaults.host : hostname,
    port === '' ? (isSecured ? '443' : '80') : port,
    { path },
    text,
  );
}

function tcp(host: string, port: string, { path }: Pick<Url, 'path'>, text: string): string {
  if (Number(port) > 65_535) throw addressFailure(text, t('there is no port {0}', port));
  return `tcp://${joinHostPort(host, String(Number(port)))}${path}`;
}

/** Parses the complete form of an address. Throws a Failure of kind `malformed` for other texts. */
export function readAddress(url: string): Address {
  const [, socket] = /^(?:unix|npipe):\/\/(.+)$/s.exec(url) ?? [];
  if (socket !== undefined) return { kind: 'socket', path: socket };
  if (url.startsWith('ssh:')) return readSsh(url);
  const { scheme, hostname: host, port, path } = readUrl(url, url);
  if (scheme !== 'tcp' || host === '' || port === '') throw addressFailure(url, t('it does not name host and port'));
  // No slash at the end, because request paths begin with one.
  return { kind: 'tcp', host, port: Number(port), path: posix.normalize(`/${path}`).replace(/\/$/, '') };
}

/** https://github.com/docker/cli/blob/v28.2.2/cli/connhelper/ssh/ssh.go */
function readSsh(text: string): SshAddress {
  const url = readUrl(text, text);
  if (url.password !== undefined) throw addressFailure(text, t('an ssh:// address cannot have a password'));
  if (url.hostname === '') throw addressFailure(text, t('it has no host'));
  if (url.isMore) throw addressFailure(text, t('nothing may follow its path'));
  const path = unescape(url.path, text);
  const { user = '' } = url;
  // ssh may hand names to a shell, so these characters are refused. No real user or host has them.
  if (/['"`$;&<>|(){}]/.test(user + url.hostname)) throw addressFailure(text, t('this is not a valid user or host'));
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
  /** A query or fragment follows the path. */
  readonly isMore: boolean;
}

/** Parses a URL as Go's net/url does, which accepts other hosts than browsers do. `text`: the address to name in a failure. */
function readUrl(url: string, text: string): Url {
  if (/[\u0000-\u001f\u007f]|\p{Surrogate}/u.test(url)) throw addressFailure(text, t('it has invisible characters'));
  const [, scheme, authority = '', path = '', query = '', fragment = ''] =
    /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/i.exec(url) ?? [];
  if (scheme === undefined) throw addressFailure(text, t('it has no scheme'));
  if (/%(?![0-9a-f]{2})/i.test(path)) throw addressFailure(text, t('it has a % that does not escape anything'));
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
  if (!/^[\w\-.:~!$&'()*+,;=%@]*$/.test(written)) throw addressFailure(text, t('its user name must be escaped'));
  const [, user = '', password] = /^([^:]*)(?::(.*))?$/.exec(written) ?? [];
  return password === undefined ? [unescape(user, text)] : [unescape(user, text), password];
}

function hostIn(written: string, text: string): string {
  const isBracketed = written.startsWith('[');
  const afterHost = isBracketed ? /\]([^\]]*)$/.exec(written)?.[1] : (/:[^:]*$/.exec(written)?.[0] ?? '');
  if (afterHost === undefined || !/^(?::\d*)?$/.test(afterHost)) throw addressFailure(text, t('its port is not valid'));
  // The zone of an IPv6 address follows an escaped %.
  const host = isBracketed ? written.replace('%25', '') : written;
  const brackets = written.replace(/[^[\]]/g, '');
  if (brackets !== (isBracketed ? '[]' : '') || /[\s\\^`{|}/?#@]|%[0-7]|%(?![0-9a-f]{2})/i.test(host))
    throw addressFailure(text, t('its host is not valid'));
  return isBracketed ? written.replace('%25', '%') : unescape(written, text);
}

/** As Go's net.SplitHostPort: undefined without a port, or with more than one colon outside brackets. */
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
    throw addressFailure(text, t('it has a % that does not escape anything'));
  }
  if (/\p{Cc}/u.test(plain)) throw addressFailure(text, t('it has invisible characters'));
  return plain;
}

/** The failure for an invalid address. A password in the address is left out. */
function addressFailure(text: string, why: string): Failure {
  const [from, to] = [text.indexOf('//') + 2, text.lastIndexOf('@')];
  const hasPassword = text.slice(from, Math.max(from, to)).includes(':');
  const subject = hasPassword ? `${text.slice(0, from)}…${text.slice(to)}` : text;
  return new Failure('malformed', why, { subject, speaker: 'engine', code: noAddress });
}
