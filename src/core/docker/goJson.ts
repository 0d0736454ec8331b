/**
 * JSON as programs in Go read it, docker and podman among them: https://pkg.go.dev/encoding/json#Unmarshal. Names of fields may be in
 * any case, a name that stands there twice counts twice, and a file ends with its first value.
 */

export interface GoObject {
  /** In their order; those of the same name one after the other. */
  readonly members: readonly (readonly [name: string, value: unknown])[];
  /** What stands behind the object, which Go leaves unread. */
  readonly rest: string;
}

/** The object that a text begins with; nothing of an empty text. Throws a SyntaxError where it begins with none. */
export function readObject(text: string): GoObject | undefined {
  // Trimmed of the mark that editors of Windows put in front, too.
  const json = text.trim();
  if (json === '') return undefined;
  const marks = marksIn(json);
  const end = marks.at(-1);
  if (!json.startsWith('{') || end === undefined) throw new SyntaxError('no object');
  const whole = json.slice(0, end + 1);
  JSON.parse(whole);
  const members: (readonly [string, unknown])[] = [];
  let [name, from] = ['', 1];
  for (const at of marks) {
    const part = whole.slice(from, at);
    if (whole[at] === ':') name = String(JSON.parse(part));
    else if (part.trim() !== '') members.push([name, JSON.parse(part)]);
    from = at + 1;
  }
  return { members, rest: json.slice(end + 1).trim() };
}

/** How the names of one field are all written: `auths` of `Auths`. */
export function foldName(name: string): string {
  return name.toUpperCase().toLowerCase();
}

/** Where the colons and commas of the outermost object stand, and at last its end, if it has one. */
function marksIn(json: string): readonly number[] {
  const marks: number[] = [];
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '"') at = endOfString(json, at);
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    if (depth === 0) return [...marks, at];
    if (depth === 1 && (character === ':' || character === ',')) marks.push(at);
  }
  return [];
}

function endOfString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    if (json[at] === '\\') at++;
    else if (json[at] === '"') return at;
  }
  return json.length;
}
