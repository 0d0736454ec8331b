import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Failure } from '../../../src/core/failure';
import { DockerEngine } from '../../../src/engine/dockerEngine';
import type { EngineTls } from '../../../src/engine/engine';
import { reason } from '../../../src/ui/report';
import { listen, type Listener } from '../../sandbox/loopback';
import { createPki, type Pki } from '../../sandbox/pki';
import { tempDir, type TempDir } from '../../sandbox/tempDir';
import { failing } from '../failing';

const { signal } = new AbortController();
const image = { host: 'registry.example', path: 'app', tag: '1' };
const anonymous = { kind: 'anonymous' } as const;
const silent = (): void => undefined;

const version = { Version: '20.10.24', Os: 'linux', Arch: 'amd64', Components: [{ Name: 'Engine' }] };
const answerVersion: RequestListener = (_request, response) => {
  response.setHeader('Content-Type', 'application/json').end(JSON.stringify(version));
};

function engineAt(url: string, tls?: EngineTls): DockerEngine {
  return new DockerEngine({ url, source: 'setting', name: url, ...(tls === undefined ? {} : { tls }) });
}

/** An engine of which only the answers matter. */
async function serveSocket(path: string, handler: RequestListener): Promise<() => Promise<void>> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
}

let directory: TempDir;
beforeEach(async () => {
  directory = await tempDir('reaching');
});
afterEach(() => directory.remove());

describe('no engine', () => {
  it('at the socket is unreachable, whatever is asked', async () => {
    const url = `unix://${join(directory.path, 'nothing.sock')}`;
    const engine = engineAt(url);
    const calls = [
      () => engine.version(signal),
      () => engine.images(signal),
      () => engine.inspect(image, signal),
      () => engine.tag(image, image, signal),
      () => engine.push(image, anonymous, silent, signal),
      () => engine.pull(image, anonymous, undefined, silent, signal),
      () => engine.remove(image, signal),
      () => engine.watch(silent, signal),
    ];
    const detail = { subject: url, speaker: 'engine', code: 'ENOENT' };
    for (const call of calls) expect(await failing(call())).toMatchObject({ kind: 'unreachable', detail });
  });

  it('but something else that answers is malformed', async () => {
    const path = join(directory.path, 'other.sock');
    const stop = await serveSocket(path, (_request, response) => response.end('hello'));
    const engine = engineAt(`unix://${path}`);
    for (const call of [engine.version(signal), engine.images(signal)]) {
      expect(await failing(call)).toMatchObject({ kind: 'malformed', detail: { speaker: 'engine' } });
    }
    await stop();
  });
});

describe('an image without a date', () => {
  it('is one whose engine says year 1, 1970 or 1980', async () => {
    const path = join(directory.path, 'dates.sock');
    const dates = [-62_135_596_800, 0, 1, 315_532_801, null, 1_767_225_600];
    const answer = dates.map((Created, at) => ({
      Id: `sha256:${at}`,
      RepoTags: null,
      RepoDigests: [],
      Created,
      Size: 1,
    }));
    const stop = await serveSocket(path, (_request, response) => response.end(JSON.stringify(answer)));
    const images = await engineAt(`unix://${path}`).images(signal);
    await stop();
    expect(images.map(({ created }) => created)).toEqual([
      ...[undefined, undefined, undefined, undefined, undefined],
      new Date('2026-01-01'),
    ]);
  });
});

describe('an answer', () => {
  const transferring = async (body: string) => {
    const path = join(directory.path, 'engine.sock');
    const stop = await serveSocket(path, (_request, response) => response.end(body));
    const engine = engineAt(`unix://${path}`);
    const push = engine.push(image, anonymous, silent, signal).catch((error: unknown) => error);
    const pull = engine.pull(image, anonymous, undefined, silent, signal).catch((error: unknown) => error);
    const outcomes = await Promise.all([push, pull]);
    await stop();
    return outcomes;
  };
  const broken = { kind: 'unreachable', detail: { speaker: 'engine', code: 'ECONNRESET' } };

  it('that ends in the middle of a line rejects', async () => {
    const [push, pull] = await transferring('{"status":"Preparing","id":"a"}\n{"status":"Pushi');
    expect(push).toMatchObject(broken);
    expect(pull).toMatchObject(broken);
  });

  it('that ends without the digest of what was pushed rejects', async () => {
    const [push] = await transferring('{"status":"Pushed","id":"a"}\n');
    expect(push).toMatchObject(broken);
  });

  it('that ends with an empty error, as old Podman’s do, is an end like any other', async () => {
    const ends = '{"stream":"Storing signatures\\n","error":""}\n{"status":"1: digest: sha256:0 size: 1","error":""}\n';
    expect(await transferring(ends)).toEqual([undefined, undefined]);
  });

  it('that tells of one platform in place of the index hands it on', async () => {
    const platform = { os: 'linux', architecture: 'arm64' };
    const aux = { manifestPushedInsteadOfIndex: true, selectedManifest: { digest: 'sha256:0', platform } };
    const [push] = await transferring(`${JSON.stringify({ aux })}\n{"status":"1: digest: sha256:0 size: 1"}\n`);
    expect(push).toEqual({ platform });
  });

  it('that tells of content that is missing rejects in words of ours', async () => {
    const [push] = await transferring(
      '{"aux":{"contentMissing":true}}\n{"error":"content digest sha256:0: not found"}\n',
    );
    expect(push).toMatchObject({ message: 'content digest sha256:0: not found', detail: { code: 'CONTENT_MISSING' } });
    expect(push instanceof Failure && reason(push)).toContain('does not have all of this image');
  });

  it('that tells an error rejects, whatever comes after it', async () => {
    const [push, pull] = await transferring('{"error":"denied"}\n{"status":"1: digest: sha256:0 size: 1"}\n');
    for (const failure of [push, pull]) {
      expect(failure).toMatchObject({ kind: 'forbidden', message: 'denied', detail: { subject: 'registry.example' } });
    }
  });
});

describe('ssh', () => {
  let stop: () => Promise<void>;
  let socket: string;
  beforeEach(async () => {
    socket = join(directory.path, 'engine.sock');
    stop = await serveSocket(socket, answerVersion);
    await mkdir(join(directory.path, 'bin'));
    vi.stubEnv('PATH', `${join(directory.path, 'bin')}:${process.env.PATH ?? ''}`);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await stop();
  });
  const putSsh = async (body: string) => {
    const file = join(directory.path, 'bin/ssh');
    await writeFile(file, `#!${process.execPath}\n${body}`);
    await chmod(file, 0o755);
  };

  it('leads to the engine of the other computer, as the docker command does it', async () => {
    const log = join(directory.path, 'arguments');
    await putSsh(`
      require('fs').writeFileSync(${JSON.stringify(log)}, process.argv.slice(2).join(' '));
      const socket = require('net').connect(${JSON.stringify(socket)});
      process.stdin.pipe(socket).pipe(process.stdout);`);
    const engine = engineAt('ssh://me@farm.example:2222');
    expect(await engine.version(signal)).toMatchObject({ name: 'Docker Engine', version: '20.10.24' });
    expect(await readFile(log, 'utf8')).toMatch(/ -l me -p 2222 -- farm\.example docker system dial-stdio$/);
  });

  it.each([
    [
      'ssh://me@build.example.com/run/user/1000/podman/podman.sock',
      ['-l', 'me', '--', 'build.example.com', 'docker', '--host', 'unix:///run/user/1000/podman/podman.sock'],
    ],
    ['ssh://me@[fd00::12]:2222', ['-l', 'me', '-p', '2222', '--', 'fd00::12', 'docker']],
    ['ssh://me@build.example.com', ['-l', 'me', '--', 'build.example.com', 'docker']],
    ['ssh://BUILD:022/', ['-p', '022', '--', 'BUILD', 'docker']],
    ['ssh://-oProxyCommand=id', ['--', '-oProxyCommand=id', 'docker']],
    // The shell of the other machine reads what comes after the host.
    ['ssh://host/a%20b;$(id)', ['--', 'host', 'docker', '--host', "'unix:///a b;$(id)'"]],
    ["ssh://host/it's", ['--', 'host', 'docker', '--host', `'unix:///it'"'"'s'`]],
  ])('%s runs what docker runs', async (url, command) => {
    const log = join(directory.path, 'arguments');
    await putSsh(`
      require('fs').writeFileSync(${JSON.stringify(log)}, JSON.stringify(process.argv.slice(2)));
      process.exit(255);`);
    await failing(engineAt(url).version(signal));
    const quiet = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=20', '-T'];
    expect(JSON.parse(await readFile(log, 'utf8'))).toEqual([...quiet, ...command, 'system', 'dial-stdio']);
  });

  it('tells why it does not', async () => {
    await putSsh(`console.error('me@farm.example: Permission denied (publickey).'); process.exit(255);`);
    const failure = await failing(engineAt('ssh://me@farm.example').version(signal));
    expect(failure).toMatchObject({
      kind: 'unreachable',
      message: 'me@farm.example: Permission denied (publickey).',
      detail: { subject: 'ssh://me@farm.example', speaker: 'engine', code: 'SSH' },
    });
  });

  it('is unreachable where there is no such program', async () => {
    vi.stubEnv('PATH', join(directory.path, 'bin'));
    const failure = await failing(engineAt('ssh://farm.example').version(signal));
    expect(failure).toMatchObject({ kind: 'unreachable', detail: { code: 'SSH' } });
    expect(failure.message).toContain('ENOENT');
  });
});

describe('tcp', () => {
  let pki: Pki;
  let secure: Listener;
  let plain: Listener;
  beforeAll(async () => {
    pki = await createPki();
    secure = await listen(answerVersion, { tls: pki.tls('mutual') });
    plain = await listen(answerVersion);
  });
  afterAll(async () => {
    await secure.stop();
    await plain.stop();
    await pki.remove();
  });
  const certificate = () => ({ cert: pki.client.cert, key: pki.client.key });
  const over = (tls: EngineTls) => engineAt(secure.url.replace('https:', 'tcp:'), tls).version(signal);

  it('without TLS reaches the engine', async () => {
    expect(await engineAt(plain.url.replace('http:', 'tcp:')).version(signal)).toMatchObject({ version: '20.10.24' });
  });

  it('with TLS shows the client’s certificate, and checks the engine’s', async () => {
    expect(await over({ ca: pki.ca.cert, ...certificate(), verify: true })).toMatchObject({ version: '20.10.24' });
    expect(await over({ ...certificate(), verify: false })).toMatchObject({ version: '20.10.24' });
  });

  it('with TLS is untrusted without the authority', async () => {
    const failure = await failing(over({ ...certificate(), verify: true }));
    expect(failure).toMatchObject({ kind: 'untrusted', detail: { speaker: 'engine' } });
  });

  it('with TLS is untrusted without the client’s certificate', async () => {
    expect(await failing(over({ ca: pki.ca.cert, verify: true }))).toMatchObject({ kind: 'untrusted' });
  });

  it('takes nothing from DOCKER_HOST, and never changes it', async () => {
    const { env } = process;
    const changed: unknown[] = [];
    const note = (_env: object, name: unknown) => changed.push(name) > 0;
    const others = { ...env, DOCKER_HOST: 'no address', DOCKER_CERT_PATH: join(directory.path, 'nothing') };
    process.env = new Proxy<NodeJS.ProcessEnv>(others, { set: note, deleteProperty: note, defineProperty: note });
    try {
      expect(await engineAt(plain.url.replace('http:', 'tcp:')).version(signal)).toMatchObject({ version: '20.10.24' });
    } finally {
      process.env = env;
    }
    expect(changed).toEqual([]);
  });

  it('reaches an engine behind a path', async () => {
    const asked: (string | undefined)[] = [];
    const proxy = await listen((request, response) => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      answerVersion(request, response);
    });
    const engine = engineAt(proxy.url.replace('http:', 'tcp:') + '/a%20b/../engines//one/');
    await engine.version(signal);
    await engine.pull(image, anonymous, undefined, silent, signal);
    await proxy.stop();
    expect(asked).toEqual([
      'GET /engines/one/version',
      'POST /engines/one/images/create?fromImage=registry.example%2Fapp&tag=1',
    ]);
  });

  it('follows no engine elsewhere', async () => {
    const asked: unknown[] = [];
    const other = await listen((request, response) => {
      asked.push(request.url);
      answerVersion(request, response);
    });
    const moved = await listen((_request, response) => response.writeHead(302, { Location: other.url }).end());
    const failure = await failing(engineAt(moved.url.replace('http:', 'tcp:')).version(signal));
    await moved.stop();
    await other.stop();
    expect([failure.detail.speaker, asked]).toEqual(['engine', []]);
  });

  it('hands what TLS needs over with the request, since VS Code drops what an agent has of it', async () => {
    const request = vi.spyOn(https, 'request');
    await over({ ca: pki.ca.cert, ...certificate(), verify: true });
    const needed = { ca: pki.ca.cert, ...certificate(), rejectUnauthorized: true };
    expect(request.mock.calls[0]?.[0]).toMatchObject(needed);
    request.mockRestore();
  });
});
