import { t } from '@vscode/l10n';
import type { Entry } from '../../core/model';
import type { OwnListing } from '../tagListing';
import { googleListing, readGoogleTags } from './googleTags';
import { quayListing } from './quayTags';
import { readRegistryUrl } from './registryUrl';
import type { ReadAddress } from '../signIn';

/** The passwords or tokens that a registry accepts, and where to get one. */
type PasswordSignIn = {
  readonly label: () => string;
  readonly detail: () => string;
  /** The question for the secret. It names the registry, and the user name if one was typed. */
  readonly secret: (url: URL, user: string) => string;
  /** The page where secrets are created; absent if its address is not known. */
  readonly page?: (url: URL, user: string) => string | undefined;
} & (TypedUser | DerivedUser);

interface TypedUser {
  /** The question for the user name. */
  readonly userName: { readonly prompt: () => string; readonly placeholder?: () => string };
  readonly user?: never;
}

interface DerivedUser {
  readonly userName?: never;
  /** The user name, which follows from the secret or is always the same. `account`: what the view shows. */
  readonly user: (secret: string) => { readonly name: string; readonly account: string };
}

/** One kind of V2 registry: how to connect it, and how it differs from others. */
export interface Vendor {
  readonly id: string;
  readonly label: () => string;
  readonly detail: () => string;
  /** Codicon. */
  readonly icon: string;
  readonly address: {
    readonly prompt: () => string;
    readonly placeholder: string;
    /** The first text in the box. */
    readonly value?: string;
    readonly read: ReadAddress;
  };
  readonly password: PasswordSignIn;
  /** Where docker's login for this registry comes from. */
  readonly docker: () => string;
  /** What can be read without a credential; absent if nothing can. */
  readonly anonymous?: () => string;
  /** Whether an address that was connected as generic belongs to this kind. */
  readonly owns?: (url: URL) => boolean;
  /** As in V2Options, for the API at that address. */
  readonly prefix?: (url: URL) => string;
  /** Why its repositories are not listed, and which names to add; absent if that is not known. */
  readonly unlisted?: () => string;
  /** It always answers an empty list. */
  readonly listsNothing?: boolean;
  /** How its lists differ from V2. */
  readonly listing?: OwnListing;
  /** The web page of an entry; undefined if it has none. */
  readonly webPage?: (url: URL, entry: Entry | undefined) => string | undefined;
}

/** Reads an address whose host has a known form. With https:// or http:// any host is accepted, for proxies and private endpoints. */
function readHost(read: (typed: string) => string | undefined, wrong: () => string): ReadAddress {
  return (answer) => {
    const typed = answer.trim();
    if (typed === '' || /^https?:\/\//i.test(typed)) return readRegistryUrl(typed);
    const host = read(typed);
    return host === undefined ? { problem: wrong() } : { url: `https://${host}` };
  };
}

/** Reads an address with a repository of the server after the host, as in image names: `repo.example.com/docker-local`. */
function readRepositoryAddress(own: RegExp, path: (repository: string) => string): ReadAddress {
  return (typed) => {
    const read = readRegistryUrl(typed);
    if ('problem' in read) return read;
    const { origin, pathname } = new URL(read.url);
    const [, repository] = /^\/([^/]+)$/.exec(pathname) ?? [];
    return repository === undefined || own.test(pathname) ? read : { url: `${origin}${path(repository)}` };
  };
}

function prefixFrom(shape: RegExp): NonNullable<Vendor['prefix']> {
  return ({ pathname }) => {
    const repository = shape.exec(pathname)?.[1];
    return repository === undefined ? '' : `${repository}/`;
  };
}

const ecrHost =
  /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)$/;
const googleHost = /^(?:([a-z0-9-]+)-docker\.pkg\.dev|(?:[a-z]+\.)?gcr\.io)$/;
const oracleHost = /^(?:[a-z0-9-]+\.ocir\.io|ocir\.[a-z0-9-]+\.oci\.[a-z0-9.-]+)$/;
const artifactoryPath = /^(?:\/artifactory)?\/api\/docker\/([^/]+)$/;
const nexusPath = /\/repository\/([^/]+)$/;

const passwordOrToken: Pick<PasswordSignIn, 'label' | 'secret'> = {
  label: () => t('User name and password or token'),
  secret: ({ host }, user) => t('Password or access token of {0} at {1}', user, host),
};
const plainUserName: NonNullable<PasswordSignIn['userName']> = { prompt: () => t('User name') };

/** Any registry that speaks V2, by its address. */
export const anyVendor: Vendor = {
  id: 'generic',
  label: () => t('Generic Docker V2 / OCI registry'),
  detail: () => t('zot, Distribution and every other, by its address'),
  icon: 'server',
  address: {
    prompt: () => t('Address of the registry. https unless you type http://.'),
    placeholder: 'registry.example.com:5000',
    read: readRegistryUrl,
  },
  password: {
    ...passwordOrToken,
    detail: () => t('Kept in the secret store of VS Code'),
    userName: { prompt: () => t('User name'), placeholder: () => t('The name you would give to docker login') },
  },
  docker: () => t('Read from docker’s config and its credential helpers at each use; nothing is copied'),
  anonymous: () => t('For registries and repositories open to everybody'),
  // Some registries with Google's code have names of their own, such as registry.k8s.io.
  listing: { readExtras: readGoogleTags },
};

/** The kinds of V2 registries with differences, in the order in which they are offered. */
export const vendors: readonly Vendor[] = [
  {
    id: 'ecr',
    label: () => 'Amazon ECR',
    detail: () => t('The private registry of an AWS account in a region'),
    icon: 'cloud',
    address: {
      prompt: () => t('Host of the registry, or account id and region with a space between'),
      placeholder: '123456789012.dkr.ecr.eu-central-1.amazonaws.com',
      read: readHost(
        (typed) => {
          const [, account, region] = /^(\d{12})[\s/,]+([a-z]{2}(?:-[a-z]+)+-\d)$/.exec(typed) ?? [];
          if (account === undefined || region === undefined) return ecrHost.test(typed) ? typed : undefined;
          return `${account}.dkr.ecr.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
        },
        () =>
          t(
            'Such a host is 123456789012.dkr.ecr.eu-central-1.amazonaws.com: 12 digits of the account, and the region.',
          ),
      ),
    },
    docker: () => t('Renewed by docker-credential-ecr-login; or made by “aws ecr get-login-password”'),
    password: {
      label: () => t('Authorization token'),
      detail: () => t('What “aws ecr get-login-password” prints; it is good for 12 hours'),
      user: () => ({ name: 'AWS', account: 'AWS' }),
      secret: ({ host, hostname }) =>
        t(
          'Token for {0}: output of aws ecr get-login-password --region {1}',
          host,
          ecrHost.exec(hostname)?.[2] ?? 'REGION',
        ),
    },
    owns: ({ hostname }) => ecrHost.test(hostname),
    unlisted: () => t('the account may not list its repositories; add those you know by name, such as team/app'),
    webPage: ({ hostname }, entry) => {
      const [, account, region = ''] = ecrHost.exec(hostname) ?? [];
      if (account === undefined) return undefined;
      const console = region.startsWith('cn-') ? 'console.amazonaws.cn' : 'console.aws.amazon.com';
      const path = pathOf(entry);
      const repositories = `https://${region}.${console}/ecr/repositories`;
      return path === undefined
        ? `${repositories}?region=${region}`
        : `${repositories}/private/${account}/${path}?region=${region}`;
    },
  },
  {
    id: 'gar',
    label: () => 'Google Artifact Registry',
    detail: () => t('Docker repositories of Google Cloud projects: LOCATION-docker.pkg.dev, gcr.io'),
    icon: 'cloud',
    address: {
      prompt: () => t('Location or host of the registry'),
      placeholder: 'europe-west1-docker.pkg.dev',
      read: readHost(
        (typed) => {
          const [host = ''] = typed.split('/');
          if (googleHost.test(host)) return host;
          return /^[a-z]+(?:-[a-z]+\d*)*$/.test(typed) ? `${typed}-docker.pkg.dev` : undefined;
        },
        () => t('Such a host is europe-west1-docker.pkg.dev: the location of the repository, and -docker.pkg.dev.'),
      ),
    },
    docker: () => t('Of “gcloud auth configure-docker HOST”, which renews it'),
    password: {
      label: () => t('Key of a service account, or access token'),
      detail: () => t('Its JSON file, also in base64; or what gcloud prints, which is good for an hour'),
      user: (secret) => {
        const typed = secret.trim();
        const name = typed.startsWith('{')
          ? '_json_key'
          : typed.startsWith('ya29.')
            ? 'oauth2accesstoken'
            : '_json_key_base64';
        return { name, account: name };
      },
      secret: ({ host }) =>
        t(
          'For {0}: content of the JSON key file, the same in base64, or output of gcloud auth print-access-token',
          host,
        ),
      page: () => 'https://console.cloud.google.com/iam-admin/serviceaccounts',
    },
    anonymous: () => t('For public repositories'),
    owns: ({ hostname }) => googleHost.test(hostname),
    unlisted: () =>
      t('Google lists no repositories here; add those you know by name: PROJECT/REPOSITORY shows its images'),
    listsNothing: true,
    listing: googleListing,
    webPage: ({ hostname }, entry) => {
      const location = googleHost.exec(hostname)?.[1];
      const [project, ...path] = pathOf(entry)?.split('/') ?? [];
      if (location === undefined || project === undefined) return 'https://console.cloud.google.com/artifacts';
      return `https://console.cloud.google.com/artifacts/docker/${[project, location, ...path].join('/')}?project=${project}`;
    },
  },
  {
    id: 'quay',
    label: () => 'Quay',
    detail: () => t('quay.io and Red Hat Quay'),
    icon: 'server',
    address: {
      prompt: () => t('Address of Quay'),
      placeholder: 'quay.io',
      value: 'quay.io',
      read: readRegistryUrl,
    },
    docker: anyVendor.docker,
    password: {
      label: () => t('User or robot account'),
      detail: () => t('Robots are called namespace+name; users make an encrypted password in their settings'),
      userName: { prompt: () => t('User name, or namespace+robot'), placeholder: () => 'acme+reader' },
      secret: ({ host }, user) =>
        user.includes('+')
          ? t('Token of the robot account {0} at {1}', user, host)
          : t('Encrypted password of {0} at {1}', user, host),
      page: ({ origin }, user) => {
        const [namespace = '', robot] = user.split('+').map(encodeURIComponent);
        return robot === undefined
          ? `${origin}/user/${namespace}?tab=settings`
          : `${origin}/organization/${namespace}?tab=robots`;
      },
    },
    anonymous: () => t('For public repositories'),
    owns: ({ hostname }) => hostname === 'quay.io',
    unlisted: () => t('Quay lists no repositories to you here; add those you know by name: namespace/repository'),
    listsNothing: true,
    listing: quayListing,
    webPage: ({ origin }, entry) =>
      entry === undefined ? `${origin}/repository/` : pageOf(entry, (path) => `${origin}/repository/${path}?tab=tags`),
  },
  {
    id: 'harbor',
    label: () => 'Harbor',
    detail: () => t('Lists repositories to its administrators; others add theirs by name'),
    icon: 'server',
    address: { ...anyVendor.address, prompt: () => t('Address of Harbor'), placeholder: 'harbor.example.com' },
    docker: anyVendor.docker,
    password: {
      label: () => t('User or robot account'),
      detail: () => t('With OIDC, the CLI secret of your profile; robots are called robot$project+name'),
      userName: { prompt: () => t('User name or robot account'), placeholder: () => 'robot$team+reader' },
      secret: ({ host }, user) =>
        user.startsWith('robot$')
          ? t('Secret of the robot account {0} at {1}', user, host)
          : t('Password or CLI secret of {0} at {1}', user, host),
      page: ({ origin }) => `${origin}/harbor/projects`,
    },
    anonymous: () => t('For public projects'),
    unlisted: () =>
      t(
        'Harbor lists repositories to its administrators and system robots only; add those you know by name: project/repository',
      ),
    webPage: ({ origin }, entry) => (entry === undefined ? `${origin}/harbor/projects` : undefined),
  },
  {
    id: 'artifactory',
    label: () => 'JFrog Artifactory',
    detail: () => t('A docker repository by its subdomain or port, or by its key behind the host'),
    icon: 'server',
    address: {
      prompt: () => t('Host or port of the docker repository, or host/KEY as names of its images begin'),
      placeholder: 'acme.jfrog.io/docker-local',
      read: readRepositoryAddress(artifactoryPath, (key) => `/artifactory/api/docker/${key}`),
    },
    docker: anyVendor.docker,
    password: {
      ...passwordOrToken,
      detail: () => t('Where passwords are not taken: an identity token from your profile in Artifactory'),
      userName: plainUserName,
      secret: ({ host }, user) => t('Password, identity token or API key of {0} at {1}', user, host),
      page: ({ origin, pathname, hostname }) =>
        hostname.endsWith('.jfrog.io') || artifactoryPath.test(pathname) ? `${origin}/ui/user_profile` : undefined,
    },
    anonymous: () => t('Where Artifactory allows anonymous access'),
    owns: ({ hostname, pathname }) => hostname.endsWith('.jfrog.io') || artifactoryPath.test(pathname),
    prefix: prefixFrom(artifactoryPath),
    webPage: (url, entry) => {
      const key = artifactoryPath.exec(url.pathname)?.[1];
      if (key === undefined) return undefined;
      const path = pathOf(entry) ?? key;
      return `${url.origin}/ui/repos/tree/General/${path}${entry?.kind === 'tag' ? `/${entry.label}` : ''}`;
    },
  },
  {
    id: 'nexus',
    label: () => 'Sonatype Nexus',
    detail: () => t('A docker repository by its port or subdomain, or by its name behind the host'),
    icon: 'server',
    address: {
      prompt: () => t('Host and port of the docker repository, or host/NAME as names of its images begin'),
      placeholder: 'nexus.example.com:8082',
      read: readRepositoryAddress(nexusPath, (name) => `/repository/${name}`),
    },
    docker: anyVendor.docker,
    password: {
      ...passwordOrToken,
      detail: () => t('A user token needs the User Token Realm to be active in Nexus'),
      userName: { prompt: () => t('User name, or name code of a user token') },
    },
    anonymous: () => t('Needs the Docker Bearer Token Realm, and anonymous pull on the repository'),
    owns: ({ pathname }) => nexusPath.test(pathname),
    prefix: prefixFrom(nexusPath),
    webPage: ({ origin, pathname }, entry) => {
      const [, repository] = nexusPath.exec(pathname) ?? [];
      if (repository === undefined) return undefined;
      const root = `${origin}${pathname.replace(nexusPath, '')}/#browse/browse:${repository}`;
      const path = pathOf(entry)?.slice(repository.length + 1);
      if (path === undefined) return root;
      const tag = entry?.kind === 'tag' ? `/${entry.label}` : '';
      return `${root}:${encodeURIComponent(`v2/${path}/tags${tag}`)}`;
    },
  },
  {
    id: 'gitea',
    label: () => 'Gitea / Forgejo',
    detail: () => t('Container packages of owners, also on Codeberg'),
    icon: 'server',
    address: { ...anyVendor.address, prompt: () => t('Address of Gitea or Forgejo'), placeholder: 'codeberg.org' },
    docker: anyVendor.docker,
    password: {
      label: () => t('User name and access token'),
      detail: () => t('Settings, Applications: read:package to pull, write:package to push and delete'),
      userName: plainUserName,
      secret: ({ host }, user) => t('Access token of {0} at {1}, with read:package', user, host),
      page: ({ origin }) => `${origin}/user/settings/applications`,
    },
    anonymous: () => t('For packages of public owners'),
    owns: ({ hostname }) => hostname === 'codeberg.org',
    unlisted: () => t('it does not list its packages to this account; add those you know by name: owner/image'),
    webPage: ({ origin }, entry) =>
      pageOf(entry, (path) => {
        const [owner = '', ...image] = path.split('/');
        const version = entry?.kind === 'tag' ? `/${encodeURIComponent(entry.label)}` : '/versions';
        return `${origin}/${owner}/-/packages/container/${encodeURIComponent(image.join('/'))}${version}`;
      }),
  },
  {
    id: 'gitlabRegistry',
    label: () => t('GitLab registry'),
    detail: () => t('By a deploy token or docker’s login, where GitLab’s API may not be used'),
    icon: 'server',
    address: {
      prompt: () => t('Address of the registry, which is another one than that of GitLab’s web pages'),
      placeholder: 'registry.gitlab.example.com',
      value: 'registry.gitlab.com',
      read: readRegistryUrl,
    },
    docker: anyVendor.docker,
    password: {
      label: () => t('Deploy token, or user name and access token'),
      detail: () => t('With read_registry to browse and pull, write_registry to push'),
      userName: {
        prompt: () => t('User name, or that of the deploy token'),
        placeholder: () => 'gitlab+deploy-token-1',
      },
      secret: ({ host }, user) => t('Deploy token or access token of {0} at {1}, with read_registry', user, host),
      page: ({ hostname }) =>
        hostname === 'registry.gitlab.com'
          ? 'https://gitlab.com/-/user_settings/personal_access_tokens?name=Registry+Explorer&scopes=read_registry'
          : undefined,
    },
    anonymous: () => t('For public projects'),
    owns: ({ hostname }) => hostname === 'registry.gitlab.com',
    unlisted: () =>
      t(
        'GitLab lists its repositories by its API only; add those you know by name: group/project/image, or connect GitLab with an access token',
      ),
    // The name of an image does not show where the name of its project ends.
    webPage: ({ hostname }, entry) =>
      hostname === 'registry.gitlab.com' && entry === undefined ? 'https://gitlab.com/dashboard/projects' : undefined,
  },
  {
    id: 'digitalOcean',
    label: () => 'DigitalOcean',
    detail: () => t('The registries of a team at registry.digitalocean.com'),
    icon: 'cloud',
    address: {
      prompt: () => t('Address of the registry'),
      placeholder: 'registry.digitalocean.com',
      value: 'registry.digitalocean.com',
      read: readRegistryUrl,
    },
    docker: () => t('Of “doctl registry login”, good for 30 days'),
    password: {
      label: () => t('API token'),
      detail: () => t('Personal access token with registry:read; it is user name and password at once'),
      user: (secret) => ({ name: secret, account: t('API token') }),
      secret: ({ host }) => t('Personal access token for {0}', host),
      page: () => 'https://cloud.digitalocean.com/account/api/tokens',
    },
    owns: ({ hostname }) => hostname === 'registry.digitalocean.com',
    unlisted: () =>
      t('it does not list its repositories to this account; add those you know by name: registry/repository'),
    webPage: () => 'https://cloud.digitalocean.com/registry',
  },
  {
    id: 'oracle',
    label: () => 'Oracle Cloud',
    detail: () => t('Container registry of a region, such as fra.ocir.io'),
    icon: 'cloud',
    address: {
      prompt: () => t('Host of the registry, or key of its region'),
      placeholder: 'fra.ocir.io',
      read: readHost(
        (typed) => (/^[a-z]{3}$/.test(typed) ? `${typed}.ocir.io` : oracleHost.test(typed) ? typed : undefined),
        () => t('Such a host is fra.ocir.io, with the key of the region in front.'),
      ),
    },
    docker: anyVendor.docker,
    password: {
      label: () => t('User name and auth token'),
      detail: () => t('Auth tokens are in your user’s settings in the Oracle Cloud console'),
      userName: {
        prompt: () => t('Tenancy namespace and user name with a slash between'),
        placeholder: () => 'mytenancy/jane@example.com',
      },
      secret: ({ host }, user) => t('Auth token of {0} at {1}', user, host),
      page: () => 'https://cloud.oracle.com/identity/domains/my-profile/auth-tokens',
    },
    anonymous: () => t('For public repositories'),
    owns: ({ hostname }) => oracleHost.test(hostname),
    unlisted: () => t('Oracle lists no repositories here; add those you know by name: tenancy-namespace/repository'),
    listsNothing: true,
    webPage: () => 'https://cloud.oracle.com/compute/registry/containers',
  },
];

/** The vendor of a connection: the one it was connected as, otherwise the one that its address belongs to. */
export function vendorOf(provider: string, url: string): Vendor {
  const address = new URL(url);
  const byId = vendors.find(({ id }) => id === provider);
  return byId ?? vendors.find(({ owns }) => owns?.(address)) ?? knownHosts.get(address.host) ?? anyVendor;
}

/** Registries without a kind of their own that have known web pages. */
const knownHosts: ReadonlyMap<string, Vendor> = new Map([
  ['mcr.microsoft.com', vendorWithPage((path) => `https://mcr.microsoft.com/artifact/mar/${path}/tags`)],
  ['public.ecr.aws', vendorWithPage((path) => `https://gallery.ecr.aws/${path}`)],
]);

function vendorWithPage(write: (path: string) => string): Vendor {
  return { ...anyVendor, webPage: (_url, entry) => pageOf(entry, write) };
}

function pageOf(entry: Entry | undefined, write: (path: string) => string): string | undefined {
  const path = pathOf(entry);
  return path === undefined ? undefined : write(path);
}

function pathOf(entry: Entry | undefined): string | undefined {
  return entry?.kind === 'repository' || entry?.kind === 'tag' ? entry.image.path : undefined;
}
