import { t } from '@vscode/l10n';
import { microsoftClouds } from '../../azure/azure';
import type { Azure, AzureDoor, AzureRegistry } from '../../azure/azure';
import type { ReadCredential } from '../../core/auth';
import { defined } from '../../core/defined';
import { Failure } from '../../core/failure';
import type { Http } from '../../core/http';
import type { Connection, Shown } from '../../core/model';
import { serverOf } from '../../core/serverAddress';
import { azureSignInChoices, describeAzureSignIn, isAzureSignIn } from '../azureSignIns';
import type { ConnectAsk, DescribedCredential, ProviderType, SignInTarget, TypedAddress } from '../provider';
import { anonymousSignIn, askAddress, dockerSignIn, passwordSignIn, secretPageAt, initialValue } from '../signIn';
import type { ReadAddress } from '../signIn';
import { AcrProvider } from './acr';
import type { ReadEntraToken } from './entraSession';
import { registryTokenReader } from './registryToken';

/** The kind for a single registry of Azure, by its login server. */
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
    connect: async (ask, _setting, meant) => {
      ask.more(meant === undefined ? 2 : 1);
      const url = meant ?? (await address.ask(ask, undefined));
      const { signIn, credential } = await askSignIn(ask, door, { url });
      return { connection: { ...connectionTo(url), signIn }, credential };
    },
    address,
    signIn: (ask, registry) => askSignIn(ask, door, registry),
    dockerConnections: (host) => {
      const url = /\.azurecr\.(?:io|cn|us|de)$/.test(host) ? serverOf(host) : undefined;
      return url === undefined ? [] : [{ ...connectionTo(url), signIn: { kind: 'docker' } }];
    },
    open: (connection, { credential, shown, http }) => {
      const { url } = connection;
      const entra = isAzureSignIn(connection)
        ? entraTokenReader(connection, door.open(connection, credential))
        : undefined;
      return new AcrProvider({ url, credential, entra, shown, http });
    },
  };
}

/** Opens a registry that an Azure account has listed, by its login server. */
export function openRegistry(
  host: string,
  session: {
    readonly azure: Azure;
    readonly lastDescription: () => AzureRegistry | undefined;
    readonly shown: () => Shown;
    readonly http: Http;
  },
): AcrProvider {
  const { azure, lastDescription, shown, http } = session;
  const entra = registryTokenReader(azure, () => lastDescription()?.subscription.tenantId);
  const credential: ReadCredential = () => Promise.resolve({ kind: 'anonymous' });
  return new AcrProvider({ url: `https://${host}`, credential, entra, lastDescription, shown, http });
}

/**
 * Returns what reads the account's tokens for a registry. If a workspace lists its address, the user may have confirmed a wrong one, so
 * tokens are only for names of registries in this cloud.
 */
function entraTokenReader({ url, isOfWorkspace }: Connection, azure: Azure): ReadEntraToken {
  const { registrySuffix } = azure.cloud;
  const { hostname } = new URL(url);
  const isOfCloud = registrySuffix !== undefined && hostname.endsWith(registrySuffix);
  if (isOfWorkspace !== true || isOfCloud) return registryTokenReader(azure, () => undefined);
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

function connectionTo(url: string): Pick<Connection, 'provider' | 'label' | 'url'> {
  return { provider: 'acr', label: address.labelOf(url), url };
}

function readServer(typed: string): ReturnType<ReadAddress> {
  const url = serverOf(typed);
  return url === undefined ? { problem: t('Type the login server.') } : { url };
}

async function askSignIn(ask: ConnectAsk, door: AzureDoor, registry: SignInTarget): Promise<DescribedCredential> {
  const chosen = await ask.pick(t('How do you sign in to it?'), [
    ...azureSignInChoices(),
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
      return dockerSignIn;
    case 'password':
      return askPassword(ask, registry);
    case 'anonymous':
      return anonymousSignIn;
    default:
      return describeAzureSignIn(chosen, door.cloud());
  }
}

async function askPassword(ask: ConnectAsk, { url, account }: SignInTarget): Promise<DescribedCredential> {
  ask.more(2);
  const username = await ask.input({
    prompt: t('Name of the admin user or token, or the application id'),
    ...initialValue(account),
    problem: (text) => (text === '' ? t('Type the name.') : undefined),
  });
  const secret = await ask.input({
    prompt: t('Password of {0} at {1}', username, new URL(url).host),
    secret: true,
    ...secretPageAt(portalPage(url)),
    problem: (text) => (text === '' ? t('Type the password.') : undefined),
  });
  return passwordSignIn(username, secret);
}

/** The portal's list of the account's registries. The page of one registry has an id that does not follow from its name. */
function portalPage(url: string): string | undefined {
  const { hostname } = new URL(url);
  const cloud = Object.values(microsoftClouds).find(
    (each) => each?.registrySuffix !== undefined && hostname.endsWith(each.registrySuffix),
  );
  const type = encodeURIComponent('Microsoft.ContainerRegistry/registries');
  return cloud && `${cloud.portalUrl}/#view/HubsExtension/BrowseResource/resourceType/${type}`;
}
