import { isIPv6 } from 'node:net';
import { t } from '@vscode/l10n';

type ReadResult = { readonly url: string } | { readonly problem: string };

/**
 * Reads a typed or pasted address of a registry: `registry.example.com:5000`, `https://host/artifactory/api/docker/team/`,
 * `http://localhost:5000/v2/_catalog`. The scheme is https unless http is typed. A path prefix stays; the API's `/v2` and all after it
 * is removed.
 */
export function readRegistryUrl(text: string): ReadResult {
  // Browsers read a backslash as a slash.
  const typed = text.trim().replaceAll('\\', '/');
  if (typed === '') return { problem: t('Type the address of the registry, such as registry.example.com.') };
  if (/\s/.test(typed)) return { problem: t('An address has no spaces.') };
  if (isIPv6(typed)) return { problem: t('An IPv6 address must be in brackets: [{0}].', typed) };
  const [, scheme = ''] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(typed) ?? [];
  if (scheme !== '' && !/^https?$/i.test(scheme))
    return { problem: t('The address of a registry begins with https:// or http://: leave {0}:// out.', scheme) };
  // One slash or a missing colon is a typing error.
  const withScheme = scheme === '' ? `https://${typed.replace(/^(https?):?\/+/i, '')}` : typed;
  if (!isPort(/^[^/]*\/\/[^/]*:(\d+)(?:[/?#]|$)/.exec(withScheme)?.[1]))
    return { problem: t('A port is a number from 1 to 65535.') };
  if (!URL.canParse(withScheme))
    return { problem: t('This is not an address. Try one like registry.example.com:5000.') };
  return readParsed(new URL(withScheme));
}

function readParsed(url: URL): ReadResult {
  if (url.username !== '' || url.password !== '')
    return { problem: t('Leave the user name and password out: they are asked for next.') };
  const site = webSites.get(url.hostname);
  if (site !== undefined) return { problem: site() };
  if (/:[\w.-]+$|@sha\d+:/.test(url.pathname))
    return { problem: t('This is the name of an image. The address of its registry may be {0}.', url.host) };
  // A copied address of an API answer may have a query, which is removed with the rest.
  const isOfApi = /\/v2\/_catalog\/?$|\/v2\/.+\/tags\/list\/?$/.test(url.pathname);
  if (!isOfApi && (url.search !== '' || url.hash !== ''))
    return { problem: t('Leave out everything from “?” or “#” on.') };
  const path = url.pathname.replace(/\/v2\/(_catalog|.+\/tags\/list)\/?$/, '').replace(/(\/v2)?\/*$/, '');
  url.hostname = url.hostname.replace(/\.$/, '');
  return { url: `${url.origin}${path}` };
}

function isPort(digits: string | undefined): boolean {
  return digits === undefined || (Number(digits) >= 1 && Number(digits) <= 65535);
}

const dockerHub = () => t('This is Docker Hub: go back, and choose it from the list.');
const gitHub = () => t('GitHub keeps images at ghcr.io: go back, and choose GitHub from the list.');
const gitLab = () => t('GitLab keeps images at registry.gitlab.com; to list projects, go back and choose GitLab.');

/** Web sites that users type although there is another kind of registry for them. */
const webSites: ReadonlyMap<string, () => string> = new Map([
  ['hub.docker.com', dockerHub],
  ['docker.com', dockerHub],
  ['www.docker.com', dockerHub],
  ['docker.io', dockerHub],
  ['index.docker.io', dockerHub],
  ['github.com', gitHub],
  ['www.github.com', gitHub],
  ['gitlab.com', gitLab],
  ['www.gitlab.com', gitLab],
]);
