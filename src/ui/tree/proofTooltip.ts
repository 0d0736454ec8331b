import { printReference } from '../../core/reference';
import { readProofs } from '../../images/proofs/readProofs';
import type { ImageSource } from '../../images/imageSource';
import { t } from '@vscode/l10n';
import { report } from '../report';
import type { Verifying } from '../verifying';
import { proofWords } from '../proofWords';
import type { Node } from './node';

/** What is known of an attachment once it was read: who has signed it, what was built from where, how many packages there are. */
export async function readAttachmentLines(
  { entry, parent, provider }: Node,
  verifying: (signal: AbortSignal) => Promise<Verifying>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (entry?.kind !== 'attachment' || provider.content === undefined) return [];
  const source = provider.content.source(entry.image);
  try {
    const subject = await subjectOf(parent, source, signal);
    if (subject === undefined) return [];
    const { verifier } = await verifying(signal);
    const { proofs } = await readProofs(source, { subject, attachments: [entry] }, verifier, signal);
    return proofs.flatMap(proofWords);
  } catch (error) {
    const failed = report(error, t('read “{0}” of {1}', entry.label, printReference(entry.image)));
    return failed === undefined ? [] : [failed.message];
  }
}

/** The digest of what an attachment is about: that of the row above. */
async function subjectOf(
  above: Node | undefined,
  source: ImageSource,
  signal: AbortSignal,
): Promise<string | undefined> {
  const entry = above?.entry;
  switch (entry?.kind) {
    case 'tag':
      return entry.details?.digest ?? (await source.manifest(entry.label, signal)).digest;
    case 'platform':
    case 'attachment':
      return entry.image.digest;
    default:
      return undefined;
  }
}
