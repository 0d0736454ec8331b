import type { ReadSetting } from '../provider';

export interface GitHubEndpoints {
  /** Root of the REST API. */
  readonly api: string;
  readonly registry: string;
  /** The host that image names begin with. */
  readonly host: string;
}

/** `url`: `https://github.com`, or an Enterprise server's. https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency/network-details-for-ghecom */
export function endpointsOf(url: string, setting: ReadSetting): GitHubEndpoints {
  const { host, origin } = new URL(url);
  if (host === 'github.com') {
    const api = setting('github.apiUrl');
    const registry = setting('github.registryUrl');
    return withHost(api === '' ? 'https://api.github.com' : api, registry === '' ? 'https://ghcr.io' : registry);
  }
  if (host.endsWith('.ghe.com')) return withHost(`https://api.${host}`, `https://containers.${host}`);
  return withHost(`${origin}/api/v3`, `https://containers.${host}`);
}

function withHost(api: string, registry: string): GitHubEndpoints {
  return { api, registry, host: new URL(registry).host };
}
