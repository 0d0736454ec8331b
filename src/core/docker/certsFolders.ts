import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { defined } from '../defined';
import { Failure } from '../failure';
import type { Machine } from '../machine';
import { systemCode } from '../systemCode';

/** The folders that docker and podman look for a registry's certificates in; docker leaves the colon out on Windows. */
export function certsFolders(host: string, { env, home, platform }: Machine): readonly string[] {
  const config = env.XDG_CONFIG_HOME ?? join(home, '.config');
  const roots =
    platform === 'win32'
      ? [join(home, '.docker'), join(env.ProgramData ?? 'C:\\ProgramData', 'docker')]
      : platform === 'darwin'
        ? [join(home, '.docker'), join(config, 'containers'), '/etc/docker', '/etc/containers']
        : [
            ...[join(config, 'docker'), join(config, 'containers'), join(home, '.docker')],
            ...['/etc/docker', '/etc/containers'],
          ];
  const name = platform === 'win32' ? host.replaceAll(':', '') : host;
  return roots.map((root) => join(root, 'certs.d', name));
}

/** Paths of PEM files. */
interface CertsFiles {
  readonly caFiles: readonly string[];
  readonly certFile?: string;
  readonly keyFile?: string;
}

/**
 * The certificate files of docker and podman for these hosts: each `*.crt` is an authority, the first `*.cert` with its `*.key` is
 * the client's certificate. Rejects with a Failure when no folder has any; an unreadable folder alone does not reject.
 * https://docs.docker.com/engine/security/certificates/ https://github.com/containers/image/blob/main/docs/containers-certs.d.5.md
 */
export async function readDockerCerts(hosts: readonly string[], machine: Machine): Promise<CertsFiles> {
  const folders = hosts.flatMap((host) => certsFolders(host, machine));
  const found = await Promise.all(folders.map(filesIn));
  const files = found.flatMap((each) => (each instanceof Failure ? [] : each));
  const caFiles = files.filter((file) => file.endsWith('.crt'));
  const certFile = files.find((file) => file.endsWith('.cert'));
  if (caFiles.length > 0 || certFile !== undefined)
    return { caFiles, ...defined({ certFile, keyFile: certFile?.replace(/cert$/, 'key') }) };
  throw (
    found.find((each) => each instanceof Failure) ??
    new Failure('untrusted', folders.join(', '), { subject: hosts.join(', '), code: 'NO_DOCKER_CERTS' })
  );
}

/** The files of a folder, sorted by name; empty without such a folder; a Failure when it cannot be read. */
async function filesIn(folder: string): Promise<readonly string[] | Failure> {
  try {
    return (await readdir(folder)).sort().map((name) => join(folder, name));
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? [] : unreadableFile(folder, error);
  }
}

/** The failure for a certificate file or folder that cannot be read. */
export function unreadableFile(path: string, cause: unknown): Failure {
  const words = cause instanceof Error ? cause.message : '';
  return new Failure('untrusted', words, { subject: path, code: `FILE_${systemCode(cause) ?? ''}` }, { cause });
}
