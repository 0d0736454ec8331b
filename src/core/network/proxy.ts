import { t } from '@vscode/l10n';
import { Failure } from '../failure';
import type { Environment } from '../machine';

/** What decides about a proxy: VS Code's settings `http.*`, and the environment it was started in. */
export interface ProxySettings {
  /** `http.proxySupport`: with `off`, no proxy is used, whatever else is set. */
  readonly support: string;
  /** `http.proxy`; empty when it is not set. */
  readonly configured: string;
  /** `http.noProxy` */
  readonly exceptions: readonly string[];
  readonly env: Environment;
}

/** What names a proxy. */
type ProxySource = 'setting' | 'environment';

/** Whether a proxy is used, and why. `system`: nothing is set, so the operating system decides, which cannot be seen from here. */
export type ProxyChoice =
  | { readonly by: ProxySource; readonly proxy: string; readonly ignored: readonly ProxySource[] }
  | { readonly by: 'system'; readonly ignored: readonly ProxySource[] }
  | { readonly by: 'off' | 'loopback' }
  | { readonly by: 'exception'; readonly exception: string };

/** VS Code ignores addresses with another scheme, or without one. */
const schemes = /^(https?|socks(5h?|4a?)?):\/\//i;

/**
 * Chooses a proxy as VS Code does: `useProxySettings` and `proxyFromConfigURL` of
 * https://github.com/microsoft/vscode-proxy-agent/blob/v0.45.0/src/index.ts
 */
export function proxyFor(url: URL, { support, configured, exceptions, env }: ProxySettings): ProxyChoice {
  if (support === 'off') return { by: 'off' };
  if (/^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)) return { by: 'loopback' };
  const inEnv = (...names: readonly string[]) => names.map((name) => env[name]).find((value) => value) ?? '';
  // The environment's exceptions count for the setting's proxy too, unless the setting has exceptions of its own.
  const rules =
    exceptions.length > 0 ? exceptions.map((rule) => rule.trim()) : inEnv('no_proxy', 'NO_PROXY').trim().split(',');
  const exception = rules.find((rule) => rule === '*') ?? rules.find((rule) => matches(rule, url));
  if (exception !== undefined) return { by: 'exception', exception: exception.trim() };
  // The first that is there counts for http and https alike, and hides the others even where it is ignored.
  const inherited = inEnv('https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY');
  const named: readonly { readonly by: ProxySource; readonly proxy: string }[] = [
    { by: 'setting', proxy: configured.trim() },
    { by: 'environment', proxy: inherited.trim() },
  ];
  const used = named.find(({ proxy }) => schemes.test(proxy));
  const before = used === undefined ? named : named.slice(0, named.indexOf(used));
  return { ...(used ?? { by: 'system' }), ignored: before.flatMap(({ by, proxy }) => (proxy === '' ? [] : [by])) };
}

/**
 * `example.com` or `.example.com`, each with all below it, and with a port or without; no `*.example.com`, no address of IPv6:
 * `shouldBypassProxy` of the same.
 */
function matches(rule: string, { hostname, port, protocol }: URL): boolean {
  const [name = '', rulePort = ''] = rule.trim().toLowerCase().split(':');
  const ownPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  if (name === '' || (rulePort !== '' && rulePort !== ownPort)) return false;
  const host = hostname.replace(/^\[|\]$/g, '');
  return `.${host}`.endsWith(name.startsWith('.') ? name : `.${name}`);
}

/** What a proxy is signed in to with; both are empty where it is not. Throws a Failure where they cannot be read. */
export function proxyLogin({ username, password }: URL): { readonly username: string; readonly password: string } {
  try {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    throw unusableProxy(t('its user name or password has a % that is not written as %25'));
  }
}

export function unusableProxy(why: string): Failure {
  return new Failure('malformed', why, { subject: 'proxy', code: 'PROXY_ADDRESS' });
}
