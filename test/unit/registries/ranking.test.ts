import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/core/model';
import { queryOf, rankingOf } from '../../../src/registries/ranking';
import { reference } from '../ui/fakeApp';

const entryOf = (name: string): Entry => {
  const image = reference(name);
  return image.tag === undefined
    ? { kind: 'repository', label: image.path, image }
    : { kind: 'tag', label: image.tag, image };
};
const names = [
  'ghcr.io/team/api-web',
  'ghcr.io/team/website',
  'ghcr.io/acme/web',
  'ghcr.io/acme/cobweb',
  'ghcr.io/web-team/api',
  'ghcr.io/acme/web:1.4',
  'ghcr.io/acme/web:1.4-alpine',
  'ghcr.io/acme/api:web',
];
/** The names that match, each behind its rank. */
function ranked(typed: string): readonly string[] {
  const rankOf = rankingOf(queryOf(typed));
  return names
    .flatMap((name) => {
      const rank = rankOf(entryOf(name));
      return rank === undefined ? [] : [`${rank} ${name.replace('ghcr.io/', '')}`];
    })
    .sort();
}

describe('ranking', () => {
  it.each([
    ['web', ['0 acme/api:web', '0 acme/web', '1 team/website', '1 web-team/api', '2 team/api-web', '3 acme/cobweb']],
    ['WEB acme', ['2 acme/api:web', '2 acme/web', '3 acme/cobweb']],
    ['acme/web', ['0 acme/web']],
    ['ghcr.io/acme/we', ['1 acme/web']],
    [
      'web:1.4',
      [
        ...['0 acme/web', '0 acme/web:1.4', '1 acme/web:1.4-alpine', '1 team/website', '1 web-team/api'],
        ...['2 team/api-web', '3 acme/cobweb'],
      ],
    ],
    ['docker pull ghcr.io/acme/web:1.4', ['0 acme/web', '0 acme/web:1.4', '1 acme/web:1.4-alpine']],
    ['1.4', ['0 acme/web:1.4', '1 acme/web:1.4-alpine']],
    ['web alpine', ['2 acme/web:1.4-alpine']],
    ['*web', ['3 acme/api:web', '3 acme/cobweb', '3 acme/web', '3 team/api-web']],
    ['nothing', []],
  ])('of %j', (typed, expected) => {
    expect(ranked(typed)).toEqual(expected);
  });
});
