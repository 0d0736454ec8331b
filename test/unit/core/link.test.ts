import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextLink } from '../../../src/core/link';

describe('nextLink', () => {
  it('reads no rel inside another value', () => {
    expect(nextLink('</a>; title="a; rel=prev"; rel="next"')).toBe('/a');
    expect(nextLink('</a>; rel="prev"; title="; rel=next"')).toBeUndefined();
  });

  it.each([
    ['</v2/_catalog?last=a%2Fb&n=100>; rel="next"', '/v2/_catalog?last=a%2Fb&n=100'],
    ['<https://r.test/v2/a/tags/list?last=x>;rel=next', 'https://r.test/v2/a/tags/list?last=x'],
    ['</a>; rel = "next"', '/a'],
    ['</a>; title="a, <b>"; rel="next"', '/a'],
    ['</a>; REL="NEXT"', '/a'],
    ['</a>; rel="last next"', '/a'],
    ['</first>; rel="first", </a>; rel="next"', '/a'],
    ['</a>; rel="next", </last>; rel="last"', '/a'],
    // A comma is a character like any other in an address.
    ['</a?b=c,d>; rel="next"', '/a?b=c,d'],
    // No relation: the only link there is.
    ['</a>', '/a'],
    ['</last>; rel="last"', undefined],
    ['<>; rel="next"', undefined],
    ['', undefined],
    ['/a; rel="next"', undefined],
    [undefined, undefined],
  ])('finds in %s: %s', (field, target) => {
    expect(nextLink(field)).toBe(target);
  });

  it('gives the address byte for byte', () => {
    const address = fc.string().filter((text) => text !== '' && !text.includes('>'));
    fc.assert(
      fc.property(address, (target) => {
        expect(nextLink(`</first>; rel="first", <${target}>; rel="next"`)).toBe(target);
      }),
    );
  });

  it('ends, and does not throw, whatever it is given', () => {
    const junk = fc.array(fc.constantFrom('<', '>', ';', '"', '=', ',', 'rel', 'next', ' ', '\\', '/a'));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          junk.map((parts) => parts.join('')),
        ),
        (field) => {
          expect(['string', 'undefined']).toContain(typeof nextLink(field));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('ends soon on long fields made to be hard', () => {
    for (const part of ['<', '<a>', '<a>;', ';a', ';a=', ';a="', ' ;', ', '])
      expect(nextLink(`</a>; rel="next"${part.repeat(20_000 / part.length)}`)).toBe('/a');
  });

  it('is found behind targets that have no end', () => {
    expect(nextLink('<'.repeat(1000))).toBeUndefined();
    expect(nextLink('<a>; rel="prev", x <<b>; rel="next"')).toBe('<b');
  });
});
