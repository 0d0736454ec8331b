/**
 * JSON as programs in Go read it, docker and podman among them: https://pkg.go.dev/encoding/json#Unmarshal. Names of fields may be in
 * any case, a name that stands there twice counts twice, and a file ends with its first value.
 */

export interface GoObject {
  /** In the order of the text. The same name may appear several times. */
  readonly members: readonly (readonly [name: string, value: unknown])[];
  /** The text after the object, which Go does not read. */
  readonly rest: string;
}

/** The object at the start of a text; undefined for an empty text. Throws a SyntaxError when there is no object. */
export function readObject(text: string): GoObject | undefined {
  // `trim` also removes the byte order mark of Windows editors.
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

/** The name of a field in lower case, because Go ignores case: `auths` for `Auths`. */
export function foldName(name: string): string {
  return name.toUpperCase().toLowerCase();
}

/** Positions of the colons and commas of the outermost object, then of its end; empty without an end. */
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
