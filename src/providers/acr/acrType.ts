import { t } from '@vscode/l10n';
import { microsoftClouds } from '../../azure/azure';
import type { Azure, AzureDoor, AzureRegistry } from '../../azure/azure';
import type { ReadCredential } from '../../core/auth';
import { defined } from '../../core/defined';
import { Failure } from '../../core/failure';
import type { Http } from '../../core/http';
import type { Connection, Shown } from '../../core/model';
import { serverOf } from '../../core/serverAddress';
import { azureSignIns, byAzure, isAzureSignIn } from '../azureSignIns';
import type { ConnectAsk, DescribedCredential, ProviderType, SignInTarget, TypedAddress } from '../provider';
import { anonymously, askAddress, byDockerLogin, byPassword, madeAt, proposed } from '../signIn';
import type { ReadAddress } from '../signIn';
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
    connect: async (ask) => {
      ask.more(2);
      const url = await address.ask(ask, undefined);
      const { signIn, credential } = await askSignIn(ask, door, { url });
      return { connection: { ...at(url), signIn }, credential };
    },
    address,
    signIn: (ask, registry) => askSignIn(ask, door, registry),
    dockerConnections: (host) => {
      const url = /\.azurecr\.(?:io|cn|us|de)$/.test(host) ? serverOf(host) : undefined;
      return url === undefined ? [] : [{ ...at(url), signIn: { kind: 'docker' } }];
    },
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

const address: TypedAddress = {
  ask: (ask, value) =>
    askAddress(ask, {
      prompt: t('Login server of the registry, as the Azure portal shows it'),
      placeholder: 'myregistry.azurecr.io',
      ...defined({ value }),
      read: readServer,
    }),
  labelOf: (url) => url.replace(/^https?:\/\//, ''),
};

function at(url: string): Pick<Connection, 'provider' | 'label' | 'url'> {
  return { provider: 'acr', label: address.labelOf(url), url };
}

function readServer(typed: string): ReturnType<ReadAddress> {
  const url = serverOf(typed);
  return url === undefined ? { problem: t('Type the login server.') } : { url };
}

async function askSignIn(ask: ConnectAsk, door: AzureDoor, registry: SignInTarget): Promise<DescribedCredential> {
  const chosen = await ask.pick(t('How do you sign in to it?'), [
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
  ]);
  switch (chosen) {
    case 'docker':
      return byDockerLogin;
    case 'password':
      return askPassword(ask, registry);
    case 'anonymous':
      return anonymously;
    default:
      return byAzure(chosen, door.cloud());
  }
}

async function askPassword(ask: ConnectAsk, { url, account }: SignInTarget): Promise<DescribedCredential> {
  ask.more(2);
  const username = await ask.input({
    prompt: t('Name of the admin user or token, or the application id'),
    ...proposed(account),
    problem: (text) => (text === '' ? t('Type the name.') : undefined),
  });
  const secret = await ask.input({
    prompt: t('Password of {0} at {1}', username, new URL(url).host),
    secret: true,
    ...madeAt(portalPage(url)),
    problem: (text) => (text === '' ? t('Type the password.') : undefined),
  });
  return byPassword(username, secret);
}

/** The registries of the account: a registry's own page, where tokens and the admin user are, has an id that its name does not tell. */
function portalPage(url: string): string | undefined {
  const { hostname } = new URL(url);
  const cloud = Object.values(microsoftClouds).find(
    (each) => each?.registrySuffix !== undefined && hostname.endsWith(each.registrySuffix),
  );
  const type = encodeURIComponent('Microsoft.ContainerRegistry/registries');
  return cloud && `${cloud.portalUrl}/#view/HubsExtension/BrowseResource/resourceType/${type}`;
}
