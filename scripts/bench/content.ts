import { versionOf } from '../../test/sandbox/comparedImages';
import { buildImage, type BuiltManifest } from '../../test/sandbox/images';
import type { SeedRepository } from '../../test/sandbox/seed';

const repositories = 1003;
export const fewTags = 'bench/1000-tags';
export const builds = 'bench/1000-builds';
export const manyTags = 'bench/20000-tags';
export const page = 'bench/page';
export const compared = 'bench/compared';
/** Has as many tags as its name says. */
export const hundred = 'bench/100-tags';

/** Versions in four variants, as many repositories have them. */
export function tagNames(many: number): readonly string[] {
  const variants = ['', '-alpine', '-slim', '-bookworm'];
  return Array.from({ length: many }, (_none, at) => {
    const version = Math.floor(at / variants.length);
    return `${Math.floor(version / 100)}.${Math.floor(version / 10) % 10}.${version % 10}${variants[at % variants.length] ?? ''}`;
  });
}

/** Each an image of its own. */
function ownImages(many: number): Record<string, BuiltManifest> {
  const images = tagNames(many).map((name, at) => {
    return [name, buildImage({ created: new Date(Date.UTC(2026, 0, 1, 0, at)), env: [`VERSION=${name}`] })] as const;
  });
  return Object.fromEntries(images);
}

export function seeds(): readonly SeedRepository[] {
  const image = buildImage();
  const own = ownImages(1000);
  const big = [
    { name: fewTags, tags: own },
    { name: builds, tags: own },
    { name: manyTags, tags: Object.fromEntries(tagNames(20_000).map((name) => [name, image])) },
    { name: page, tags: { '1.3.0': versionOf('1.3.0'), '1.4.0': versionOf('1.4.0') } },
    { name: compared, tags: { '1.3.0': versionOf('1.3.0'), '1.4.0': versionOf('1.4.0') } },
    { name: hundred, tags: ownImages(100) },
  ];
  const services = Array.from({ length: repositories - big.length }, (_none, at) => {
    return { name: `team/service-${String(at).padStart(4, '0')}`, tags: {} };
  });
  return [...big, ...services];
}
