import { t } from '@vscode/l10n';
import { Failure } from '../core/failure';

/** Characters of one line, at most. Events contain all labels of an image; an endless line would fill the memory. */
export const longestLine = 256 * 1024;

/**
 * Reads the stream of an engine's progress or events: one JSON text per line. Blank lines are skipped. Rejects with a Failure when a
 * line is not JSON or is too long, or when the stream ends in the middle of a line. `subject`: the engine's address.
 */
export async function* readMessages(
  stream: AsyncIterable<string | Uint8Array>,
  subject: string,
): AsyncGenerator<unknown, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const lines = (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })).split('\n');
    // Only the new chunk is searched: a long line may arrive in very many chunks.
    const last = lines.pop() ?? '';
    for (const end of lines) {
      const line = checkLength(rest + end, subject);
      rest = '';
      if (line.trim() !== '') yield parse(line, () => malformedFailure(subject));
    }
    rest = checkLength(rest + last, subject);
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield parse(rest, () => cutOffFailure(subject));
}

/** The failure for an answer that ends before it is complete. */
export function cutOffFailure(subject: string): Failure {
  return new Failure('unreachable', t('the answer broke off'), { subject, speaker: 'engine', code: 'ECONNRESET' });
}

function checkLength(line: string, subject: string): string {
  if (line.length <= longestLine) return line;
  throw new Failure('malformed', t('a line of its progress is too long'), { subject, speaker: 'engine' });
}

function malformedFailure(subject: string): Failure {
  return new Failure('malformed', t('its progress is not JSON'), { subject, speaker: 'engine' });
}

function parse(line: string, failure: () => Failure): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw failure();
  }
}
