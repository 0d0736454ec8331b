import { t } from '@vscode/l10n';
import type { ConnectAsk, DescribedCredential, ProviderType, SignInTarget, TypedAddress } from '../provider';
import { askAddress, secretPageAt } from '../signIn';
import { readAddress } from './gitLabAddress';
import { GitLabProvider } from './gitLab';

const address: TypedAddress = {
  ask: (ask, value = 'gitlab.com') =>
    askAddress(ask, {
      prompt: t('Address of GitLab’s web pages. https unless you type http://.'),
      placeholder: 'gitlab.example.com',
      value,
      read: readAddress,
    }),
  labelOf: (url) => (url === 'https://gitlab.com' ? 'GitLab' : url.replace(/^https?:\/\//, '')),
};

/** A GitLab by the address of its web pages. The registry behind it speaks V2. */
export const gitLab: ProviderType = {
  id: 'gitlab',
  label: 'GitLab',
  get detail() {
    return t('Projects of your account on gitlab.com or a GitLab of your own');
  },
  icon: 'source-control',
  connect: async (ask, _setting, meant) => {
    ask.more(meant === undefined ? 2 : 1);
    const url = meant ?? (await address.ask(ask, undefined));
    const { signIn, credential } = await askToken(ask, { url });
    return { connection: { provider: 'gitlab', label: address.labelOf(url), url, signIn }, credential };
  },
  webSites: { 'gitlab.com': 'https://gitlab.com', 'www.gitlab.com': 'https://gitlab.com' },
  address,
  signIn: askToken,
  open: (connection, context) => new GitLabProvider(connection, context),
};

/** https://docs.gitlab.com/user/profile/personal_access_tokens/#prefill-personal-access-token-name-and-scopes */
const tokenPage = '/-/user_settings/personal_access_tokens?name=Registry+Explorer&scopes=read_api,read_registry';

async function askToken(ask: ConnectAsk, { url }: SignInTarget): Promise<DescribedCredential> {
  const typed = await ask.input({
    prompt: t(
      'Personal, group or project access token at {0}: read_api and read_registry to browse and pull, write_registry to push, api to delete',
      new URL(url).host,
    ),
    placeholder: 'glpat-…',
    secret: true,
    ...secretPageAt(`${url}${tokenPage}`),
    problem: tokenProblem,
  });
  // The user name is not asked for: GitLab says whose token it is.
  return { signIn: { kind: 'basic' }, credential: { kind: 'basic', username: '', secret: typed.trim() } };
}

function tokenProblem(answer: string): string | undefined {
  if (answer.trim() === '') return t('Type the access token.');
  return answer.startsWith('gldt-')
    ? t('This is a deploy token, which GitLab’s API does not take. Go back, and choose GitLab registry from the list.')
    : undefined;
}
