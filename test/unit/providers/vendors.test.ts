import { describe, expect, it } from 'vitest';
import type { Repository, Tag } from '../../../src/core/model';
import { generic, vendorTypes } from '../../../src/providers/generic/genericType';
import { vendorOf } from '../../../src/providers/generic/vendors';
import type {
  ConnectAsk,
  ConnectChoice,
  ConnectInput,
  ProviderType,
  RegistryProvider,
} from '../../../src/providers/provider';
import { scriptedAsk } from '../ui/scriptedAsk';
import { providerTypes } from '../providerTypes';
import { contextOf } from '../providerContext';

const types = new Map([generic, ...vendorTypes].map((type) => [type.id, type]));

function typeOf(id: string): ProviderType {
  const type = types.get(id);
  if (type === undefined) throw new Error(id);
  return type;
}

function openAt(provider: string, url: string): RegistryProvider {
  return typeOf(provider).open(
    { id: 'test', provider, label: 'Test', url, signIn: { kind: 'anonymous' } },
    contextOf({ kind: 'anonymous' }),
  );
}

/** The questions to a user who picks the choice with that label, or else the first one, and types `answer` into every box. */
async function asked({ connect }: ProviderType, answer: string, wanted?: string) {
  const choices: ConnectChoice<string>[] = [];
  const inputs: ConnectInput[] = [];
  const ask: ConnectAsk = {
    pick: <V extends string>(_prompt: string, offered: readonly ConnectChoice<V>[]) => {
      choices.push(...offered);
      const chosen = offered.find(({ label }) => label === wanted) ?? offered[0];
      return chosen === undefined ? Promise.reject(new Error('Nothing to choose.')) : Promise.resolve(chosen.value);
    },
    input: (input) => (inputs.push(input), Promise.resolve(answer)),
    more: () => undefined,
  };
  return { choices, inputs, described: await connect(ask, () => '') };
}

it('all have an explanation that fits into a line of the box', async () => {
  const ofEach = providerTypes.map(async (type) => {
    const { choices } = await asked(type, 'https://r.test');
    return [type.detail, ...choices.flatMap(({ detail }) => detail ?? [])].map((line) => ({ id: type.id, line }));
  });
  const lines = (await Promise.all(ofEach)).flat();
  expect(lines.length).toBeGreaterThan(40);
  expect(lines.filter(({ line }) => line.length > 84)).toEqual([]);
});

/** The box for the address, and the connection that the typed address results in. */
async function addressed(id: string, typed: string) {
  const { ask, inputs } = scriptedAsk(typed, 'Login of the docker command');
  const { connection } = await typeOf(id).connect(ask, () => '');
  return { connection, address: inputs[0] };
}

describe('the label of a registry', () => {
  it.each([
    ['artifactory', 'acme.jfrog.io/docker-local', 'acme.jfrog.io/docker-local'],
    ['nexus', 'https://nexus.test:8443/repository/team', 'nexus.test:8443/team'],
    ['nexus', 'nexus.test:8082', 'nexus.test:8082'],
    ['gitea', 'https://git.test/forgejo', 'git.test/forgejo'],
  ])('of %s is the beginning of its image names: %s', async (id, url, label) => {
    expect((await addressed(id, url)).connection.label).toBe(label);
  });
});

describe('the address of a registry', () => {
  it.each([
    [
      'ecr',
      '123456789012.dkr.ecr.eu-central-1.amazonaws.com',
      'https://123456789012.dkr.ecr.eu-central-1.amazonaws.com',
    ],
    ['ecr', '123456789012 eu-central-1', 'https://123456789012.dkr.ecr.eu-central-1.amazonaws.com'],
    ['ecr', '123456789012/us-gov-west-1', 'https://123456789012.dkr.ecr.us-gov-west-1.amazonaws.com'],
    ['ecr', '123456789012 cn-north-1', 'https://123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn'],
    [
      'ecr',
      '123456789012.dkr.ecr-fips.us-east-1.amazonaws.com',
      'https://123456789012.dkr.ecr-fips.us-east-1.amazonaws.com',
    ],
    ['ecr', '123456789012.dkr-ecr.us-east-1.on.aws', 'https://123456789012.dkr-ecr.us-east-1.on.aws'],
    ['ecr', 'http://localhost:4566', 'http://localhost:4566'],
    ['gar', 'europe-west1', 'https://europe-west1-docker.pkg.dev'],
    ['gar', 'us', 'https://us-docker.pkg.dev'],
    ['gar', 'europe-docker.pkg.dev/acme/images', 'https://europe-docker.pkg.dev'],
    ['gar', 'eu.gcr.io', 'https://eu.gcr.io'],
    ['quay', 'quay.io', 'https://quay.io'],
    ['harbor', 'harbor.example.com/', 'https://harbor.example.com'],
    ['artifactory', 'acme.jfrog.io/docker-local', 'https://acme.jfrog.io/artifactory/api/docker/docker-local'],
    ['artifactory', 'https://repo.test/artifactory/api/docker/team/', 'https://repo.test/artifactory/api/docker/team'],
    ['artifactory', 'docker-local.repo.test', 'https://docker-local.repo.test'],
    ['nexus', 'nexus.test:8082', 'https://nexus.test:8082'],
    ['nexus', 'nexus.test/docker-hosted', 'https://nexus.test/repository/docker-hosted'],
    ['nexus', 'nexus.test/nexus3/repository/docker-hosted', 'https://nexus.test/nexus3/repository/docker-hosted'],
    ['gitea', 'codeberg.org', 'https://codeberg.org'],
    ['gitlabRegistry', 'registry.gitlab.com', 'https://registry.gitlab.com'],
    ['gitlabRegistry', 'gitlab.example.com:5050', 'https://gitlab.example.com:5050'],
    ['digitalOcean', 'registry.digitalocean.com', 'https://registry.digitalocean.com'],
    ['oracle', 'fra', 'https://fra.ocir.io'],
    ['oracle', 'ocir.eu-frankfurt-1.oci.oraclecloud.com', 'https://ocir.eu-frankfurt-1.oci.oraclecloud.com'],
  ])('of %s can be typed as %s', async (id, typed, url) => {
    expect((await addressed(id, typed)).connection).toMatchObject({ provider: id, url });
    // The result is also a valid text to type.
    expect((await addressed(id, url)).connection).toMatchObject({ url });
  });

  it.each([
    ['ecr', 'ecr.amazonaws.com'],
    ['ecr', '12345 eu-central-1'],
    ['ecr', ''],
    ['gar', 'pkg.dev'],
    ['gar', 'Europe'],
    ['oracle', 'oracle.com'],
    ['harbor', 'two words'],
    ['gitlabRegistry', 'https://gitlab.com/acme'],
    ['artifactory', 'ftp://repo.test'],
  ])('of %s cannot be %j', async (id, typed) => {
    const { address } = await addressed(id, 'https://r.test');
    expect(address?.problem?.(typed)).toBeTypeOf('string');
  });

  it('is recognised if it was connected as generic', () => {
    expect(
      [
        'https://quay.io',
        'https://europe-docker.pkg.dev',
        'https://123456789012.dkr.ecr.eu-central-1.amazonaws.com',
        'https://codeberg.org',
        'https://registry.gitlab.com',
        'https://registry.digitalocean.com',
        'https://repo.test/artifactory/api/docker/team',
        'https://nexus.test/repository/docker-hosted',
        'https://registry.example.com/team',
      ].map((url) => vendorOf('generic', url).id),
    ).toEqual(['quay', 'gar', 'ecr', 'gitea', 'gitlabRegistry', 'digitalOcean', 'artifactory', 'nexus', 'generic']);
    expect(vendorOf('harbor', 'https://quay.io').id).toBe('harbor');
  });
});

describe('the credential', () => {
  const signIn = async (id: string, ...typed: readonly string[]) => {
    const byPassword = (await asked(typeOf(id), 'https://r.test')).choices[0]?.label ?? '';
    const { ask, inputs } = scriptedAsk('https://r.test', byPassword, ...typed);
    return { ...(await typeOf(id).connect(ask, () => '')), inputs };
  };

  it.each([
    ['ecr', 'token', 'AWS', 'AWS'],
    ['gar', '{ "type": "service_account" }', '_json_key', '_json_key'],
    ['gar', 'ya29.a0Af', 'oauth2accesstoken', 'oauth2accesstoken'],
    ['gar', 'eyAidHlwZSI6ICJ4IiB9', '_json_key_base64', '_json_key_base64'],
    ['digitalOcean', 'dop_v1_abc', 'dop_v1_abc', 'API token'],
  ])('of %s contains the user name', async (id, secret, username, account) => {
    const { connection, credential, inputs } = await signIn(id, secret);
    expect(inputs.map((input) => input.secret)).toEqual([undefined, true]);
    expect(credential).toEqual({ kind: 'basic', username, secret });
    expect(connection.signIn).toEqual({ kind: 'basic', account });
    expect(JSON.stringify(connection)).not.toContain(secret);
  });

  it.each(['quay', 'harbor', 'artifactory', 'nexus', 'gitea', 'gitlabRegistry', 'oracle'])(
    'of %s has a user name',
    async (id) => {
      const { credential, inputs } = await signIn(id, 'robot$team+reader', 's');
      expect(inputs.map((input) => input.secret)).toEqual([undefined, undefined, true]);
      expect(credential).toEqual({ kind: 'basic', username: 'robot$team+reader', secret: 's' });
    },
  );

  it('is not asked for an anonymous connection, if there can be one', async () => {
    const ofEach = vendorTypes.map(async (type) => {
      const { choices } = await asked(type, 'https://r.test');
      return choices.some(({ value }) => value === 'anonymous') ? [] : [type.id];
    });
    expect((await Promise.all(ofEach)).flat()).toEqual(['ecr', 'digitalOcean']);
  });
});

describe('web pages', () => {
  it.each([
    ['generic', 'https://mcr.microsoft.com', 'https://mcr.microsoft.com/artifact/mar/team/app/tags', undefined],
    ['generic', 'https://public.ecr.aws', 'https://gallery.ecr.aws/team/app', undefined],
    ['generic', 'https://registry.example', undefined, undefined],
    ['quay', 'https://quay.io', 'https://quay.io/repository/team/app?tab=tags', 'https://quay.io/repository/'],
    ['harbor', 'https://harbor.test', undefined, 'https://harbor.test/harbor/projects'],
    [
      'gar',
      'https://europe-docker.pkg.dev',
      'https://console.cloud.google.com/artifacts/docker/team/europe/app?project=team',
      'https://console.cloud.google.com/artifacts',
    ],
    [
      'ecr',
      'https://123456789012.dkr.ecr.eu-central-1.amazonaws.com',
      'https://eu-central-1.console.aws.amazon.com/ecr/repositories/private/123456789012/team/app?region=eu-central-1',
      'https://eu-central-1.console.aws.amazon.com/ecr/repositories?region=eu-central-1',
    ],
    [
      'artifactory',
      'https://repo.test/artifactory/api/docker/team',
      'https://repo.test/ui/repos/tree/General/team/app',
      'https://repo.test/ui/repos/tree/General/team',
    ],
    [
      'nexus',
      'https://nexus.test/repository/team',
      'https://nexus.test/#browse/browse:team:v2%2Fapp%2Ftags',
      'https://nexus.test/#browse/browse:team',
    ],
    ['gitlabRegistry', 'https://registry.gitlab.com', undefined, 'https://gitlab.com/dashboard/projects'],
    ['gitlabRegistry', 'https://registry.gitlab.test', undefined, undefined],
    [
      'digitalOcean',
      'https://registry.digitalocean.com',
      'https://cloud.digitalocean.com/registry',
      'https://cloud.digitalocean.com/registry',
    ],
    [
      'oracle',
      'https://fra.ocir.io',
      'https://cloud.oracle.com/compute/registry/containers',
      'https://cloud.oracle.com/compute/registry/containers',
    ],
    ['gitea', 'https://codeberg.org', 'https://codeberg.org/team/-/packages/container/app/versions', undefined],
  ])('of %s at %s', (id, url, repositoryPage, ownPage) => {
    const provider = openAt(id, url);
    const image = { host: new URL(url).host, path: 'team/app' };
    const repository: Repository = { kind: 'repository', label: 'team/app', image };
    expect(provider.webPage?.(repository)?.href).toBe(repositoryPage);
    expect(provider.webPage?.(undefined)?.href).toBe(ownPage);
  });

  it('of tags lead to the tag if there is such a page', () => {
    const pageOf = (id: string, url: string) => {
      const image = { host: new URL(url).host, path: 'team/app', tag: '1.0' };
      const tag: Tag = { kind: 'tag', label: '1.0', image };
      return openAt(id, url).webPage?.(tag)?.href;
    };
    expect(pageOf('quay', 'https://quay.io')).toBe('https://quay.io/repository/team/app?tab=tags');
    expect(pageOf('gitea', 'https://codeberg.org')).toBe('https://codeberg.org/team/-/packages/container/app/1.0');
    expect(pageOf('artifactory', 'https://repo.test/artifactory/api/docker/team')).toBe(
      'https://repo.test/ui/repos/tree/General/team/app/1.0',
    );
    expect(pageOf('nexus', 'https://nexus.test/repository/team')).toBe(
      'https://nexus.test/#browse/browse:team:v2%2Fapp%2Ftags%2F1.0',
    );
  });
});
