import { describe, expect, it } from 'vitest';
import { demoRepositories } from '../../sandbox/demo';

const now = new Date('2026-06-01T12:00:00Z');

describe('demoRepositories', () => {
  const demo = demoRepositories(now);
  const tagsOf = (name: string): string[] =>
    Object.keys(demo.find((repository) => repository.name === name)?.tags ?? {});

  it('holds about 300 repositories of valid, different names', () => {
    const names = demo.map(({ name }) => name);
    expect(names.length).toBe(307);
    expect(new Set(names).size).toBe(307);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*\/[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  it('has the images the views are shown with', () => {
    expect(tagsOf('acme/web')).toEqual(expect.arrayContaining(['0.9.0', '2.3.1', '2.3', '2', 'latest']));
    expect(tagsOf('acme/api')).toEqual(expect.arrayContaining(['1.0', '1.4', 'latest']));
    expect(tagsOf('charts/web')).toEqual(['1.0.0', '1.0.1', '1.1.0', '1.2.0']);
    expect(tagsOf('ci/builds').length).toBe(5000);
  });

  it('is the same for the same date and lies in its past', () => {
    const digests = (date: Date): unknown =>
      demoRepositories(date).map(({ tags }) => Object.values(tags).map(({ digest }) => digest));
    expect(digests(now)).toEqual(demo.map(({ tags }) => Object.values(tags).map(({ digest }) => digest)));
    const dates = demo
      .flatMap(({ tags }) => Object.values(tags).flatMap((tag) => [tag, ...tag.children]))
      .flatMap(({ blobs }) => /"created":"([^"]+)"/.exec(blobs[0]?.bytes.toString() ?? '')?.[1] ?? []);
    expect(dates.length).toBeGreaterThan(5000);
    expect(dates.filter((date) => date > now.toISOString())).toEqual([]);
  });
});
