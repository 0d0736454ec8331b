/**
 * Lays JSON out to be read, touching nothing but white space: numbers, escapes and key order stay as the registry sent
 * them. What is not JSON is shown as it is.
 */
export async function formatJson(bytes: Uint8Array): Promise<string> {
  const text = new TextDecoder().decode(bytes);
  // Loaded with the first document.
  const { format, applyEdits } = await import('jsonc-parser');
  return applyEdits(text, format(text, undefined, { insertSpaces: true, tabSize: 2, eol: '\n' }));
}
