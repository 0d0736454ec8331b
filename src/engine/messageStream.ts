import { Failure } from '../core/failure';

/** No message is longer; an answer of another kind would fill the memory. */
const longestLine = 1024 * 1024;

/**
 * Reads a stream of JSON texts, one a line, as engines tell of progress and events. Blank lines count for nothing. Rejects
 * with a Failure when a line is no JSON, or the stream ends in the middle of one. `subject`: the engine's address.
 */
export async function* readMessages(
  stream: AsyncIterable<string | Uint8Array>,
  subject: string,
): AsyncGenerator<unknown, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield parse(line, () => malformed(subject));
    if (rest.length > longestLine) throw malformed(subject);
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield parse(rest, () => brokenOff(subject));
}

/** What an answer means that ends before it is complete. */
export function brokenOff(subject: string): Failure {
  return new Failure('unreachable', 'the answer broke off', { subject, speaker: 'engine', code: 'ECONNRESET' });
}

function malformed(subject: string): Failure {
  return new Failure('malformed', 'its progress is not JSON', { subject, speaker: 'engine' });
}

function parse(line: string, failure: () => Failure): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw failure();
  }
}
