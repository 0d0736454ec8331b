import { t } from '@vscode/l10n';
import { plural } from '../../core/locale';
import { sortInSlices } from '../../core/sortInSlices';
import { commitPage, commitsBetween } from '../../images/commitsBetween';
import type { SourceCommit } from '../../images/commitsBetween';
import { comparePackages } from '../../images/packageChanges';
import type { NamedPackage, PackageChanges } from '../../images/packageChanges';
import type { Sbom } from '../../images/proofs/sbom';
import type { Block, Section, Value } from './pageModel';

/** The sections that tell what changed in the software of two images, and in their source. */

const section = () => ({ id: 'packages', title: t('Packages') });

/** While the lists of packages are read. */
export function packagesLoading(): Section {
  return { ...section(), isLoading: true, blocks: [] };
}

/** Why packages are not compared. */
export function packagesUnknown(tone: 'quiet' | 'warning', ...texts: readonly string[]): Section {
  return { ...section(), blocks: texts.map((text) => ({ kind: 'note', tone, text })) };
}

/** What changed in the packages. */
export interface ComparedPackages {
  readonly changes: PackageChanges<NamedPackage>;
  /** Those that differ: name, type if any has one, versions before and after, and the change in words. By name. */
  readonly rows: readonly (readonly string[])[];
  readonly hasTypes: boolean;
  /** A list was longer than is read. */
  readonly isCut: boolean;
}

/** Compares two lists of packages, in slices. */
export async function comparedPackages(before: Sbom, after: Sbom): Promise<ComparedPackages> {
  const changes = await comparePackages<NamedPackage>(before.packages, after.packages);
  const hasTypes = [changes.added, changes.removed, changes.moved].some((all) => all.some(({ type }) => type));
  const rows = await sortInSlices(packageRows(changes, hasTypes), ([one = ''], [other = '']) =>
    one < other ? -1 : Number(one > other),
  );
  return { changes, rows, hasTypes, isCut: before.summary.isCut || after.summary.isCut };
}

export function packageSection({ changes, rows, hasTypes, isCut }: ComparedPackages): Section {
  const { added, removed, moved, unchanged } = changes;
  const words = [
    moved.length === 0
      ? ''
      : plural(moved.length, t('{0} package has another version | {0} packages have other versions')),
    added.length === 0 ? '' : plural(added.length, t('{0} package is new | {0} packages are new')),
    removed.length === 0 ? '' : plural(removed.length, t('{0} package is gone | {0} packages are gone')),
    unchanged === 0 ? '' : plural(unchanged, t('{0} package is the same | {0} packages are the same')),
  ].filter((part) => part !== '');
  const blocks: Block[] = [{ kind: 'lines', lines: [{ text: { text: words.join(' · ') } }] }];
  if (isCut) {
    const text = t('A list of packages is longer than what is read of it: what only the rest has is not told.');
    blocks.push({ kind: 'note', tone: 'warning', text });
  }
  if (rows.length > 0)
    blocks.push({
      kind: 'table',
      label: t('Packages that differ'),
      columns: [t('Package'), ...(hasTypes ? [t('Type')] : []), t('Before'), t('After'), t('Change')],
      rows,
      filter: t('Filter by package, version or change'),
    });
  return { ...section(), blocks };
}

function packageRows(
  { added, removed, moved }: PackageChanges<NamedPackage>,
  hasTypes: boolean,
): readonly (readonly string[])[] {
  const typed = (type = '') => (hasTypes ? [type] : []);
  const version = (one: NamedPackage) => one.version ?? t('unknown');
  const list = (versions: readonly string[]) => (versions.length === 0 ? t('unknown') : versions.join(', '));
  return [
    ...moved.map(({ name, type, from, to, direction }) => {
      const change = direction === 'up' ? t('upgraded') : direction === 'down' ? t('downgraded') : t('changed');
      return [name, ...typed(type), list(from), list(to), change];
    }),
    ...added.map((one) => [one.name, ...typed(one.type), '', version(one), t('added')]),
    ...removed.map((one) => [one.name, ...typed(one.type), version(one), '', t('removed')]),
  ];
}

/** The commits of two images of one repository. */
export function sourceSection(before: SourceCommit | undefined, after: SourceCommit | undefined): readonly Section[] {
  if (before === undefined || after === undefined) return [];
  const between = commitsBetween(before, after);
  const isOne = before.repository === after.repository || between !== undefined;
  if (!isOne || before.commit === after.commit) return [];
  const commit = (source: SourceCommit): Value => {
    const link = commitPage(source);
    const text = source.commit.slice(0, 12);
    return { text, copy: source.commit, ...(link === undefined ? { isCode: true } : { link }) };
  };
  return [
    {
      id: 'source',
      title: t('Source'),
      blocks: [
        {
          kind: 'facts',
          rows: [
            { name: t('Repository'), values: [{ text: after.repository }] },
            {
              name: t('Commit'),
              values: [
                { ...commit(before), mark: 'removed' },
                { ...commit(after), mark: 'added' },
              ],
            },
            ...(between === undefined
              ? []
              : [{ name: t('What changed'), values: [{ text: t('Commits between them'), link: between }] }]),
          ],
        },
        {
          kind: 'note',
          tone: 'quiet',
          text: t('As the provenance of the images says. Its signatures are not verified here.'),
        },
      ],
    },
  ];
}
