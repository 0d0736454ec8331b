// @ts-check
'use strict';

const { existsSync, readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { Compilation, sources, WebpackError } = require('webpack');

/** What packages call the files that their licence wants to be passed on. */
const licenceFile = /^(licen[cs]e|copying|copyright|notice|third.?party)[\w.-]*$/i;
const licenceType = /^(\.(md|txt))?$/i;

const name = 'THIRD_PARTY_NOTICES.txt';
const head = `Third-party notices

This file is made by the build. It has every package whose code is in this extension, and its licence.
`;

/**
 * A webpack plugin: writes THIRD_PARTY_NOTICES.txt beside the bundle, a section for each package whose code is in it, or
 * goes along as it is. A package without a licence fails the build; `given` is the folder with the texts of those that
 * declare a licence and bring no text, by package name.
 * @param {{ readonly asItIs: readonly string[], readonly given?: string }} options
 */
function thirdPartyNotices({ asItIs, given }) {
  return {
    /** @param {import('webpack').Compiler} compiler */
    apply(compiler) {
      compiler.hooks.thisCompilation.tap(name, (compilation) => {
        const stage = Compilation.PROCESS_ASSETS_STAGE_SUMMARIZE;
        compilation.hooks.processAssets.tap({ name, stage }, () => {
          const { text, problems } = notices([...foldersIn(compilation), ...asItIs], given);
          for (const problem of problems) compilation.errors.push(new WebpackError(problem));
          compilation.emitAsset(name, new sources.RawSource(text));
        });
      });
    },
  };
}

/**
 * The folders of the packages whose modules are in a chunk.
 * @param {import('webpack').Compilation} compilation
 */
function foldersIn({ modules, chunkGraph }) {
  const bundled = [...modules].filter((module) => chunkGraph.getNumberOfModuleChunks(module) > 0);
  const single = bundled.flatMap((module) =>
    'modules' in module ? [.../** @type {any} */ (module).modules] : [module],
  );
  const folders = single.map(
    ({ resource = '' }) => /^.*[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(resource)?.[0],
  );
  return new Set(folders.filter((folder) => folder !== undefined));
}

/**
 * @param {readonly string[]} folders of packages
 * @param {string | undefined} given
 */
function notices(folders, given) {
  /** @type {Map<string, string>} */
  const sections = new Map();
  const problems = [];
  const unused = new Set(given === undefined ? [] : textsIn(given));
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const own = readdirSync(folder).filter((file) => licenceFile.test(file) && licenceType.test(path.extname(file)));
    const texts = own.sort().map((file) => path.join(folder, file));
    if (texts.length === 0) {
      const instead = path.join(given ?? 'licences', `${name}.txt`);
      unused.delete(instead);
      if (existsSync(instead)) texts.push(instead);
      else problems.push(`${name} ${version} (${license}) brings no licence: put its text into ${instead}.`);
    }
    const words = texts.map((file) => readFileSync(file, 'utf8').replaceAll('\r\n', '\n').trim());
    sections.set(`${name} ${version}`, `${name} ${version}\n\n${words.join('\n\n')}\n`);
  }
  for (const file of unused) problems.push(`No package in the bundle needs ${file}.`);
  const inOrder = [...sections].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, section]) => section);
  return { text: [head, ...inOrder].join(`\n${'-'.repeat(80)}\n`), problems };
}

/** @param {string} folder */
function textsIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

module.exports = { thirdPartyNotices };
