import { describe, expect, it } from 'vitest';
import { mostBarrenPages, mostRows } from '../../../src/core/bounds';
import { listAll } from '../../../src/azure/arm';
import { covers } from '../../../src/azure/pullAccess';
import { report } from '../../../src/ui/report';
import { failing } from '../failing';

/** A list of equal pages; `given` counts the pages that were read. */
function paged(rows: number, pages: number) {
  const list = {
    given: 0,
    async *byPage() {
      while (list.given < pages) {
        list.given++;
        yield await Promise.resolve(Array.from({ length: rows }, (_none, index) => index));
      }
    },
  };
  return list;
}

describe('a list of Azure', () => {
  it('is read to the end', async () => {
    expect((await listAll(paged(2, 3))).length).toBe(6);
    expect(await listAll(paged(0, 1))).toEqual([]);
  });

  it.each([
    ['empty pages', 0, mostBarrenPages],
    ['full pages', 1000, mostRows / 1000],
  ])('is ended with a Failure if it continues with %s without an end', async (_what, rows, most) => {
    const list = paged(rows, Infinity);
    const failure = await failing(listAll(list));
    expect(list.given).toBe(most);
    expect(report(failure, 'list')?.reason).toBe('The list from Azure does not end.');
  });
});

describe('a right of Azure', () => {
  it.each([
    ['*', 'a/b/read', true],
    ['A/B/Read', 'a/b/read', true],
    ['a/*/read', 'a/b/read', true],
    ['*/read', 'a/b/read', true],
    ['a/*', 'a/b/read', true],
    ['a/*', 'a', false],
    ['*b*', 'abc', true],
    ['ab*ba', 'aba', false],
    ['a.b', 'axb', false],
    ['', 'a', false],
    ['a/b', 'a/b/read', false],
    [`${'*a'.repeat(40)}b`, 'a'.repeat(60), false],
  ])('%s covers %s: %s', (pattern, action, expected) => {
    expect(covers(pattern, action)).toBe(expected);
  });
});
