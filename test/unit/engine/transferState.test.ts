import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TransferState } from '../../../src/engine/transferState';

function after(...messages: readonly unknown[]): TransferState {
  const state = new TransferState();
  for (const message of messages) state.take(message);
  return state;
}

const pushing = (id: string, current: number, total: number) => ({
  status: 'Pushing',
  progressDetail: { current, total },
  id,
});

describe('how far a transfer is', () => {
  it('adds up the layers that move, and counts those that are there already', () => {
    const { transfer } = after(
      { status: 'The push refers to repository [localhost:5000/app]' },
      { status: 'Preparing', progressDetail: {}, id: 'a' },
      { status: 'Preparing', progressDetail: {}, id: 'b' },
      { status: 'Preparing', progressDetail: {}, id: 'c' },
      { status: 'Layer already exists', progressDetail: {}, id: 'c' },
      pushing('a', 512, 1000),
      pushing('b', 100, 500),
      { status: 'Pushed', progressDetail: {}, id: 'b' },
    );
    expect(transfer).toEqual({ layers: 3, layersDone: 2, bytes: 1500, bytesDone: 1012 });
  });

  it('follows a pull from its download to its end', () => {
    const { transfer } = after(
      { status: 'Pulling from library/app', id: '1.0' },
      { status: 'Pulling fs layer', progressDetail: {}, id: 'a' },
      { status: 'Downloading', progressDetail: { current: 10, total: 40 }, id: 'a' },
      { status: 'Download complete', progressDetail: {}, id: 'a' },
      { status: 'Extracting', progressDetail: { current: 1, total: 40 }, id: 'a' },
      { status: 'Pull complete', progressDetail: {}, id: 'a' },
    );
    expect(transfer).toEqual({ layers: 1, layersDone: 1, bytes: 40, bytesDone: 40 });
  });

  it('is complete when the digest is told, and not before', () => {
    expect(after(pushing('a', 1, 1), { status: 'Pushed', id: 'a' }).isComplete).toBe(false);
    expect(
      after({ progressDetail: {}, aux: { Tag: '1', Digest: `sha256:${'a'.repeat(64)}`, Size: 1 } }).isComplete,
    ).toBe(true);
    expect(after({ status: `1: digest: sha256:${'a'.repeat(64)} size: 1` }).isComplete).toBe(true);
  });

  it('keeps the first error that is told', () => {
    const denied = { errorDetail: { message: 'denied: requested access' }, error: 'denied' };
    expect(after(denied, { error: 'and then' }).error).toBe('denied: requested access');
  });

  it('is never more than all, whatever an engine tells', () => {
    const status = fc.constantFrom(
      'Pushing',
      'Pushed',
      'Downloading',
      'Waiting',
      'Layer already exists',
      'Retrying in 5 seconds',
    );
    const detail = fc.record({ current: fc.integer(), total: fc.integer() }, { requiredKeys: [] });
    const message = fc.oneof(
      fc.record({ status, id: fc.constantFrom('a', 'b'), progressDetail: detail }),
      fc.anything(),
    );
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const { layers, layersDone, bytes, bytesDone } = after(...messages).transfer;
        expect(layersDone).toBeLessThanOrEqual(layers);
        expect(bytesDone).toBeLessThanOrEqual(bytes);
        expect(Math.min(layersDone, bytes, bytesDone)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
