import { t } from '@vscode/l10n';
import type { Azure } from '../../azure/azure';
import { Failure } from '../../core/failure';
import type { Credential } from '../../core/model';
import { serverOf } from '../../core/serverAddress';
import { storedOrDocker } from '../signIn';
import type { Answers, ProviderType } from '../provider';
import { AcrProvider } from './acr';
import { azureSignInOf, azureSignIns } from '../azure/azureType';
import type { ReadEntraToken } from './entra';
import { registryToken } from './registryToken';

export const acr: ProviderType = {
  id: 'acr',
  get label() {
    return t('Azure: a single registry');
  },
  get detail() {
    return t('By its login server, such as myregistry.azurecr.io');
  },
  icon: 'azure',
  get questions() {
    return [
      {
        key: 'url',
        prompt: t('Login server of the registry, as the Azure portal shows it'),
        placeholder: 'myregistry.azurecr.io',
        problem: (answer: string) => (serverOf(answer) === undefined ? t('Type the login server.') : undefined),
      },
      {
        key: 'signIn',
        prompt: t('How do you sign in to it?'),
        choices: [
          ...azureSignIns(),
          {
            value: 'docker',
            label: t('Login of the docker command'),
            detail: t('As “az acr login” makes it; read at each use, nothing is copied'),
          },
          {
            value: 'password',
            label: t('Admin user, repository-scoped token or service principal'),
            detail: t('Name and password, kept in the secret store of VS Code'),
          },
          {
            value: 'anonymous',
            label: t('Anonymously'),
            detail: t('For registries whose anonymous pull is enabled'),
          },
        ],
        partOfCredential: true,
      },
      {
        key: 'username',
        prompt: t('Name of the admin user or token, or the application id'),
        when: asksPassword,
        problem: (answer: string) => (answer === '' ? t('Type the name.') : undefined),
        partOfCredential: true,
      },
      {
        key: 'secret',
        prompt: t('Password'),
        secret: true,
        when: asksPassword,
        problem: (answer: string) => (answer === '' ? t('Type the password.') : undefined),
        partOfCredential: true,
      },
    ];
  },
  describe: (answers, _setting, cloud) => {
    const url = serverOf(answers.url ?? '') ?? '';
    const credential = credentialOf(answers);
    const signIn = storedOrDocker(credential, answers.signIn) ?? azureSignInOf(answers, cloud);
    return { connection: { provider: 'acr', label: url.replace(/^https?:\/\//, ''), url, signIn }, credential };
  },
  dockerAnswers: (host) => (/\.azurecr\.(?:io|cn|us|de)$/.test(host) ? [{ url: host, signIn: 'docker' }] : []),
  open: ({ url, isOfWorkspace }, { credential, azure, pinned, http }) => {
    const entra = azure && (isOfWorkspace === true ? onlyOfCloud(url, azure) : registryToken(azure, () => undefined));
    return new AcrProvider({ url, credential, entra, pinned, http });
  },
};

/** The address that a workspace lists is not the user's, who may have confirmed it by mistake: a registry's name tells its cloud. */
function onlyOfCloud(url: string, azure: Azure): ReadEntraToken {
  const { registrySuffix } = azure.cloud;
  const { hostname } = new URL(url);
  if (registrySuffix !== undefined && hostname.endsWith(registrySuffix)) return registryToken(azure, () => undefined);
  const explanation = t(
    'a workspace lists it, and its name is not that of a registry in this cloud of Azure, so your account is not used for it; use Connect Registry… to type its address yourself',
  );
  return () => Promise.reject(new Failure('untrusted', '', { subject: new URL(url).host, explanation }));
}

function asksPassword(answers: Answers): boolean {
  return answers.signIn === 'password';
}

function credentialOf({ signIn, username, secret }: Answers): Credential {
  if (signIn !== 'password') return { kind: 'anonymous' };
  return { kind: 'basic', username: username ?? '', secret: secret ?? '' };
}
