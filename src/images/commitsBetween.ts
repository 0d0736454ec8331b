/** Pages of the commits that images were built of, on hosts whose addresses are known. What names a commit is text of others. */

/** A commit as provenance, labels and annotations name it. */
export interface SourceCommit {
  /** `https://github.com/o/r`, `git+https://github.com/o/r@refs/heads/main`, `git@github.com:o/r.git`, `ssh://git@github.com/o/r`. */
  readonly repository: string;
  readonly commit: string;
}

interface Host {
  /** Of all paths that a repository can have there. */
  readonly path: RegExp;
  readonly commitPage: (repository: string, commit: string) => string;
  readonly comparePage: (repository: string, before: string, after: string) => string;
}

/** One or more dots alone are no name, and no host allows other characters. */
const name = '(?!\\.+(?:/|$))[\\w.-]{1,100}';
const twoNames = new RegExp(`^${name}/${name}$`);

const gitea: Host = {
  path: twoNames,
  commitPage: (repository, commit) => `${repository}/commit/${commit}`,
  comparePage: (repository, before, after) => `${repository}/compare/${before}...${after}`,
};

const hosts: ReadonlyMap<string, Host> = new Map([
  // https://docs.github.com/en/pull-requests/committing-changes-to-your-project/viewing-and-comparing-commits/comparing-commits
  ['github.com', { ...gitea, path: new RegExp(`^[\\w-]{1,39}/${name}$`) }],
  // Groups can have groups: https://docs.gitlab.com/user/group/subgroups/
  [
    'gitlab.com',
    {
      path: new RegExp(`^(?!.*(?:^|/)-)${name}(?:/${name}){1,20}$`),
      commitPage: (repository, commit) => `${repository}/-/commit/${commit}`,
      comparePage: (repository, before, after) => `${repository}/-/compare/${before}...${after}`,
    },
  ],
  ['codeberg.org', gitea],
  ['gitea.com', gitea],
  [
    'bitbucket.org',
    {
      path: twoNames,
      commitPage: (repository, commit) => `${repository}/commits/${commit}`,
      // The new one first.
      comparePage: (repository, before, after) => `${repository}/branches/compare/${after}..${before}`,
    },
  ],
]);

/** HTTPS without credentials and port, SSH, or git's short form of it; then the path, and perhaps a ref. */
const address =
  /^(?:(?:(?:git\+)?https:\/\/|(?:git\+)?ssh:\/\/(?:git@)?|git:\/\/)([\w.-]+)\/|git@([\w.-]+):)([\w./-]+)(?:@[\w./+-]+)?(?:#[\w./:+-]*)?$/;
const commitId = /^[0-9a-f]{7,64}$/;
const longestAddress = 2000;

interface Place {
  readonly host: Host;
  /** `https://github.com/o/r`. */
  readonly repository: string;
  readonly commit: string;
}

/** The page of the commits from one to the other; undefined when it is the same commit, or no such page is known. */
export function commitsBetween(before: SourceCommit, after: SourceCommit): string | undefined {
  const [old, now] = [placeOf(before), placeOf(after)];
  if (old === undefined || now === undefined) return undefined;
  // No host has two repositories whose names differ in case alone.
  if (old.repository.toLowerCase() !== now.repository.toLowerCase()) return undefined;
  // The ids of commits can be shortened.
  if (old.commit.startsWith(now.commit) || now.commit.startsWith(old.commit)) return undefined;
  return now.host.comparePage(now.repository, old.commit, now.commit);
}

/** The page of a commit; undefined when none is known. */
export function commitPage(source: SourceCommit): string | undefined {
  const place = placeOf(source);
  return place?.host.commitPage(place.repository, place.commit);
}

function placeOf({ repository, commit: written }: SourceCommit): Place | undefined {
  const commit = written.toLowerCase();
  if (repository.length > longestAddress || !commitId.test(commit)) return undefined;
  const [, ofUrl, ofShortForm, rest = ''] = address.exec(repository) ?? [];
  const hostName = (ofUrl ?? ofShortForm ?? '').toLowerCase();
  const host = hosts.get(hostName);
  const path = rest.replace(/\/$/, '').replace(/\.git$/, '');
  if (host?.path.test(path) !== true) return undefined;
  return { host, repository: `https://${hostName}/${path}`, commit };
}
