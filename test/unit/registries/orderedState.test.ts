import { describe, expect, it } from 'vitest';
import { OrderedState } from '../../../src/registries/orderedState';

/** The state as VS Code has it: what it is told was stored replaces all that is in memory, some time after it was stored. */
class Echoing {
  private memory: Record<string, unknown> = {};
  stored: Record<string, unknown> = {};
  readonly get = (key: string): unknown => this.memory[key];
  readonly update = async (key: string, value: unknown): Promise<void> => {
    this.memory = { ...this.memory, [key]: value };
    // It puts updates of the same moment together.
    await Promise.resolve();
    const written = { ...this.memory };
    await Promise.resolve();
    this.stored = written;
    this.memory = written;
  };
}

describe('a state that is updated from several places at a time', () => {
  const updateSoonAfter = async (state: Pick<OrderedState, 'update' | 'get'>) => {
    const first = state.update('recent', ['web']);
    await Promise.resolve();
    const second = state.update('favourites', []);
    expect(state.get('favourites')).toEqual([]);
    await Promise.all([first, second]);
  };

  it('would lose what is updated while something else is being stored', async () => {
    const state = new Echoing();
    await updateSoonAfter(state);
    expect(state.stored).toEqual({ recent: ['web'] });
  });

  it('keeps all of it, and gives it back before it is stored', async () => {
    const state = new Echoing();
    await updateSoonAfter(new OrderedState(state));
    expect(state.stored).toEqual({ recent: ['web'], favourites: [] });
  });

  it('keeps the last of two updates of the same', async () => {
    const state = new Echoing();
    const ordered = new OrderedState(state);
    const all = [1, 2, 3].map((value) => ordered.update('recent', value));
    expect(ordered.get('recent')).toBe(3);
    await Promise.all(all);
    expect([ordered.get('recent'), state.stored]).toEqual([3, { recent: 3 }]);
  });

  it('goes on after an update that was refused, which whoever made it is told', async () => {
    const values = new Map<string, unknown>();
    const ordered = new OrderedState({
      get: (key) => values.get(key),
      update: (key, value) => {
        if (value === 'too much') return Promise.reject(new Error('The disk is full.'));
        values.set(key, value);
        return Promise.resolve();
      },
    });
    const refused = ordered.update('recent', 'too much');
    const taken = ordered.update('favourites', 'web');
    await expect(refused).rejects.toThrow('The disk is full.');
    await taken;
    expect([ordered.get('recent'), ordered.get('favourites')]).toEqual([undefined, 'web']);
  });
});
