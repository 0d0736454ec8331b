import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameFilter } from '../../../src/core/nameFilter';

const names = ['1.4', '1.4-alpine', '2.0', 'latest', 'team/api', 'team/Web-API', 'x.1.4'];
const found = (typed: string) => names.filter(nameFilter(typed));

describe('nameFilter', () => {
  it.each([
    ['', names],
    ['  ', names],
    ['1.4', ['1.4', '1.4-alpine', 'x.1.4']],
    ['API', ['team/api', 'team/Web-API']],
    ['api team', ['team/api', 'team/Web-API']],
    ['team web', ['team/Web-API']],
    ['1.*', ['1.4', '1.4-alpine']],
    ['*-alpine', ['1.4-alpine']],
    ['*e*', ['1.4-alpine', 'latest', 'team/api', 'team/Web-API']],
    ['1*4', ['1.4']],
    ['t*/w*i', ['team/Web-API']],
    ['*', names],
    ['1.* alpine', ['1.4-alpine']],
    ['(.+)', []],
  ])('%j finds %j', (typed, expected) => {
    expect(found(typed)).toEqual(expected);
  });

  it('uses no character of a name twice', () => {
    expect(nameFilter('ab*ba')('aba')).toBe(false);
    expect(nameFilter('a*b*b')('ab')).toBe(false);
  });

  it('finds with a pattern what the same regular expression finds', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (typed, name) => {
        const expected = typed.includes('*')
          ? new RegExp(`^${typed.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(name)
          : name.includes(typed);
        expect(nameFilter(typed)(name)).toBe(expected);
      }),
    );
  });
});
