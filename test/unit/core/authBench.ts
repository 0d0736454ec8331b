import { afterAll, beforeAll, beforeEach, onTestFinished } from 'vitest';
import { withAuth } from '../../../src/core/auth';
import { axiosHttp } from '../../../src/core/axiosHttp';
import type { Http } from '../../../src/core/http';
import type { Credential } from '../../../src/core/model';
import { buildImage } from '../../sandbox/images';
import { startTokenServer, type TokenRequest, type TokenServer } from '../../sandbox/tokenServer';
import type { Challenge } from '../../sandbox/v2Options';
import { startV2Server, type V2Server } from '../../sandbox/v2Server';
import { collectLog } from '../collectLog';
import { send } from './scripted';

export const anonymous: Credential = { kind: 'anonymous' };
export const alice: Credential = { kind: 'basic', username: 'alice', secret: 'wonder:land' };
export const pullApp = 'repository:team/app:pull';

export interface AuthBench {
  readonly tokens: TokenServer;
  readonly registry: V2Server;
  /** What the token server was asked in this test. */
  readonly exchanges: () => readonly TokenRequest[];
  readonly forgetExchanges: () => void;
  readonly openAs: (credential: Credential) => Http;
  /** The status a list of tags is answered with. */
  readonly tagsOf: (http: Http, repository?: string, scope?: string) => Promise<number>;
  /** What the registry says to those without a good token. */
  readonly answersTo: (challenge: Challenge) => void;
}

/** A token server for all tests of a file, and a registry that sends to it, new for each test. */
export function authBench(): AuthBench {
  let tokens: TokenServer;
  let registry: V2Server;
  let before = 0;
  const forgetExchanges = () => {
    before = tokens.requests.length;
  };

  beforeAll(async () => {
    tokens = await startTokenServer({
      users: { alice: { password: 'wonder:land', repositories: { '*': ['pull'] }, catalog: true } },
    });
  });
  beforeEach(async () => {
    const anonymousGrants = { repositories: { 'team/app': ['pull'] } };
    const fresh = { tokenField: 'both', ttlSeconds: 300, refuse: {}, serviceOptional: false } as const;
    Object.assign(tokens.settings, { ...fresh, anonymous: anonymousGrants });
    delete tokens.settings.expiresIn;
    tokens.clearFaults();
    forgetExchanges();
    const image = buildImage();
    registry = await startV2Server({
      repositories: ['team/app', 'team/other'].map((name) => ({ name, tags: { a: image } })),
      auth: { kind: 'bearer', challenge: tokens.challenge, accessOf: tokens.accessOf },
    });
    onTestFinished(() => registry.stop());
  });
  afterAll(() => tokens.stop());

  return {
    get tokens() {
      return tokens;
    },
    get registry() {
      return registry;
    },
    exchanges: () => tokens.requests.slice(before),
    forgetExchanges,
    openAs: (credential) => withAuth(axiosHttp(collectLog()), registry.url, () => Promise.resolve(credential)),
    tagsOf: async (http, repository = 'team/app', scope = `repository:${repository}:pull`) =>
      (await send(http, `${registry.url}/v2/${repository}/tags/list`, { scope })).status,
    answersTo: (challenge) => {
      registry.behaviour.auth = { kind: 'bearer', challenge, accessOf: tokens.accessOf };
    },
  };
}
