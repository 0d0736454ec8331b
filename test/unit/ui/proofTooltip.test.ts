import { describe, expect, it, onTestFinished } from 'vitest';
import { axiosHttp } from '../../../src/core/axiosHttp';
import { withTag } from '../../../src/core/reference';
import { makeVerifier } from '../../../src/images/proofs/verify';
import { V2 } from '../../../src/providers/v2';
import { rowAt, rowBelow } from '../../../src/ui/tree/node';
import { readAttachmentLines } from '../../../src/ui/tree/proofTooltip';
import { issuerUrl, MiniSigstore, workflow } from '../../sandbox/miniSigstore';
import { fullImage } from '../../sandbox/pageImages';
import { gitHubProvenance, keylessSignatures, proofTag, signedAttestations } from '../../sandbox/proofs';
import { startV2Server } from '../../sandbox/v2Server';
import { collectLog } from '../collectLog';
import { connectionNode, fakeProvider } from './fakeApp';

const sigstore = new MiniSigstore();
const image = fullImage();
const { signal } = new AbortController();
const tags = {
  '1.0': image,
  [proofTag(image, 'sig')]: keylessSignatures(sigstore, image, [{}]),
  [proofTag(image, 'att')]: signedAttestations(sigstore, image, [
    gitHubProvenance('https://github.com/acme/web', 'a'.repeat(40)),
  ]),
};
const verifying = async () => ({
  verifier: await makeVerifier({
    root: { kind: 'file', path: 'root.json', json: sigstore.trustedRoot },
    keys: [],
    identities: [{ identity: workflow, issuer: issuerUrl }],
  }),
});

/** The rows of what is attached to the image, below its tag. */
async function rows() {
  const server = await startV2Server({ repositories: [{ name: 'team/web', tags }] });
  onTestFinished(() => server.stop());
  const credential = () => Promise.resolve({ kind: 'anonymous' } as const);
  const v2 = new V2({ url: server.url, http: axiosHttp(collectLog()), credential });
  const place = { host: new URL(server.url).host, path: 'team/web' };
  await v2.list(place, undefined, signal);
  const tag = { kind: 'tag' as const, label: '1.0', image: withTag(place, '1.0') };
  const { items } = await v2.listBelow(tag, signal);
  const provider = fakeProvider({ content: v2.content });
  const { connection } = connectionNode({}, provider);
  const platform = items.find((item) => item.kind === 'platform');
  const attachments = platform?.attachments ?? [];
  const above = rowAt({ connection, provider }, [{ kind: 'repository', label: 'team/web', image: place }, tag]);
  return { server, below: attachments.map((one) => rowBelow(above, one)) };
}

describe('the tooltip of an attachment', () => {
  it('tells who has signed, and what was built from where', async () => {
    const { below } = await rows();
    const lines = await Promise.all(below.map((row) => readAttachmentLines(row, verifying, signal)));
    expect(lines).toEqual([
      [`verified, signed by ${workflow}`],
      [`verified, signed by ${workflow}`, 'github.com/acme/web at aaaaaaaaaaaa'],
    ]);
  });

  it('says so where nothing verifies', async () => {
    const { below } = await rows();
    const lines = await Promise.all(below.map((row) => readAttachmentLines(row, () => Promise.resolve({}), signal)));
    expect(lines[0]).toEqual(['not verified: there is nothing to verify it with']);
  });

  it('says why it could not be read', async () => {
    const { below, server } = await rows();
    server.fail(/manifests\/1\.0/, { status: 401 });
    const [row] = below;
    expect(row && (await readAttachmentLines(row, verifying, signal))).toEqual([
      expect.stringContaining('Could not read “Signature”'),
    ]);
  });
});
