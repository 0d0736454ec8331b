import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mostPackages, readSbom } from '../../../../src/images/proofs/sbom';
import { spdxDocument } from '../../../sandbox/artifacts';

const { signal } = new AbortController();
const created = new Date('2026-01-02T03:04:05Z');

const purl = (locator: string) => ({
  referenceCategory: 'PACKAGE-MANAGER',
  referenceType: 'purl',
  referenceLocator: locator,
});
const spdx = {
  spdxVersion: 'SPDX-2.3',
  creationInfo: { created: created.toISOString(), creators: ['Organization: x', 'Tool: syft-1.18.1'] },
  packages: [
    {
      name: 'zlib',
      versionInfo: '1.3',
      licenseConcluded: 'NOASSERTION',
      licenseDeclared: 'Zlib',
      externalRefs: [
        { referenceType: 'cpe23Type', referenceLocator: 'cpe:2.3:a' },
        purl('pkg:deb/debian/zlib@1.3?arch=amd64'),
      ],
    },
    { name: 'axios', versionInfo: '1.0.0', licenseConcluded: 'MIT', externalRefs: [purl('pkg:npm/axios@1.0.0')] },
    { name: 'axios', versionInfo: '1.0.0', licenseConcluded: 'NONE', externalRefs: [purl('pkg:npm/axios@1.0.0')] },
    { name: 'unversioned' },
    { versionInfo: 'without a name' },
  ],
};
const packages = [
  { name: 'axios', version: '1.0.0', type: 'npm', license: 'MIT', purl: 'pkg:npm/axios@1.0.0' },
  { name: 'unversioned' },
  { name: 'zlib', version: '1.3', type: 'deb', license: 'Zlib', purl: 'pkg:deb/debian/zlib@1.3?arch=amd64' },
];

describe('an SBOM', () => {
  it('of SPDX 2', async () => {
    expect(await readSbom(spdx, signal)).toEqual({
      summary: { format: 'SPDX', version: '2.3', created, tools: ['syft-1.18.1'], count: 3, isCut: false },
      packages,
    });
  });

  it.each([
    ['a text of JSON', JSON.stringify(spdx)],
    ['a text of JSON in an object', { Data: JSON.stringify(spdx), Timestamp: 'x' }],
  ])('as %s, which old clients wrote', async (_what, value) => {
    expect((await readSbom(value, signal))?.packages).toEqual(packages);
  });

  it('of SPDX 3', async () => {
    const graph = [
      { type: 'CreationInfo', '@id': '_:info', specVersion: '3.0.1', created: created.toISOString() },
      { type: 'Tool', spdxId: 'a', name: 'trivy' },
      {
        type: 'software_Package',
        spdxId: 'b',
        name: 'left-pad',
        software_packageVersion: '1.3.0',
        software_packageUrl: 'pkg:npm/left-pad@1.3.0',
      },
      { type: 'software_File', spdxId: 'c', name: 'x' },
    ];
    const document = { '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld', '@graph': graph };
    expect(await readSbom(document, signal)).toEqual({
      summary: { format: 'SPDX', version: '3.0.1', created, tools: ['trivy'], count: 1, isCut: false },
      packages: [{ name: 'left-pad', version: '1.3.0', type: 'npm', purl: 'pkg:npm/left-pad@1.3.0' }],
    });
  });

  it.each([
    ['1.4', [{ vendor: 'x', name: 'cdxgen', version: '9' }]],
    ['1.6', { components: [{ type: 'application', name: 'cdxgen', version: '9' }] }],
  ])('of CycloneDX %s', async (specVersion, tools) => {
    const document = {
      bomFormat: 'CycloneDX',
      specVersion,
      metadata: { timestamp: created.toISOString(), tools },
      components: [
        { type: 'file', name: '/etc/passwd' },
        {
          type: 'library',
          name: 'outer',
          version: '2',
          purl: 'pkg:maven/a/outer@2',
          licenses: [{ license: { id: 'MIT' } }, { license: { name: 'Own' } }],
          components: [{ type: 'library', name: 'inner', licenses: [{ expression: 'MIT OR Apache-2.0' }] }],
        },
      ],
    };
    expect(await readSbom(document, signal)).toEqual({
      summary: { format: 'CycloneDX', version: specVersion, created, tools: ['cdxgen 9'], count: 2, isCut: false },
      packages: [
        { name: 'inner', license: 'MIT OR Apache-2.0' },
        { name: 'outer', version: '2', type: 'maven', license: 'MIT AND Own', purl: 'pkg:maven/a/outer@2' },
      ],
    });
  });

  it('of the sandbox', async () => {
    const document = spdxDocument('app', [{ name: 'a', version: '1', license: 'MIT' }], created);
    expect((await readSbom(document, signal))?.packages).toEqual([{ name: 'a', version: '1', license: 'MIT' }]);
  });

  it('of 20,000 packages is read in slices', async () => {
    const rows = Array.from({ length: 20_000 }, (_, at) => ({ name: `p${String(at).padStart(5, '0')}` })).reverse();
    let pauses = 0;
    const countPause = () => {
      pauses++;
      return Promise.resolve();
    };
    const read = await readSbom({ ...spdx, packages: rows }, signal, countPause);
    expect(read?.packages.length).toBe(20_000);
    expect(read?.packages[0]).toEqual({ name: 'p00000' });
    expect(pauses).toBeGreaterThan(40);
  });

  it('with too many packages is cut, and says so', async () => {
    const rows = Array.from({ length: mostPackages + 1 }, (_, at) => ({ name: `p${at}` }));
    const count = async (length: number) =>
      (await readSbom({ ...spdx, packages: rows.slice(0, length) }, signal))?.summary;
    expect(await count(mostPackages)).toMatchObject({ count: mostPackages, isCut: false });
    expect(await count(mostPackages + 1)).toMatchObject({ count: mostPackages, isCut: true });
  });

  it('is not read on after it was aborted', async () => {
    const controller = new AbortController();
    const rows = Array.from({ length: 2000 }, (_, at) => ({ name: `p${at}` }));
    const abort = () => {
      controller.abort();
      return Promise.resolve();
    };
    await expect(readSbom({ ...spdx, packages: rows }, controller.signal, abort)).rejects.toThrow('aborted');
  });

  it('with fields of other types is read without them', async () => {
    const document = {
      ...spdx,
      creationInfo: 7,
      packages: [{ name: 'a', versionInfo: 1, externalRefs: {} }, 'x', null],
    };
    expect(await readSbom(document, signal)).toMatchObject({ summary: { tools: [] }, packages: [{ name: 'a' }] });
    expect(await readSbom({ bomFormat: 'CycloneDX', components: 1, metadata: [] }, signal)).toMatchObject({
      packages: [],
    });
  });

  it('is nothing else', async () => {
    for (const value of [undefined, null, 'x', 7, [], {}, { spdxVersion: 'SPDX-9' }, { '@graph': [] }])
      expect(await readSbom(value, signal)).toBeUndefined();
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        await readSbom({ bomFormat: 'CycloneDX', components: value, metadata: value }, signal);
        await readSbom({ spdxVersion: 'SPDX-2.2', packages: [value], creationInfo: value }, signal);
      }),
    );
  });
});
