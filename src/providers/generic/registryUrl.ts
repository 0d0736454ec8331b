import { t } from '@vscode/l10n';

/**
 * Reads what people type or paste for a registry: `registry.example.com:5000`, `https://host/artifactory/api/docker/team/`,
 * `http://localhost:5000/v2/`. https unless http is typed; a path prefix stays; the API's own `/v2` goes.
 */
export function readRegistryUrl(text: string): { readonly url: string } | { readonly problem: string } {
  const typed = text.trim();
  if (typed === '') return { problem: t('Type the address of the registry, such as registry.example.com.') };
  if (/\s/.test(typed)) return { problem: t('An address has no spaces.') };
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`;
  if (!URL.canParse(withScheme)) return { problem: t('This is no address. Try one like registry.example.com:5000.') };
  const url = new URL(withScheme);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return { problem: t('A registry is reached by https:// or http://.') };
  if (url.username !== '' || url.password !== '')
    return { problem: t('Leave the user name and password out: they are asked for next.') };
  if (url.search !== '' || url.hash !== '') return { problem: t('Leave out everything from “?” or “#” on.') };
  return { url: `${url.origin}${url.pathname.replace(/(\/v2)?\/*$/, '')}` };
}
