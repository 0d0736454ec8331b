import { expect, it } from 'vitest';
import { lifetimeOf } from '../../../src/providers/acr/jwt';

const jwt = (claims: unknown): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

it('is the difference of the two dates in a token', () => {
  expect(lifetimeOf(jwt({ iat: 1_700_000_000, exp: 1_700_004_500 }))).toBe(4500);
});

it.each([
  ['no token', 'opaque'],
  ['no JSON', 'a.b.c'],
  ['no object', jwt(null)],
  ['no start', jwt({ exp: 5 })],
  ['dates that are text', jwt({ iat: '1', exp: '2' })],
  ['an end before its start', jwt({ iat: 9, exp: 1 })],
])('is unknown for %s', (_what, token) => {
  expect(lifetimeOf(token)).toBeUndefined();
});
