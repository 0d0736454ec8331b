import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRegistryUrl } from '../../../src/providers/generic/registryUrl';
import { generic } from '../../../src/providers/generic/genericType';
import { vendors } from '../../../src/providers/generic/vendors';
import { providerTypes } from '../providerTypes';
import { scriptedAsk } from '../ui/scriptedAsk';

describe('readRegistryUrl', () => {
  it.each([
    ['registry.example', 'https://registry.example'],
    ['  registry.example:5000/ ', 'https://registry.example:5000'],
    ['localhost:5000', 'https://localhost:5000'],
    ['127.0.0.1:5000', 'https://127.0.0.1:5000'],
    ['[::1]:5000', 'https://[::1]:5000'],
    ['http://localhost:5000/v2/', 'http://localhost:5000'],
    ['HTTPS://Registry.Example/', 'https://registry.example'],
    ['https://registry.example:443/v2', 'https://registry.example'],
    ['https://host/artifactory/api/docker/team/', 'https://host/artifactory/api/docker/team'],
    ['host/artifactory/v2/', 'https://host/artifactory'],
    ['https://registry.example///', 'https://registry.example'],
    ['registry.example.', 'https://registry.example'],
    ['registry.example.:5000/', 'https://registry.example:5000'],
    ['registry.example/v2/_catalog', 'https://registry.example'],
    ['https://registry.example/v2/_catalog?n=100', 'https://registry.example'],
    ['https://host/reg/v2/team/app/tags/list', 'https://host/reg'],
    ['https:/registry.example', 'https://registry.example'],
    ['https//registry.example', 'https://registry.example'],
    ['//registry.example', 'https://registry.example'],
    ['REGISTRY.EXAMPLE', 'https://registry.example'],
    ['bücher.example', 'https://xn--bcher-kva.example'],
    ['[2001:db8::1]', 'https://[2001:db8::1]'],
    ['localhost', 'https://localhost'],
    ['registry.example:80', 'https://registry.example:80'],
    ['https:\\\\registry.example', 'https://registry.example'],
  ])('reads %s as %s', (typed, url) => {
    expect(readRegistryUrl(typed)).toEqual({ url });
  });

  const noAddress = 'This is not an address. Try one like registry.example.com:5000.';
  const noPort = 'A port is a number from 1 to 65535.';
  const secrets = 'Leave the user name and password out: they are asked for next.';
  const tail = 'Leave out everything from “?” or “#” on.';
  const dockerHub = 'This is Docker Hub: go back, and choose it from the list.';
  it.each([
    ['', 'Type the address of the registry, such as registry.example.com.'],
    ['   ', 'Type the address of the registry, such as registry.example.com.'],
    ['two words', 'An address has no spaces.'],
    ['docker pull registry.example/app', 'An address has no spaces.'],
    ['https://', noAddress],
    ['https://[', noAddress],
    ['registry.example:http', noAddress],
    ['<registry.example>', noAddress],
    ['registry.example:0', noPort],
    ['http://registry.example:99999/', noPort],
    ['::1', 'An IPv6 address must be in brackets: [::1].'],
    ['ftp://registry.example', 'The address of a registry begins with https:// or http://: leave ftp:// out.'],
    [
      'docker://registry.example/app',
      'The address of a registry begins with https:// or http://: leave docker:// out.',
    ],
    ['oci://registry.example', 'The address of a registry begins with https:// or http://: leave oci:// out.'],
    ['file:///etc/passwd', 'The address of a registry begins with https:// or http://: leave file:// out.'],
    ['https://alice:secret@registry.example', secrets],
    ['alice:secret@registry.example', secrets],
    ['alice@registry.example', secrets],
    ['registry.example?x=1', tail],
    ['registry.example#x', tail],
    ['ghcr.io/owner/app:tag', 'This is the name of an image. The address of its registry may be ghcr.io.'],
    [
      `registry.example:5000/app@sha256:${'0'.repeat(64)}`,
      'This is the name of an image. The address of its registry may be registry.example:5000.',
    ],
    ['https://hub.docker.com/r/library/nginx', dockerHub],
    ['docker.io', dockerHub],
    ['https://github.com/owner', 'GitHub keeps images at ghcr.io: go back, and choose GitHub from the list.'],
    ['gitlab.com', 'GitLab keeps images at registry.gitlab.com; to list projects, go back and choose GitLab.'],
  ])('says what is wrong with %j', (typed, problem) => {
    // The typed text may contain a password.
    expect(problem).not.toContain('secret');
    expect(readRegistryUrl(typed)).toEqual({ problem });
  });

  it('reads any text, and its own result as the same', () => {
    const host = fc.domain();
    const port = fc.option(fc.integer({ min: 1, max: 65535 }), { nil: undefined });
    const path = fc.array(fc.stringMatching(/^[a-z0-9-]{1,8}$/), { maxLength: 3 });
    const address = fc
      .tuple(fc.constantFrom('', 'http://', 'https://'), host, port, path)
      .map(([scheme, name, number, parts]) =>
        [`${scheme}${name}${number === undefined ? '' : `:${number}`}`, ...parts].join('/'),
      );
    fc.assert(
      fc.property(
        fc.oneof(address, fc.string({ unit: 'binary' }), fc.webUrl({ withQueryParameters: true })),
        (typed) => {
          const read = readRegistryUrl(typed);
          if ('problem' in read) return /^[A-Z].+\.$/u.test(read.problem);
          const { protocol, username, password, search, hash } = new URL(read.url);
          expect(read.url).toMatch(/[^/]$/);
          expect([/^https?:$/.test(protocol), username, password, search, hash]).toEqual([true, '', '', '', '']);
          expect(readRegistryUrl(read.url)).toEqual(read);
          return true;
        },
      ),
      { numRuns: 1000 },
    );
  });
});

const byPassword = ['User name and password or token', 'alice', 'wonder:land'];

async function connecting(...script: readonly string[]) {
  const { ask, ...asked } = scriptedAsk(...script);
  return { ...asked, described: await generic.connect(ask, () => '') };
}

describe('the questions', () => {
  const [url, signIn] = ['Address of the registry. https unless you type http://.', 'How do you sign in to it?'];
  const [username, secret] = ['User name', 'Password or access token of alice at r.test'];

  it('ask for user name and password only if these sign in', async () => {
    expect((await connecting('r.test', ...byPassword)).prompts).toEqual([url, signIn, username, secret]);
    expect((await connecting('r.test', 'Anonymously')).prompts).toEqual([url, signIn]);
  });

  it('hide the password, and check what is typed', async () => {
    const { inputs } = await connecting('r.test', ...byPassword);
    expect(inputs.filter((input) => input.secret).map(({ prompt }) => prompt)).toEqual([secret]);
    for (const [prompt, good, bad] of [
      [url, 'registry.example', 'ftp://registry.example'],
      [username, 'alice', 'al:ice'],
      [secret, 'x:y z', ''],
    ] as const) {
      const question = inputs.find((input) => input.prompt === prompt);
      expect(question?.problem?.(good)).toBeUndefined();
      expect(question?.problem?.(bad)).toBeTypeOf('string');
    }
  });

  it('can ask only for the credential, and propose the present user name', async () => {
    const { ask, prompts } = scriptedAsk('User name and password or token', 'ok', 'other');
    const { credential } = await generic.signIn(ask, { url: 'https://r.test', account: 'alice' });
    expect(credential).toEqual({ kind: 'basic', username: 'alice', secret: 'other' });
    expect(prompts).toEqual([signIn, username, secret]);
  });
});

describe('the answers', () => {
  it('make a connection without the secret in it', async () => {
    const { connection, credential } = (await connecting('http://localhost:5000/team/', ...byPassword)).described;
    expect(connection).toEqual({
      provider: 'generic',
      label: 'localhost:5000/team',
      url: 'http://localhost:5000/team',
      signIn: { kind: 'basic', account: 'alice' },
    });
    expect(credential).toEqual({ kind: 'basic', username: 'alice', secret: 'wonder:land' });
  });

  it('make an anonymous connection without an account', async () => {
    expect((await connecting('r.test', 'Anonymously')).described).toEqual({
      connection: { provider: 'generic', label: 'r.test', url: 'https://r.test', signIn: { kind: 'anonymous' } },
      credential: { kind: 'anonymous' },
    });
  });
});

describe('the box of the secret', () => {
  const asked = async (id: string, url: string, ...answers: readonly string[]) => {
    const type = providerTypes.find((each) => each.id === id);
    if (type === undefined) throw new Error(id);
    const label = vendors.find((vendor) => vendor.id === id)?.password.label() ?? byPassword[0] ?? '';
    const { ask, inputs } = scriptedAsk(label, ...answers, 'secret');
    await type.signIn(ask, { url });
    const box = inputs.at(-1);
    return [box?.prompt, box?.page?.url.href];
  };

  it.each([
    ['generic', 'https://r.test:5000', ['jane'], 'Password or access token of jane at r.test:5000', undefined],
    [
      ...(['ecr', 'https://123456789012.dkr.ecr.eu-central-1.amazonaws.com', []] as const),
      'Token for 123456789012.dkr.ecr.eu-central-1.amazonaws.com: output of aws ecr get-login-password --region eu-central-1',
      undefined,
    ],
    [
      ...(['ecr', 'https://ecr.example.com', []] as const),
      'Token for ecr.example.com: output of aws ecr get-login-password --region REGION',
      undefined,
    ],
    [
      ...(['gar', 'https://europe-west1-docker.pkg.dev', []] as const),
      'For europe-west1-docker.pkg.dev: content of the JSON key file, the same in base64, or output of gcloud auth print-access-token',
      'https://console.cloud.google.com/iam-admin/serviceaccounts',
    ],
    [
      ...(['quay', 'https://quay.io', ['acme+reader']] as const),
      'Token of the robot account acme+reader at quay.io',
      'https://quay.io/organization/acme?tab=robots',
    ],
    [
      ...(['quay', 'https://quay.io', ['ja/ne']] as const),
      'Encrypted password of ja/ne at quay.io',
      'https://quay.io/user/ja%2Fne?tab=settings',
    ],
    [
      ...(['harbor', 'https://h.test', ['robot$team+reader']] as const),
      'Secret of the robot account robot$team+reader at h.test',
      'https://h.test/harbor/projects',
    ],
    ['harbor', 'http://h.test', ['jane'], 'Password or CLI secret of jane at h.test', undefined],
    [
      ...(['artifactory', 'https://acme.jfrog.io/artifactory/api/docker/local', ['jane']] as const),
      'Password, identity token or API key of jane at acme.jfrog.io',
      'https://acme.jfrog.io/ui/user_profile',
    ],
    [
      ...(['artifactory', 'https://docker.example.com', ['jane']] as const),
      'Password, identity token or API key of jane at docker.example.com',
      undefined,
    ],
    ['nexus', 'https://n.test:8082', ['jane'], 'Password or access token of jane at n.test:8082', undefined],
    [
      ...(['gitea', 'https://codeberg.org', ['jane']] as const),
      'Access token of jane at codeberg.org, with read:package',
      'https://codeberg.org/user/settings/applications',
    ],
    [
      ...(['gitlabRegistry', 'https://registry.gitlab.com', ['jane']] as const),
      'Deploy token or access token of jane at registry.gitlab.com, with read_registry',
      'https://gitlab.com/-/user_settings/personal_access_tokens?name=Registry+Explorer&scopes=read_registry',
    ],
    [
      ...(['digitalOcean', 'https://registry.digitalocean.com', []] as const),
      'Personal access token for registry.digitalocean.com',
      'https://cloud.digitalocean.com/account/api/tokens',
    ],
    [
      ...(['oracle', 'https://fra.ocir.io', ['acme/jane']] as const),
      'Auth token of acme/jane at fra.ocir.io',
      'https://cloud.oracle.com/identity/domains/my-profile/auth-tokens',
    ],
  ] as const)(
    'of %s at %s names the user and the registry, and leads to the page where the secret is created',
    async (id, url, answers, prompt, page) => {
      expect(await asked(id, url, ...answers)).toEqual([prompt, page]);
    },
  );
});
