import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startTokenServer, type TokenServer } from '../../sandbox/tokenServer';
import type { V2Server } from '../../sandbox/v2Server';
import { weather } from '../../sandbox/weather';
import type { RegistryProvider } from '../../../src/providers/provider';
import { expectNoStrays, openAt, registry, shortenTimeLimits, signal, told } from './bench';

expectNoStrays();

const odd = (what: string) =>
  `HOST does not answer as a registry does: ${what}. Check its address, and any proxy on the way.`;
const grants = { repositories: { '*': ['pull'] }, catalog: true };

async function withTokens(): Promise<{ tokens: TokenServer; server: V2Server; provider: RegistryProvider }> {
  const tokens = await startTokenServer({ users: {}, anonymous: grants });
  onTestFinished(() => tokens.stop());
  const auth = { kind: 'bearer', challenge: tokens.challenge, accessOf: tokens.accessOf } as const;
  const { server } = await registry({ auth });
  return { tokens, server, provider: openAt(server.url) };
}

const list = (provider: RegistryProvider) => provider.list(undefined, undefined, signal);
const token = (content: string) => ({ status: 200, headers: { 'Content-Type': 'application/json' }, body: content });

describe('a token server', () => {
  it.each([
    ['that answers a web page', weather.webPage, odd('it answered a web page (text/html; charset=utf-8)')],
    ['that answers nothing', weather.emptyBody, odd('it answered nothing (application/json)')],
    ['without an end', weather.endless, odd('its answer is too long')],
    ['that unpacks to too much', weather.gzipBomb, odd('its answer is too long')],
    ['that nests', weather.nesting, odd('its answer is too long')],
    [
      'that breaks off',
      weather.reset,
      'HOST broke off the connection. If it happens again, check the network, VPN or proxy.',
    ],
    ['that redirects in circles', weather.redirectLoop, odd('it redirects in circles')],
    ['that is busy', weather.tooManyForAMinute, 'HOST has had too many requests from you. Try again in 60 seconds.'],
    [
      'that is broken',
      weather.internalError,
      'HOST has a problem of its own (500): “database is locked”. Try again later.',
    ],
    ['that gives no token', token('{"expires_in":60}'), odd('the token server answered without a token')],
    [
      'whose token cannot be sent',
      token('{"token":"a\\r\\nX-Evil: 1"}'),
      odd('the token server answered a token that cannot be sent'),
    ],
    ['whose token nobody takes', token('{"token":"abc"}'), 'the registry says “authentication required” (401).'],
  ])('%s is told of', async (_what, fault, sentence) => {
    const { tokens, provider } = await withTokens();
    tokens.fail(/./, fault);
    expect(await told(list(provider))).toBe(`Could not list the repositories: ${sentence}`);
    tokens.clearFaults();
    expect((await list(provider)).items).toHaveLength(1);
  });

  it('that does not answer is given up in time', async () => {
    const { tokens, provider } = await withTokens();
    tokens.fail(/./, weather.silence);
    shortenTimeLimits();
    expect(await told(list(provider))).toBe(
      'Could not list the repositories: HOST did not answer in time. Check the network, VPN or proxy.',
    );
  });

  it.each(['-60', '0', '1', '1e300', '"300"', '"soon"', 'null', 'true', '{}'])(
    'may say what it likes of a token’s life: %s',
    async (life) => {
      const { tokens, provider } = await withTokens();
      const minted = tokens.mint('anonymous', [{ type: 'registry', name: 'catalog', actions: ['*'] }]);
      tokens.fail(/./, token(`{"token":"${minted}","expires_in":${life},"issued_at":"2099-01-01T00:00:00Z"}`));
      for (let time = 0; time < 2; time++) expect((await list(provider)).items).toHaveLength(1);
    },
  );

  it('whose clock is an hour ahead, or behind, changes nothing', async () => {
    const { tokens, server, provider } = await withTokens();
    for (const hours of [1, -1]) {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 });
      onTestFinished(() => void vi.useRealTimers());
      const minted = tokens.mint('anonymous', [{ type: 'registry', name: 'catalog', actions: ['*'] }]);
      vi.useRealTimers();
      tokens.fail(/./, { ...token(`{"token":"${minted}","expires_in":300}`), times: 1 });
      // A token of the past is refused by the registry, and asked for anew.
      expect((await list(openAt(server.url))).items).toHaveLength(1);
    }
    expect((await list(provider)).items).toHaveLength(1);
  });

  it('that hands out nothing but expired tokens is no registry without a list', async () => {
    const { tokens, provider } = await withTokens();
    tokens.settings.ttlSeconds = -60;
    const before = tokens.requests.length;
    expect(await told(list(provider))).toBe(
      'Could not list the repositories: the registry says “authentication required” (401).',
    );
    expect(tokens.requests.length - before).toBeLessThanOrEqual(4);
  });

  it('is asked once more, in silence, when a token has expired before its time', async () => {
    const { tokens, server, provider } = await withTokens();
    tokens.settings.ttlSeconds = 300;
    await list(provider);
    const before = tokens.requests.length;
    // The clock of the registry runs ahead, or the machine slept.
    const refuse = {
      status: 401,
      headers: { 'WWW-Authenticate': tokens.challenge('registry:catalog:*', 'invalid_token') },
    };
    server.fail(/_catalog/, { ...refuse, times: 1 });
    expect((await list(provider)).items).toHaveLength(1);
    expect(tokens.requests.length).toBe(before + 1);
  });
});
