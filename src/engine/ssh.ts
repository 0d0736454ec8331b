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
    // Nobody could answer a question.
    ...['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=20', '-T'],
    ...(user === '' ? [] : ['-l', user]),
    ...(port === '' ? [] : ['-p', port]),
    // What follows is a host, whatever it begins with.
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
  // After the last of its output, which tells why.
  child.once('close', (code) => {
    if (code === 0) connection.push(null);
    else connection.destroy(sshError(words.trim() === '' ? `ssh ended with code ${code ?? 'none'}` : words.trim()));
  });
  // What http asks of a socket, and a pipe need not do.
  const same = () => connection;
  return Object.assign(connection, { setTimeout: same, setNoDelay: same, setKeepAlive: same, ref: same, unref: same });
}

/** One word for the shell of the other machine, which reads the command. */
function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

/** Does not end before the program does: the end of its output alone would be a connection that broke for no reason. */
function duplexOf(child: ChildProcessByStdio<Writable, Readable, Readable>): Duplex {
  const connection = new Duplex({
    read: () => void child.stdout.resume(),
    // What cannot be written is told by how the program ends.
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
