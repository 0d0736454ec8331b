import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fakeApp } from './fakeApp';
import type { ShownDocument } from '../../../src/ui/documents';
import { formatJson, sliceBytes } from '../../../src/ui/formatJson';
import { JsonFormatter } from '../../../src/ui/jsonFormatter';
import { showJson } from '../../../src/ui/showJson';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = async (text: string) => (await formatJson(bytesOf(text))).text;

/** The text, and how many times it let others run. */
async function counted(text: string) {
  let pauses = 0;
  const formatted = await formatJson(bytesOf(text), () => {
    pauses++;
    return Promise.resolve();
  });
  return { ...formatted, pauses };
}

const withoutSpace = (json: string) =>
  json.replace(/"(?:[^"\\]|\\.)*"|\s+/g, (part) => (part.startsWith('"') ? part : ''));
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('formatted JSON', () => {
  it.each([
    ['an object', '{"b":1,"a":[true,null]}', '{\n  "b": 1,\n  "a": [\n    true,\n    null\n  ]\n}'],
    ['what is empty', '{"a":{ },"b":[ ]}', '{\n  "a": {},\n  "b": []\n}'],
    ['what was formatted otherwise', '{\r\n\t"a" :\n 1 }\n', '{\n  "a": 1\n}'],
    ['one value', ' "a b" ', '"a b"'],
    [
      'numbers as they are spelt',
      '[1.0,12345678901234567890,-0.5E+3]',
      '[\n  1.0,\n  12345678901234567890,\n  -0.5E+3\n]',
    ],
    ['escapes as they are spelt', '["\\u00e9\\/\\"","é\u202e"]', '[\n  "\\u00e9\\/\\"",\n  "é\u202e"\n]'],
    ['keys that come twice, in their order', '{"a":1,"b":2,"a":3}', '{\n  "a": 1,\n  "b": 2,\n  "a": 3\n}'],
  ])('is %s', async (_what, sent, formatted) => {
    expect(await textOf(sent)).toBe(formatted);
  });

  it('differs from what was sent in white space alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), fc.constantFrom(undefined, 1, '\t'), async (json, indentation) => {
        const sent = JSON.stringify(JSON.parse(json), undefined, indentation);
        const text = await textOf(sent);
        expect(withoutSpace(text)).toBe(withoutSpace(sent));
        expect(text).toBe(JSON.stringify(JSON.parse(json), undefined, 2));
      }),
    );
  });

  it.each([
    ...[
      '',
      ' ',
      'not json',
      'nonsense',
      '[1,2',
      '[1,]',
      '{"a":1,}',
      '{a:1}',
      "{'a':1}",
      '{"a"}',
      '{"a":1 "b":2}',
      '[1 2]',
    ],
    ...['[1]]', '{"a":1]', '1 2', '[01]', '[1.]', '[.5]', '[+1]', '[1e]', '[-]', '[tru]', '[NaN]', '["\n"]', '["\\x"]'],
    ...['["\\u12g4"]', '["a]', '[1] // why', ',', ':', '}', '{"a":1,"b"}', '{"a"::1}', '[,1]'],
  ])('is left alone where it is no JSON: %j', async (sent) => {
    expect(await textOf(sent)).toBe(sent);
  });

  it('is told from what is no JSON as JSON.parse tells it', async () => {
    const part = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '1',
      '-',
      '0',
      '.',
      'e',
      'true',
      ' ',
      '\\',
      'u',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 12 }), async (parts) => {
        const sent = parts.join('');
        let expected = sent;
        try {
          // Keeps the spelling of numbers and the order of keys, none of which the parts can change.
          JSON.parse(sent);
          expected = withoutSpace(sent);
        } catch {
          expect(await textOf(sent)).toBe(sent);
          return;
        }
        expect(withoutSpace(await textOf(sent))).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same wherever a slice ends', () => {
    const sent = bytesOf('{"a\\"\\u00e9é":[-1.5e+10,true,""],"b":{}}');
    const whole = new JsonFormatter(sent);
    whole.readTo(sent.length);
    const stepwise = new JsonFormatter(sent);
    for (let end = 1; end <= sent.length; end++) expect(stepwise.readTo(end)).toBe(true);
    expect(stepwise.result()).toEqual(whole.result());
    expect(whole.result()).toBeDefined();
  });
});

describe('the work of formatting', () => {
  it('is done in slices, as many as the text is long, also within one string', async () => {
    const mega = 1024 * 1024;
    const slices = (text: string) => Math.ceil(text.length / sliceBytes);
    for (const sent of [`["${'a'.repeat(4 * mega)}"]`, JSON.stringify(Array.from({ length: mega }, () => 'a'))]) {
      const { text, pauses } = await counted(sent);
      // The last slice of reading needs none.
      expect(pauses).toBe(slices(sent) - 1 + slices(text));
      expect(withoutSpace(text.slice(0, 1000))).toBe(sent.slice(0, withoutSpace(text.slice(0, 1000)).length));
    }
  });

  it('does not grow with the square of the depth', async () => {
    const [short, long] = [await textOf(nested(1000)), await textOf(nested(10_000))];
    expect(short.length).toBeLessThan(170_000);
    expect(long.length / short.length).toBeLessThan(10.2);
    expect(withoutSpace(long)).toBe(nested(10_000));
  });

  it('goes to any depth', async () => {
    const { text, isTooLong } = await formatJson(bytesOf(nested(100_000)));
    expect([withoutSpace(text) === nested(100_000), isTooLong]).toEqual([true, false]);
  });

  it('ends where the text would be too long for VS Code, and leaves it as it was sent', async () => {
    const sent = nested(5_000_000);
    const { text, isTooLong, pauses } = await counted(sent);
    expect([text === sent, isTooLong]).toEqual([true, true]);
    // It was given up after a few slices of reading; the rest is what it takes to decode what was sent.
    expect(pauses - Math.ceil(sent.length / sliceBytes)).toBeLessThan(20);
  });

  it('takes nothing long for a number', async () => {
    const sent = '1'.repeat(20_000);
    expect(new JsonFormatter(bytesOf(sent)).readTo(sent.length)).toBe(false);
    expect(await textOf(sent)).toBe(sent);
  });
});

describe('a document of JSON', () => {
  const shown = async (sent: string) => {
    const documents: ShownDocument[] = [];
    const { app, told } = fakeApp({
      showDocument: (document) => {
        documents.push(document);
        return Promise.resolve();
      },
    });
    await showJson(app, { name: 'app sbom.json', id: 'sha256:1' }, bytesOf(sent));
    return { texts: documents.map(({ text }) => text), told };
  };

  it('is formatted, without a word', async () => {
    expect(await shown('[1]')).toEqual({ texts: ['[\n  1\n]'], told: [] });
  });

  it('that is too long is shown as it was sent, which is said', async () => {
    const sent = nested(5_000_000);
    const { texts, told } = await shown(sent);
    expect(texts[0] === sent).toBe(true);
    expect(told).toEqual([
      '“app sbom.json” is shown unformatted, as it was sent: formatted, it would be too long for VS Code.',
    ]);
  });
});
