import { inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly content: Buffer;
}

/** The files of a zip: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT sections 4.3.7, 4.3.12 and 4.3.16 */
export function entriesOf(zip: Buffer): readonly ZipEntry[] {
  return recordsOf(zip).map((at) => {
    const nameLength = zip.readUInt16LE(at + 28);
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const stored = zip.subarray(start, start + zip.readUInt32LE(at + 20));
    return {
      name: zip.toString('utf8', at + 46, at + 46 + nameLength),
      content: zip.readUInt16LE(at + 10) === 0 ? stored : inflateRawSync(stored),
    };
  });
}

/** The same zip, its files with the rights 644: those that they have in a folder differ from one user to the next. */
export function withEvenModes(zip: Buffer): Buffer {
  const even = Buffer.from(zip);
  for (const at of recordsOf(even)) even.writeUInt16LE(0o100644, at + 40);
  return even;
}

/** Where the records of the central directory begin. */
function recordsOf(zip: Buffer): readonly number[] {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0) throw new Error('This is no zip file.');
  const records: number[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count--) {
    records.push(at);
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return records;
}
