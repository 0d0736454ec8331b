import { goPrograms, whyNotBuilt, type GoProgram } from '../rig/goPrograms';
import { startProcess } from '../rig/processes';
import { startDockerRegistry, whyNoDockerRegistry } from '../sandbox/dockerRegistry';
import type { Running } from './genericSubject';

/** A registry that people run, empty and open to everybody; nothing stands between it and who speaks with it. */
export interface RealRegistry {
  readonly name: string;
  /** Why it is not on this machine. */
  readonly whyNot: string | undefined;
  readonly start: () => Promise<Running>;
}

/** One of those that say which port they chose. */
export async function startGoRegistry({ path }: GoProgram, args: readonly string[] = []): Promise<Running> {
  const running = startProcess({ command: path, args });
  try {
    const [, port = ''] = await running.printed(/serving on port (\d+)/, 60_000);
    return { url: `http://127.0.0.1:${port}`, stop: running.stop };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

export const craneArgs = ['registry', 'serve', '--address', '127.0.0.1:0'];

/** By the name that a test's expectations go by. */
export const realRegistries = {
  'docker-registry': {
    name: 'docker-registry',
    whyNot: whyNoDockerRegistry(),
    start: () => startDockerRegistry({ schema1: true }),
  },
  'Distribution 3': {
    name: 'Distribution 3',
    whyNot: whyNotBuilt(goPrograms.distribution3),
    start: () => startDockerRegistry({ program: goPrograms.distribution3.path }),
  },
  crane: {
    name: 'crane',
    whyNot: whyNotBuilt(goPrograms.crane),
    start: () => startGoRegistry(goPrograms.crane, craneArgs),
  },
  ociregistry: {
    name: 'ociregistry',
    whyNot: whyNotBuilt(goPrograms.ociregistry),
    start: () => startGoRegistry(goPrograms.ociregistry),
  },
  olareg: {
    name: 'olareg',
    whyNot: whyNotBuilt(goPrograms.olareg),
    start: () => startGoRegistry(goPrograms.olareg),
  },
} as const satisfies Record<string, RealRegistry>;
