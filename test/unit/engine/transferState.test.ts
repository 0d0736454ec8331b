import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Transfer } from '../../../src/engine/engine';
import { mostLayers, TransferState } from '../../../src/engine/transferState';

function after(lines: string): TransferState {
  const state = new TransferState();
  for (const line of lines.trim().split('\n')) state.take(JSON.parse(line));
  return state;
}

function sums(layers: number, layersDone: number, bytes: number, bytesDone: number): Transfer {
  return { layers, layersDone, bytes, bytesDone };
}

const digest = `sha256:${'3'.repeat(64)}`;

describe('what Docker Engine 20.10 tells of a push', () => {
  const begun = `
{"status":"The push refers to repository [127.0.0.1:43991/app/web]"}
{"status":"Preparing","progressDetail":{},"id":"3673ccb09f10"}
{"status":"Preparing","progressDetail":{},"id":"22e1f316436b"}
{"status":"Preparing","progressDetail":{},"id":"5f70bf18a086"}
{"status":"Waiting","progressDetail":{},"id":"5f70bf18a086"}
{"status":"Pushing","progressDetail":{"current":33280,"total":2000000},"progress":"[>  ]  33.28kB/2MB","id":"3673ccb09f10"}
{"status":"Layer already exists","progressDetail":{},"id":"5f70bf18a086"}`;
  const moved = `${begun}
{"status":"Pushing","progressDetail":{"current":33280,"total":300000},"progress":"[=> ]  33.28kB/300kB","id":"22e1f316436b"}
{"status":"Pushing","progressDetail":{"current":301568,"total":300000},"progress":"[==>]  301.6kB","id":"22e1f316436b"}
{"status":"Pushed","progressDetail":{},"id":"22e1f316436b"}
{"status":"Pushing","progressDetail":{"current":2001920,"total":2000000},"progress":"[==>]  2.002MB","id":"3673ccb09f10"}
{"status":"Pushed","progressDetail":{},"id":"3673ccb09f10"}`;

  it('adds up, and is never more than all', () => {
    expect(after(begun).transfer).toEqual(sums(3, 1, 2_000_000, 33_280));
    expect(after(moved).transfer).toEqual(sums(3, 3, 2_300_000, 2_300_000));
  });

  it('is complete with the digest alone', () => {
    expect(after(moved).isComplete).toBe(false);
    expect(after(`${moved}\n{"status":"1: digest: ${digest} size: 737"}`).isComplete).toBe(true);
    const aux = `{"progressDetail":{},"aux":{"Tag":"1","Digest":"${digest}","Size":737}}`;
    expect(after(`${moved}\n${aux}`).isComplete).toBe(true);
  });

  it('counts a layer whose upload is tried again as not done', () => {
    const again = `${begun}\n{"status":"Retrying in 5 seconds","progressDetail":{},"id":"3673ccb09f10"}`;
    expect(after(again).transfer).toEqual(sums(3, 1, 2_000_000, 33_280));
  });

  it('counts a layer mounted from another repository as done', () => {
    const mounted = `
{"status":"Preparing","progressDetail":{},"id":"3673ccb09f10"}
{"status":"Mounted from app/base","progressDetail":{},"id":"3673ccb09f10"}`;
    expect(after(mounted).transfer).toEqual(sums(1, 1, 0, 0));
  });

  it('may be an error, of which the first counts', () => {
    const state = after(`${begun}
{"errorDetail":{"message":"no basic auth credentials"},"error":"no basic auth credentials"}
{"errorDetail":{"message":"another"},"error":"another"}`);
    expect(state).toMatchObject({ error: 'no basic auth credentials', isComplete: false });
    expect(after('{"error":"without detail"}').error).toBe('without detail');
  });
});

describe('an empty error', () => {
  it.each([
    '{"status":"done","error":""}',
    '{"error":"","errorDetail":{"message":""}}',
    '{"error":"","errorDetail":null}',
    '{"errorDetail":{}}',
  ])('is none: %s', (line) => {
    expect(after(line).error).toBeUndefined();
  });

  it('hides no other', () => {
    expect(after('{"error":""}\n{"error":"denied","errorDetail":{"message":""}}').error).toBe('denied');
  });
});

describe('what the image store of containerd tells of a push', () => {
  const other = `sha256:${'4'.repeat(64)}`;
  const selected = (platform: object) => ({
    aux: {
      manifestPushedInsteadOfIndex: true,
      originalIndex: { mediaType: 'application/vnd.oci.image.index.v1+json', digest: other, size: 1609 },
      selectedManifest: { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 401, ...platform },
    },
  });
  const end = { status: `latest: digest: ${digest} size: 401` };
  const told = (...messages: readonly object[]) => after(messages.map((one) => JSON.stringify(one)).join('\n'));

  it('is which platform went there in place of the index', () => {
    const arm = { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } };
    expect(told(selected(arm), end)).toMatchObject({ alone: arm, isComplete: true });
    for (const unknown of [{}, { platform: null }, { platform: { os: 1 } }])
      expect(told(selected(unknown), end).alone).toEqual({});
  });

  it('counts no layers of platforms that are not pushed', () => {
    const layers = ['a', 'b'].map((id) => ({ status: 'Waiting', progressDetail: {}, id }));
    const rest = [
      { status: 'Unavailable', progressDetail: {}, id: 'b' },
      { status: 'Pushing', progressDetail: { current: 10, total: 10 }, id: 'a' },
      { status: 'Pushed', progressDetail: {}, id: 'a' },
    ];
    expect(told(...layers, ...rest, selected({}), end).transfer).toEqual(sums(1, 1, 10, 10));
  });

  it('is nothing more where the index went there whole', () => {
    expect(told(end)).toMatchObject({ alone: undefined, isComplete: true });
    expect(told({ aux: { manifestPushedInsteadOfIndex: false } }, end).alone).toBeUndefined();
  });

  it('is no end before the digest', () => {
    expect(told(selected({})).isComplete).toBe(false);
  });

  it('is what it lacks', () => {
    const state = told({ aux: { contentMissing: true, desc: { digest: other } } }, { error: `${other}: not found` });
    expect(state).toMatchObject({ lacksContent: true, error: `${other}: not found`, isComplete: false });
  });
});

describe('what Docker Engine 20.10 tells of a pull', () => {
  const downloaded = `
{"status":"Pulling from multi","id":"1"}
{"status":"Already exists","progressDetail":{},"id":"22e1f316436b"}
{"status":"Pulling fs layer","progressDetail":{},"id":"c6ebc0f5422c"}
{"status":"Downloading","progressDetail":{"current":3814,"total":301631},"progress":"[> ]  3.814kB/301.6kB","id":"c6ebc0f5422c"}
{"status":"Downloading","progressDetail":{"current":301631,"total":301631},"progress":"[=>]  301.6kB/301.6kB","id":"c6ebc0f5422c"}
{"status":"Verifying Checksum","progressDetail":{},"id":"c6ebc0f5422c"}`;
  const extracted = `${downloaded}
{"status":"Download complete","progressDetail":{},"id":"c6ebc0f5422c"}
{"status":"Extracting","progressDetail":{"current":32768,"total":301631},"progress":"[> ]","id":"c6ebc0f5422c"}
{"status":"Pull complete","progressDetail":{},"id":"c6ebc0f5422c"}
{"status":"Digest: ${digest}"}
{"status":"Status: Downloaded newer image for 127.0.0.1:45117/multi:1"}`;

  it('adds up, and does not begin anew when layers are unpacked', () => {
    expect(after(downloaded).transfer).toEqual(sums(2, 1, 301_631, 301_631));
    expect(after(extracted).transfer).toEqual(sums(2, 2, 301_631, 301_631));
  });
});

describe('what Podman 4.3 tells', () => {
  it('of a push is its begin and its end', () => {
    const begin = '{"status":"The push refers to repository [127.0.0.1:45075/app/web:1]"}';
    expect(after(begin)).toMatchObject({ isComplete: false, transfer: sums(0, 0, 0, 0) });
    expect(after(`${begin}\n{"status":"1: digest: ${digest} size: 590"}`).isComplete).toBe(true);
  });

  it('of a pull is its layers and its config', () => {
    const pulled = `
{"status":"Already exists","progressDetail":{},"id":"c6ebc0f5422c"}
{"status":"Pulling fs layer","progressDetail":{},"id":"60fb3f97b77e"}
{"status":"Downloading","progressDetail":{"current":723968,"total":24005214},"progress":"[=> ]","id":"60fb3f97b77e"}`;
    expect(after(pulled).transfer).toEqual(sums(2, 1, 24_005_214, 723_968));
    const done = `${pulled}
{"status":"Download complete","progressDetail":{},"id":"60fb3f97b77e"}
{"status":"Pulling fs layer","progressDetail":{},"id":"68fee11a1c48"}
{"status":"Download complete","progressDetail":{},"id":"68fee11a1c48"}
{"status":"Download complete","progressDetail":{},"id":"68fee11a1c48"}`;
    expect(after(done).transfer).toEqual(sums(3, 3, 24_005_214, 24_005_214));
  });
});

describe('how far a transfer is', () => {
  const status = fc.constantFrom(
    'Pushing',
    'Pushed',
    'Downloading',
    'Waiting',
    'Already exists',
    'Retrying in 5 seconds',
  );
  const progressDetail = fc.record({ current: fc.integer(), total: fc.integer() }, { requiredKeys: [] });
  const message = fc.oneof(fc.record({ status, id: fc.constantFrom('a', 'b'), progressDetail }), fc.anything());

  it('is never more than all, nor less than nothing, whatever an engine tells', () => {
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const state = new TransferState();
        for (const one of messages) state.take(one);
        const { layers, layersDone, bytes, bytesDone } = state.transfer;
        expect(layersDone).toBeLessThanOrEqual(layers);
        expect(bytesDone).toBeLessThanOrEqual(bytes);
        expect(Math.min(layersDone, bytes, bytesDone)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('what nobody has announced', () => {
  it('changes nothing', () => {
    const strange = [null, 1, 'text', [], {}, { status: 5 }, { id: 'x', status: 'Dancing' }, { id: 'x' }];
    const state = new TransferState();
    for (const message of strange) state.take(message);
    expect(state).toMatchObject({ error: undefined, isComplete: false, transfer: sums(0, 0, 0, 0) });
  });
});

describe('more layers than any image has', () => {
  const pushing = (id: string, current: number) => ({ id, status: 'Pushing', progressDetail: { current, total: 10 } });

  it('are not kept, and the others count on', () => {
    const state = new TransferState();
    for (let layer = 0; layer < 5 * mostLayers; layer++) state.take(pushing(`l${layer}`, 1));
    expect(state.transfer).toEqual(sums(mostLayers, 0, 10 * mostLayers, mostLayers));
    state.take(pushing('l0', 10));
    expect(state.transfer).toEqual(sums(mostLayers, 0, 10 * mostLayers, mostLayers + 9));
  });

  it('nor one whose name is none', () => {
    const state = new TransferState();
    state.take(pushing('x'.repeat(10_000), 1));
    expect(state.transfer).toEqual(sums(0, 0, 0, 0));
  });
});
