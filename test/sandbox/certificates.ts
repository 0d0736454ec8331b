import { createHash, generateKeyPair, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { promisify } from 'node:util';

/** Certificates of X.509 (RFC 5280), made without a program. */

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface Wanted {
  /** The common name. */
  readonly name: string;
  readonly keys: KeyPair;
  /** Who signs; absent: it signs itself. */
  readonly issuer?: { readonly name: string; readonly keys: KeyPair };
  readonly from: Date;
  readonly until: Date;
  /** Whether it may sign others. */
  readonly isAuthority?: boolean;
  /** Names and addresses that it is for. */
  readonly hosts?: readonly string[];
  readonly use?: 'serverAuth' | 'clientAuth';
}

export async function ellipticKeys(): Promise<KeyPair> {
  return promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
}

export async function rsaKeys(): Promise<KeyPair> {
  return promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
}

export function privatePem({ privateKey }: KeyPair): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** In PEM. */
export function certificateOf(wanted: Wanted): string {
  const { name, keys, issuer = wanted, from, until } = wanted;
  const algorithm = algorithms[issuer.keys.privateKey.asymmetricKeyType === 'rsa' ? 'rsa' : 'ec'];
  const signed = sequence(
    tagged(0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    algorithm,
    commonName(issuer.name),
    sequence(time(from), time(until)),
    commonName(name),
    publicBytes(keys),
    tagged(3, sequence(...extensionsOf(wanted, issuer.keys))),
  );
  const signature = sign('sha256', signed, issuer.keys.privateKey);
  const text = sequence(signed, algorithm, bits(signature)).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${text.replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

function extensionsOf({ keys, isAuthority = false, hosts = [], use }: Wanted, issuer: KeyPair): readonly Buffer[] {
  return [
    extension('2.5.29.14', der(0x04, keyIdentifier(keys))),
    extension('2.5.29.35', sequence(der(0x80, keyIdentifier(issuer)))),
    ...(isAuthority ? [extension('2.5.29.19', sequence(yes), true)] : []),
    ...(hosts.length === 0 ? [] : [extension('2.5.29.17', sequence(...hosts.map(alternativeName)))]),
    ...(use === undefined ? [] : [extension('2.5.29.37', sequence(objectId(uses[use])))]),
  ];
}

const uses = { serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2' } as const;

/** The encoding of ITU-T X.690: a tag, the length, and so many bytes. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const bytes = Buffer.from(body.length.toString(16).padStart(body.length > 0xff ? 4 : 2, '0'), 'hex');
  const length = body.length < 0x80 ? bytes : Buffer.concat([Buffer.of(0x80 + bytes.length), bytes]);
  return Buffer.concat([Buffer.of(tag), length, body]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const tagged = (number: number, ...parts: readonly Buffer[]): Buffer => der(0xa0 + number, ...parts);
/** Of a number whose first bit is not set. */
const integer = (bytes: Buffer): Buffer => der(0x02, bytes);
const bits = (bytes: Buffer): Buffer => der(0x03, Buffer.of(0), bytes);
const yes = der(0x01, Buffer.of(0xff));
const nothing = der(0x05);

function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...others.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}

const algorithms = {
  ec: sequence(objectId('1.2.840.10045.4.3.2')),
  rsa: sequence(objectId('1.2.840.113549.1.1.11'), nothing),
} as const;

function commonName(name: string): Buffer {
  return sequence(der(0x31, sequence(objectId('2.5.4.3'), der(0x0c, Buffer.from(name)))));
}

/** Two digits tell a year before 2050, four a later one. */
function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  return date.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
}

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  return sequence(objectId(id), ...(isCritical ? [yes] : []), der(0x04, value));
}

function alternativeName(host: string): Buffer {
  if (isIPv4(host)) return der(0x87, Buffer.from(host.split('.').map(Number)));
  if (isIPv6(host)) throw new Error('No certificate names such an address yet');
  return der(0x82, Buffer.from(host));
}

function publicBytes({ publicKey }: KeyPair): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}

function keyIdentifier(keys: KeyPair): Buffer {
  return createHash('sha1').update(publicBytes(keys)).digest();
}
