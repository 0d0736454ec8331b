import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readProvenance } from '../../../../src/images/proofs/provenance';
import { provenance } from '../../../sandbox/artifacts';
import { readBundle } from './conformance';

const v1 = 'https://slsa.dev/provenance/v1';
const v02 = 'https://slsa.dev/provenance/v0.2';
const buildKit = 'https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md';

describe('provenance', () => {
  it('of a workflow, as it was recorded', () => {
    const { dsseEnvelope } = readBundle('happy-path-intoto-in-dsse-v3') as { dsseEnvelope: { payload: string } };
    const statement = JSON.parse(Buffer.from(dsseEnvelope.payload, 'base64').toString('utf8')) as {
      predicate: unknown;
    };
    expect(readProvenance(v1, statement.predicate)).toEqual({
      repository: 'https://github.com/loosebazooka/aa-test',
      commit: 'ebff8dfbd609b7b22237c7719ce07f2dc7934f5f',
      ref: 'refs/heads/main',
      entryPoint: '.github/workflows/provenance.yaml',
      builder: 'https://github.com/loosebazooka/aa-test/.github/workflows/provenance.yaml@refs/heads/main',
      buildType: 'https://actions.github.io/buildtypes/workflow/v1',
      invocation: 'https://github.com/loosebazooka/aa-test/actions/runs/11941425487/attempts/1',
      materials: [
        {
          uri: 'git+https://github.com/loosebazooka/aa-test@refs/heads/main',
          digest: 'gitCommit:ebff8dfbd609b7b22237c7719ce07f2dc7934f5f',
          isImage: false,
        },
      ],
    });
  });

  it('of BuildKit, v1, from a remote source', () => {
    const alpine = { uri: 'pkg:docker/alpine@3.17?platform=linux%2Famd64', digest: { sha256: '89' } };
    const source = { uri: 'https://git.test/moby/app.git#refs/tags/v0.11.0', digest: { sha1: '4b22' } };
    const predicate = {
      buildDefinition: {
        buildType: buildKit,
        externalParameters: { configSource: { ...source, path: 'Dockerfile' }, request: { frontend: 'dockerfile.v0' } },
        resolvedDependencies: [alpine, source],
      },
      runDetails: {
        builder: { id: '' },
        metadata: { invocationID: 'rpv7', startedOn: '2026-01-02T03:04:05Z', finishedOn: '2026-01-02T03:05:05Z' },
      },
    };
    expect(readProvenance(v1, predicate)).toEqual({
      repository: 'https://git.test/moby/app',
      commit: '4b22',
      ref: 'refs/tags/v0.11.0',
      entryPoint: 'Dockerfile',
      buildType: buildKit,
      started: new Date('2026-01-02T03:04:05Z'),
      finished: new Date('2026-01-02T03:05:05Z'),
      materials: [
        { uri: alpine.uri, digest: 'sha256:89', isImage: true },
        { uri: source.uri, digest: 'sha1:4b22', isImage: false },
      ],
    });
  });

  const vcs = { source: 'git@git.test:team/app.git', revision: 'abc' };
  const local = { repository: 'https://git.test/team/app', commit: 'abc', entryPoint: 'Dockerfile' };

  it('of BuildKit, from a folder of the machine: where the client says that it is from', () => {
    const ofV1 = {
      buildDefinition: { buildType: buildKit, externalParameters: { configSource: { path: 'Dockerfile' } } },
      runDetails: { metadata: { buildkit_metadata: { vcs } } },
    };
    expect(readProvenance(v1, ofV1)).toEqual({ ...local, buildType: buildKit, materials: [] });
    const ofV02 = {
      buildType: 'https://mobyproject.org/buildkit@v1',
      invocation: { configSource: { entryPoint: 'Dockerfile' } },
      metadata: { buildInvocationID: 'x', 'https://mobyproject.org/buildkit@v1#metadata': { vcs } },
    };
    expect(readProvenance(v02, ofV02)).toMatchObject(local);
  });

  it('of v0.2, as builders of workflows write it', () => {
    const source = { uri: 'git+https://git.test/team/app@refs/heads/main', digest: { sha1: 'abc' } };
    const predicate = {
      builder: { id: 'https://builder.test/v1' },
      buildType: 'https://builder.test/container@v1',
      invocation: { configSource: { ...source, entryPoint: '.ci/release.yml' }, parameters: {} },
      metadata: { buildInvocationID: 'https://git.test/runs/1', buildStartedOn: '2026-01-02T03:04:05Z' },
      materials: [source],
    };
    expect(readProvenance(v02, predicate)).toMatchObject({
      repository: 'https://git.test/team/app',
      commit: 'abc',
      ref: 'refs/heads/main',
      entryPoint: '.ci/release.yml',
      builder: 'https://builder.test/v1',
      invocation: 'https://git.test/runs/1',
      started: new Date('2026-01-02T03:04:05Z'),
    });
  });

  it.each(['v0.2', 'v1'] as const)('of the sandbox’s builds, %s', (version) => {
    const finished = new Date('2026-02-03T04:05:06Z');
    const built = provenance({ source: 'https://git.test/a', revision: '1', finished, version });
    expect(readProvenance(built.type, built.content)).toMatchObject({
      repository: 'https://git.test/a',
      commit: '1',
      finished,
    });
  });

  it('shows no credentials', () => {
    const uri = 'https://me:secret@git.test/a.git#main:folder';
    const read = readProvenance(v02, { invocation: { configSource: { uri } }, materials: [{ uri }] });
    expect(read).toMatchObject({ repository: 'https://git.test/a', ref: 'main' });
    expect(JSON.stringify(read)).not.toContain('secret');
  });

  it('leads to pages alone', () => {
    const read = readProvenance(v1, {
      buildDefinition: { externalParameters: { workflow: { repository: 'javascript:alert(1)' } } },
      runDetails: { metadata: { invocationId: 'command:x' } },
    });
    expect(read).toEqual({ materials: [] });
  });

  it('is nothing else', () => {
    expect(readProvenance('https://spdx.dev/Document', {})).toBeUndefined();
    expect(readProvenance(v1, [])).toBeUndefined();
    fc.assert(
      fc.property(fc.constantFrom(v1, v02), fc.jsonValue(), (type, predicate) => {
        readProvenance(type, predicate);
        readProvenance(type, { buildDefinition: predicate, metadata: predicate, materials: predicate });
      }),
    );
  });
});
