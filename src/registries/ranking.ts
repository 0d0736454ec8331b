import type { Entry } from '../core/model';
import { nameFilter } from '../core/nameFilter';
import { pastedReference } from '../core/pastedReference';
import { baseName, printReference } from '../core/reference';
import type { ImageReference } from '../core/reference';

/** What is searched for. */
export interface Query {
  /** Words, or the name of a repository or a part of it. */
  readonly text: string;
  /** A tag that was typed behind the name. */
  readonly tag?: string;
  /** The registry that was typed in front of the name. */
  readonly host?: string;
}

/** How well a name matches; the lowest is the best. */
const rank = { exact: 0, beginning: 1, wordBeginnings: 2, inside: 3 } as const;

/** What a typed text searches for: words, or a reference, whole or in part, as people copy it. */
export function queryOf(typed: string): Query {
  const pasted = pastedReference(typed);
  if (pasted === undefined) return { text: typed.trim() };
  const { image, hasHost } = pasted;
  return {
    text: hasHost ? `${image.host}/${image.path}` : printReference({ host: image.host, path: image.path }),
    ...(image.tag === undefined ? {} : { tag: image.tag }),
    ...(hasHost ? { host: image.host } : {}),
  };
}

/** Ranks entries by how well their names match; nothing for those that do not match. */
export function rankingOf(query: Query): (entry: Entry) => number | undefined {
  const { text, tag } = query;
  const ofName = nameRanking(text);
  const ofTag = tag === undefined ? undefined : nameRanking(tag);
  return (entry) => {
    if (entry.kind === 'group' || entry.kind === 'registry') return ofName([entry.label]);
    const { image } = entry;
    const repository = namesOf(image);
    if (entry.kind !== 'tag') return ofName(repository);
    if (ofTag !== undefined) {
      const [name, version] = [ofName(repository), ofTag([entry.label])];
      return name === undefined || version === undefined ? undefined : Math.max(name, version);
    }
    // A tag is found by its own name: what finds its repository would find all its tags.
    if (ofName(repository) !== undefined) return undefined;
    return ofName([...repository.map((name) => `${name}:${entry.label}`), entry.label]);
  };
}

/** The names that a repository is known by, from the shortest to the longest. */
function namesOf({ host, path }: ImageReference): readonly string[] {
  return [baseName({ host, path }), path, `${host}/${path}`];
}

/** Ranks a thing by all of its names. Where there are several words, each must match. */
function nameRanking(text: string): (names: readonly string[]) => number | undefined {
  const matches = nameFilter(text);
  const wanted = text.toLowerCase();
  const words = wanted.split(/\s+/).filter(Boolean);
  return (names) => {
    if (!names.some(matches)) return undefined;
    const lower = names.map((name) => name.toLowerCase());
    if (lower.includes(wanted)) return rank.exact;
    if (lower.some((name) => name.startsWith(wanted))) return rank.beginning;
    const isWordBeginning = (word: string) => lower.some((name) => beginsWordIn(name, word));
    return words.every(isWordBeginning) ? rank.wordBeginnings : rank.inside;
  };
}

function beginsWordIn(name: string, word: string): boolean {
  for (let at = name.indexOf(word); at >= 0; at = name.indexOf(word, at + 1))
    if (at === 0 || /[^a-z0-9]/.test(name.charAt(at - 1))) return true;
  return false;
}
