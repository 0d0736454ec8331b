import { Failure } from '../../core/failure';
import { resultOrFailure } from '../../images/attachments';
import type { SourceCommit } from '../../images/commitsBetween';
import type { ImageSource } from '../../images/imageSource';
import type { Describing } from '../../images/openedImage';
import { readAttachedSbom } from '../../images/proofs/attachedSbom';
import { readProofs } from '../../images/proofs/readProofs';
import type { Sbom } from '../../images/proofs/sbom';
import type { Attachment, AttachmentKind } from '../../core/model';

/** What of two images is compared beside themselves: their lists of packages, and the commits they were built of. */

/** SBOMs that are tried, at most: of the first that can be read, all packages are taken. */
const mostTried = 3;

export function has(describing: readonly Describing[], type: AttachmentKind): boolean {
  return attachmentsOf(describing, type).length > 0;
}

function attachmentsOf(describing: readonly Describing[], type: AttachmentKind): readonly Attachment[] {
  return describing.flatMap(({ attachments }) => attachments.filter((each) => each.type === type));
}

/** The packages of an image; undefined if its SBOMs are of no known format, and why if none can be read. */
export async function readPackages(
  source: ImageSource,
  describing: readonly Describing[],
  signal: AbortSignal,
): Promise<Sbom | Failure | undefined> {
  let failure: Failure | undefined;
  for (const attachment of attachmentsOf(describing, 'sbom').slice(0, mostTried)) {
    const read = await resultOrFailure(() => readAttachedSbom(source, attachment, signal));
    if (read instanceof Failure) failure ??= read;
    else if (read !== undefined) return read;
  }
  return failure;
}

/** The commit that the image was built of, as its provenance says. No signature is verified. */
export async function readCommit(
  source: ImageSource,
  describing: readonly Describing[],
  signal: AbortSignal,
): Promise<SourceCommit | undefined> {
  for (const each of describing) {
    const attachments = attachmentsOf([each], 'provenance');
    const { proofs } = await readProofs(source, { subject: each.subject, attachments }, undefined, signal);
    for (const { provenance, verdict } of proofs) {
      const { repository, commit } = provenance ?? {};
      if (verdict.state !== 'invalid' && repository !== undefined && commit !== undefined)
        return { repository, commit };
    }
  }
  return undefined;
}
