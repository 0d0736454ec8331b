import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { channelOf, linksTo, notesFor, sectionsOf } from '../../../scripts/release';
import { projectRoot } from '../../rig/paths';

const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8');
const changelog = read('CHANGELOG.md');
const { version, homepage } = JSON.parse(read('package.json')) as {
  readonly version: string;
  readonly homepage: string;
};

const made = `# Changelog

## [Unreleased]

### Added

- Something.

## [0.4.0] - 2027-01-02

### Fixed

- A thing.

## [0.3.1] - 2026-12-24

- Another.

[unreleased]: https://example.com/compare/v0.4.0...HEAD
[0.4.0]: https://example.com/compare/v0.3.1...v0.4.0
[0.3.1]: https://example.com/releases/tag/v0.3.1
`;

describe('CHANGELOG.md', () => {
  const sections = sectionsOf(changelog);
  const headings = [...changelog.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);

  it('has what is unreleased first, then a dated section for each version, the newest on top', () => {
    expect(headings).toEqual(['[Unreleased]', ...sections.map((each) => `[${each.version}] - ${each.date}`)]);
    const numbers = sections.map((each) =>
      each.version
        .split('.')
        .map((part) => part.padStart(6, '0'))
        .join('.'),
    );
    expect(numbers).toEqual([...new Set(numbers)].sort().reverse());
    const dates = sections.map(({ date }) => date);
    expect(dates).toEqual([...dates].sort().reverse());
  });

  it('has the version of package.json, or that one is the next to be released', () => {
    const [newest] = sections;
    const isNext = (newest?.version ?? '').localeCompare(version, 'en', { numeric: true }) < 0;
    expect(isNext || newest?.version === version, `${version} after ${String(newest?.version)}`).toBe(true);
  });

  it('links each version to its changes', () => {
    const links = changelog.split('\n').filter((line) => /^\[[^\]]+\]: /.test(line));
    expect(links).toEqual(linksTo(homepage.replace(/#.*$/, ''), sections));
  });
});

describe('channelOf', () => {
  it.each([
    ['0.2.0', 'release'],
    ['1.0.7', 'release'],
    ['0.10.0', 'release'],
    ['0.3.1', 'pre-release'],
    ['1.11.0', 'pre-release'],
  ])('offers %s as a %s', (given, channel) => {
    expect(channelOf(given)).toBe(channel);
  });

  it.each(['1.2', '1.2.3-beta.1', 'v1.2.3', ''])('refuses %j, which VS Code does not take', (given) => {
    expect(() => channelOf(given)).toThrow('three numbers');
  });
});

describe('notesFor', () => {
  it('takes the section of the version, without the links below the last one', () => {
    expect(notesFor('v0.4.0', '0.4.0', made)).toBe('### Fixed\n\n- A thing.\n');
    expect(notesFor('v0.3.1', '0.3.1', made)).toBe('- Another.\n');
  });

  it('refuses a tag of another version', () => {
    expect(() => notesFor('v0.4.0', '0.4.1', made)).toThrow('The tag v0.4.0 is not v0.4.1');
  });

  it('refuses a version that has no dated section', () => {
    expect(() => notesFor('v0.5.0', '0.5.0', made)).toThrow('CHANGELOG.md has no dated section 0.5.0.');
  });
});

it('linksTo compares each version with the one before', () => {
  expect(made).toContain(linksTo('https://example.com', sectionsOf(made)).join('\n'));
});
