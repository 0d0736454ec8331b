import { buildAttestedIndex, provenance, sbom } from './artifacts';
import { layer } from './blob';
import { buildImage, type BuiltManifest } from './images';

/** An image that has all that a page shows: layers of unlike size, settings, labels, and steps as BuildKit writes them. */
export function fullImage(architecture = 'amd64', version = '2.1.0'): BuiltManifest {
  return buildImage({
    platform: { os: 'linux', architecture },
    created: new Date('2026-11-20T10:00:00Z'),
    author: 'Team Web <web@example.com>',
    layers: [
      layer({ padding: { seed: 'base', size: 120_000 }, files: { 'etc/os-release': 'ID=debian' } }),
      layer({
        padding: { seed: `modules ${architecture}`, size: 480_000 },
        files: { 'app/node_modules/left-pad/index.js': 'module.exports = 1' },
      }),
      layer({ padding: { seed: version, size: 9_000 }, files: { 'app/server.js': `// ${version}` } }),
    ],
    history: [
      { createdBy: "# debian.sh --arch 'amd64' out/ 'bookworm' '@1732000000'", comment: 'debuerreotype 0.15' },
      { createdBy: 'ENV NODE_VERSION=22.11.0', emptyLayer: true },
      { createdBy: 'WORKDIR /app', emptyLayer: true },
      {
        createdBy: 'RUN |1 NODE_ENV=production /bin/sh -c npm ci --omit=dev && npm cache clean --force # buildkit',
        comment: 'buildkit.dockerfile.v0',
      },
      { createdBy: 'COPY server.js . # buildkit', comment: 'buildkit.dockerfile.v0' },
      { createdBy: 'USER node', emptyLayer: true },
      { createdBy: 'EXPOSE map[8080/tcp:{}]', emptyLayer: true },
      { createdBy: 'CMD ["node" "server.js"]', emptyLayer: true },
    ],
    env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'NODE_VERSION=22.11.0', 'GREETING=hello world'],
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['node', 'server.js'],
    workingDir: '/app',
    exposedPorts: ['8080/tcp', '9090/tcp'],
    user: 'node',
    labels: {
      'org.opencontainers.image.documentation': 'https://docs.example.com/web',
      'org.opencontainers.image.source': 'https://github.com/acme/web',
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.licenses': 'MIT',
      note: '[click](command:workbench.action.quit) <img src=x onerror=alert(1)> $(trash)',
      bad: 'javascript:alert(1)',
    },
    run: {
      Volumes: { '/data': {} },
      StopSignal: 'SIGQUIT',
      Healthcheck: {
        Test: ['CMD-SHELL', 'curl -f http://localhost:8080/health || exit 1'],
        Interval: 30_000_000_000,
        Timeout: 3_000_000_000,
        Retries: 3,
      },
    },
    annotations: {
      'org.opencontainers.image.base.name': 'docker.io/library/node:22-bookworm',
      'org.opencontainers.image.base.digest': `sha256:${'ab'.repeat(32)}`,
    },
  });
}

/** The same for two platforms, with BuildKit's attestations. */
export function fullIndex(version = '2.1.0'): BuiltManifest {
  const finished = new Date('2026-11-20T10:05:00Z');
  return buildAttestedIndex([fullImage('amd64', version), fullImage('arm64', version)], () => [
    sbom('web', [{ name: 'left-pad', version: '1.3.0', license: 'MIT' }], finished),
    provenance({ source: 'https://github.com/acme/web', revision: 'a'.repeat(40), finished }),
  ]);
}
