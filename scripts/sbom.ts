import { ComponentType, ExternalReferenceType, HashAlgorithm } from '@cyclonedx/cyclonedx-library/Enums';
import { Bom, Component, ExternalReference, NamedLicense, SpdxLicense } from '@cyclonedx/cyclonedx-library/Models';
import { JSON as Json, JsonSerializer } from '@cyclonedx/cyclonedx-library/Serialize';
import { Spec1dot6 } from '@cyclonedx/cyclonedx-library/Spec';
import { isSupportedSpdxId } from '@cyclonedx/cyclonedx-library/SPDX';
import { PackageURL } from 'packageurl-js';

/** The part of package-lock.json that is read. Keys of `packages` are folders, such as `node_modules/a/node_modules/b`. */
export interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  /** Where it differs from the folder's. */
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  /** `sha512-` and the hash in base64. */
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  /** Has packages that are used where they are there, and not named otherwise. */
  readonly peerDependenciesMeta?: Readonly<Record<string, unknown>>;
}

/** `name version` of the packages in third-party notices, as scripts/notices.cjs writes them. */
export function packagesIn(notices: string): readonly string[] {
  return [...notices.matchAll(/^-{80}\n(.+)$/gm)].map(([, heading = '']) => heading);
}

/**
 * An SBOM as CycloneDX JSON, of an extension and the packages whose code is in it. The same packages and lock give the same text: it has
 * neither a time nor a serial number. `packages`: `name version` each. Throws when one of them is not in the lock.
 */
export function makeSbom(packages: Iterable<string>, lock: Lock): string {
  const folders = foldersByPackage(lock);
  const components = new Map<string, Component>();
  for (const each of [...packages].sort()) {
    const [folder] = folders.get(each) ?? [];
    const locked = folder === undefined ? undefined : lock.packages[folder];
    if (folder === undefined || locked === undefined) throw new Error(`package-lock.json has no ${each}.`);
    components.set(each, componentOf(nameOf(folder, locked), locked));
  }
  const { name = '', version, license } = lock.packages[''] ?? {};
  const root = new Component(ComponentType.Application, name, { bomRef: name, ...(version ? { version } : {}) });
  addLicense(root, license);
  const bom = new Bom();
  bom.metadata.component = root;
  addDependencies(root, dependenciesOf('', lock, components));
  for (const [each, component] of components) {
    bom.components.add(component);
    const below = (folders.get(each) ?? []).flatMap((folder) => dependenciesOf(folder, lock, components));
    addDependencies(component, below);
  }
  const serializer = new JsonSerializer(new Json.Normalize.Factory(Spec1dot6));
  // All is in order already. The library would sort by the language of the machine.
  return `${serializer.serialize(bom, { sortLists: false, space: 2 })}\n`;
}

function addDependencies({ dependencies }: Component, on: readonly Component[]): void {
  const refs = new Map(on.map(({ bomRef }) => [bomRef.value ?? '', bomRef]));
  for (const [, ref] of [...refs].sort(([a], [b]) => (a < b ? -1 : 1))) dependencies.add(ref);
}

function componentOf(name: string, { version = '', license, integrity }: LockedPackage): Component {
  const [, scope, base = name] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
  const purl = new PackageURL('npm', scope, base, version).toString();
  const component = new Component(ComponentType.Library, base, {
    ...(scope === undefined ? {} : { group: scope }),
    ...{ version, purl, bomRef: purl },
  });
  addLicense(component, license);
  const archive = `https://registry.npmjs.org/${name}/-/${base}-${version}.tgz`;
  const distribution = new ExternalReference(archive, ExternalReferenceType.Distribution);
  const [, hash] = /^sha512-(\S+)$/.exec(integrity ?? '') ?? [];
  if (hash === undefined) throw new Error(`package-lock.json has no hash of ${name} ${version}.`);
  distribution.hashes.set(HashAlgorithm['SHA-512'], Buffer.from(hash, 'base64').toString('hex'));
  component.externalReferences.add(distribution);
  return component;
}

function addLicense({ licenses }: Component, license: string | undefined): void {
  if (license !== undefined)
    licenses.add(isSupportedSpdxId(license) ? new SpdxLicense(license) : new NamedLicense(license));
}

/** What the package in a folder depends on and is bundled; of what is not bundled, what that depends on. */
function dependenciesOf(
  start: string,
  lock: Lock,
  bundled: ReadonlyMap<string, Component>,
  seen = new Set<string>(),
): readonly Component[] {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = lock.packages[start] ?? {};
  const named = { ...dependencies, ...optionalDependencies, ...peerDependencies, ...peerDependenciesMeta };
  return Object.keys(named).flatMap((name) => {
    const folder = foundFrom(start, name, lock);
    const locked = folder === undefined ? undefined : lock.packages[folder];
    if (folder === undefined || locked === undefined || seen.has(folder)) return [];
    seen.add(folder);
    return bundled.get(keyOf(folder, locked)) ?? dependenciesOf(folder, lock, bundled, seen);
  });
}

/** The folder in which Node finds a package: the nearest `node_modules` above that has it. */
function foundFrom(start: string, name: string, { packages }: Lock): string | undefined {
  for (let at = start; ; at = at.slice(0, Math.max(at.lastIndexOf('/node_modules/'), 0))) {
    const folder = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (folder in packages) return folder;
    if (at === '') return undefined;
  }
}

/** A package may be there more than once in one version. */
function foldersByPackage({ packages }: Lock): ReadonlyMap<string, readonly string[]> {
  const folders = new Map<string, string[]>();
  for (const [folder, locked] of Object.entries(packages)) {
    const key = keyOf(folder, locked);
    folders.set(key, [...(folders.get(key) ?? []), folder]);
  }
  return folders;
}

function keyOf(folder: string, locked: LockedPackage): string {
  return `${nameOf(folder, locked)} ${locked.version ?? ''}`;
}

function nameOf(folder: string, { name }: LockedPackage): string {
  return name ?? folder.split('node_modules/').at(-1) ?? folder;
}
