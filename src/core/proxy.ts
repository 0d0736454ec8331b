/** What decides about a proxy: VS Code's settings `http.*`, and the environment it was started in. */
export interface ProxySettings {
  /** `http.proxySupport`: with `off`, no proxy is used, whatever else is set. */
  readonly support: string;
  /** `http.proxy`; empty when it is not set. */
  readonly configured: string;
  /** `http.noProxy` */
  readonly exceptions: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Whether a proxy is used, and why. `system`: nothing is set, so the operating system decides, which cannot be seen from here. */
export type ProxyChoice =
  | { readonly by: 'setting' | 'environment'; readonly proxy: string }
  | { readonly by: 'off' | 'loopback' | 'system' }
  | { readonly by: 'exception'; readonly exception: string };

/** As VS Code chooses: https://github.com/microsoft/vscode-proxy-agent */
export function proxyFor(url: URL, { support, configured, exceptions, env }: ProxySettings): ProxyChoice {
  if (support === 'off') return { by: 'off' };
  if (/^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)) return { by: 'loopback' };
  const exception = exceptions.find((rule) => matches(rule, url));
  if (exception !== undefined) return { by: 'exception', exception };
  if (configured !== '') return { by: 'setting', proxy: configured };
  const set = (...names: readonly string[]) => names.map((name) => env[name]).find((value) => (value ?? '') !== '');
  const inherited =
    url.protocol === 'https:'
      ? set('https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY')
      : set('http_proxy', 'HTTP_PROXY');
  if (inherited === undefined) return { by: 'system' };
  const rules = (set('no_proxy', 'NO_PROXY') ?? '').split(/[\s,]+/).filter((rule) => rule !== '');
  const inheritedException = rules.find((rule) => matches(rule, url));
  return inheritedException === undefined
    ? { by: 'environment', proxy: inherited }
    : { by: 'exception', exception: inheritedException };
}

/** `*`, `example.com` with all below it, `.example.com`, `*.example.com`, each with a port or without. */
function matches(rule: string, { hostname, port, protocol }: URL): boolean {
  if (rule === '*') return true;
  const [, name = '', rulePort] = /^(?:\*?\.)?(.*?)(?::(\d+))?$/.exec(rule.toLowerCase()) ?? [];
  const ownPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  if (name === '' || (rulePort !== undefined && rulePort !== ownPort)) return false;
  return hostname === name || hostname.endsWith(`.${name}`);
}
