import { describe, expect, it } from 'vitest';
import { microsoftClouds } from '../../../src/azure/azure';
import type { Azure, ReadAzureToken } from '../../../src/azure/azure';
import { Failure } from '../../../src/core/failure';
import type { Http, HttpRequest } from '../../../src/core/http';
import { EntraSession } from '../../../src/providers/acr/entraSession';
import type { ReadEntraToken } from '../../../src/providers/acr/entraSession';
import { registryTokenReader } from '../../../src/providers/acr/registryToken';
import { failing } from '../failing';

const { signal } = new AbortController();
const url = 'https://acme.azurecr.io';

/** A login server that is busy for the first requests, then issues a refresh token. */
function server(busyFor: number): { readonly http: Http; readonly asked: HttpRequest[] } {
  const asked: HttpRequest[] = [];
  const http: Http = (request) => {
    asked.push(request);
    const isBusy = asked.length <= busyFor;
    return Promise.resolve({
      status: isBusy ? 503 : 200,
      headers: { 'retry-after': '0' },
      body: Buffer.from(isBusy ? '' : '{"refresh_token":"fresh"}'),
      url: request.url,
    });
  };
  return { http, asked };
}

const open = (http: Http) =>
  new EntraSession(
    http,
    url,
    () => Promise.resolve({ token: 'of-entra', tenantId: 't' }),
    () => false,
  );

describe('the exchange of an Entra token', () => {
  it('is tried again if the login server is busy', async () => {
    const { http, asked } = server(2);
    expect(await open(http).credential(signal)).toEqual({ kind: 'identityToken', token: 'fresh' });
    expect(asked.map((request) => `${request.method} ${request.url}`)).toEqual(
      Array.from({ length: 3 }, () => `POST ${url}/oauth2/exchange`),
    );
  });

  it('fails with the failure of the server, which does not mean that the account was refused', async () => {
    const failure = await failing(open(server(3).http).credential(signal));
    expect(failure).toMatchObject({ kind: 'rejected', detail: { status: 503 } });
  });

  describe('for another audience', () => {
    const refusal = new Failure('unauthorized', 'AADSTS500011: not found in the tenant', {
      subject: 'Entra',
      speaker: 'program',
    });
    /** A registry that accepts tokens for the audiences `taken`, and an account that has tokens for `had`. */
    const session = (taken: readonly string[], had: readonly string[]) => {
      const shown: string[] = [];
      const http: Http = (request) => {
        const token = new URLSearchParams(request.body ?? '').get('access_token') ?? '';
        shown.push(token);
        const body = taken.includes(token)
          ? '{"refresh_token":"fresh"}'
          : '{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}';
        const status = taken.includes(token) ? 200 : 401;
        return Promise.resolve({ status, headers: {}, body: Buffer.from(body), url: request.url });
      };
      const read: ReadEntraToken = (audience) =>
        had.includes(audience) ? Promise.resolve({ token: audience, tenantId: 't' }) : Promise.reject(refusal);
      const opened = new EntraSession(http, url, read, () => false);
      return { credential: () => opened.credential(signal), shown };
    };
    const both = ['registry', 'resourceManager'];

    it.each([
      ['the registry accepts the first', both, both, ['registry']],
      ['the registry accepts only that of the Resource Manager', ['resourceManager'], both, both],
      ['Entra has only that of the Resource Manager', both, ['resourceManager'], ['resourceManager']],
    ])('succeeds if %s', async (_where, taken, had, expected) => {
      const { credential, shown } = session(taken, had);
      expect(await credential()).toEqual({ kind: 'identityToken', token: 'fresh' });
      expect(shown).toEqual(expected);
    });

    it.each([
      ['neither is taken', [], both, 'authentication required'],
      ['the first is not taken and there is no other', [], ['registry'], 'authentication required'],
      ['Entra has neither', both, [], 'AADSTS500011: not found in the tenant'],
    ])('fails with the most useful words if %s', async (_where, taken, had, words) => {
      expect((await failing(session(taken, had).credential())).message).toBe(words);
    });

    it('is not tried if the network is blocked', async () => {
      const asked: string[] = [];
      const http: Http = (request) => {
        asked.push(request.url);
        const body = Buffer.from('{"errors":[{"code":"DENIED","message":"client with IP is not allowed access"}]}');
        return Promise.resolve({ status: 403, headers: {}, body, url: request.url });
      };
      await failing(open(http).credential(signal));
      expect(asked).toHaveLength(1);
    });
  });

  it.each([
    ['AzureCloud', 'https://containerregistry.azure.net/.default', 'https://management.core.windows.net/.default'],
    [
      'USGovernment',
      'https://containerregistry.azure.us/.default',
      'https://management.core.usgovcloudapi.net/.default',
    ],
    ['ChinaCloud', 'https://containerregistry.azure.cn/.default', 'https://management.core.chinacloudapi.cn/.default'],
  ])('uses a token for that cloud: %s', async (name, registry, resourceManager) => {
    const cloud = microsoftClouds[name];
    const asked: string[] = [];
    const token: ReadAzureToken = ([scope = '']) => {
      asked.push(scope);
      return Promise.resolve({ token: 'a.b.c', expiresAt: 0 });
    };
    const read = registryTokenReader({ cloud, token } as Azure, () => 't');
    await read('registry', signal);
    await read('resourceManager', signal);
    expect(asked).toEqual([registry, resourceManager]);
  });
});
