/**
 * Who may import whom, types included: the rooms of src/README.md. `npm run lint` holds src against it; what comes with extension.ts
 * when it starts is in .dependency-cruiser.start.mjs. https://github.com/sverweij/dependency-cruiser/blob/v18.7.2/doc/rules-reference.md
 */

const error = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** A room, and all it may import of ours besides itself. */
const room = (name, ...allowed) =>
  error(
    `${name}-imports-downward`,
    `${name} knows ${allowed.length === 0 ? 'no other room' : allowed.join(', ')}`,
    { path: `^src/${name}/` },
    { path: '^src/', pathNot: [`^src/${name}/`, ...allowed.map((path) => `^src/${path}`)] },
  );

/** A library, and the only files that may import it. */
const library = (name, ...owners) =>
  error(
    `${name}-has-one-owner`,
    `${name} belongs to ${owners.join(', ')}`,
    { path: '^src/', pathNot: owners.map((path) => `^src/${path}`) },
    { path: `(?:^|node_modules/)(?:@types/)?${name}(?:$|[/-])` },
  );

export default {
  forbidden: [
    error('no-circles', 'What two files know of each other belongs below both', {}, { circular: true }),
    room('core'),
    room('images', 'core/'),
    error(
      'images-know-no-client',
      'What an image is, is read through ImageSource',
      { path: '^src/images/' },
      { path: '^src/core/(?:registryClient|axiosHttp|http|auth|retry)\\.ts$' },
    ),
    room('registries', 'core/', 'images/', 'providers/provider\\.ts$'),
    room('engine', 'core/'),
    room('azure', 'core/'),
    room('providers', 'core/', 'images/', 'azure/azure\\.ts$'),
    room(
      'ui',
      ...['core/', 'images/', 'registries/', 'azure/azure\\.ts$', 'engine/engine\\.ts$', 'providers/provider\\.ts$'],
    ),
    error(
      'nothing-imports-wiring',
      'These files wire all others',
      { pathNot: '^src/extension\\.ts$' },
      { path: '^src/[^/]+\\.ts$' },
    ),
    error(
      'providers-are-apart',
      'No kind of registry imports another',
      { path: '^src/providers/([^/]+)/' },
      { path: '^src/providers/[^/]+/', pathNot: '^src/providers/$1/' },
    ),
    error(
      'providers-stand-in-table',
      'A kind of registry is a folder and a line in table.ts',
      { path: '^src/', pathNot: ['^src/providers/[^/]+/', '^src/providers/table\\.ts$'] },
      { path: '^src/providers/[^/]+/' },
    ),
    error(
      'commands-see-app',
      'Commands are tested in plain Node',
      { path: '^src/ui/commands/', pathNot: '^src/ui/commands/register\\.ts$' },
      { path: '(?:^|/)vscode(?:$|/)' },
    ),
    library('vscode', 'ui/', 'extension\\.ts$'),
    library('axios', 'core/axiosHttp\\.ts$'),
    library('dockerode', 'engine/'),
    library('docker-modem', 'engine/'),
    library('keytar', 'ui/connections/'),
    library('@azure', 'azure/'),
    library('@sigstore', 'images/proofs/verify\\.ts$'),
    library('@microsoft/vscode-azext', 'ui/azure/'),
  ],
  options: {
    // What is imported as a type counts as well.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
