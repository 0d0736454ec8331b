import { describe, expect, it } from 'vitest';
import type { Http, HttpRequest } from '../../../src/core/http';
import { EntraSession } from '../../../src/providers/acr/entra';
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
  it('is asked for again by a login server that is busy', async () => {
    const { http, asked } = server(2);
    expect(await open(http).credential(signal)).toEqual({ kind: 'identityToken', token: 'fresh' });
    expect(asked.map((request) => `${request.method} ${request.url}`)).toEqual(
      Array.from({ length: 3 }, () => `POST ${url}/oauth2/exchange`),
    );
  });

  it('fails as the server does, which is no refusal of the account', async () => {
    const failure = await failing(open(server(3).http).credential(signal));
    expect(failure).toMatchObject({ kind: 'rejected', detail: { status: 503 } });
  });
});
