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

/** @type {(env: unknown, argv: { mode?: 'production' | 'development' }) => import('webpack').Configuration} */
module.exports = (_env, { mode }) => ({
  target: 'node20',
  entry: { extension: './src/extension.ts' },
  output: {
    path: path.join(__dirname, 'dist'),
    filename: '[name].js',
    chunkFilename: '[name].js',
    library: { type: 'commonjs2' },
    clean: true,
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
      {
        test: /\.ts$/,
        exclude: /node_modules/,
        loader: 'ts-loader',
        // Types are checked by `npm run typecheck`, over the tests as well.
        options: { transpileOnly: true, compilerOptions: { noEmit: false } },
      },
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
