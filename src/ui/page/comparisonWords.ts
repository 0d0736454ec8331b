import { t } from '@vscode/l10n';
import { plural } from '../../core/locale';
import type { ArtifactChanges } from '../../images/artifactChanges';
import { isEmptyComparison } from '../../images/comparison';
import type { ImageComparison } from '../../images/comparison';

/** The first sentence of a comparison of two images. */
export function answerWords(comparison: ImageComparison): string {
  const { answer, layers } = comparison;
  const { base, shared, added, removed } = layers;
  const parts = [
    added.length === 0 ? '' : plural(added.length, t('{0} layer is new | {0} layers are new')),
    removed.length === 0 ? '' : plural(removed.length, t('{0} layer is gone | {0} layers are gone')),
  ];
  const moved = shared.length - base;
  switch (answer) {
    case 'sameManifest':
      return t('Same image.');
    case 'sameImage':
      return sameImageWords(comparison.size);
    case 'sameLayers':
      return isEmptyComparison(comparison)
        ? t('Same layers, and nothing else that is known of them differs.')
        : t('Same layers; only the config differs.');
    case 'sameBase':
      return sentence(
        plural(base, t('The base of {0} layer is the same | The base of {0} layers is the same')),
        moved === 0 ? '' : plural(moved, t('{0} more is in both | {0} more are in both')),
        ...parts,
      );
    case 'someLayers':
      return sentence(
        plural(
          shared.length,
          t('The base differs, and {0} layer is in both | The base differs, and {0} layers are in both'),
        ),
        ...parts,
      );
    case 'nothingShared':
      return t('The images share no layer.');
    case 'unknown':
      return t('It is not known which layers the images share.');
  }
}

/** An engine has images unpacked; only registries have packings. */
function sameImageWords({ before, after }: ImageComparison['size']): string {
  if (before?.isUnpacked !== after?.isUnpacked) return t('Same image; the engine has it unpacked.');
  return before?.isUnpacked === true ? t('Same image.') : t('Same image, packed differently.');
}

/** The first sentence of a comparison of two artifacts. */
export function artifactAnswer({ added, removed, changed, same, annotations }: ArtifactChanges): string {
  const parts = [
    changed.length === 0 ? '' : plural(changed.length, t('{0} file has changed | {0} files have changed')),
    added.length === 0 ? '' : plural(added.length, t('{0} file is new | {0} files are new')),
    removed.length === 0 ? '' : plural(removed.length, t('{0} file is gone | {0} files are gone')),
  ];
  const isSame = parts.every((part) => part === '');
  const hasNotes = [annotations.added, annotations.removed, annotations.changed].some(({ length }) => length > 0);
  if (!isSame)
    return sentence(...parts, same === 0 ? '' : plural(same, t('{0} file is the same | {0} files are the same')));
  return hasNotes ? t('Same files; only the annotations differ.') : t('Same files and annotations.');
}

/** Parts of a list as one sentence. */
function sentence(...parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('; ')}.`;
}
