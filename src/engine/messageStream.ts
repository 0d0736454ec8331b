import { t } from '@vscode/l10n';
import { Failure } from '../core/failure';

/** No message is longer: events have all labels of an image. An answer of another kind would fill the memory. */
export const longestLine = 256 * 1024;

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
    const lines = (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })).split('\n');
    // Only what has come now is looked through: a line may come in as many chunks as it has characters.
    const last = lines.pop() ?? '';
    for (const end of lines) {
      const line = within(rest + end, subject);
      rest = '';
      if (line.trim() !== '') yield parse(line, () => malformed(subject));
    }
    rest = within(rest + last, subject);
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield parse(rest, () => brokenOff(subject));
}

/** What an answer means that ends before it is complete. */
export function brokenOff(subject: string): Failure {
  return new Failure('unreachable', t('the answer broke off'), { subject, speaker: 'engine', code: 'ECONNRESET' });
}

function within(line: string, subject: string): string {
  if (line.length <= longestLine) return line;
  throw new Failure('malformed', t('a line of its progress is too long'), { subject, speaker: 'engine' });
}

function malformed(subject: string): Failure {
  return new Failure('malformed', t('its progress is not JSON'), { subject, speaker: 'engine' });
}

function parse(line: string, failure: () => Failure): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw failure();
  }
}
