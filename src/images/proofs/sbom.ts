import { z } from 'zod/mini';
import { dateOf } from '../../core/manifest';
import { pause as nextTurn } from '../../core/pause';
import type { Pause } from '../../core/pause';
import { check } from '../../core/schemas';
import { sortInSlices } from '../../core/sortInSlices';
import { parseDocument } from './statement';

/** Lists of what is in an image: SPDX and CycloneDX, both in JSON. */

interface SbomPackage {
  readonly name: string;
  readonly version?: string;
  /** The type of its package URL: `deb`, `npm`. */
  readonly type?: string;
  /** An SPDX expression, or the text that stands for one. */
  readonly license?: string;
  /** https://github.com/package-url/purl-spec */
  readonly purl?: string;
}

interface SbomHead {
  readonly format: 'SPDX' | 'CycloneDX';
  /** Of the format: `2.3`. */
  readonly version?: string;
  readonly created?: Date;
  /** The programs that made it, such as `syft 1.18.0`. */
  readonly tools: readonly string[];
}

/** What is said of an SBOM where its packages are not shown. */
export interface SbomSummary extends SbomHead {
  /** Packages that differ. */
  readonly count: number;
  /** Whether there were more packages than are read. */
  readonly isCut: boolean;
}

export interface Sbom {
  readonly summary: SbomSummary;
  /** In the order of their names, each once. */
  readonly packages: readonly SbomPackage[];
}

/** Packages that are read. Large images have some thousands. */
export const mostPackages = 50_000;
/** Components of CycloneDX may hold others. */
const mostNesting = 32;
const packagesInSlice = 500;
const mostTools = 20;

/**
 * Reads an SBOM from a JSON value: a document, or the predicate of a statement, which old clients wrote as a text of JSON. Undefined when
 * it is of no known format. https://spdx.github.io/spdx-spec/v2.3/, https://spdx.github.io/spdx-spec/v3.0.1/, https://cyclonedx.org/docs/1.6/json/
 */
export async function readSbom(
  value: unknown,
  signal: AbortSignal,
  pause: Pause = nextTurn,
): Promise<Sbom | undefined> {
  const document = unwrap(value);
  const known = readSpdx2(document) ?? readSpdx3(document) ?? readCycloneDx(document);
  if (known === undefined) return undefined;
  const { head, rows } = known;
  const distinct = new Map<string, SbomPackage>();
  let looked = 0;
  let isCut = false;
  for (const row of rows()) {
    if (++looked % packagesInSlice === 0) {
      await pause();
      signal.throwIfAborted();
    }
    const found = known.packageOf(row);
    if (found === undefined) continue;
    const key = JSON.stringify([found.name, found.version, found.purl]);
    if (distinct.has(key)) continue;
    isCut = distinct.size >= mostPackages;
    if (isCut) break;
    distinct.set(key, found);
  }
  const packages = await sortInSlices([...distinct.values()], inOrder, pause);
  return { summary: { ...head, count: packages.length, isCut }, packages };
}

/** What cosign wrote as a predicate until version 1.13: a text, alone or in an object. */
const wrapped = z.object({ Data: z.string() });

function unwrap(value: unknown): unknown {
  const inside = check(wrapped, value);
  const document = inside.success ? inside.data.Data : value;
  return typeof document === 'string' ? parseDocument(Buffer.from(document)) : document;
}

/** A document of a known format: its head, and what its rows are. */
interface KnownDocument {
  readonly head: SbomHead;
  readonly rows: () => Iterable<unknown>;
  readonly packageOf: (row: unknown) => SbomPackage | undefined;
}

const text = z.catch(z.optional(z.string()), undefined);
const list = z.catch(z.optional(z.array(z.unknown())), undefined);

const spdx2 = z.object({
  spdxVersion: z.string().check(z.regex(/^SPDX-2\.\d/)),
  creationInfo: z.catch(z.optional(z.object({ created: text, creators: list })), undefined),
  packages: list,
});
const spdx2Package = z.object({
  name: z.string(),
  versionInfo: text,
  licenseConcluded: text,
  licenseDeclared: text,
  externalRefs: list,
});
const purlReference = z.object({ referenceType: z.literal('purl'), referenceLocator: z.string() });

function readSpdx2(document: unknown): KnownDocument | undefined {
  const read = check(spdx2, document);
  if (!read.success) return undefined;
  const { spdxVersion, creationInfo, packages } = read.data;
  const creators = (creationInfo?.creators ?? []).filter((each) => typeof each === 'string');
  const tools = creators.flatMap((each) => /^Tool: *(.*)$/.exec(each)?.[1] ?? []);
  return {
    head: headOf('SPDX', spdxVersion.slice('SPDX-'.length), creationInfo?.created, tools),
    rows: () => packages ?? [],
    packageOf: (row) => {
      const found = check(spdx2Package, row);
      if (!found.success) return undefined;
      const { name, versionInfo, licenseConcluded, licenseDeclared, externalRefs } = found.data;
      const license = [licenseConcluded, licenseDeclared].find(isLicense);
      return packageOf(name, versionInfo, license, firstPurl(externalRefs ?? []));
    },
  };
}

function firstPurl(references: readonly unknown[]): string | undefined {
  for (const reference of references) {
    const read = check(purlReference, reference);
    if (read.success) return read.data.referenceLocator;
  }
  return undefined;
}

/** https://spdx.github.io/spdx-spec/v2.3/package-information/#713-concluded-license-field */
function isLicense(license: string | undefined): license is string {
  return license !== undefined && license !== '' && license !== 'NOASSERTION' && license !== 'NONE';
}

/** The elements of a graph, which refer to each other by ids. Licenses stand in relationships, and are not read. */
const spdx3 = z.object({
  '@context': z.string().check(z.regex(/^https:\/\/spdx\.org\/rdf\/3\./)),
  '@graph': z.array(z.unknown()),
});
const spdx3Package = z.object({
  type: z.literal('software_Package'),
  name: z.string(),
  software_packageVersion: text,
  software_packageUrl: text,
});
const spdx3Creation = z.object({ type: z.literal('CreationInfo'), specVersion: text, created: text });
const spdx3Tool = z.object({ type: z.literal('Tool'), name: z.string() });

function readSpdx3(document: unknown): KnownDocument | undefined {
  const read = check(spdx3, document);
  if (!read.success) return undefined;
  const graph = read.data['@graph'];
  const creation = findBy(spdx3Creation, graph);
  const tool = findBy(spdx3Tool, graph);
  return {
    head: headOf('SPDX', creation?.specVersion, creation?.created, tool === undefined ? [] : [tool.name]),
    rows: () => graph,
    packageOf: (row) => {
      const found = check(spdx3Package, row);
      if (!found.success) return undefined;
      const { name, software_packageVersion: version, software_packageUrl: purl } = found.data;
      return packageOf(name, version, undefined, purl);
    },
  };
}

/** Elements that are looked through for one that describes the document: it stands at the beginning. */
const mostLookedThrough = 1000;

function findBy<T extends z.core.$ZodType>(schema: T, graph: readonly unknown[]): z.output<T> | undefined {
  for (const element of graph.slice(0, mostLookedThrough)) {
    const read = check(schema, element);
    if (read.success) return read.data;
  }
  return undefined;
}

const tool = z.object({ name: z.string(), version: text });
const cycloneDx = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: text,
  metadata: z.catch(
    z.optional(
      z.object({
        timestamp: text,
        // A list until 1.4, and since 1.5 an object with components.
        tools: z.catch(z.optional(z.union([z.array(z.unknown()), z.object({ components: list })])), undefined),
      }),
    ),
    undefined,
  ),
  components: list,
});
const component = z.object({ type: text, name: z.string(), version: text, purl: text, licenses: list });
const licenseChoice = z.object({
  expression: text,
  license: z.catch(z.optional(z.object({ id: text, name: text })), undefined),
});
const container = z.object({ components: z.array(z.unknown()) });

function readCycloneDx(document: unknown): KnownDocument | undefined {
  const read = check(cycloneDx, document);
  if (!read.success) return undefined;
  const { specVersion, metadata, components } = read.data;
  const said = Array.isArray(metadata?.tools) ? metadata.tools : (metadata?.tools?.components ?? []);
  const tools = said.slice(0, mostTools).flatMap((each) => {
    const made = check(tool, each);
    return made.success ? [made.data.version ? `${made.data.name} ${made.data.version}` : made.data.name] : [];
  });
  return {
    head: headOf('CycloneDX', specVersion, metadata?.timestamp, tools),
    rows: () => withNested(components ?? [], 0),
    packageOf: componentOf,
  };
}

function* withNested(components: readonly unknown[], depth: number): Iterable<unknown> {
  for (const each of components) {
    yield each;
    const inside = depth < mostNesting ? check(container, each) : { success: false as const };
    if (inside.success) yield* withNested(inside.data.components, depth + 1);
  }
}

function componentOf(row: unknown): SbomPackage | undefined {
  const read = check(component, row);
  // Files of packages are components as well.
  if (!read.success || read.data.type === 'file') return undefined;
  const { name, version, purl, licenses } = read.data;
  const names = (licenses ?? []).slice(0, mostTools).flatMap((each) => {
    const choice = check(licenseChoice, each);
    if (!choice.success) return [];
    const { expression, license } = choice.data;
    return expression ?? license?.id ?? license?.name ?? [];
  });
  return packageOf(name, version, names.length === 0 ? undefined : names.join(' AND '), purl);
}

function headOf(
  format: SbomHead['format'],
  version: string | undefined,
  created: string | undefined,
  tools: readonly string[],
): SbomHead {
  const date = dateOf(created);
  return {
    format,
    ...(version === undefined ? {} : { version }),
    ...(date === undefined ? {} : { created: date }),
    tools: tools.slice(0, mostTools),
  };
}

function packageOf(
  name: string,
  version: string | undefined,
  license: string | undefined,
  purl: string | undefined,
): SbomPackage | undefined {
  if (name === '') return undefined;
  const [, type] = /^pkg:(?:\/\/)?([a-z][a-z\d.+-]{0,40})\//i.exec(purl ?? '') ?? [];
  return {
    name,
    ...(version ? { version } : {}),
    ...(type ? { type: type.toLowerCase() } : {}),
    ...(license ? { license } : {}),
    ...(purl ? { purl } : {}),
  };
}

function inOrder(one: SbomPackage, other: SbomPackage): number {
  return (
    compare(one.name, other.name) ||
    compare(one.version ?? '', other.version ?? '') ||
    compare(one.purl ?? '', other.purl ?? '')
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
