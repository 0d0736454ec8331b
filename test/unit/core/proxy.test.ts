import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proxyFor, type ProxySettings } from '../../../src/core/network/proxy';

/** Rules and order are those of https://github.com/microsoft/vscode-proxy-agent/blob/v0.45.0/src/index.ts */

const nothing: ProxySettings = { support: 'override', configured: '', exceptions: [], env: {} };
const registry = new URL('https://registry.example.com:5000');
const plain = new URL('http://registry.example.com');
const set = { ...nothing, configured: 'http://set:3128' };
const env = {
  HTTPS_PROXY: 'http://inherited:3128',
  NO_PROXY: 'localhost, .corp.example.com, registry.example.com:6000',
};

describe('the proxy', () => {
  it('is that of the setting, otherwise that of the environment', () => {
    expect(proxyFor(registry, { ...set, env })).toEqual({ by: 'setting', proxy: 'http://set:3128', ignored: [] });
    expect(proxyFor(registry, { ...nothing, env })).toMatchObject({
      by: 'environment',
      proxy: 'http://inherited:3128',
    });
    expect(proxyFor(registry, nothing)).toEqual({ by: 'system', ignored: [] });
  });

  it('of the environment is the first that is set, whatever the scheme of the URL', () => {
    const all = {
      https_proxy: 'http://a:1',
      HTTPS_PROXY: 'http://b:1',
      http_proxy: 'http://c:1',
      HTTP_PROXY: 'http://d:1',
    };
    const chosen = (without: number, url: URL) =>
      proxyFor(url, { ...nothing, env: Object.fromEntries(Object.entries(all).slice(without)) });
    for (const url of [registry, plain])
      expect([0, 1, 2, 3, 4].map((without) => chosen(without, url))).toMatchObject([
        ...['http://a:1', 'http://b:1', 'http://c:1', 'http://d:1'].map((proxy) => ({ by: 'environment', proxy })),
        { by: 'system' },
      ]);
    expect(proxyFor(plain, { ...nothing, env: { https_proxy: '', HTTP_PROXY: 'http://d:1' } })).toMatchObject({
      proxy: 'http://d:1',
    });
  });

  it('is ignored if it has no scheme, or an unknown one', () => {
    for (const configured of ['proxy:3128', 'ftp://proxy:3128', 'bob:secret@proxy:3128', '//proxy:3128'])
      expect(proxyFor(registry, { ...set, configured, env })).toEqual({
        by: 'environment',
        proxy: 'http://inherited:3128',
        ignored: ['setting'],
      });
    // The first variable in the environment hides the next, even if it is ignored.
    const hidden = { https_proxy: 'inherited:3128', http_proxy: 'http://other:3128' };
    expect(proxyFor(registry, { ...set, configured: 'proxy', env: hidden })).toEqual({
      by: 'system',
      ignored: ['setting', 'environment'],
    });
    for (const configured of [' HTTP://proxy ', 'https://proxy', 'socks://proxy', 'socks5h://proxy', 'socks4a://proxy'])
      expect(proxyFor(registry, { ...set, configured })).toMatchObject({ by: 'setting', proxy: configured.trim() });
  });

  it('is not used if proxies are turned off, or for this machine', () => {
    expect(proxyFor(registry, { ...set, support: 'off' })).toEqual({ by: 'off' });
    for (const url of ['http://localhost:5000', 'https://127.0.0.1', 'http://[::1]:5000'])
      expect(proxyFor(new URL(url), set)).toEqual({ by: 'loopback' });
  });

  it.each([
    ['*', true],
    ['registry.example.com', true],
    ['example.com', true],
    ['.example.com', true],
    ['*.example.com', false],
    [' EXAMPLE.com:5000', true],
    ['example.com:', true],
    ['example.com:443', false],
    ['ample.com', false],
    ['https://registry.example.com', false],
    ['', false],
  ])('is skipped because of the exception %j: %s', (exception, isLeftOut) => {
    const left = isLeftOut ? { by: 'exception', exception: exception.trim() } : { by: 'setting' };
    expect(proxyFor(registry, { ...set, exceptions: [exception] })).toMatchObject(left);
    expect(proxyFor(registry, { ...set, env: { NO_PROXY: exception } })).toMatchObject(left);
  });

  it('is skipped because of exceptions in the environment, unless the setting has exceptions', () => {
    const inside = new URL('https://r.corp.example.com');
    const left = { by: 'exception', exception: '.corp.example.com' };
    expect(proxyFor(inside, { ...nothing, env })).toEqual(left);
    expect(proxyFor(inside, { ...set, env })).toEqual(left);
    expect(proxyFor(inside, { ...set, env, exceptions: ['other.example.com'] })).toMatchObject({ by: 'setting' });
    expect(proxyFor(inside, { ...set, env: { no_proxy: 'other', NO_PROXY: '*' } })).toMatchObject({ by: 'setting' });
  });

  it('has exceptions that use the default port of the scheme', () => {
    expect(proxyFor(plain, { ...set, exceptions: ['example.com:80'] })).toMatchObject({ by: 'exception' });
    expect(proxyFor(plain, { ...set, exceptions: ['example.com:443'] })).toMatchObject({ by: 'setting' });
  });

  it('is chosen for any settings, and never has a scheme that VS Code ignores', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.webUrl(), fc.domain(), fc.constantFrom('*'));
    const settings = fc.record({
      support: fc.oneof(fc.constantFrom('off', 'on', 'fallback', 'override'), text),
      configured: text,
      exceptions: fc.array(text, { maxLength: 3 }),
      env: fc.dictionary(fc.constantFrom('https_proxy', 'HTTP_PROXY', 'no_proxy', 'NO_PROXY'), text),
    });
    fc.assert(
      fc.property(
        fc.webUrl({ authoritySettings: { withIPv4: true, withIPv6: true, withPort: true } }),
        settings,
        (url, all) => {
          const choice = proxyFor(new URL(url), all);
          expect(['setting', 'environment', 'off', 'loopback', 'system', 'exception']).toContain(choice.by);
          expect('proxy' in choice).toBe(choice.by === 'setting' || choice.by === 'environment');
          if ('proxy' in choice)
            expect(choice.proxy).toMatch(/^(http|https|socks|socks4|socks4a|socks5|socks5h):\/\//i);
        },
      ),
      { numRuns: 500 },
    );
  });
});
