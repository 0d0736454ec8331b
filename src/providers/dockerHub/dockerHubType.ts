import { t } from '@vscode/l10n';
import type { Connection } from '../../core/model';
import type { ConnectAsk, DescribedCredential, ProviderType, ReadSetting } from '../provider';
import { anonymousSignIn, dockerSignIn, passwordSignIn, secretPageAt, initialValue } from '../signIn';
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
  connect: async (ask, setting) => {
    const { signIn, credential } = await askSignIn(ask, undefined);
    const shown = signIn.kind === 'anonymous' ? { shown: { namespaces: await askNamespaces(ask) } } : {};
    return { connection: { ...connectionTo(setting), signIn, ...shown }, credential };
  },
  webSites: Object.fromEntries(
    ['hub.docker.com', 'docker.com', 'www.docker.com', 'index.docker.io'].map((host) => [host, `https://${host}`]),
  ),
  signIn: (ask, { account }) => askSignIn(ask, account),
  dockerConnections: (host, setting) =>
    host === 'docker.io' ? [{ ...connectionTo(setting), signIn: { kind: 'docker' } }] : [],
  open: (connection, context) => new DockerHubProvider(connection, context),
};

function connectionTo(setting: ReadSetting): Pick<Connection, 'provider' | 'label' | 'url'> {
  return { provider: 'dockerHub', label: t('Docker Hub'), url: hubUrl(setting) };
}

async function askSignIn(ask: ConnectAsk, account: string | undefined): Promise<DescribedCredential> {
  const chosen = await ask.pick(t('How do you sign in to Docker Hub?'), [
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
  ]);
  if (chosen !== 'account') return chosen === 'docker' ? dockerSignIn : anonymousSignIn;
  ask.more(2);
  const username = await ask.input({
    prompt: t('User name; with an organization access token, the name of the organization'),
    ...initialValue(account),
    problem: userNameProblem,
  });
  const secret = await ask.input({
    prompt: t('Personal access token, password or organization access token of {0} at Docker Hub', username),
    placeholder: 'dckr_pat_…',
    secret: true,
    // https://docs.docker.com/security/access-tokens/personal-access-tokens/
    ...secretPageAt('https://app.docker.com/settings/personal-access-tokens'),
    problem: (text) => (text === '' ? t('Type the token or password.') : undefined),
  });
  return passwordSignIn(username, secret);
}

function userNameProblem(text: string): string | undefined {
  if (text === '') return t('Type the user name.');
  return text.includes('@') ? t('Type the user name, not the e-mail address.') : undefined;
}

async function askNamespaces(ask: ConnectAsk): Promise<readonly string[]> {
  ask.more(1);
  const typed = await ask.input({
    prompt: t('Public namespaces to show, with commas between; library has the official images'),
    placeholder: 'library, bitnami',
    problem: (text) =>
      namesIn(text).length === 0 ? t('Type a namespace.') : namesIn(text).map(namespaceProblem).find(Boolean),
  });
  return namesIn(typed);
}

function namesIn(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((name) => name !== '');
}
