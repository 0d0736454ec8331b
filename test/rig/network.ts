import { networkInterfaces } from 'node:os';
import { findProgram, run } from '../sandbox/process';

/** Not of loopback, to which VS Code's networking is kinder than to all others. */
export const ownAddress = '10.99.0.1';
/** Another, which the environment of VS Code leaves to its proxy. */
export const proxiedAddress = '10.99.0.2';

/** Stands for one of the internet, and its name: https://www.rfc-editor.org/rfc/rfc5737 has it for documentation alone. */
export const publicAddress = '198.51.100.7';
export const publicName = 'internet.test';
/** A name whose address is that of this machine. */
export const insideName = 'inside.test';

/** Names, in the environment, the folder with the files of an authority that VS Code was started to trust. */
export const knownPki = 'KNOWN_PKI';

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

const adding = [ownAddress, proxiedAddress, publicAddress]
  .map((address) => `ip address add ${address}/32 dev lo`)
  .join(' && ');
const naming = [
  'hosts=$(mktemp)',
  `printf '%s\\n' '127.0.0.1 localhost ${insideName}' '${publicAddress} ${publicName}' > "$hosts"`,
  'mount --bind "$hosts" /etc/hosts',
  'rm "$hosts"',
].join(' && ');
/** Raises the namespace's only network, names who is in it, then becomes the command. */
const script = `ip link set lo up && ${adding} && ${naming} && exec "$0" "$@"`;

/** The command in a network namespace of its own, which has these addresses; or why that cannot be had here. */
export async function inOwnNetwork({ command, args }: Command): Promise<Command | { readonly whyNot: string }> {
  const missing = ['unshare', 'ip', 'mount'].filter((program) => findProgram(program) === undefined);
  if (missing.length > 0) return { whyNot: `there is no ${missing.join(' and no ')}` };
  let whyNot = '';
  // Root may do it; others only where the kernel lets them be root of a namespace.
  for (const options of [
    ['--net', '--mount'],
    ['--net', '--mount', '--map-root-user'],
  ]) {
    const prefix = [...options, 'sh', '-c', script];
    try {
      await run('unshare', [...prefix, 'true']);
      return { command: 'unshare', args: [...prefix, command, ...args] };
    } catch (error) {
      whyNot = error instanceof Error ? error.message : String(error);
    }
  }
  return { whyNot };
}

/** Whether this process runs in such a network. */
export function hasOwnAddress(): boolean {
  return Object.values(networkInterfaces()).some((network) => network?.some(({ address }) => address === ownAddress));
}
