import { pause as nextTurn } from '../core/pause';
import type { Pause } from '../core/pause';
import { JsonFormatter } from './jsonFormatter';

/**
 * The longest document, in bytes: VS Code opens no document above 50 MB for an extension.
 * https://github.com/microsoft/vscode/blob/1.105.0/src/vs/editor/common/model/textModel.ts `_MODEL_SYNC_LIMIT`
 */
const mostBytes = 48 * 1024 * 1024;
/** Bytes that are read at a time: a few milliseconds, even if each byte begins a new line. */
export const sliceBytes = 64 * 1024;

export interface FormattedJson {
  readonly text: string;
  /** Formatted, the text would be too long for VS Code, so `text` is unformatted. */
  readonly isTooLong: boolean;
}

/**
 * Formats JSON so that it is easy to read. Changes only white space: numbers, escapes, key order and duplicate keys stay byte for
 * byte. Text that is not JSON stays unchanged. The time is proportional to the length, in slices with a `pause` after each.
 */
export async function formatJson(bytes: Uint8Array, pause: Pause = nextTurn): Promise<FormattedJson> {
  const formatter = new JsonFormatter(bytes);
  let isJson = true;
  let isTooLong = false;
  for (let end = sliceBytes; isJson && !isTooLong; end += sliceBytes) {
    isJson = formatter.readTo(end);
    isTooLong = formatter.length > mostBytes;
    if (end >= bytes.length) break;
    await pause();
  }
  const formatted = isJson && !isTooLong ? formatter.result() : undefined;
  return { text: await decode(formatted ?? bytes, pause), isTooLong };
}

async function decode(bytes: Uint8Array, pause: Pause): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    text += decoder.decode(bytes.subarray(at, at + sliceBytes), { stream: true });
    await pause();
  }
  return text + decoder.decode();
}
