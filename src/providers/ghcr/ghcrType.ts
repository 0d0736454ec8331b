import { isIP } from 'node:net';
import { t } from '@vscode/l10n';
import { storedOrDocker } from '../signIn';
import type { Credential } from '../../core/model';
import { serverOf } from '../../core/serverAddress';
import type { Answers, ProviderType } from '../provider';
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
  get questions() {
    return [
      {
        key: 'server',
        prompt: t('Where is it?'),
        choices: [
          { value: 'github', label: 'github.com', detail: 'ghcr.io' },
          {
            value: 'enterprise',
            label: t('GitHub Enterprise'),
            detail: t('A server of your own, or a name in ghe.com'),
          },
        ],
      },
      {
        key: 'url',
        prompt: t('Address of the GitHub Enterprise server'),
        placeholder: 'https://github.example.com',
        when: (answers: Answers) => answers.server === 'enterprise',
        problem: serverProblem,
      },
      {
        key: 'signIn',
        prompt: t('How do you sign in to GitHub?'),
        choices: [
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
        ],
        partOfCredential: true,
      },
      {
        key: 'username',
        prompt: t('User name on GitHub'),
        when: asksToken,
        problem: (answer: string) => (answer === '' ? t('Type the user name.') : undefined),
        partOfCredential: true,
      },
      {
        key: 'secret',
        prompt: t(
          'Personal access token (classic): read:packages to browse and pull, write:packages to push, delete:packages to delete',
        ),
        placeholder: 'ghp_…',
        secret: true,
        when: asksToken,
        problem: (answer: string) =>
          answer === ''
            ? t('Type the token.')
            : answer.startsWith('github_pat_')
              ? t('This is a fine-grained token, which GitHub’s packages do not take. Make a classic one.')
              : undefined,
        partOfCredential: true,
      },
    ];
  },
  describe: (answers) => {
    // Where the server was not asked for, the address is the connection's.
    const url = answers.server === 'github' ? gitHub : (serverOf(answers.url ?? '') ?? gitHub);
    const credential = credentialOf(answers);
    const isEnterprise = url !== gitHub;
    return {
      connection: {
        provider: 'ghcr',
        label: isEnterprise ? new URL(url).host : 'GitHub',
        url,
        signIn: storedOrDocker(credential, answers.signIn) ?? {
          kind: 'askAccount',
          authentication: isEnterprise ? 'github-enterprise' : 'github',
        },
      },
      credential,
    };
  },
  dockerAnswers: (host, setting) => {
    if (host === endpointsOf(gitHub, setting).host) return [{ server: 'github', signIn: 'docker' }];
    const [, name] = /^containers\.([^.]+\.ghe\.com)$/.exec(host) ?? [];
    return name === undefined ? [] : [{ server: 'enterprise', url: name, signIn: 'docker' }];
  },
  open: (connection, context) => new GhcrProvider(connection, context),
};

function asksToken(answers: Answers): boolean {
  return answers.signIn === 'token';
}

function credentialOf({ signIn, username, secret }: Answers): Credential {
  if (signIn !== 'token') return { kind: 'anonymous' };
  return { kind: 'basic', username: username ?? '', secret: secret ?? '' };
}

/** Images are at `containers.` and the server's name: https://docs.github.com/en/enterprise-server@latest/admin/managing-your-enterprise-account/enabling-subdomain-isolation */
function serverProblem(answer: string): string | undefined {
  const server = serverOf(answer);
  if (server === undefined) return t('Type the address of a server.');
  if (isIP(new URL(server).hostname.replace(/[[\]]/g, '')) === 0) return undefined;
  return t('Type the name of the server: its registry is at containers.NAME, which no IP address has.');
}
