const [tab, newLine, carriageReturn, space] = [0x09, 0x0a, 0x0d, 0x20];
const [quote, comma, colon, backslash] = [0x22, 0x2c, 0x3a, 0x5c];
const [openArray, closeArray, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];
const [plus, minus, point, zero] = [0x2b, 0x2d, 0x2e, 0x30];
const literals = ['true', 'false', 'null'].map((word) => new TextEncoder().encode(word));
const escapes = new TextEncoder().encode('"\\/bfnrt');

/** The most digits of a number that is formatted. */
const longestWord = 10_000;
/** Deeper lines are not indented further: the indentation would grow with the square of the depth. */
const mostLevels = 40;

/** What the grammar allows next: https://www.rfc-editor.org/rfc/rfc8259 */
type Expected = 'value' | 'firstValue' | 'key' | 'firstKey' | 'colon' | 'comma' | 'end';

/**
 * Reads JSON byte by byte up to a given position and writes it with other white space. No library does this in linear time and in
 * slices; a parser would lose the spelling of numbers and escapes.
 */
export class JsonFormatter {
  private readonly output = new Output();
  /** The closing brackets of everything that is open. */
  private readonly closing: number[] = [];
  private expected: Expected = 'value';
  /** What the next byte is part of. */
  private within: 'string' | 'word' | undefined;
  private at = 0;
  private wordAt = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** Bytes written so far. */
  get length(): number {
    return this.output.length;
  }

  /** Reads up to that byte, or to the last. False when it is not JSON. */
  readTo(end: number): boolean {
    const stop = Math.min(end, this.bytes.length);
    while (this.at < stop) {
      const isRight =
        this.within === undefined ? this.next() : this.within === 'string' ? this.string(stop) : this.word(stop);
      if (!isRight) return false;
    }
    return true;
  }

  /** The formatted text; nothing if the input is not a complete JSON text. */
  result(): Uint8Array | undefined {
    const isWhole = this.within === 'word' ? this.endWord() : this.within === undefined;
    return isWhole && this.expected === 'end' ? this.output.bytes() : undefined;
  }

  private next(): boolean {
    const byte = this.bytes[this.at] ?? 0;
    if (byte === space || byte === newLine || byte === tab || byte === carriageReturn) this.at++;
    else if (byte === this.closing[this.closing.length - 1]) return this.close(byte);
    else if (this.expected === 'comma' || this.expected === 'colon') return this.separator(byte);
    else return this.expected !== 'end' && this.begin(byte);
    return true;
  }

  private close(byte: number): boolean {
    const isEmpty = this.expected === 'firstValue' || this.expected === 'firstKey';
    if (!isEmpty && this.expected !== 'comma') return false;
    this.closing.pop();
    if (!isEmpty) this.output.line(this.closing.length);
    this.write(byte);
    this.endValue();
    return true;
  }

  private separator(byte: number): boolean {
    if (byte !== (this.expected === 'comma' ? comma : colon)) return false;
    this.write(byte);
    if (byte === colon) {
      this.output.put(space);
      this.expected = 'value';
    } else {
      this.output.line(this.closing.length);
      this.expected = this.closing[this.closing.length - 1] === closeObject ? 'key' : 'value';
    }
    return true;
  }

  /** Begins a key or a value. */
  private begin(byte: number): boolean {
    const isKey = this.expected === 'key' || this.expected === 'firstKey';
    if (isKey && byte !== quote) return false;
    if (this.expected === 'firstValue' || this.expected === 'firstKey') this.output.line(this.closing.length);
    if (byte === openArray || byte === openObject) {
      this.write(byte);
      this.closing.push(byte === openArray ? closeArray : closeObject);
      this.expected = byte === openArray ? 'firstValue' : 'firstKey';
    } else if (byte === quote) {
      this.write(byte);
      this.within = 'string';
      if (isKey) this.expected = 'colon';
      else this.endValue();
    } else {
      this.within = 'word';
      this.wordAt = this.at;
    }
    return true;
  }

  private string(stop: number): boolean {
    const from = this.at;
    while (this.at < stop && this.within === 'string') {
      const byte = this.bytes[this.at++] ?? 0;
      if (byte === quote) this.within = undefined;
      else if (byte < space) return false;
      else if (byte === backslash && !this.escape()) return false;
    }
    this.output.copy(this.bytes, from, this.at);
    return true;
  }

  private escape(): boolean {
    const byte = this.bytes[this.at++] ?? 0;
    if (byte !== 0x75) return escapes.includes(byte);
    for (let end = this.at + 4; this.at < end; this.at++) if (!isHex(this.bytes[this.at] ?? 0)) return false;
    return true;
  }

  private word(stop: number): boolean {
    for (; this.at < stop; this.at++) {
      if (this.at - this.wordAt > longestWord) return false;
      if (endsWord(this.bytes[this.at] ?? 0)) return this.endWord();
    }
    return true;
  }

  /** Numbers, `true`, `false` and `null`. */
  private endWord(): boolean {
    if (!isWord(this.bytes, this.wordAt, this.at)) return false;
    this.output.copy(this.bytes, this.wordAt, this.at);
    this.within = undefined;
    this.endValue();
    return true;
  }

  private write(byte: number): void {
    this.output.put(byte);
    this.at++;
  }

  private endValue(): void {
    this.expected = this.closing.length === 0 ? 'end' : 'comma';
  }
}

function endsWord(byte: number): boolean {
  return byte <= space || byte === comma || byte === closeArray || byte === closeObject;
}

function isWord(bytes: Uint8Array, from: number, to: number): boolean {
  if (isDigit(bytes[from] ?? 0) || bytes[from] === minus) return isNumber(bytes, from, to);
  return literals.some(
    (literal) => literal.length === to - from && literal.every((byte, at) => bytes[from + at] === byte),
  );
}

/** `-1.5e+10`: https://www.rfc-editor.org/rfc/rfc8259#section-6 */
function isNumber(bytes: Uint8Array, from: number, to: number): boolean {
  const first = bytes[from] === minus ? from + 1 : from;
  let at = bytes[first] === zero && first < to ? first + 1 : digitsEnd(bytes, first, to);
  if (bytes[at] === point && at < to) at = digitsEnd(bytes, at + 1, to);
  if (isExponent(bytes[at]) && at < to) {
    const isSigned = bytes[at + 1] === plus || bytes[at + 1] === minus;
    at = digitsEnd(bytes, isSigned ? at + 2 : at + 1, to);
  }
  return at === to;
}

/** The position after the digits that begin there; Infinity if there are none. */
function digitsEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && isDigit(bytes[at] ?? 0)) at++;
  return at === from ? Infinity : at;
}

function isExponent(byte: number | undefined): boolean {
  return byte === 0x65 || byte === 0x45;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isHex(byte: number): boolean {
  return isDigit(byte) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}

/** A growing buffer of bytes; its capacity doubles. */
class Output {
  private room = new Uint8Array(64 * 1024);
  length = 0;

  put(byte: number): void {
    this.reserve(1);
    this.room[this.length++] = byte;
  }

  copy(source: Uint8Array, from: number, to: number): void {
    this.reserve(to - from);
    // For a few bytes, creating a subarray takes longer than copying.
    if (to - from > 64) this.room.set(source.subarray(from, to), this.length);
    else for (let at = from; at < to; at++) this.room[this.length + at - from] = source[at] ?? 0;
    this.length += to - from;
  }

  /** A new line, `level` levels deep. */
  line(level: number): void {
    this.put(newLine);
    const spaces = 2 * Math.min(level, mostLevels);
    this.reserve(spaces);
    this.room.fill(space, this.length, this.length + spaces);
    this.length += spaces;
  }

  bytes(): Uint8Array {
    return this.room.subarray(0, this.length);
  }

  private reserve(more: number): void {
    if (this.length + more <= this.room.length) return;
    const grown = new Uint8Array(2 * Math.max(this.room.length, this.length + more));
    grown.set(this.bytes());
    this.room = grown;
  }
}
