import { buildHelmChart } from '../sandbox/artifacts';
import * as artifacts from '../sandbox/artifacts';
import { layer } from '../sandbox/blob';
import { buildImage, buildIndex, type BuiltManifest } from '../sandbox/images';
import type { SeedRepository } from '../sandbox/seed';

const day = (number: number): Date => new Date(Date.UTC(2026, 0, number, 12));

function image(name: string, created: Date, platform = { os: 'linux', architecture: 'amd64' }): BuiltManifest {
  return buildImage({
    created,
    platform,
    layers: [layer({ files: { 'app/name': name } })],
    env: ['PATH=/bin', `NAME=${name}`],
    entrypoint: ['/app/run'],
    labels: { 'org.opencontainers.image.title': name },
  });
}

const arm64 = { os: 'linux', architecture: 'arm64' };
export const armv7 = { os: 'linux', architecture: 'arm', variant: 'v7' };

export const web = image('web', day(10));
const chart = buildHelmChart({ name: 'web', version: '1.0.0' });
const amdChild = image('multi', day(11));
export const armChild = image('multi', day(11), arm64);
export const multi = artifacts.buildAttestedIndex([amdChild, armChild, image('multi', day(11), armv7)], (child) => [
  artifacts.sbom(child.digest, [], day(11)),
]);
export const shared = image('shared', day(2));
const other = image('other', day(1));
export const sharedIndex = buildIndex([
  { manifest: image('shared index', day(3)) },
  { manifest: image('shared index', day(3), arm64) },
]);

export const armv7Child = image('child', day(4), armv7);
const withTaggedChild = buildIndex([{ manifest: image('child', day(4)) }, { manifest: armv7Child }]);

/** In the order in which they were made: the highest versions first, so that an order by dates would be another. */
const versions = ['main', 'edge', 'latest', '2.1', '2.1.0', '2.1.0-rc.1', '2.0.10', '2.0.9', '1.10', '1.9'];

/** What every registry under contract holds; each test that deletes has a repository of its own. */
export const contractRepositories: readonly SeedRepository[] = [
  { name: 'app/multi', tags: { '1': multi } },
  { name: 'app/web', tags: { latest: web, chart } },
  { name: 'delete/child', tags: { '1': withTaggedChild, armv7: armv7Child } },
  { name: 'delete/forbidden', tags: { a: shared, b: other } },
  { name: 'delete/index', tags: { a: sharedIndex, b: sharedIndex, c: other } },
  { name: 'delete/kept', tags: { '1': withTaggedChild, armv7: armv7Child } },
  { name: 'delete/once', tags: { a: shared, b: shared, c: other } },
  { name: 'delete/twice', tags: { a: shared, b: other } },
  { name: 'delete/untag', tags: { a: shared, b: shared } },
  {
    name: 'order/tags',
    tags: Object.fromEntries(versions.map((tag, index) => [tag, image(tag, day(index + 1))])),
  },
];

export const tagsInOrder = ['latest', '2.1', '2.1.0', '2.1.0-rc.1', '2.0.10', '2.0.9', '1.10', '1.9', 'edge', 'main'];
