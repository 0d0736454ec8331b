import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMessages } from '../../../src/engine/messageStream';
import { failing } from '../failing';

async function* chunks(parts: readonly (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  for (const part of parts) {
    await Promise.resolve();
    yield part;
  }
}

async function read(...parts: readonly (string | Uint8Array)[]): Promise<unknown[]> {
  const messages: unknown[] = [];
  for await (const message of readMessages(chunks(parts), 'unix:///engine')) messages.push(message);
  return messages;
}

describe('a stream of messages', () => {
  it('is the same however it is cut, within characters too', async () => {
    const messages = fc.array(fc.record({ status: fc.string({ unit: 'binary' }), id: fc.string() }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(messages, fc.array(fc.nat(200)), async (list, cuts) => {
        const bytes = new TextEncoder().encode(list.map((message) => `${JSON.stringify(message)}\r\n`).join(''));
        const places = [...new Set(cuts)].filter((at) => at < bytes.length).sort((one, other) => one - other);
        const parts = [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
        expect(await read(...parts)).toEqual(list);
      }),
    );
  });

  it('needs no end of line after the last message', async () => {
    expect(await read('{"a":1}\n\n', '{"b":2}')).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it('that ends in the middle of a line has broken off', async () => {
    expect(await failing(read('{"status":"Pushing"}\n{"status":"Pus'))).toMatchObject({
      kind: 'unreachable',
      detail: { code: 'ECONNRESET', speaker: 'engine', subject: 'unix:///engine' },
    });
  });

  it.each([['<html>\n'], ['{"a":}\n'], ['x'.repeat(1024 * 1024 + 1)]])(
    'is refused where it is no JSON',
    async (text) => {
      expect(await failing(read(text))).toMatchObject({ kind: 'malformed', detail: { speaker: 'engine' } });
    },
  );
});
