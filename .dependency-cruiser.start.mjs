/** What is heavy comes on first use: none of it is reached by what extension.ts imports at once. */

export default {
  forbidden: [
    {
      name: 'heavy-on-first-use',
      severity: 'error',
      from: { path: '^src/extension\\.ts$' },
      to: {
        path: 'node_modules/(?:@azure/|@sigstore/|@microsoft/vscode-azext-utils|axios/|dockerode/|zod/)',
        reachable: true,
      },
    },
  ],
  // Which proves that the files are followed to where they import them.
  required: [
    {
      name: 'follows-imports',
      severity: 'error',
      module: { path: '^src/extension\\.ts$' },
      to: { path: '^src/core/failure\\.ts$', reachable: true },
    },
  ],
  options: {
    tsPreCompilationDeps: false,
    exclude: { dynamic: true },
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
