import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAcr, type SandboxAcr } from '../../sandbox/azure/acr';
import { buildImage, buildIndex } from '../../sandbox/images';
import { contoso, mona, production, useAzure } from '../azure/azureRig';
import { published } from './published';

const image = buildImage();

describe('the registry of Azure of the sandbox', () => {
  const problems = published('acr.json');
  let acr: SandboxAcr;
  beforeAll(async () => {
    acr = await startAcr({
      repositories: [{ name: 'team/app', tags: { '1': image, '2': buildIndex([{ manifest: image }]) } }],
      anonymous: { repositories: { '*': ['metadata_read'] } },
    });
  });
  afterAll(() => acr.stop());
  const get = async (path: string): Promise<unknown> => {
    const token = acr.tokens.mint('', [{ type: 'repository', name: 'team/app', actions: ['metadata_read'] }]);
    const answer = await fetch(`${acr.url}/acr/v1/team%2Fapp${path}`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(200);
    return answer.json();
  };

  it.each([
    ['TagList', '/_tags?n=1&orderby=timedesc'],
    ['TagAttributes', '/_tags/1'],
    ['AcrManifests', '/_manifests?n=100&orderby=timedesc'],
    ['ManifestAttributes', `/_manifests/${image.digest}`],
    ['RepositoryAttributes', ''],
  ])('answers %s as it is described', async (schema, path) => {
    expect(problems(schema, await get(path))).toBe('No errors');
  });

  it('refuses as it was recorded, with the right that is needed', async () => {
    const answer = await fetch(`${acr.url}/acr/v1/team%2Fapp/_tags`);
    const body: unknown = await answer.json();
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('scope="repository:team/app:metadata_read"');
    expect(body).toEqual({
      errors: [
        {
          code: 'UNAUTHORIZED',
          message: 'authentication required, visit https://aka.ms/acr/authorization for more information.',
          detail: [{ Type: 'repository', Name: 'team/app', Action: 'metadata_read' }],
        },
      ],
    });
  });
});

describe('the Resource Manager of the sandbox', () => {
  const problems = published('arm.json');
  const azure = useAzure({
    tenants: [{ id: contoso, name: 'Contoso', users: [mona] }],
    subscriptions: [{ id: production, name: 'Production', tenantId: contoso }],
    registries: [{ name: 'mainacr', subscription: production, properties: { adminUserEnabled: true } }],
  });
  const there = `/subscriptions/${production}/resourceGroups/rg-images/providers/Microsoft.ContainerRegistry/registries/mainacr`;
  const versions = { resources: '2022-12-01', registries: '2025-11-01' };
  const ask = async (method: string, path: string, version: string, body?: object) => {
    const { url, tokens } = azure();
    const answer = await fetch(`${url}${path}?api-version=${version}`, {
      method,
      headers: {
        Authorization: `Bearer ${tokens.sign({ aud: url, tid: contoso, upn: mona })}`,
        'Content-Type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
  };

  it.each([
    ['TenantListResult', '/tenants', versions.resources],
    ['SubscriptionListResult', '/subscriptions', versions.resources],
    [
      'RegistryListResult',
      `/subscriptions/${production}/providers/Microsoft.ContainerRegistry/registries`,
      versions.registries,
    ],
  ])('answers %s as it is described, and more than nothing', async (schema, path, version) => {
    const { status, body } = await ask('GET', path, version);
    expect([status, problems(schema, body)]).toEqual([200, 'No errors']);
    expect((body as { value: unknown[] }).value).toHaveLength(1);
  });

  it('answers one registry, its credentials and the check of a name as they are described', async () => {
    expect(problems('Registry', (await ask('GET', there, versions.registries)).body)).toBe('No errors');
    const credentials = await ask('POST', `${there}/listCredentials`, versions.registries);
    expect([credentials.status, problems('RegistryListCredentialsResult', credentials.body)]).toEqual([
      200,
      'No errors',
    ]);
    const check = `/subscriptions/${production}/providers/Microsoft.ContainerRegistry/checkNameAvailability`;
    const type = 'Microsoft.ContainerRegistry/registries';
    const { body } = await ask('POST', check, versions.registries, { name: 'mainacr', type });
    // …/Registry/stable/2025-11-01/examples/RegistryCheckNameNotAvailable.json
    expect(body).toEqual({
      nameAvailable: false,
      reason: 'AlreadyExists',
      message: 'The registry mainacr is already in use.',
    });
    expect(problems('RegistryNameStatus', body)).toBe('No errors');
  });

  it('refuses as it is described', async () => {
    const refused = [
      await ask('GET', '/tenants', '1999-01-01'),
      await ask('GET', there.replace('mainacr', 'nothing'), versions.registries),
      await ask('GET', `/subscriptions/${contoso}/resourceGroups`, versions.resources),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 404, 404]);
    for (const { body } of refused) expect(problems('ErrorResponse', body)).toBe('No errors');
  });

  it('deletes a registry as it is described, and tells where its end is told', async () => {
    const { status, headers } = await ask('DELETE', there, versions.registries);
    // …/Registry/stable/2025-11-01/examples/RegistryDelete.json
    expect(status).toBe(202);
    expect(headers.get('location')).toMatch(
      new RegExp(`^${azure().url}${there}/operationStatuses/registries-[0-9a-f-]{36}\\?api-version=2025-11-01$`),
    );
  });
});

describe('the Entra of the sandbox', () => {
  const application = { tenantId: contoso, clientId: '33333333-3333-3333-3333-333333333333', secret: 's3cret' };
  const azure = useAzure({ tenants: [], subscriptions: [], registries: [], applications: [application] });
  const ask = async (form: Record<string, string>) => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: application.clientId, ...form });
    const answer = await fetch(`${azure().url}/${contoso}/oauth2/v2.0/token`, { method: 'POST', body });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  it('tells where it gives tokens: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata', async () => {
    const answer = await fetch(`${azure().url}/${contoso}/v2.0/.well-known/openid-configuration`);
    const told = (await answer.json()) as Record<string, unknown>;
    expect(told).toMatchObject({
      issuer: `${azure().url}/${contoso}/v2.0`,
      token_endpoint: `${azure().url}/${contoso}/oauth2/v2.0/token`,
    });
    for (const required of [
      'authorization_endpoint',
      'jwks_uri',
      'response_types_supported',
      'subject_types_supported',
    ])
      expect(told).toHaveProperty(required);
  });

  it('gives tokens: https://www.rfc-editor.org/rfc/rfc6749#section-5.1', async () => {
    const { status, body } = await ask({ client_secret: application.secret, scope: `${azure().url}/.default` });
    expect([status, body]).toEqual([
      200,
      { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: expect.any(String) as string },
    ]);
    expect(azure().tokens.read(String(body.access_token))).toMatchObject({ aud: azure().url, tid: contoso });
  });

  it.each([
    ['with another secret', { client_secret: 'no' }, 401, 'invalid_client'],
    ['by another application', { client_id: contoso }, 400, 'unauthorized_client'],
    ['for nothing', { scope: '' }, 400, 'invalid_request'],
  ])(
    'refuses what is asked %s: https://www.rfc-editor.org/rfc/rfc6749#section-5.2',
    async (_how, form, status, error) => {
      const right = { client_secret: application.secret, scope: `${azure().url}/.default` };
      const refused = await ask({ ...right, ...form });
      expect([refused.status, refused.body.error]).toEqual([status, error]);
      expect(refused.body.error_description).toMatch(/^AADSTS\d+: /);
    },
  );
});
