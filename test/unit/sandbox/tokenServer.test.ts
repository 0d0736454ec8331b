import { describe, expect, it } from 'vitest';
import { ask, askJson, basic, type Answered } from './ask';
import { useTokenServer, type Token } from './tokenRig';

const { server, tokenUrl, get } = useTokenServer();

async function post(fields: Record<string, string>): Promise<Answered> {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const form = new URLSearchParams({ service: 'sandbox-registry', client_id: 'test', ...fields });
  return ask(server().realm, { method: 'POST', headers, body: form.toString() });
}

describe('token server', () => {
  it('takes a password and later the refresh token it gave for it', async () => {
    const scope = 'repository:team/app:pull repository:team/b:pull,push';
    const first = await post({
      grant_type: 'password',
      username: 'bob',
      password: 'with:colon',
      scope,
      access_type: 'offline',
    });
    const { refresh_token: refresh = '' } = JSON.parse(first.body.toString()) as Token;
    const second = await post({ grant_type: 'refresh_token', refresh_token: refresh, scope });
    const { access_token: token = '' } = JSON.parse(second.body.toString()) as Token;
    expect(server().accessOf(token)).toEqual([{ type: 'repository', name: 'team/app', actions: ['pull'] }]);
    expect(server().requests.slice(-2)).toMatchObject([
      { method: 'POST', grant: 'password', user: 'bob', offline: true, status: 200, clientId: 'test' },
      { grant: 'refresh_token', scopes: ['repository:team/app:pull', 'repository:team/b:pull,push'], status: 200 },
    ]);
  });

  it('gives a refresh token only when asked for one', async () => {
    expect(await get('repository:team/app:pull')).not.toHaveProperty('refresh_token');
    const url = `${tokenUrl('repository:team/app:pull')}&offline_token=true`;
    expect(await askJson(url, { headers: basic('alice', 'secret') })).toHaveProperty('refresh_token');
  });

  it.each([
    ['a wrong password', () => ask(tokenUrl('repository:a:pull'), { headers: basic('alice', 'no') }), 401],
    ['nobody', () => ask(tokenUrl('repository:a:pull')), 401],
    ['another service', () => ask(tokenUrl('repository:a:pull', 'x'), { headers: basic('alice', 'secret') }), 400],
    ['a scope without actions', () => ask(tokenUrl('repository:a'), { headers: basic('alice', 'secret') }), 400],
    ['a posted wrong password', () => post({ grant_type: 'password', username: 'alice', password: 'no' }), 401],
    ['an invented refresh token', () => post({ grant_type: 'refresh_token', refresh_token: 'x' }), 401],
    ['an unknown grant', () => post({ grant_type: 'code' }), 400],
    ['another path', () => ask(`${server().url}/other`), 404],
  ])('refuses %s with a JSON body', async (_, send, status) => {
    const answer = await send();
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(() => JSON.parse(answer.body.toString()) as unknown).not.toThrow();
  });

  it('refuses a form without client_id', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const body = 'service=sandbox-registry&grant_type=password&username=alice&password=secret';
    const answer = await ask(server().realm, { method: 'POST', headers, body });
    expect([answer.status, answer.body.toString()]).toEqual([400, expect.stringContaining('client_id')]);
  });

  it('names the token and its life as told', async () => {
    Object.assign(server().settings, { tokenField: 'token', expiresIn: 'omitted' });
    expect(Object.keys(await get('repository:team/app:pull'))).toEqual(['token', 'issued_at']);
    Object.assign(server().settings, { tokenField: 'access_token', expiresIn: 7 });
    const token = await get('repository:team/app:pull');
    expect([token.token, token.expires_in]).toEqual([undefined, 7]);
  });

  it('can refuse a method', async () => {
    server().settings.refuse = { POST: 405 };
    expect((await post({ grant_type: 'password', username: 'alice', password: 'secret' })).status).toBe(405);
    expect((await get('repository:team/app:pull')).token).toBeDefined();
    server().settings.refuse = { GET: 404 };
    expect((await ask(tokenUrl('repository:team/app:pull'))).status).toBe(404);
  });

  it('trusts no token that is forged or expired', () => {
    const token = server().mint('alice', []);
    expect(server().accessOf(token)).toEqual([]);
    expect(server().accessOf(`${token.slice(0, -8)}AAAAAAAA`)).toBeUndefined();
    expect(server().accessOf(server().mint('alice', [], -1))).toBeUndefined();
  });
});
