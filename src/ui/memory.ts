import type { State } from '../registries/connectionStore';
import type { Memory } from './app';

/** A memory in the state of VS Code. */
export function memoryIn(state: State): Memory {
  return {
    read: (key) => {
      const value = state.get(`memory.${key}`);
      return typeof value === 'string' ? value : undefined;
    },
    write: async (key, value) => {
      await state.update(`memory.${key}`, value);
    },
  };
}
