import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isDigest,
  parseReference,
  pathProblem,
  printReference,
  withDigest,
  withTag,
} from '../../../src/core/reference';

const hex = '0123456789abcdef'.repeat(4);

describe('parseReference', () => {
  it.each([
    ['nginx', { host: 'docker.io', path: 'library/nginx' }],
    ['nginx:1.27', { host: 'docker.io', path: 'library/nginx', tag: '1.27' }],
    ['me/app', { host: 'docker.io', path: 'me/app' }],
    ['docker.io/nginx', { host: 'docker.io', path: 'library/nginx' }],
    ['index.docker.io/me/app', { host: 'docker.io', path: 'me/app' }],
    ['localhost/app', { host: 'localhost', path: 'app' }],
    ['localhost:5000/a/b:c', { host: 'localhost:5000', path: 'a/b', tag: 'c' }],
    ['ghcr.io/acme/web@sha256:' + hex, { host: 'ghcr.io', path: 'acme/web', digest: `sha256:${hex}` }],
    ['r.test/a:b@sha256:' + hex, { host: 'r.test', path: 'a', tag: 'b', digest: `sha256:${hex}` }],
    ['[::1]:5000/a', { host: '[::1]:5000', path: 'a' }],
    ['Registry/a', { host: 'Registry', path: 'a' }],
    ['r.test/a__b.c-d/e---f', { host: 'r.test', path: 'a__b.c-d/e---f' }],
    [`${hex}/a`, { host: 'docker.io', path: `${hex}/a` }],
  ])('reads %s', (text, reference) => {
    expect(parseReference(text)).toEqual(reference);
  });

  it.each([
    ['', 'empty'],
    ['r.test/', 'empty'],
    [':tag', 'empty'],
    ['NGINX', 'upperCase'],
    ['r.test/Acme/web', 'upperCase'],
    ['a//b', 'path'],
    ['a/', 'path'],
    ['a/-b', 'path'],
    ['a/b_', 'path'],
    ['a/b..c', 'path'],
    ['a b', 'path'],
    ['a/é', 'path'],
    ['../../etc', 'host'],
    ['r.test/../b', 'path'],
    [`r.test/${'a'.repeat(256)}`, 'pathTooLong'],
    ['-r.test/a', 'host'],
    ['r.test:port/a', 'host'],
    ['user@r.test/a', 'digest'],
    ['a:', 'tag'],
    ['a:.b', 'tag'],
    ['a:b c', 'tag'],
    [`a:${'b'.repeat(129)}`, 'tag'],
    ['a:b:c', 'tag'],
    ['a@sha256:abc', 'digest'],
    [`a@sha256:${hex.toUpperCase()}`, 'digest'],
    [`a@sha256:${hex}@sha256:${hex}`, 'digest'],
    [hex, 'imageId'],
  ])('refuses %s as %s', (text, problem) => {
    expect(parseReference(text)).toEqual({ problem });
  });

  it('does not throw, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parseReference(text);
        expect('problem' in parsed || parsed.path !== '').toBe(true);
      }),
    );
  });
});

const component = fc.stringMatching(/^[a-z0-9]{1,8}((\.|_|__|-{1,3})[a-z0-9]{1,8}){0,2}$/);
const host = fc.oneof(
  fc.stringMatching(/^[a-z0-9]{1,10}\.[a-z]{2,5}(:[1-9][0-9]{0,4})?$/),
  fc.constantFrom('docker.io', 'localhost', 'localhost:5000', '[::1]:5000', 'Registry', '127.0.0.1:1'),
);
const reference = fc
  .record(
    {
      host,
      path: fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
      tag: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/),
      digest: fc.stringMatching(/^sha256:[a-f0-9]{64}$/),
    },
    { requiredKeys: ['host', 'path'] },
  )
  // On Docker Hub a path of one component does not exist, and one that begins with a host is another registry's.
  .filter(({ host, path }) => host !== 'docker.io' || (path.includes('/') && !/^[^/]*[.:]|^localhost\//.test(path)));

describe('printReference', () => {
  it.each([
    [{ host: 'docker.io', path: 'library/nginx', tag: '1' }, 'nginx:1'],
    [{ host: 'docker.io', path: 'library/a/b' }, 'library/a/b'],
    [{ host: 'docker.io', path: 'me/app' }, 'me/app'],
    [{ host: 'r.test', path: 'library/nginx' }, 'r.test/library/nginx'],
    [{ host: 'r.test:1', path: 'a', tag: 'b', digest: `sha256:${hex}` }, `r.test:1/a:b@sha256:${hex}`],
  ])('prints %j as %s', (image, text) => {
    expect(printReference(image)).toBe(text);
  });

  it('prints what parses to the same reference', () => {
    fc.assert(
      fc.property(reference, (image) => {
        expect(parseReference(printReference(image))).toEqual(image);
      }),
      { numRuns: 500 },
    );
  });
});

describe('parts of a reference', () => {
  it('are exchanged for one another', () => {
    const image = { host: 'r.test', path: 'a', tag: 'b', digest: `sha256:${hex}` };
    expect(withTag(image, 'c')).toEqual({ host: 'r.test', path: 'a', tag: 'c' });
    expect(withDigest(image, 'sha256:d')).toEqual({ host: 'r.test', path: 'a', digest: 'sha256:d' });
  });

  it('are checked one by one', () => {
    expect([pathProblem('a/b'), pathProblem('a'.repeat(255)), pathProblem('A')]).toEqual([
      undefined,
      undefined,
      'upperCase',
    ]);
    expect(isDigest(`sha256:${hex}`)).toBe(true);
    expect(isDigest(`sha512:${hex}${hex}`)).toBe(true);
    for (const no of ['', 'sha256:', `sha256:${hex}0`, hex, 'latest', `sha256:${hex}\n`, `SHA256:${hex}`])
      expect(isDigest(no)).toBe(false);
  });
});
