import { t } from '@vscode/l10n';
import type { Azure, AzureDoor, AzureRegistry } from '../../azure/azure';
import type { ReadCredential } from '../../core/auth';
import { Failure } from '../../core/failure';
import type { Http } from '../../core/http';
import type { Connection, Credential, Shown } from '../../core/model';
import { serverOf } from '../../core/serverAddress';
import { azureSignInOf, azureSignIns, isAzureSignIn } from '../azureSignIns';
import type { Answers, ProviderType } from '../provider';
import { storedOrDocker } from '../signIn';
import { AcrProvider } from './acr';
import type { ReadEntraToken } from './entra';
import { registryToken } from './registryToken';

/** One registry, by its login server. */
export function acr(door: AzureDoor): ProviderType {
  return {
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
    describe: (answers) => {
      const url = serverOf(answers.url ?? '') ?? '';
      const credential = credentialOf(answers);
      const signIn = storedOrDocker(credential, answers.signIn) ?? azureSignInOf(answers, door.cloud);
      return { connection: { provider: 'acr', label: url.replace(/^https?:\/\//, ''), url, signIn }, credential };
    },
    dockerAnswers: (host) => (/\.azurecr\.(?:io|cn|us|de)$/.test(host) ? [{ url: host, signIn: 'docker' }] : []),
    open: (connection, { credential, shown, http }) => {
      const { url } = connection;
      const entra = isAzureSignIn(connection) ? tokensFor(connection, door.open(connection, credential)) : undefined;
      return new AcrProvider({ url, credential, entra, shown, http });
    },
  };
}

/** Opens a registry that an account of Azure leads to, by its login server. */
export function openRegistry(
  host: string,
  session: {
    readonly azure: Azure;
    readonly described: () => AzureRegistry | undefined;
    readonly shown: () => Shown;
    readonly http: Http;
  },
): AcrProvider {
  const { azure, described, shown, http } = session;
  const entra = registryToken(azure, () => described()?.subscription.tenantId);
  const credential: ReadCredential = () => Promise.resolve({ kind: 'anonymous' });
  return new AcrProvider({ url: `https://${host}`, credential, entra, described, shown, http });
}

/** The address that a workspace lists is not the user's, who may have confirmed it by mistake: a registry's name tells its cloud. */
function tokensFor({ url, isOfWorkspace }: Connection, azure: Azure): ReadEntraToken {
  const { registrySuffix } = azure.cloud;
  const { hostname } = new URL(url);
  const isOfCloud = registrySuffix !== undefined && hostname.endsWith(registrySuffix);
  if (isOfWorkspace !== true || isOfCloud) return registryToken(azure, () => undefined);
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
