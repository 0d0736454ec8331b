import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** A Sigstore of one's own: an authority that gives certificates, and a log that promises entries. Enough to sign as cosign does. */

const sequence = 0x30;
const octets = 0x04;

/** https://www.itu.int/rec/T-REC-X.690: type, length, content. */
function der(type: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([type, ...size]), content]);
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  const bytes = others.flatMap((value) => {
    const groups = [value & 0x7f];
    for (let rest = value >> 7; rest > 0; rest >>= 7) groups.unshift((rest & 0x7f) | 0x80);
    return groups;
  });
  return der(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

const text = (type: number, value: string) => der(type, Buffer.from(value, 'latin1'));
const name = (common: string) => der(sequence, der(0x31, der(sequence, oid('2.5.4.3'), text(0x0c, common))));
const time = (date: Date) => text(0x17, `${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`);
const yes = der(0x01, Buffer.from([0xff]));
const extension = (id: string, value: Uint8Array) => der(sequence, oid(id), der(octets, value));
const ecdsaWithSha256 = der(sequence, oid('1.2.840.10045.4.3.2'));

interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  readonly key: KeyObject;
  readonly from: Date;
  readonly until: Date;
  readonly extensions: readonly Uint8Array[];
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
function certificate({ subject, issuer, key, from, until, extensions }: Certificate, signer: KeyObject): Buffer {
  const toBeSigned = der(
    sequence,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1, 2, 3])),
    ecdsaWithSha256,
    name(issuer),
    der(sequence, time(from), time(until)),
    name(subject),
    key.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(sequence, ...extensions)),
  );
  const signature = sign('sha256', toBeSigned, signer);
  return der(sequence, toBeSigned, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
}

const pem = (raw: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(raw).toString('base64')}\n-----END CERTIFICATE-----\n`;

const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const signedOn = new Date('2026-05-06T07:08:09Z');
const minutes = (from: Date, count: number) => new Date(from.getTime() + count * 60_000);

/** How an entry of the log is written: as a hash that was signed, or as an envelope, in three versions. */
export type EntryKind = 'hashedrekord' | 'dsse' | 'intoto' | 'intoto 0.0.1';

export interface SigningOptions {
  readonly kind?: EntryKind;
  /** That of the envelope, where what is signed is one. */
  readonly payload?: Uint8Array;
  /** Subject alternative names: URLs, of exactly these bytes. */
  readonly names?: readonly string[];
  readonly purpose?: string;
  /** When the log promised the entry. */
  readonly loggedOn?: Date;
  /** Another certificate in the log entry. */
  readonly entrySigner?: Uint8Array;
}

export const workflow = 'https://ci.test/team/app/release.yml@refs/tags/v1';
export const issuerUrl = 'https://token.ci.test';

/** The annotations of a layer that cosign has signed with a certificate. */
export interface KeylessSignature {
  readonly annotations: Readonly<Record<string, string>>;
  readonly signature: Buffer;
  readonly certificate: Buffer;
}

const base64 = (content: string | Uint8Array) => Buffer.from(content).toString('base64');
const hashOf = (content: Uint8Array) => ({
  algorithm: 'sha256',
  value: createHash('sha256').update(content).digest('hex'),
});

/** https://github.com/sigstore/rekor/tree/v1.4.2/pkg/types */
const bodies: Readonly<Record<EntryKind, (payload: Uint8Array, signature: Buffer, signer: string) => unknown>> = {
  hashedrekord: (payload, signature, signer) => ({
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: hashOf(payload) },
      signature: { content: base64(signature), publicKey: { content: base64(signer) } },
    },
  }),
  dsse: (payload, signature, signer) => ({
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: { payloadHash: hashOf(payload), signatures: [{ signature: base64(signature), verifier: base64(signer) }] },
  }),
  intoto: (payload, signature, signer) => ({
    apiVersion: '0.0.2',
    kind: 'intoto',
    spec: {
      content: {
        // Signatures are in base64 twice.
        envelope: { signatures: [{ sig: base64(base64(signature)), publicKey: base64(signer) }] },
        payloadHash: hashOf(payload),
      },
    },
  }),
  'intoto 0.0.1': (payload, _signature, signer) => ({
    apiVersion: '0.0.1',
    kind: 'intoto',
    spec: { content: { hash: hashOf(payload) }, publicKey: base64(signer) },
  }),
};

export class MiniSigstore {
  private readonly authority = keyPair();
  private readonly log = keyPair();
  private readonly root = certificate(
    {
      subject: 'authority',
      issuer: 'authority',
      key: this.authority.publicKey,
      from: new Date('2026-01-01T00:00:00Z'),
      until: new Date('2036-01-01T00:00:00Z'),
      extensions: [extension('2.5.29.19', der(sequence, yes))],
    },
    this.authority.privateKey,
  );

  private get logId(): Buffer {
    return createHash('sha256')
      .update(this.log.publicKey.export({ type: 'spki', format: 'der' }))
      .digest();
  }

  /** https://github.com/sigstore/protobuf-specs/blob/v0.5.0/protos/sigstore_trustroot.proto */
  get trustedRoot(): unknown {
    const validFor = { start: '2026-01-01T00:00:00Z' };
    const rawBytes = this.log.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    return {
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [
        {
          baseUrl: 'https://log.test',
          hashAlgorithm: 'SHA2_256',
          publicKey: { rawBytes, keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor },
          logId: { keyId: this.logId.toString('base64') },
        },
      ],
      certificateAuthorities: [
        {
          subject: { organization: 'test', commonName: 'authority' },
          uri: 'https://authority.test',
          certChain: { certificates: [{ rawBytes: this.root.toString('base64') }] },
          validFor,
        },
      ],
      ctlogs: [],
      timestampAuthorities: [],
    };
  }

  /** Signs as cosign does without a key: https://github.com/sigstore/cosign/blob/v2.6.1/specs/SIGNATURE_SPEC.md */
  sign(signed: Uint8Array, options: SigningOptions = {}): KeylessSignature {
    const { names = [workflow], purpose = '1.3.6.1.5.5.7.3.3', loggedOn = signedOn, payload = signed } = options;
    const { publicKey, privateKey } = keyPair();
    const raw = certificate(
      {
        subject: 'signer',
        issuer: 'authority',
        key: publicKey,
        from: minutes(signedOn, -1),
        until: minutes(signedOn, 9),
        extensions: [
          extension('2.5.29.37', der(sequence, oid(purpose))),
          extension('2.5.29.17', der(sequence, ...names.map((each) => text(0x86, each)))),
          extension('1.3.6.1.4.1.57264.1.8', text(0x0c, issuerUrl)),
        ],
      },
      this.authority.privateKey,
    );
    const signature = sign('sha256', signed, privateKey);
    const { kind = 'hashedrekord', entrySigner = raw } = options;
    const entry = this.promise(bodies[kind](payload, signature, pem(entrySigner)), loggedOn);
    return {
      annotations: {
        'dev.cosignproject.cosign/signature': signature.toString('base64'),
        'dev.sigstore.cosign/certificate': pem(raw),
        'dev.sigstore.cosign/chain': pem(this.root),
        'dev.sigstore.cosign/bundle': JSON.stringify(entry),
      },
      signature,
      certificate: raw,
    };
  }

  private promise(entry: unknown, loggedOn: Date): unknown {
    const body = Buffer.from(JSON.stringify(entry)).toString('base64');
    const integratedTime = loggedOn.getTime() / 1000;
    // The order of the canonical form.
    const promised = { body, integratedTime, logID: this.logId.toString('hex'), logIndex: 7 };
    const timestamp = sign('sha256', Buffer.from(JSON.stringify(promised)), this.log.privateKey);
    return { SignedEntryTimestamp: timestamp.toString('base64'), Payload: promised };
  }
}
