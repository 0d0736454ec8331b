import { t } from '@vscode/l10n';
import { Failure } from '../failure';
import type { Environment } from '../machine';

/** The settings that decide which proxy is used: VS Code's `http.*`, and the environment VS Code was started in. */
export interface ProxySettings {
  /** `http.proxySupport`: with `off`, no proxy is used, whatever else is set. */
  readonly support: string;
  /** `http.proxy`; empty when it is not set. */
  readonly configured: string;
  /** `http.noProxy` */
  readonly exceptions: readonly string[];
  readonly env: Environment;
}

/** The places where a proxy can be set. */
type ProxySource = 'setting' | 'environment';

/**
 * Whether a proxy is used, and why. `system`: nothing is set, so the operating system decides, and its choice cannot be read here.
 * `ignored`: the places whose proxy VS Code ignores.
 */
export type ProxyChoice =
  | { readonly by: ProxySource; readonly proxy: string; readonly ignored: readonly ProxySource[] }
  | { readonly by: 'system'; readonly ignored: readonly ProxySource[] }
  | { readonly by: 'off' | 'loopback' }
  | { readonly by: 'exception'; readonly exception: string };

/** The schemes of a proxy's address; VS Code ignores addresses with another scheme, or without one. */
const schemes = /^(https?|socks(5h?|4a?)?):\/\//i;

/**
 * Chooses a proxy as VS Code does: `useProxySettings` and `proxyFromConfigURL` of
 * https://github.com/microsoft/vscode-proxy-agent/blob/v0.45.0/src/index.ts
 */
export function proxyFor(url: URL, { support, configured, exceptions, env }: ProxySettings): ProxyChoice {
  if (support === 'off') return { by: 'off' };
  if (/^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)) return { by: 'loopback' };
  const inEnv = (...names: readonly string[]) => names.map((name) => env[name]).find((value) => value) ?? '';
  // The environment's exceptions also apply to the proxy of the setting, unless there are exceptions in settings.
  const rules =
    exceptions.length > 0 ? exceptions.map((rule) => rule.trim()) : inEnv('no_proxy', 'NO_PROXY').trim().split(',');
  const exception = rules.find((rule) => rule === '*') ?? rules.find((rule) => matches(rule, url));
  if (exception !== undefined) return { by: 'exception', exception: exception.trim() };
  // VS Code uses the first variable that is set, for http and https, even if its value is then ignored.
  const fromEnvironment = inEnv('https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY');
  const candidates: readonly { readonly by: ProxySource; readonly proxy: string }[] = [
    { by: 'setting', proxy: configured.trim() },
    { by: 'environment', proxy: fromEnvironment.trim() },
  ];
  const used = candidates.find(({ proxy }) => schemes.test(proxy));
  const ignored = used === undefined ? candidates : candidates.slice(0, candidates.indexOf(used));
  return { ...(used ?? { by: 'system' }), ignored: ignored.flatMap(({ by, proxy }) => (proxy === '' ? [] : [by])) };
}

/**
 * Whether a rule covers a URL: `example.com` or `.example.com`, each with its subdomains, with or without a port. As in VS Code
 * (`shouldBypassProxy` in the same file), `*.example.com` and IPv6 addresses do not match.
 */
function matches(rule: string, { hostname, port, protocol }: URL): boolean {
  const [name = '', rulePort = ''] = rule.trim().toLowerCase().split(':');
  const ownPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  if (name === '' || (rulePort !== '' && rulePort !== ownPort)) return false;
  const host = hostname.replace(/^\[|\]$/g, '');
  return `.${host}`.endsWith(name.startsWith('.') ? name : `.${name}`);
}

/** The login in the address of a proxy; both are empty without one. Throws a Failure if it cannot be decoded. */
export function proxyLogin({ username, password }: URL): { readonly username: string; readonly password: string } {
  try {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    throw unusableProxy(t('its user name or password has a % that is not written as %25'));
  }
}

/** The Failure for a proxy whose address cannot be used. */
export function unusableProxy(why: string): Failure {
  return new Failure('malformed', why, { subject: 'proxy', code: 'PROXY_ADDRESS' });
}
