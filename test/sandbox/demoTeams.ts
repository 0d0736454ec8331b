import type { BuiltManifest } from './images';
import type { SeedRepository } from './seed';

const teams = [
  'accounts',
  'billing',
  'catalog',
  'checkout',
  'data-platform',
  'delivery',
  'fraud',
  'identity',
  'inventory',
  'logistics',
  'marketing',
  'mobile',
  'notifications',
  'observability',
  'payments',
  'pricing',
  'recommendations',
  'search',
  'support',
  'warehouse',
];

const services = [
  'admin',
  'api',
  'backfill',
  'cache',
  'consumer',
  'cron',
  'e2e-tests',
  'exporter',
  'frontend',
  'gateway',
  'importer',
  'migrations',
  'proxy',
  'scheduler',
  'worker',
];

/** 300 small repositories of one to four tags. */
export function demoTeams(build: (name: string, version: string, days: number) => BuiltManifest): SeedRepository[] {
  return teams.flatMap((team, row) =>
    services.map((service, column): SeedRepository => {
      const name = `${team}/${service}`;
      const count = 1 + ((row + column) % 4);
      const versions = Array.from({ length: count }, (_, index) => `1.${column}.${index}`);
      const images = versions.map((version, index) => build(name, version, (count - index) * 9 + row + column / 16));
      const tags = Object.fromEntries(
        versions.map((version, index) => [version, images[index] ?? build(name, version, 0)]),
      );
      const newest = images.at(-1);
      return { name, tags: newest ? { ...tags, latest: newest } : tags };
    }),
  );
}
