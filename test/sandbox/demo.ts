import { createHash } from 'node:crypto';
import type { Package } from './artifacts';
import * as artifacts from './artifacts';
import type { Layer, Platform } from './blob';
import { layer } from './blob';
import { demoTeams } from './demoTeams';
import type { BuiltManifest, ImageOptions } from './images';
import { buildImage, buildIndex } from './images';
import type { SeedRepository } from './seed';

const amd64 = { os: 'linux', architecture: 'amd64' };
const arm64 = { os: 'linux', architecture: 'arm64' };
const armv7 = { os: 'linux', architecture: 'arm', variant: 'v7' };
const kB = 1000;
const MB = 1000 * kB;

const ago = (now: Date, days: number): Date => new Date(now.getTime() - Math.round(days * 86_400_000));
const revisionOf = (text: string): string => createHash('sha1').update(text).digest('hex');
const nameOf = ({ os, architecture, variant }: Platform): string => [os, architecture, variant ?? ''].join('-');

/** Layers that many images share, so that sizes look real while the files on disk stay few. */
interface BaseLayers {
  readonly debian: (platform: Platform) => Layer;
  readonly node: (platform: Platform) => Layer;
  readonly busybox: (platform: Platform) => Layer;
}

function baseLayers(): BaseLayers {
  const perPlatform = (name: string, size: number): ((platform: Platform) => Layer) => {
    const built = [amd64, arm64, armv7].map((platform) => {
      const seed = `${name} ${nameOf(platform)}`;
      return [platform, layer({ files: { 'etc/os-release': `NAME="${name}"\n` }, padding: { seed, size } })] as const;
    });
    const layers = new Map<Platform, Layer>(built);
    return (platform) => {
      const found = layers.get(platform);
      if (!found) throw new Error(`No ${name} layer for ${nameOf(platform)}`);
      return found;
    };
  };
  return {
    debian: perPlatform('debian', 6 * MB),
    node: perPlatform('node', 4 * MB),
    busybox: perPlatform('busybox', 2 * MB),
  };
}

function appLayer(name: string, version: string, size: number): Layer {
  const files = { 'app/server.js': `console.log(${JSON.stringify(`${name} ${version}`)});\n` };
  return layer({ files, padding: { seed: `${name} ${version}`, size } });
}

function ociLabels(name: string, version: string, created: Date): Record<string, string> {
  return {
    'org.opencontainers.image.title': name,
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.created': created.toISOString(),
    'org.opencontainers.image.source': `https://git.example/${name}`,
    'org.opencontainers.image.revision': revisionOf(`${name} ${version}`),
    'org.opencontainers.image.licenses': 'Apache-2.0',
  };
}

function nodeApp(base: BaseLayers, name: string, version: string, created: Date, platform: Platform): BuiltManifest {
  const options: ImageOptions = {
    platform,
    created,
    layers: [base.debian(platform), base.node(platform), appLayer(name, version, 180 * kB + version.length * 7 * kB)],
    history: [
      { createdBy: `# debian.sh --arch '${platform.architecture}' out/ 'bookworm'`, comment: 'debuerreotype 0.15' },
      { createdBy: 'ENV NODE_VERSION=24.11.0', comment: 'buildkit.dockerfile.v0', emptyLayer: true },
      { createdBy: 'RUN /bin/sh -c install-node.sh # buildkit', comment: 'buildkit.dockerfile.v0' },
      { createdBy: 'WORKDIR /app', comment: 'buildkit.dockerfile.v0', emptyLayer: true },
      { createdBy: 'COPY . /app # buildkit', comment: 'buildkit.dockerfile.v0' },
      { createdBy: 'EXPOSE map[8080/tcp:{}]', comment: 'buildkit.dockerfile.v0', emptyLayer: true },
      { createdBy: 'CMD ["server.js"]', comment: 'buildkit.dockerfile.v0', emptyLayer: true },
    ],
    env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'NODE_VERSION=24.11.0', 'PORT=8080'],
    entrypoint: ['node'],
    cmd: ['server.js'],
    workingDir: '/app',
    exposedPorts: ['8080/tcp'],
    user: '1000:1000',
    labels: ociLabels(name, version, created),
  };
  return buildImage(options);
}

/** Versions from the oldest to the newest, the first `oldest` days ago and the last `newest` days ago. */
function releases(
  now: Date,
  versions: readonly string[],
  [oldest, newest]: readonly [oldest: number, newest: number],
  build: (version: string, created: Date) => BuiltManifest,
): Record<string, BuiltManifest> {
  const step = versions.length > 1 ? (oldest - newest) / (versions.length - 1) : 0;
  return Object.fromEntries(
    versions.map((version, index) => [version, build(version, ago(now, oldest - index * step))]),
  );
}

function aliased(
  tags: Readonly<Record<string, BuiltManifest>>,
  aliases: Readonly<Record<string, string>>,
): Record<string, BuiltManifest> {
  const extra = Object.entries(aliases).map(([alias, version]) => {
    const target = tags[version];
    if (!target) throw new Error(`Alias ${alias} of the unknown tag ${version}`);
    return [alias, target] as const;
  });
  return { ...tags, ...Object.fromEntries(extra) };
}

function web(now: Date, base: BaseLayers): SeedRepository {
  const versions = '0.9.0 0.9.1 1.0.0 1.0.1 1.1.0 1.2.0 1.3.0 1.4.2 2.0.0-rc.1 2.0.0 2.1.0 2.2.0 2.3.0 2.3.1'.split(
    ' ',
  );
  const tags = releases(now, versions, [560, 2], (version, created) =>
    buildIndex(
      [amd64, arm64, armv7].map((platform) => ({ manifest: nodeApp(base, 'acme/web', version, created, platform) })),
      { annotations: { 'org.opencontainers.image.created': created.toISOString() } },
    ),
  );
  const aliases = { latest: '2.3.1', '2': '2.3.1', '2.3': '2.3.1', '1': '1.4.2', '1.4': '1.4.2' };
  return { name: 'acme/web', tags: aliased(tags, aliases) };
}

const apiPackages: readonly Package[] = [
  { name: 'express', version: '5.1.0', license: 'MIT' },
  { name: 'pino', version: '9.9.0', license: 'MIT' },
  { name: 'pg', version: '8.16.3', license: 'MIT' },
  { name: 'libc6', version: '2.36-9+deb12u13', license: 'LGPL-2.1-only' },
  { name: 'openssl', version: '3.0.17-1~deb12u3', license: 'Apache-2.0' },
];

function api(now: Date, base: BaseLayers): SeedRepository {
  const name = 'acme/api';
  const build = (version: string, created: Date): BuiltManifest =>
    artifacts.buildAttestedIndex(
      [amd64, arm64].map((platform) => nodeApp(base, name, version, created, platform)),
      () => [
        artifacts.sbom(name, apiPackages, created),
        artifacts.provenance({
          source: 'https://git.example/acme/api.git',
          revision: revisionOf(`${name} ${version}`),
          finished: created,
          version: version === '1.0' ? 'v0.2' : 'v1',
        }),
      ],
    );
  const tags = releases(now, ['1.0', '1.1', '1.2', '1.3', '1.4'], [200, 1], build);
  const newest = tags['1.4'];
  const previous = tags['1.3'];
  if (!newest || !previous) throw new Error('acme/api lost its releases');
  const signed = ago(now, 0.9);
  const referrers = artifacts.buildReferrersIndex([
    artifacts.buildSignatureReferrer(newest, `registry.example/${name}`, signed),
    artifacts.buildSbomReferrer(newest, artifacts.spdxDocument(name, apiPackages, signed), signed),
  ]);
  return {
    name,
    tags: {
      ...aliased(tags, { latest: '1.4' }),
      [artifacts.referrersTag(newest)]: referrers,
      [artifacts.cosignTag(previous)]: artifacts.buildCosignSignature(previous, `registry.example/${name}`),
    },
  };
}

function worker(now: Date, base: BaseLayers): SeedRepository {
  const name = 'acme/worker';
  const build = (version: string, created: Date): BuiltManifest =>
    buildImage({
      format: 'docker',
      created,
      author: 'Platform team <platform@acme.example>',
      layers: [base.debian(amd64), appLayer(name, version, 900 * kB)],
      history: [
        { createdBy: '/bin/sh -c #(nop) ADD file:4b4e122ef6aa7d5d in / ' },
        { createdBy: '/bin/sh -c #(nop)  ENV QUEUE=default CONCURRENCY=4', emptyLayer: true },
        { createdBy: '/bin/sh -c #(nop) COPY dir:0c9a1e1c2b7f in /app ' },
        { createdBy: '/bin/sh -c #(nop)  ENTRYPOINT ["/app/worker"]', emptyLayer: true },
      ],
      labels: { ...ociLabels(name, version, created), 'com.acme.team': 'platform', 'com.acme.tier': 'backend' },
      env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'QUEUE=default', 'CONCURRENCY=4'],
      entrypoint: ['/app/worker'],
      cmd: ['--verbose'],
      workingDir: '/app',
    });
  const tags = releases(now, ['3.0.0', '3.0.1', '3.1.0', '3.2.0', '4.0.0-beta.1', '4.0.0-beta.2'], [120, 0.3], build);
  return {
    name,
    tags: aliased(tags, { latest: '3.2.0', edge: '4.0.0-beta.2' }),
    untagged: [build('2.9.9', ago(now, 150))],
  };
}

function charts(now: Date): SeedRepository {
  const description = 'Installs the acme web shop';
  const tags = releases(now, ['1.0.0', '1.0.1', '1.1.0', '1.2.0'], [300, 12], (version, created) =>
    artifacts.buildHelmChart({ name: 'web', version, appVersion: '2.3.1', description, created }),
  );
  return { name: 'charts/web', tags };
}

function policy(now: Date): SeedRepository {
  const build = (version: string, created: Date): BuiltManifest =>
    artifacts.buildArtifact({
      artifactType: 'application/vnd.acme.policy.v1',
      files: [
        {
          name: 'admission.rego',
          mediaType: 'application/vnd.acme.policy.rego',
          content: `package admission\n\n# ${version}\ndefault allow := false\n`,
        },
        { name: 'README.md', mediaType: 'text/markdown', content: `# Admission policy ${version}\n` },
      ],
      annotations: { 'org.opencontainers.image.created': created.toISOString() },
    });
  return { name: 'artifacts/policy', tags: aliased(releases(now, ['v1', 'v2'], [90, 30], build), { latest: 'v2' }) };
}

function busybox(now: Date, base: BaseLayers): SeedRepository {
  const build = (version: string, created: Date): BuiltManifest => {
    const image = (platform: Platform): BuiltManifest =>
      buildImage({
        format: 'docker',
        platform,
        created,
        layers: [base.busybox(platform)],
        history: [{ createdBy: `BusyBox ${version} (glibc), Debian 12` }],
        cmd: ['sh'],
      });
    return buildIndex(
      [amd64, arm64, armv7].map((platform) => ({ manifest: image(platform) })),
      { format: 'docker' },
    );
  };
  const tags = releases(now, ['1.35.0', '1.36.1', '1.37.0'], [900, 60], build);
  return { name: 'library/busybox', tags: aliased(tags, { latest: '1.37.0', stable: '1.36.1' }) };
}

/** 5,000 tags on 250 images: a retry of a build gives the same image another number. */
function builds(now: Date, base: BaseLayers): SeedRepository {
  const tags: Record<string, BuiltManifest> = {};
  for (let group = 0; group < 250; group++) {
    const revision = revisionOf(`build ${group}`);
    const image = buildImage({
      format: 'docker',
      created: ago(now, (249 - group) / 3),
      layers: [base.busybox(amd64), layer({ files: { 'build/revision': `${revision}\n` } })],
      labels: { 'org.opencontainers.image.revision': revision },
      entrypoint: ['/build/run'],
    });
    for (let retry = 1; retry <= 20; retry++) {
      tags[`build-${String(group * 20 + retry).padStart(5, '0')}`] = image;
    }
  }
  return { name: 'ci/builds', tags };
}

/** What the demo registry holds; dates lie in the past of `now`. */
export function demoRepositories(now: Date): SeedRepository[] {
  const base = baseLayers();
  const simple = (name: string, version: string, days: number): BuiltManifest =>
    buildImage({
      format: 'docker',
      created: ago(now, days),
      layers: [base.busybox(amd64), layer({ files: { 'app/name': `${name} ${version}\n` } })],
      labels: ociLabels(name, version, ago(now, days)),
      entrypoint: ['/app/run'],
    });
  return [
    web(now, base),
    api(now, base),
    worker(now, base),
    charts(now),
    policy(now),
    busybox(now, base),
    builds(now, base),
    ...demoTeams(simple),
  ];
}
