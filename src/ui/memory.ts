import type { ExtensionContext } from 'vscode';
import type { Memory } from './app';

/** A memory in the state of VS Code. */
export function memoryIn({ globalState }: Pick<ExtensionContext, 'globalState'>): Memory {
  return {
    read: (key) => globalState.get<string>(`memory.${key}`),
    write: async (key, value) => {
      await globalState.update(`memory.${key}`, value);
    },
  };
}
