import { t } from '@vscode/l10n';
import { serverOf } from '../../core/serverAddress';

const gitLabCom = 'gitlab.com';

/** The ends of addresses of GitLab's pages, which people copy. */
const ownPages = /\/(?:api\/v4|users\/sign_in|explore|dashboard|help|-)(?:\/.*)?$/;

/** Reads a typed address of GitLab: `gitlab.com`, `https://host/gitlab`, or one of its pages. Returns the root, or what is wrong. */
export function readAddress(typed: string): { readonly url: string } | { readonly problem: string } {
  const server = serverOf(typed);
  if (server === undefined) return { problem: t('Type the address of GitLab, such as {0}.', gitLabCom) };
  const { hostname } = new URL(server);
  if (hostname === `registry.${gitLabCom}`)
    return { problem: t('This is where images are. Type the address of GitLab’s web pages: {0}.', gitLabCom) };
  if (hostname === gitLabCom || hostname === `www.${gitLabCom}`) return { url: `https://${gitLabCom}` };
  const [, path = ''] = /^(?:https?:\/\/)?[^/?#]+([^?#]*)/i.exec(typed.trim()) ?? [];
  return { url: `${server}${path.replace(ownPages, '').replace(/\/+$/, '')}` };
}
