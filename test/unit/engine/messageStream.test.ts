import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutOffFailure, longestLine, readMessages } from '../../../src/engine/messageStream';
import { failing } from '../failing';

const subject = 'unix:///engine.sock';

async function* streamOf(chunks: readonly (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

async function all(chunks: readonly (string | Uint8Array)[]): Promise<unknown[]> {
  const messages: unknown[] = [];
  for await (const message of readMessages(streamOf(chunks), subject)) messages.push(message);
  return messages;
}

/** The bytes in pieces that end at the places, also in the middle of a character. */
function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((one, other) => one - other);
  return ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

describe('messages', () => {
  const messages = fc.array(fc.jsonValue(), { maxLength: 8 });
  const endings = fc.constantFrom('\n', '\r\n', '\n\n', '\n \n');

  it('are the same however the stream is cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(messages, endings, fc.array(fc.nat()), async (values, ending, places) => {
        const texts = values.map((value) => JSON.stringify(value));
        const bytes = new TextEncoder().encode(texts.map((text) => text + ending).join(''));
        expect(await all(cutAt(bytes, places))).toEqual(texts.map((text): unknown => JSON.parse(text)));
      }),
    );
  });

  it('may end without a line end', async () => {
    expect(await all(['{"status":"a"}\n{"status":"b"}'])).toEqual([{ status: 'a' }, { status: 'b' }]);
  });

  it('are none of an empty stream', async () => {
    expect(await all([])).toEqual([]);
    expect(await all(['', '\n', ' \r\n'])).toEqual([]);
  });

  it('that are cut within a line reject, after all that came before', async () => {
    const line = '{"status":"Pushing","id":"é"}';
    const bytes = new TextEncoder().encode(line);
    for (let end = 1; end < bytes.length; end++) {
      const seen: unknown[] = [];
      const reading = (async () => {
        const stream = streamOf([`{"status":"first"}\n`, bytes.subarray(0, end)]);
        for await (const message of readMessages(stream, subject)) seen.push(message);
      })();
      expect(await failing(reading)).toEqual(cutOffFailure(subject));
      expect(seen).toEqual([{ status: 'first' }]);
    }
  });

  it('that are no JSON reject', async () => {
    const failure = await failing(all(['{"status":"first"}\n<html>\n']));
    expect(failure).toMatchObject({ kind: 'malformed', detail: { subject, speaker: 'engine' } });
  });

  it('of which one never ends reject before they fill the memory', async () => {
    const chunk = 'x'.repeat(64 * 1024);
    let given = 0;
    const endless = (async function* () {
      for (; given < 1000; given++) yield await Promise.resolve(chunk);
    })();
    const reading = (async () => {
      const messages = readMessages(endless, subject);
      while ((await messages.next()).done !== true);
    })();
    expect(await failing(reading)).toMatchObject({ kind: 'malformed' });
    expect(given).toBeLessThan(20);
  });

  it('may be as long as any engine writes, in however small chunks', async () => {
    const line = `"${'x'.repeat(longestLine - 2)}"`;
    expect(await all([...(line.match(/.{1,7}/g) ?? []), '\n'])).toEqual([line.slice(1, -1)]);
  });

  it('that are longer reject, whether the line ends or not', async () => {
    const line = `"${'x'.repeat(longestLine)}"`;
    for (const chunks of [[line], [`${line}\n`], [line.slice(0, 1000), line.slice(1000), '\n']])
      expect(await failing(all(chunks))).toMatchObject({ message: 'a line of its progress is too long' });
  });
});
