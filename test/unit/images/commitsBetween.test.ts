import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commitPage, commitsBetween } from '../../../src/images/commitsBetween';

const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
const between = (repository: string, other = repository) =>
  commitsBetween({ repository, commit: a }, { repository: other, commit: b });

describe('the page of the commits between two', () => {
  it.each([
    'https://github.com/o/r',
    'https://github.com/o/r/',
    'https://github.com/o/r.git',
    'https://GitHub.com/o/r.git/',
    'git+https://github.com/o/r@refs/heads/main',
    'git+https://github.com/o/r.git@refs/tags/v1.2+3',
    'https://github.com/o/r.git#refs/heads/main',
    'https://github.com/o/r.git#main:sub/folder',
    'git@github.com:o/r.git',
    'git@github.com:o/r',
    'ssh://git@github.com/o/r.git',
    'git+ssh://git@github.com/o/r',
    'git://github.com/o/r.git',
  ])('is known for %s', (repository) => {
    expect(between(repository)).toBe(`https://github.com/o/r/compare/${a}...${b}`);
    expect(between(repository, 'https://github.com/O/R')).toBe(`https://github.com/O/R/compare/${a}...${b}`);
    expect(commitPage({ repository, commit: a })).toBe(`https://github.com/o/r/commit/${a}`);
  });

  it.each([
    ['https://gitlab.com/g/p', `https://gitlab.com/g/p/-/compare/${a}...${b}`, `https://gitlab.com/g/p/-/commit/${a}`],
    [
      'git@gitlab.com:g/sub/deep/p.git',
      `https://gitlab.com/g/sub/deep/p/-/compare/${a}...${b}`,
      `https://gitlab.com/g/sub/deep/p/-/commit/${a}`,
    ],
    [
      'https://codeberg.org/o/r',
      `https://codeberg.org/o/r/compare/${a}...${b}`,
      `https://codeberg.org/o/r/commit/${a}`,
    ],
    [
      'https://gitea.com/o/r.js',
      `https://gitea.com/o/r.js/compare/${a}...${b}`,
      `https://gitea.com/o/r.js/commit/${a}`,
    ],
    [
      'https://bitbucket.org/w/r',
      `https://bitbucket.org/w/r/branches/compare/${b}..${a}`,
      `https://bitbucket.org/w/r/commits/${a}`,
    ],
  ])('is that of its host: %s', (repository, compared, one) => {
    expect(between(repository)).toBe(compared);
    expect(commitPage({ repository, commit: a })).toBe(one);
  });

  it('is not there for two repositories, or for one commit', () => {
    const repository = 'https://github.com/o/r';
    expect(between(repository, 'https://github.com/o/s')).toBeUndefined();
    expect(between(repository, 'https://gitlab.com/o/r')).toBeUndefined();
    expect(commitsBetween({ repository, commit: a }, { repository, commit: a.toUpperCase() })).toBeUndefined();
    expect(commitsBetween({ repository, commit: a }, { repository, commit: a.slice(0, 12) })).toBeUndefined();
  });

  it.each([
    'http://github.com/o/r',
    'javascript:alert(1)//github.com/o/r',
    'file://github.com/o/r',
    'https://github.com@evil.test/o/r',
    'https://evil.test/github.com/o/r',
    'https://github.com.evil.test/o/r',
    'https://evilgithub.com/o/r',
    'https://user:secret@github.com/o/r',
    'https://git@github.com/o/r',
    'ssh://root@github.com/o/r',
    'https://github.com:8443/o/r',
    'https://gitlab.com:8443/o/r',
    'https://gitlab.com:g/p',
    'https://github.com/o',
    'https://github.com/o/r/tree/main',
    'https://github.com/o//r',
    'https://github.com/../r',
    'https://github.com/o/..',
    'https://github.com/o/.git',
    'https://github.com/o/r?x=1',
    'https://github.com/o/r%2f..',
    'https://github.com/o/r\n',
    'https://github.com/o/r x',
    'https://github.com\\o/r',
    'https://github.com/ö/r',
    'https://gitlab.com/g/p/-/merge_requests',
    'https://ghe.example.com/o/r',
    'github.com/o/r',
    '',
    `https://github.com/o/r#${'x'.repeat(3000)}`,
  ])('is not made up for %j', (repository) => {
    expect(between(repository)).toBeUndefined();
    expect(commitPage({ repository, commit: a })).toBeUndefined();
  });

  it.each(['', 'main', 'abcdef', 'g'.repeat(40), 'a'.repeat(65), `${a}/../x`, `${a}\n`, '../../x'])(
    'takes no commit that is not the id of one: %j',
    (commit) => {
      expect(commitPage({ repository: 'https://github.com/o/r', commit })).toBeUndefined();
    },
  );

  it('is on a known host, over HTTPS, whatever is written', () => {
    const part = fc.constantFrom(
      'https://',
      'git@',
      'git+',
      'github.com',
      'gitlab.com',
      'evil.test',
      ':',
      '/',
      '@',
      '#',
      '.',
      'o',
      'r',
      '%',
      '?',
      '\\',
      '-',
    );
    const text = fc.array(part, { maxLength: 10 }).map((parts) => parts.join(''));
    const known = ['github.com', 'gitlab.com', 'codeberg.org', 'gitea.com', 'bitbucket.org'];
    fc.assert(
      fc.property(text, (repository) => {
        const page = commitPage({ repository, commit: a });
        if (page === undefined) return;
        const url = new URL(page);
        expect(url.href).toBe(page);
        expect([url.protocol, url.username, url.port, url.search, url.hash]).toEqual(['https:', '', '', '', '']);
        expect(known).toContain(url.hostname);
      }),
      { numRuns: 2000 },
    );
  });
});
