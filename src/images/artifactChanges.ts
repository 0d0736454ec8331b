import { compareNamed } from './comparison';
import type { NamedChanges } from './comparison';
import type { ArtifactFacts, ArtifactFile } from './openedImage';

/** What changed between two artifacts, such as charts. */
export interface ArtifactChanges {
  /** Sorted by name; files without one are known by their digest. */
  readonly added: readonly ArtifactFile[];
  readonly removed: readonly ArtifactFile[];
  readonly changed: readonly { readonly before: ArtifactFile; readonly after: ArtifactFile }[];
  readonly same: number;
  readonly annotations: NamedChanges;
}

export function compareArtifacts(before: ArtifactFacts, after: ArtifactFacts): ArtifactChanges {
  const [old, now] = [byName(before.files), byName(after.files)];
  const onlyIn = (one: FilesByName, other: FilesByName) =>
    [...one].flatMap(([name, file]) => (other.has(name) ? [] : file));
  const both = [...old].flatMap(([name, file]) => {
    const next = now.get(name);
    return next === undefined ? [] : [{ before: file, after: next }];
  });
  const changed = both.filter((pair) => pair.before.digest !== pair.after.digest);
  return {
    added: onlyIn(now, old),
    removed: onlyIn(old, now),
    changed,
    same: both.length - changed.length,
    annotations: compareNamed(Object.entries(before.annotations), Object.entries(after.annotations)),
  };
}

type FilesByName = ReadonlyMap<string, ArtifactFile>;

/** A file without a name that is the only one of its type is known by that: the content of a chart. */
function byName(files: readonly ArtifactFile[]): FilesByName {
  const keyed = files.map((file): readonly [string, ArtifactFile] => {
    const { title, mediaType, digest } = file;
    const isOnly = files.filter((other) => other.title === undefined && other.mediaType === mediaType).length === 1;
    return [title ?? (isOnly ? mediaType : digest), file];
  });
  return new Map(keyed.sort(([one], [other]) => (one < other ? -1 : Number(one > other))));
}
