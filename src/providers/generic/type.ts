import { t } from '@vscode/l10n';
import type { Credential } from '../../core/model';
import type { Answers, ProviderType } from '../provider';
import { GenericProvider } from './generic';
import { readRegistryUrl } from './registryUrl';

export const generic: ProviderType = {
  id: 'generic',
  get label() {
    return t('Generic Docker V2 / OCI registry');
  },
  get detail() {
    return t('Harbor, Quay, Nexus, Artifactory, zot, Distribution and every other');
  },
  icon: 'server',
  get questions() {
    return [
      {
        key: 'url',
        prompt: t('Address of the registry. https unless you type http://.'),
        placeholder: 'registry.example.com:5000',
        problem: (answer: string) => {
          const read = readRegistryUrl(answer);
          return 'problem' in read ? read.problem : undefined;
        },
      },
      {
        key: 'signIn',
        prompt: t('How do you sign in to it?'),
        choices: [
          {
            value: 'password',
            label: t('User name and password or token'),
            detail: t('Kept in the secret store of VS Code'),
          },
          {
            value: 'docker',
            label: t('Login of the docker command'),
            detail: t('Read from docker’s config and its credential helpers at each use; nothing is copied'),
          },
          {
            value: 'anonymous',
            label: t('Anonymously'),
            detail: t('For registries and repositories open to everybody'),
          },
        ],
        partOfCredential: true,
      },
      {
        key: 'username',
        prompt: t('User name'),
        placeholder: t('The name you would give to docker login'),
        when: asksPassword,
        problem: (answer: string) =>
          answer === '' ? t('Type the user name.') : answer.includes(':') ? t('A user name has no colon.') : undefined,
        partOfCredential: true,
      },
      {
        key: 'secret',
        prompt: t('Password or access token'),
        secret: true,
        when: asksPassword,
        problem: (answer: string) => (answer === '' ? t('Type the password or token.') : undefined),
        partOfCredential: true,
      },
    ];
  },
  describe: (answers) => {
    const read = readRegistryUrl(answers.url ?? '');
    const url = 'url' in read ? read.url : '';
    const credential = credentialOf(answers);
    const account = credential.kind === 'basic' ? { account: credential.username } : {};
    const login = answers.signIn === 'docker' ? { login: 'docker' as const } : {};
    const label = url.replace(/^https?:\/\//, '');
    return { connection: { provider: 'generic', label, url, ...account, ...login }, credential };
  },
  dockerAnswers: (host) => {
    // As docker does, which takes plain http from this machine alone.
    const isHere = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(host);
    return [host, ...(isHere ? [`http://${host}`] : [])].map((url) => ({ url, signIn: 'docker' }));
  },
  open: (connection, context) => new GenericProvider(connection, context),
};

function asksPassword(answers: Answers): boolean {
  return answers.signIn === 'password';
}

function credentialOf({ signIn, username, secret }: Answers): Credential {
  if (signIn !== 'password') return { kind: 'anonymous' };
  return { kind: 'basic', username: username ?? '', secret: secret ?? '' };
}
