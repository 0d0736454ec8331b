/** A table whose columns stand right from the one with the number `right` on. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], right = head.length): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_cell, at) => (at >= right ? '---:' : '---'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
