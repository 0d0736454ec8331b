import type { Attachment } from '../../core/model';
import { check } from '../../core/schemas';
import { attachmentMaxBytes, blobsOf } from '../attachments';
import type { ImageSource } from '../imageSource';
import { readBundle } from './bundle';
import { readSbom } from './sbom';
import type { Sbom } from './sbom';
import { envelopeSchema, parseDocument, readStatement, statementIn } from './statement';
import type { Envelope } from './statement';

/**
 * The SBOM of an attachment with all its packages, whoever signed it; undefined when it holds none of a known format. Rejects with a
 * Failure when the attachment cannot be read.
 */
export async function readAttachedSbom(
  source: ImageSource,
  attachment: Attachment,
  signal: AbortSignal,
): Promise<Sbom | undefined> {
  const [blob] = await blobsOf(source, attachment, signal);
  if (blob === undefined) return undefined;
  const bytes = await source.blob(blob.digest, attachmentMaxBytes, signal);
  return readSbom(documentIn(parseDocument(bytes)), signal);
}

/** The predicate of the statement in a bundle or envelope, or of a bare one; else the value itself. */
function documentIn(value: unknown): unknown {
  const envelope = envelopeIn(value);
  const statement = envelope === undefined ? readStatement(value) : statementIn(envelope);
  return statement === undefined ? value : statement.predicate;
}

function envelopeIn(value: unknown): Envelope | undefined {
  const bundle = readBundle(value);
  if ('bundle' in bundle) return bundle.bundle.dsseEnvelope ?? undefined;
  const envelope = check(envelopeSchema, value);
  return envelope.success ? envelope.data : undefined;
}
