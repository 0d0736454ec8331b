import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Credential } from '../../src/core/model';
import type { ImageReference } from '../../src/core/reference';
import { startDockerRegistry, type RunningRegistry } from '../sandbox/dockerRegistry';
import type { EngineKind } from '../sandbox/engines';
import { startTokenServer, type TokenServer } from '../sandbox/tokenServer';
import { failing } from '../unit/failing';
import {
  alice,
  anonymous,
  at,
  digestIn,
  mistyped,
  named,
  never,
  rejection,
  silent,
  small,
  startRig,
  type EngineRig,
} from './engineRig';

const reader: Credential = { kind: 'basic', username: 'reader', secret: 'looks' };
const everything = { repositories: { '*': ['*'] } };
const users = {
  alice: { password: 'correct:horse', ...everything },
  reader: { password: 'looks', repositories: { '*': ['pull'] } },
};

/** A refresh token, as `docker login` gets one. */
async function refreshToken({ realm, service }: TokenServer): Promise<string> {
  const login = { grant_type: 'password', username: 'alice', password: 'correct:horse', access_type: 'offline' };
  const body = new URLSearchParams({ ...login, service, client_id: 'contract' });
  const answer = (await (await fetch(realm, { method: 'POST', body })).json()) as { refresh_token: string };
  return answer.refresh_token;
}

/** What engines make of credentials, and of a registry's refusal. */
export function describeCredentials(kind: EngineKind): void {
  let rig: EngineRig;
  beforeAll(async () => {
    rig = await startRig(kind);
  });
  afterAll(() => rig.stop());

  const push = (image: ImageReference, credential: Credential) => rig.engine.push(image, credential, silent, never);
  const pull = (image: ImageReference, credential: Credential) =>
    rig.engine.pull(image, credential, undefined, silent, never);
  const expectRefused = async (transfer: Promise<unknown>, host: string, words: RegExp) => {
    const failure = await failing(transfer);
    expect(failure).toMatchObject({ kind: 'unauthorized', detail: { subject: host } });
    expect(failure.detail).not.toHaveProperty('speaker');
    expect(failure.message).toMatch(words);
  };

  describe('a registry with passwords', () => {
    let registry: RunningRegistry;
    let host: string;
    beforeAll(async () => {
      registry = await startDockerRegistry({ auth: { kind: 'basic', users: { alice: 'correct:horse' } } });
      host = `127.0.0.1:${registry.port}`;
      await rig.holds(small(), at(host, 'there'));
      await push(at(host, 'there'), alice);
    });
    afterAll(() => registry.stop());

    it('takes and gives images with the right one', async () => {
      const name = at(host, 'right');
      await rig.holds(small(), name);
      await push(name, alice);
      expect(await digestIn(name, alice)).toMatch(/^sha256:/);
      await rig.engine.remove(name, never);
      await pull(name, alice);
      expect(named(await rig.engine.images(never), name)).toBeDefined();
    });

    for (const [what, credential] of [['a wrong one', mistyped] as const, ['none', anonymous] as const]) {
      it(`refuses a push with ${what}`, async () => {
        const name = at(host, 'refused');
        await rig.holds(small(), name);
        await expectRefused(push(name, credential), host, /authentication required|no basic auth credentials/);
        expect(await digestIn(name, alice)).toBeUndefined();
      });
      it(`refuses a pull with ${what}`, async () => {
        await expectRefused(pull(at(host, 'there'), credential), host, /authentication required|no basic auth/);
      });
    }
  });

  describe('a registry with tokens', () => {
    let tokens: TokenServer;
    let registry: RunningRegistry;
    let host: string;
    beforeAll(async () => {
      tokens = await startTokenServer({ users });
      registry = await startDockerRegistry({ auth: { kind: 'token', tokenServer: tokens } });
      host = `127.0.0.1:${registry.port}`;
      await rig.holds(small(), at(host, 'there'), at(host, 'there', '2'));
      await push(at(host, 'there'), alice);
    });
    afterAll(async () => {
      await registry.stop();
      await tokens.stop();
    });

    it('takes and gives images with the right password', async () => {
      await push(at(host, 'there'), alice);
      await pull(at(host, 'there'), reader);
    });

    it('takes and gives images with an identity token', async () => {
      const token = await refreshToken(tokens);
      // Engines that know no identity tokens send it as ACR wants it: as the password of this user.
      tokens.settings.users['00000000-0000-0000-0000-000000000000'] = { password: token, ...everything };
      await push(at(host, 'there', '2'), { kind: 'identityToken', token });
      await pull(at(host, 'there', '2'), { kind: 'identityToken', token });
      const grants = tokens.requests.map(({ grant }) => grant);
      expect(grants.includes('refresh_token')).toBe(kind === 'docker');
    });

    it('refuses an identity token that is no longer valid', async () => {
      const name = at(host, 'there', '2');
      const words = kind === 'docker' ? /unauthorized/ : /incorrect username or password/;
      await expectRefused(push(name, { kind: 'identityToken', token: 'expired' }), host, words);
    });

    it('refuses a token that has expired', async () => {
      tokens.settings.ttlSeconds = -60;
      try {
        await expectRefused(push(at(host, 'there'), alice), host, /unauthorized: authentication required/);
        await expectRefused(pull(at(host, 'there'), alice), host, /unauthorized: authentication required/);
      } finally {
        tokens.settings.ttlSeconds = 300;
      }
    });

    it('refuses a wrong password, and none, in the words of the token server', async () => {
      for (const credential of [mistyped, anonymous]) {
        await expectRefused(push(at(host, 'there'), credential), host, /incorrect username or password/);
        await expectRefused(pull(at(host, 'there'), credential), host, /incorrect username or password/);
      }
    });

    it('forbids a push to somebody who may only read', async () => {
      const name = at(host, 'read-only');
      await rig.holds(small(), name);
      const failure = await failing(push(name, reader));
      expect(failure).toMatchObject({ kind: 'forbidden', detail: { subject: host } });
      expect(failure.message).toContain('requested access to the resource is denied');
      expect(await rejection(pull(name, alice))).toMatchObject({ kind: 'notFound' });
    });
  });
}
