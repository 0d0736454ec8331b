import { buildAttestedIndex, provenance, sbom } from './artifacts';
import type { Package } from './artifacts';
import { layer } from './blob';
import { buildImage, type BuiltManifest } from './images';

/** Two versions of one image that differ in everything that a comparison tells, for two platforms. */

const base = layer({ padding: { seed: 'base', size: 120_000 }, files: { 'etc/os-release': 'ID=debian' } });
const runtime = layer({ padding: { seed: 'runtime', size: 300_000 }, files: {} });

/** `version`: 1.3.0, or 1.4.0, which is a month younger. */
export function versionOf(version: '1.3.0' | '1.4.0', architecture = 'amd64'): BuiltManifest {
  const isNew = version === '1.4.0';
  const modules = layer({
    padding: { seed: `modules ${version} ${architecture}`, size: isNew ? 520_000 : 480_000 },
    files: {},
  });
  const app = layer({ padding: { seed: `app ${version}`, size: 9000 }, files: { 'app/server.js': `// ${version}` } });
  const assets = layer({ padding: { seed: 'assets', size: 64_000 }, files: { 'app/logo.svg': '<svg/>' } });
  return buildImage({
    platform: { os: 'linux', architecture },
    created: new Date(isNew ? '2026-11-20T10:00:00Z' : '2026-10-20T10:00:00Z'),
    layers: [base, runtime, modules, app, ...(isNew ? [assets] : [])],
    history: [
      { createdBy: "# debian.sh --arch 'amd64' out/ 'bookworm' '@1732000000'", comment: 'debuerreotype 0.15' },
      { createdBy: 'RUN /bin/sh -c install-node 22 # buildkit', comment: 'buildkit.dockerfile.v0' },
      { createdBy: 'WORKDIR /app', emptyLayer: true },
      {
        createdBy: `RUN |1 NODE_ENV=production /bin/sh -c npm ci --omit=dev${isNew ? ' && npm cache clean --force' : ''} # buildkit`,
        comment: 'buildkit.dockerfile.v0',
      },
      { createdBy: 'COPY server.js . # buildkit', comment: 'buildkit.dockerfile.v0' },
      ...(isNew ? [{ createdBy: 'COPY logo.svg . # buildkit', comment: 'buildkit.dockerfile.v0' }] : []),
      { createdBy: 'USER node', emptyLayer: true },
      { createdBy: 'CMD ["node" "server.js"]', emptyLayer: true },
    ],
    env: [
      'PATH=/usr/local/bin:/usr/bin:/bin',
      `APP_VERSION=${version}`,
      ...(isNew ? ['LOG_FORMAT=json'] : ['LOG_COLOR=1']),
    ],
    entrypoint: ['docker-entrypoint.sh'],
    cmd: isNew ? ['node', '--enable-source-maps', 'server.js'] : ['node', 'server.js'],
    workingDir: '/app',
    exposedPorts: isNew ? ['8080/tcp', '9464/tcp'] : ['8080/tcp', '9090/tcp'],
    ...(isNew ? { user: 'node' } : {}),
    labels: {
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.licenses': 'MIT',
      ...(isNew ? { note: '[click](command:workbench.action.quit) <img src=x onerror=alert(1)> $(trash)' } : {}),
    },
    annotations: {
      'org.opencontainers.image.base.name': `docker.io/library/node:${isNew ? '22.11' : '22.9'}-bookworm`,
      'org.opencontainers.image.base.digest': `sha256:${(isNew ? 'ab' : 'cd').repeat(32)}`,
    },
  });
}

const packagesOf = (isNew: boolean): readonly Package[] => [
  { name: 'express', version: isNew ? '4.21.1' : '4.19.2', license: 'MIT' },
  { name: 'lodash', version: '4.17.21', license: 'MIT' },
  { name: 'openssl', version: isNew ? '3.0.15-1' : '3.0.14-1', license: 'Apache-2.0' },
  isNew ? { name: 'pino', version: '9.5.0', license: 'MIT' } : { name: 'winston', version: '3.15.0', license: 'MIT' },
];

/** The same for two platforms, with BuildKit's attestations. `others`: packages that only the new one has. */
export function indexOf(version: '1.3.0' | '1.4.0', others: readonly Package[] = []): BuiltManifest {
  const isNew = version === '1.4.0';
  const finished = new Date(isNew ? '2026-11-20T10:05:00Z' : '2026-10-20T10:05:00Z');
  const architectures = isNew ? ['amd64', 'arm64', 's390x'] : ['amd64', 'arm64'];
  return buildAttestedIndex(
    architectures.map((architecture) => versionOf(version, architecture)),
    () => [
      sbom('web', [...packagesOf(isNew), ...(isNew ? others : [])], finished),
      provenance({ source: 'https://github.com/acme/web', revision: (isNew ? 'a' : 'b').repeat(40), finished }),
    ],
  );
}
