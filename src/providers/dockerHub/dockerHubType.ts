import { t } from '@vscode/l10n';
import type { Credential } from '../../core/model';
import type { Answers, ProviderType } from '../provider';
import { storedOrDocker } from '../signIn';
import { DockerHubProvider, namespaceProblem } from './dockerHub';
import { hubUrl } from './hubApi';

export const dockerHub: ProviderType = {
  id: 'dockerHub',
  get label() {
    return t('Docker Hub');
  },
  get detail() {
    return t('Your own repositories, those of your organizations, and every public one');
  },
  icon: 'cloud',
  get questions() {
    return [
      {
        key: 'signIn',
        prompt: t('How do you sign in to Docker Hub?'),
        choices: [
          {
            value: 'account',
            label: t('User name and access token'),
            detail: t('A personal access token, the password, or an organization access token'),
          },
          {
            value: 'docker',
            label: t('Login of the docker command'),
            detail: t('Read from docker’s config and its credential helpers at each use; nothing is copied'),
          },
          {
            value: 'anonymous',
            label: t('Anonymously'),
            detail: t('For public namespaces, and to search'),
          },
        ],
        partOfCredential: true,
      },
      {
        key: 'username',
        prompt: t('User name; with an organization access token, the name of the organization'),
        when: asksAccount,
        problem: (answer: string) =>
          answer === ''
            ? t('Type the user name.')
            : answer.includes('@')
              ? t('Type the user name, not the e-mail address.')
              : undefined,
        partOfCredential: true,
      },
      {
        key: 'secret',
        prompt: t('Personal access token, password or organization access token'),
        placeholder: 'dckr_pat_…',
        secret: true,
        when: asksAccount,
        problem: (answer: string) => (answer === '' ? t('Type the token or password.') : undefined),
        partOfCredential: true,
      },
      {
        key: 'namespaces',
        prompt: t('Public namespaces to show, with commas between; library has the official images'),
        placeholder: 'library, bitnami',
        when: (answers: Answers) => answers.signIn === 'anonymous',
        problem: (answer: string) =>
          namesIn(answer).length === 0 ? t('Type a namespace.') : namesIn(answer).map(namespaceProblem).find(Boolean),
      },
    ];
  },
  describe: (answers, setting) => {
    const credential = credentialOf(answers);
    const namespaces = answers.signIn === 'anonymous' ? namesIn(answers.namespaces ?? '') : [];
    return {
      connection: {
        provider: 'dockerHub',
        label: t('Docker Hub'),
        url: hubUrl(setting),
        signIn: storedOrDocker(credential, answers.signIn) ?? { kind: 'anonymous' },
        ...(namespaces.length > 0 ? { shown: { namespaces } } : {}),
      },
      credential,
    };
  },
  dockerAnswers: (host) => (host === 'docker.io' ? [{ signIn: 'docker' }] : []),
  open: (connection, context) => new DockerHubProvider(connection, context),
};

function asksAccount(answers: Answers): boolean {
  return answers.signIn === 'account';
}

function credentialOf({ signIn, username, secret }: Answers): Credential {
  if (signIn !== 'account') return { kind: 'anonymous' };
  return { kind: 'basic', username: username ?? '', secret: secret ?? '' };
}

function namesIn(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((name) => name !== '');
}
