/** What a release has to be, by its version and CHANGELOG.md. */

/**
 * Who is offered a version. Versions have three numbers only, so the second one tells: odd for pre-releases.
 * https://code.visualstudio.com/api/working-with-extensions/publishing-extension#prerelease-extensions
 */
export function channelOf(version: string): 'release' | 'pre-release' {
  const [, minor] = /^\d+\.(\d+)\.\d+$/.exec(version) ?? [];
  if (minor === undefined) throw new Error(`A version has three numbers, as 1.2.3: ${version} has not.`);
  return Number(minor) % 2 === 1 ? 'pre-release' : 'release';
}

interface Section {
  readonly version: string;
  /** Year, month and day. */
  readonly date: string;
  readonly text: string;
}

/** The dated sections of the changelog, the newest first. */
export function sectionsOf(changelog: string): readonly Section[] {
  return changelog
    .replaceAll(/^\[[^\]]+\]: .*$/gm, '')
    .split(/^## /m)
    .flatMap((part) => {
      const [, version, date, text = ''] = /^\[([\d.]+)\] - (\d{4}-\d\d-\d\d)\n(.*)/s.exec(part) ?? [];
      return version === undefined || date === undefined ? [] : [{ version, date, text: text.trim() }];
    });
}

/** The links at the end of the changelog, as `[name]: address` each: every version leads to what changed since the one before. */
export function linksTo(repository: string, sections: readonly Pick<Section, 'version'>[]): readonly string[] {
  const versions = sections.map(({ version }) => version);
  const [newest = ''] = versions;
  return [
    `[unreleased]: ${repository}/compare/v${newest}...HEAD`,
    ...versions.map((version, at) => {
      const before = versions[at + 1];
      return `[${version}]: ${repository}/${before === undefined ? `releases/tag/v${version}` : `compare/v${before}...v${version}`}`;
    }),
  ];
}

/** What is new in the version of a tag, from the changelog. Throws when the tag is not that of the version, or there is no such section. */
export function notesFor(tag: string, version: string, changelog: string): string {
  if (tag !== `v${version}`) throw new Error(`The tag ${tag} is not v${version}, the version in package.json.`);
  const section = sectionsOf(changelog).find((each) => each.version === version);
  if (section === undefined || section.text === '') throw new Error(`CHANGELOG.md has no dated section ${version}.`);
  return `${section.text}\n`;
}
