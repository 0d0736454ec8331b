import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { Agent } from 'node:http';
import { Duplex, type Readable, type Writable } from 'node:stream';
import type { SshAddress } from './address';

/**
 * Reaches an engine as the docker command does: `docker system dial-stdio` on the other machine, through the user's own ssh
 * with its keys, agents, known hosts and configuration. https://docs.docker.com/engine/security/protect-access/#use-ssh-to-protect-the-docker-daemon-socket
 */
export function sshAgent(address: SshAddress): Agent {
  const agent = new Agent({ keepAlive: false });
  return Object.assign(agent, { createConnection: () => connect(address) });
}

function connect({ user, host, port, path }: SshAddress): Duplex {
  const args = [
    // ssh must not ask questions: there is no terminal to answer them.
    ...['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=20', '-T'],
    ...(user === '' ? [] : ['-l', user]),
    ...(port === '' ? [] : ['-p', port]),
    // After `--`, ssh takes the next word as a host, even if it begins with a dash.
    ...[
      '--',
      host,
      'docker',
      ...(path === '' ? [] : ['--host', quoteForShell(`unix://${path}`)]),
      'system',
      'dial-stdio',
    ],
  ];
  const child = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
  const connection = duplexOf(child);
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-2000);
  });
  child.once('error', (cause) => connection.destroy(sshError(cause.message, cause)));
  // `close` comes after the last output, which says why ssh ended.
  child.once('close', (code) => {
    if (code === 0) connection.push(null);
    else connection.destroy(sshError(words.trim() === '' ? `ssh ended with code ${code ?? 'none'}` : words.trim()));
  });
  // http calls these methods of a socket; a pipe does not need them.
  const same = () => connection;
  return Object.assign(connection, { setTimeout: same, setNoDelay: same, setKeepAlive: same, ref: same, unref: same });
}

/** Quotes one word for the shell of the other machine. */
function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

/** A stream over the program's input and output. It ends only when the program ends, because only then the reason is known. */
function duplexOf(child: ChildProcessByStdio<Writable, Readable, Readable>): Duplex {
  const connection = new Duplex({
    read: () => void child.stdout.resume(),
    // Write errors are ignored: the end of the program says what went wrong.
    write: (chunk, encoding, done) =>
      void child.stdin.write(chunk, encoding, () => {
        done();
      }),
    final: (done) => {
      child.stdin.end();
      done();
    },
    destroy: (error, done) => {
      child.kill();
      done(error);
    },
  });
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (chunk: Buffer) => {
    if (!connection.push(chunk)) child.stdout.pause();
  });
  return connection;
}

function sshError(message: string, cause?: Error): Error {
  return Object.assign(new Error(message, { cause }), { code: 'SSH' });
}
