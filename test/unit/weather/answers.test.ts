import { describe, expect, it } from 'vitest';
import { weather } from '../../sandbox/weather';
import { expectNoStrays, registry, shortenTimeLimits, told } from './bench';
import { late, sentences } from './sentences';

expectNoStrays();

const isName = (name: string): name is keyof typeof weather => name in weather;

describe('bad weather while repositories are listed', () => {
  it.each(Object.keys(weather).filter(isName))('%s is told in a sentence', async (name) => {
    const { server, provider } = await registry();
    server.fail(/./, weather[name]);
    if (sentences[name] === late) shortenTimeLimits();
    expect(await told(provider.list(undefined, undefined, new AbortController().signal))).toBe(
      `Could not list the repositories: ${sentences[name]}`,
    );
    // As soon as it is over, everything is as before.
    server.clearFaults();
    expect((await provider.list(undefined, undefined, new AbortController().signal)).items).toHaveLength(1);
  });
});
