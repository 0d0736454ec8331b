// @ts-check
'use strict';

const path = require('node:path');
const { NormalModuleReplacementPlugin } = require('webpack');

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
  // Supplied by the extension host.
  externals: { vscode: 'commonjs vscode' },
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
    splitChunks: false,
  },
  devtool: mode === 'production' ? false : 'source-map',
  performance: { hints: false },
  stats: { preset: 'errors-warnings', assets: true },
});
