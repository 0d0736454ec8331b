import { t } from '@vscode/l10n';
import type { ProviderType } from '../provider';
import { readAddress } from './gitLabAddress';
import { GitLabProvider } from './gitLab';

/** A GitLab by the address of its web pages; the registry behind it speaks V2 as others do. */
export const gitLab: ProviderType = {
  id: 'gitlab',
  label: 'GitLab',
  get detail() {
    return t('Projects of your account on gitlab.com or a GitLab of your own');
  },
  icon: 'source-control',
  get questions() {
    return [
      {
        key: 'url',
        prompt: t('Address of GitLab’s web pages. https unless you type http://.'),
        placeholder: 'gitlab.example.com',
        value: 'gitlab.com',
        problem: (answer: string) => {
          const read = readAddress(answer);
          return 'problem' in read ? read.problem : undefined;
        },
      },
      {
        key: 'secret',
        prompt: t(
          'Personal, group or project access token: read_api and read_registry to browse and pull, write_registry to push, api to delete',
        ),
        placeholder: 'glpat-…',
        secret: true,
        problem: tokenProblem,
        partOfCredential: true,
      },
    ];
  },
  describe: ({ url: typed = '', secret = '' }) => {
    const read = readAddress(typed);
    const url = 'url' in read ? read.url : '';
    const label = url === 'https://gitlab.com' ? 'GitLab' : url.replace(/^https?:\/\//, '');
    return {
      // Whose token it is, GitLab tells.
      connection: { provider: 'gitlab', label, url, signIn: { kind: 'basic' } },
      credential: { kind: 'basic', username: '', secret: secret.trim() },
    };
  },
  open: (connection, context) => new GitLabProvider(connection, context),
};

function tokenProblem(answer: string): string | undefined {
  if (answer.trim() === '') return t('Type the access token.');
  return answer.startsWith('gldt-')
    ? t('This is a deploy token, which GitLab’s API does not take. Go back, and choose GitLab registry from the list.')
    : undefined;
}
