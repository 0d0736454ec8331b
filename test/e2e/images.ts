import {
  buildAttestedIndex,
  buildCosignSignature,
  buildHelmChart,
  cosignTag,
  provenance,
  sbom,
} from '../sandbox/artifacts';
import { startDockerRegistry, type DockerRegistryOptions, type RunningRegistry } from '../sandbox/dockerRegistry';
import { buildImage, type BuiltManifest } from '../sandbox/images';
import { seedFilesystem, type SeedRepository } from '../sandbox/seed';
import { tempDir } from '../sandbox/tempDir';

const day = 24 * 3600 * 1000;
const daysAgo = (days: number): Date => new Date(Date.now() - days * day - 60_000);

function apiImage(architecture: string, version: string, created: Date): BuiltManifest {
  return buildImage({
    platform: { os: 'linux', architecture },
    created,
    env: ['PATH=/usr/bin', `VERSION=${version}`],
    entrypoint: ['node', 'server.js'],
    exposedPorts: ['8080/tcp'],
    labels: { 'org.opencontainers.image.version': version },
    history: [{ createdBy: 'ENTRYPOINT ["node" "server.js"]', emptyLayer: true }],
  });
}

function apiIndex(version: string, created: Date): BuiltManifest {
  const images = [apiImage('amd64', version, created), apiImage('arm64', version, created)];
  return buildAttestedIndex(images, () => [
    sbom('api', [{ name: 'left-pad', version: '1.3.0', license: 'MIT' }], created),
    provenance({ source: 'https://git.example/team/api', revision: 'abc123', finished: created }),
  ]);
}

export const api14 = apiIndex('1.4', daysAgo(2));
export const api13 = apiIndex('1.3', daysAgo(40));
export const web2 = buildImage({ format: 'docker', created: daysAgo(5), labels: { maintainer: 'web@example.com' } });
export const web1 = buildImage({ format: 'docker', created: daysAgo(400) });

/** What the browser tests look at: an attested index, plain images, a chart and a signed image. */
export const repositories: readonly SeedRepository[] = [
  { name: 'team/api', tags: { '1.3': api13, '1.4': api14, latest: api14 } },
  { name: 'team/web', tags: { '1.9': web1, '2.0': web2, stable: web2 } },
  { name: 'charts/web', tags: { '1.0.0': buildHelmChart({ name: 'web', version: '1.0.0' }) } },
  { name: 'signed/app', tags: { '1.0': web2, [cosignTag(web2)]: buildCosignSignature(web2, 'signed/app') } },
];

export interface SeededRegistry extends RunningRegistry {
  /** `host:port`, with which image names begin. */
  readonly host: string;
}

/** A real registry with these images in it, its files removed when it stops. */
export async function startSeededRegistry(
  seed: readonly SeedRepository[] = repositories,
  options: Omit<DockerRegistryOptions, 'root'> = {},
): Promise<SeededRegistry> {
  const root = await tempDir('e2e');
  await seedFilesystem(root.path, seed);
  const registry = await startDockerRegistry({ ...options, root: root.path });
  return {
    ...registry,
    host: new URL(registry.url).host,
    stop: async () => {
      await registry.stop();
      await root.remove();
    },
  };
}

/** The setting that connects registries for a team. */
export function connected(
  ...registries: readonly { readonly label: string; readonly url: string }[]
): Record<string, unknown> {
  return { 'registryExplorer.connections': registries.map((registry) => ({ provider: 'generic', ...registry })) };
}
