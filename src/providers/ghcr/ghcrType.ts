import { isIP } from 'node:net';
import { t } from '@vscode/l10n';
import { defined } from '../../core/defined';
import type { Connection } from '../../core/model';
import { serverOf } from '../../core/serverAddress';
import type { ConnectAsk, DescribedCredential, ProviderType, SignInTarget } from '../provider';
import { askAddress, dockerSignIn, passwordSignIn, secretPageAt, initialValue } from '../signIn';
import type { ReadAddress } from '../signIn';
import { endpointsOf } from './githubEndpoints';
import { GhcrProvider } from './ghcr';

const gitHub = 'https://github.com';

export const ghcr: ProviderType = {
  id: 'ghcr',
  get label() {
    return t('GitHub Container Registry');
  },
  get detail() {
    return t('Packages of users and organizations, also on ghe.com and GitHub Enterprise Server');
  },
  icon: 'github',
  scopes: ['read:packages'],
  takesBoth: true,
  connect: async (ask, _setting, meant) => {
    ask.more(meant === undefined ? 2 : 1);
    const url = meant ?? (await askServer(ask, undefined));
    const { signIn, credential } = await askSignIn(ask, { url });
    return { connection: { ...connectionTo(url), signIn }, credential };
  },
  webSites: { 'github.com': gitHub, 'www.github.com': gitHub },
  address: { ask: askServer, labelOf: (url) => connectionTo(url).label },
  signIn: askSignIn,
  dockerConnections: (host, setting) => {
    const [, name = ''] = /^containers\.([^.]+\.ghe\.com)$/.exec(host) ?? [];
    const url = host === endpointsOf(gitHub, setting).host ? gitHub : serverOf(name);
    return url === undefined ? [] : [{ ...connectionTo(url), signIn: { kind: 'docker' } }];
  },
  open: (connection, context) => new GhcrProvider(connection, context),
};

function connectionTo(url: string): Pick<Connection, 'provider' | 'label' | 'url'> {
  return { provider: 'ghcr', label: url === gitHub ? 'GitHub' : new URL(url).host, url };
}

async function askServer(ask: ConnectAsk, current: string | undefined): Promise<string> {
  const server = await ask.pick(t('Where is it?'), [
    { value: 'github', label: 'github.com', detail: 'ghcr.io' },
    {
      value: 'enterprise',
      label: t('GitHub Enterprise'),
      detail: t('A server of your own, or a name in ghe.com'),
    },
  ]);
  if (server === 'github') return gitHub;
  ask.more(1);
  return askAddress(ask, {
    prompt: t('Address of the GitHub Enterprise server'),
    placeholder: 'https://github.example.com',
    ...(current === gitHub ? {} : defined({ value: current })),
    read: readServer,
  });
}

async function askSignIn(ask: ConnectAsk, target: SignInTarget): Promise<DescribedCredential> {
  const chosen = await ask.pick(t('How do you sign in to GitHub?'), [
    {
      value: 'account',
      label: t('GitHub account of VS Code'),
      detail: t('VS Code asks which account, and whether this extension may read its packages'),
    },
    {
      value: 'token',
      label: t('Personal access token (classic)'),
      detail: t('Kept in the secret store of VS Code; for pulls also where the account does not do'),
    },
    {
      value: 'docker',
      label: t('Login of the docker command'),
      detail: t('Read from docker’s config and its credential helpers at each use; nothing is copied'),
    },
  ]);
  switch (chosen) {
    case 'account': {
      const authentication = target.url === gitHub ? 'github' : 'github-enterprise';
      return { signIn: { kind: 'askAccount', authentication }, credential: { kind: 'anonymous' } };
    }
    case 'token':
      return askToken(ask, target);
    case 'docker':
      return dockerSignIn;
  }
}

/** Asks for a token. GitHub says whose it is, except for tokens of apps; only for those is the user name asked. */
async function askToken(ask: ConnectAsk, { url, account }: SignInTarget): Promise<DescribedCredential> {
  ask.more(1);
  const scopes = 'read:packages,write:packages,delete:packages';
  const secret = await ask.input({
    prompt: t(
      'Personal access token (classic) at {0}: read:packages to browse and pull, write:packages to push, delete:packages to delete',
      new URL(url).host,
    ),
    placeholder: 'ghp_…',
    secret: true,
    ...secretPageAt(`${url}/settings/tokens/new?description=Registry%20Explorer&scopes=${scopes}`),
    problem: tokenProblem,
  });
  if (!ask.asksUserName) return { signIn: { kind: 'basic' }, credential: { kind: 'basic', username: '', secret } };
  ask.more(1);
  const username = await ask.input({
    prompt: t('User name at {0}, which does not tell whose token this is', new URL(url).host),
    ...initialValue(account),
    problem: (text) => (text === '' ? t('Type the user name.') : undefined),
  });
  return passwordSignIn(username, secret);
}

function tokenProblem(text: string): string | undefined {
  if (text === '') return t('Type the token.');
  return text.startsWith('github_pat_')
    ? t('This is a fine-grained token, which GitHub’s packages do not take. Make a classic one.')
    : undefined;
}

/** Reads the address of a server. Its registry is at `containers.` and the server's name: https://docs.github.com/en/enterprise-server@latest/admin/managing-your-enterprise-account/enabling-subdomain-isolation */
function readServer(typed: string): ReturnType<ReadAddress> {
  const url = serverOf(typed);
  if (url === undefined) return { problem: t('Type the address of a server.') };
  if (isIP(new URL(url).hostname.replace(/[[\]]/g, '')) === 0) return { url };
  return { problem: t('Type the name of the server: its registry is at containers.NAME, which no IP address has.') };
}
