import { createHash } from 'node:crypto';
import { z } from 'zod/mini';
import { hasTooManyParts } from '../../core/bounds';
import { jsonOrUndefined } from '../../core/json';
import { check } from '../../core/schemas';

/** Statements of in-toto, and the envelopes that carry them. */

/** Values, keys and brackets of one document, at most: an SBOM of 20,000 packages has some 500,000. */
const mostParts = 2_000_000;

/** The value of a JSON document of others; undefined when it is none, or has too many parts to be parsed at once. */
export function parseDocument(bytes: Uint8Array): unknown {
  if (hasTooManyParts(bytes, mostParts)) return undefined;
  return jsonOrUndefined(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
}

/** Either alphabet, with or without padding, and nothing between: https://protobuf.dev/programming-guides/json/ */
const base64 = /^[A-Za-z\d+/_-]*={0,2}$/;

/** A text in base64. Node's decoder skips what is none, so that a text that was changed could still decode to the same bytes. */
export const base64Text = z.string().check(z.regex(base64, 'is not base64'));

/** https://github.com/in-toto/attestation/blob/v1.1.0/spec/v1/statement.md; v0.1 has the same fields. */
const statement = z.object({
  _type: z.string().check(z.regex(/^https:\/\/in-toto\.io\/Statement\/v\d/, 'is no statement')),
  // BuildKit writes null where the image has no name yet.
  subject: z.nullish(z.array(z.object({ digest: z.record(z.string(), z.string()) }))),
  predicateType: z.string(),
  predicate: z.optional(z.unknown()),
});
export type Statement = z.infer<typeof statement>;

/** The statement in a JSON value; undefined when it is none. */
export function readStatement(value: unknown): Statement | undefined {
  const read = check(statement, value);
  return read.success ? read.data : undefined;
}

/** What a signature is about. */
export interface Artifact {
  /** `sha256:` and the hash, or another algorithm of OCI's. */
  readonly digest: string;
  /** The content. Without it, only statements about the digest can be verified, and no signature of the content itself. */
  readonly bytes?: Uint8Array;
}

/** Whether one of the subjects is this artifact. */
export function isAbout({ subject }: Statement, artifact: Artifact): boolean {
  return digestsOf(artifact).some((each) => {
    const [algorithm = '', hash = ''] = each.split(':');
    return (subject ?? []).some(
      ({ digest }) => Object.hasOwn(digest, algorithm) && digest[algorithm]?.toLowerCase() === hash,
    );
  });
}

function digestsOf({ digest, bytes }: Artifact): readonly string[] {
  if (bytes === undefined) return [digest];
  const others = ['sha256', 'sha384', 'sha512'].map(
    (algorithm) => `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`,
  );
  return [digest, ...others];
}

/** The payload type of an envelope with a statement: https://github.com/in-toto/attestation/blob/v1.1.0/spec/v1/envelope.md */
const statementType = 'application/vnd.in-toto+json';

/** https://github.com/secure-systems-lab/dsse/blob/v1.0.2/envelope.md */
export const envelopeSchema = z.object({
  payload: base64Text,
  payloadType: z.string(),
  signatures: z.array(z.object({ sig: base64Text })).check(z.minLength(1), z.maxLength(32)),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/** The statement that an envelope carries; undefined when it carries something else. */
export function statementIn({ payload, payloadType }: Envelope): Statement | undefined {
  return payloadType === statementType ? readStatement(parseDocument(Buffer.from(payload, 'base64'))) : undefined;
}

/** The bytes that the signatures of an envelope are made over: https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType, 'utf8');
  const head = `DSSEv1 ${String(type.length)} ${payloadType} ${String(payload.length)} `;
  return Buffer.concat([Buffer.from(head, 'utf8'), payload]);
}
