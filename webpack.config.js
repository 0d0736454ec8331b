// @ts-check
'use strict';

const { readFileSync } = require('node:fs');
const path = require('node:path');
const MinimizerPlugin = require('minimizer-webpack-plugin');
const { Compilation, DefinePlugin, NormalModuleReplacementPlugin, sources } = require('webpack');
const { thirdPartyNotices } = require('./scripts/notices.cjs');

/** Systems that VS Code runs on and keytar has binaries for: what it calls linux-arm is made for arm64. */
const systems = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-arm64', 'win32-x64'];

const keytar = path.join(__dirname, 'node_modules/keytar');

/** keytar looks for its binary around its own file, so both go along as they are, in the package's own order. */
const keytarAsItIs = {
  /** @param {import('webpack').Compiler} compiler */
  apply(compiler) {
    const files = ['LICENSE.md', 'lib/keytar.js', ...systems.map((system) => `prebuilds/${system}/keytar.node`)];
    compiler.hooks.thisCompilation.tap('keytar', (compilation) => {
      const stage = Compilation.PROCESS_ASSETS_STAGE_SUMMARIZE;
      compilation.hooks.processAssets.tap({ name: 'keytar', stage }, () => {
        for (const file of files)
          compilation.emitAsset(`keytar/${file}`, new sources.RawSource(readFileSync(path.join(keytar, file))));
      });
    });
  },
};

const typescript = {
  test: /\.ts$/,
  exclude: /node_modules/,
  loader: 'ts-loader',
  // Types are checked by `npm run typecheck`, over the tests as well.
  options: { transpileOnly: true, compilerOptions: { noEmit: false } },
};

/** @param {string} seeds */
function onlyTrustRoot(seeds) {
  const kept = Object.entries(JSON.parse(seeds)).map(([url, { 'root.json': root, targets }]) => [
    url,
    { 'root.json': root, targets: { 'trusted_root.json': targets['trusted_root.json'] } },
  ]);
  return Object.fromEntries(kept);
}

const codicons = path.join(__dirname, 'node_modules/@vscode/codicons');

/** The styles and the font of a page lie beside its script, because it may load nothing from elsewhere. */
const pageAssets = {
  /** @param {import('webpack').Compiler} compiler */
  apply(compiler) {
    const files = {
      'page.css': path.join(__dirname, 'src/ui/page/client/page.css'),
      'codicon.css': path.join(codicons, 'dist/codicon.css'),
      'codicon.ttf': path.join(codicons, 'dist/codicon.ttf'),
    };
    compiler.hooks.thisCompilation.tap('page', (compilation) => {
      for (const file of Object.values(files)) compilation.fileDependencies.add(file);
      const stage = Compilation.PROCESS_ASSETS_STAGE_SUMMARIZE;
      compilation.hooks.processAssets.tap({ name: 'page', stage }, () => {
        for (const [name, file] of Object.entries(files))
          compilation.emitAsset(name, new sources.RawSource(readFileSync(file)));
      });
    });
  },
};

/** What runs in a web view. @type {(env: unknown, argv: Arguments) => import('webpack').Configuration} */
const page = (_env, { mode }) => ({
  name: 'page',
  target: ['web', 'es2022'],
  entry: { page: './src/ui/page/client/main.ts' },
  output: { path: path.join(__dirname, 'dist/page'), filename: '[name].js', clean: true },
  resolve: { extensions: ['.ts', '.js'] },
  plugins: [pageAssets, thirdPartyNotices({ asItIs: [codicons] })],
  module: { rules: [typescript] },
  devtool: mode === 'production' ? false : 'source-map',
  performance: { hints: false },
  stats: { preset: 'errors-warnings', assets: true },
});

/** @typedef {{ mode?: 'production' | 'development' }} Arguments */

/** @type {(env: unknown, argv: Arguments) => import('webpack').Configuration} */
const extension = (_env, { mode }) => ({
  name: 'extension',
  target: 'node20',
  entry: { extension: './src/extension.ts' },
  output: {
    path: path.join(__dirname, 'dist'),
    filename: '[name].js',
    chunkFilename: '[name].js',
    library: { type: 'commonjs2' },
    clean: { keep: /^page\// },
  },
  // Supplied by the extension host; and beside the bundle.
  externals: { vscode: 'commonjs vscode', keytar: 'commonjs ./keytar/lib/keytar.js' },
  resolve: {
    extensions: ['.ts', '.js'],
    // What dockerode brings for builds and for its own ssh, and we do not use: native parts and a megabyte of protocols.
    // Of Microsoft's tools for extensions, what fetches experiments and what draws web views.
    alias: {
      ssh2: false,
      '@grpc/grpc-js': false,
      '@grpc/proto-loader': false,
      protobufjs: false,
      'vscode-tas-client': false,
      'html-to-text': false,
      '@github/copilot-sdk': false,
    },
  },
  plugins: [
    keytarAsItIs,
    thirdPartyNotices({ asItIs: [keytar], given: path.join(__dirname, 'scripts/licenses') }),
    // Where a module is when it runs; webpack's own answer is where it was on the machine that built it.
    new DefinePlugin({ 'import.meta.url': "require('node:url').pathToFileURL(__filename).href" }),
    // And what reports home: nothing leaves for anywhere else.
    new NormalModuleReplacementPlugin(
      /\/createTelemetryReporter$/,
      path.join(__dirname, 'src/ui/azure/noTelemetry.ts'),
    ),
  ],
  module: {
    rules: [
      typescript,
      // Of what Sigstore's client starts with, only the trust root of images is used.
      { test: /@sigstore[\\/]tuf[\\/]seeds\.json$/, type: 'json', parser: { parse: onlyTrustRoot } },
    ],
  },
  optimization: {
    // Libraries imported on first use become chunks of their own, named after the library.
    chunkIds: 'named',
    // Only what nearly every chunk parses answers with.
    splitChunks: {
      cacheGroups: {
        default: false,
        defaultVendors: false,
        zod: { test: /node_modules\/zod\//, name: 'zod', chunks: 'async' },
      },
    },
    // AzureWizard knows by the name of the error's class that somebody went back.
    minimizer: [new MinimizerPlugin({ terserOptions: { keep_classnames: /Error$/ } })],
  },
  devtool: mode === 'production' ? false : 'source-map',
  performance: { hints: false },
  stats: { preset: 'errors-warnings', assets: true },
});

/** @type {(env: unknown, argv: Arguments) => import('webpack').Configuration[]} */
module.exports = (env, argv) => [extension(env, argv), page(env, argv)];
