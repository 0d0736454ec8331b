import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChallenges } from '../../../src/core/challenge';

const bearer = (parameters: Record<string, string>) => ({ scheme: 'bearer', parameters });
const basic = (parameters: Record<string, string>) => ({ scheme: 'basic', parameters });

describe('parseChallenges', () => {
  it.each([
    ['', []],
    ['Basic', [basic({})]],
    ['Basic realm="r"', [basic({ realm: 'r' })]],
    [
      'Bearer realm="https://a.test/token",service="registry.test",scope="repository:a/b:pull,push"',
      [bearer({ realm: 'https://a.test/token', service: 'registry.test', scope: 'repository:a/b:pull,push' })],
    ],
    ['bearer SERVICE=s , Realm = "r"', [bearer({ service: 's', realm: 'r' })]],
    // A colon needs quotes; the part before it is all that can be read.
    ['Bearer scope=a:b:c, realm="r"', [bearer({ scope: 'a', realm: 'r' })]],
    ['Bearer realm="a \\"b\\" \\\\c"', [bearer({ realm: 'a "b" \\c' })]],
    ['Bearer realm=""', [bearer({ realm: '' })]],
    ['Bearer realm="r",Basic realm="b"', [bearer({ realm: 'r' }), basic({ realm: 'b' })]],
    ['Basic, Bearer realm="r"', [basic({}), bearer({ realm: 'r' })]],
    [
      'Basic realm="a, Bearer realm=b", Bearer realm="r"',
      [basic({ realm: 'a, Bearer realm=b' }), bearer({ realm: 'r' })],
    ],
    [
      'Negotiate YIIJvwYGKwYBBQUCoIIJszCCCa8=, Bearer realm="r"',
      [{ scheme: 'negotiate', parameters: {} }, bearer({ realm: 'r' })],
    ],
    // What is written first stays.
    ['Bearer realm="a",realm="b"', [bearer({ realm: 'a' })]],
    // What cannot be read is left out.
    ['Bearer realm="r",service="unfinished', [bearer({ realm: 'r' })]],
    ['Bearer realm="r",@@,service="s"', [bearer({ realm: 'r', service: 's' })]],
    [',,, Basic realm="r",,', [basic({ realm: 'r' })]],
    ['realm="r"', []],
  ])('reads %s', (field, challenges) => {
    expect(parseChallenges(field)).toEqual(challenges);
  });

  const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/);
  const value = fc.string({ unit: 'grapheme-ascii' });
  const challenge = fc.record({
    scheme: name,
    parameters: fc.dictionary(
      name.filter((key) => key !== 'constructor'),
      value,
      { noNullPrototype: true },
    ),
  });

  it('reads back every list of challenges, whatever their number and values', () => {
    const printed = fc.array(challenge).map((challenges) => ({
      challenges,
      field: challenges
        .map(({ scheme, parameters }) => {
          const pairs = Object.entries(parameters).map(
            ([key, text]) => `${key}="${text.replace(/["\\]/g, (character) => `\\${character}`)}"`,
          );
          return `${scheme} ${pairs.join(', ')}`.trim();
        })
        .join(', '),
    }));
    fc.assert(
      fc.property(printed, ({ challenges, field }) => {
        expect(parseChallenges(field)).toEqual(challenges);
      }),
    );
  });

  it('ends, and does not throw, whatever it is given', () => {
    const junk = fc.array(fc.constantFrom('Bearer', 'a', '"', '\\', '=', ',', ' ', '\t', '\n', 'é', ';', '=='));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          junk.map((parts) => parts.join('')),
        ),
        (field) => {
          expect(Array.isArray(parseChallenges(field))).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('ends soon on long fields made to be hard', () => {
    for (const part of ['"', '\\"', 'a=', 'a="', ', ', 'a ', '\\'])
      expect(parseChallenges(`Bearer realm="r",${part.repeat(50_000 / part.length)}`)[0]?.scheme).toBe('bearer');
  });
});
