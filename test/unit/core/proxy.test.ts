import { describe, expect, it } from 'vitest';
import { proxyFor, type ProxySettings } from '../../../src/core/proxy';

const nothing: ProxySettings = { support: 'override', configured: '', exceptions: [], env: {} };
const registry = new URL('https://registry.example.com:5000');
const env = {
  HTTPS_PROXY: 'http://inherited:3128',
  NO_PROXY: 'localhost, .corp.example.com, registry.example.com:6000',
};

describe('the proxy', () => {
  it('is the one of the setting, before that of the environment', () => {
    const settings = { ...nothing, configured: 'http://set:3128', env };
    expect(proxyFor(registry, settings)).toEqual({ by: 'setting', proxy: 'http://set:3128' });
    expect(proxyFor(registry, { ...nothing, env })).toEqual({ by: 'environment', proxy: 'http://inherited:3128' });
    expect(proxyFor(registry, nothing)).toEqual({ by: 'system' });
  });

  it('of the environment goes by scheme', () => {
    const plain = new URL('http://registry.example.com');
    expect(proxyFor(plain, { ...nothing, env })).toEqual({ by: 'system' });
    expect(proxyFor(plain, { ...nothing, env: { http_proxy: 'http://plain:1' } })).toMatchObject({
      proxy: 'http://plain:1',
    });
  });

  it('is used by nobody when it is turned off, nor for this machine', () => {
    const settings = { ...nothing, configured: 'http://set:3128' };
    expect(proxyFor(registry, { ...settings, support: 'off' })).toEqual({ by: 'off' });
    for (const url of ['http://localhost:5000', 'https://127.0.0.1', 'http://[::1]:5000'])
      expect(proxyFor(new URL(url), settings)).toEqual({ by: 'loopback' });
  });

  it.each([
    ['*', true],
    ['registry.example.com', true],
    ['example.com', true],
    ['.example.com', true],
    ['*.example.com', true],
    ['EXAMPLE.com:5000', true],
    ['example.com:443', false],
    ['ample.com', false],
    ['', false],
  ])('is left out by the exception %j: %s', (exception, isLeftOut) => {
    const choice = proxyFor(registry, { ...nothing, configured: 'http://set:3128', exceptions: [exception] });
    expect(choice).toEqual(isLeftOut ? { by: 'exception', exception } : { by: 'setting', proxy: 'http://set:3128' });
  });

  it('is left out by the exceptions of the environment only where it comes from there', () => {
    const inside = new URL('https://r.corp.example.com');
    expect(proxyFor(inside, { ...nothing, env })).toEqual({ by: 'exception', exception: '.corp.example.com' });
    expect(proxyFor(inside, { ...nothing, env, configured: 'http://set:3128' })).toMatchObject({ by: 'setting' });
  });
});
