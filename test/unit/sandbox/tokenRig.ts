import { afterAll, beforeAll, beforeEach } from 'vitest';
import { startTokenServer, type TokenServer } from '../../sandbox/tokenServer';
import { askJson, basic } from './ask';

export interface Token {
  readonly token?: string;
  readonly access_token?: string;
  readonly refresh_token?: string;
  readonly expires_in?: number;
}

export interface TokenRig {
  readonly server: () => TokenServer;
  readonly tokenUrl: (scope: string, service?: string) => string;
  readonly get: (scope: string, headers?: Record<string, string>) => Promise<Token>;
}

/** A token server of Alice and Bob for all tests of a file, as strict before each as before the first. */
export function useTokenServer(): TokenRig {
  let server: TokenServer;
  beforeAll(async () => {
    server = await startTokenServer({
      users: {
        alice: { password: 'secret', repositories: { 'team/*': ['pull', 'delete'] }, catalog: true },
        bob: { password: 'with:colon', repositories: { 'team/app': ['pull'] } },
      },
    });
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    Object.assign(server.settings, { tokenField: 'both', refuse: {}, ttlSeconds: 300 });
    delete server.settings.anonymous;
    delete server.settings.expiresIn;
  });
  const tokenUrl = (scope: string, service = 'sandbox-registry') =>
    `${server.realm}?${new URLSearchParams({ service, scope }).toString()}`;
  return {
    server: () => server,
    tokenUrl,
    get: async (scope, headers = basic('alice', 'secret')) => (await askJson(tokenUrl(scope), { headers })) as Token,
  };
}
