import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unless } from '../leftOut';
import { layer } from '../sandbox/blob';
import { startDockerRegistry, type RunningRegistry } from '../sandbox/dockerRegistry';
import type { EngineKind } from '../sandbox/engines';
import { buildImage, buildIndex } from '../sandbox/images';
import { createPki } from '../sandbox/pki';
import { run } from '../sandbox/process';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { failing } from '../unit/failing';
import {
  another,
  anonymous,
  at,
  digestIn,
  named,
  never,
  openAt,
  silent,
  small,
  startRig,
  type EngineRig,
} from './engineRig';

/** A socket that leads to the engine's, and ends every answer in the middle of the line that holds the text. */
async function cutBehind(socket: string, text: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'registry-explorer-cut-'));
  const path = join(directory, 'engine.sock');
  const server = createServer((client) => {
    const engine = connect(socket);
    client.pipe(engine);
    for (const [one, other] of [[client, engine] as const, [engine, client] as const]) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
    let answer = '';
    engine.on('data', (chunk: Buffer) => {
      const start = answer.length;
      answer += chunk.toString('latin1');
      const end = answer.indexOf(text);
      if (end < 0) client.write(chunk);
      else client.end(chunk.subarray(0, Math.max(0, end + text.length - start)), () => engine.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const stop = async () => {
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true });
  };
  return { url: `unix://${path}`, stop };
}

/** An address that no engine takes for loopback, nor is told to trust: docker trusts all of 127.0.0.0/8. */
function strictAddress(kind: EngineKind): string | undefined {
  if (kind === 'podman') return '127.0.0.2';
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}

/** What becomes of transfers that cannot succeed, without anything being cut off in the middle. */
export function describeRefusals(kind: EngineKind): void {
  let rig: EngineRig;
  let server: V2Server;
  let host: string;
  beforeAll(async () => {
    const children = ['s390x', another].map((name) => {
      const platform = { os: 'linux', architecture: name };
      return { manifest: buildImage({ platform, layers: [layer({})] }) };
    });
    const repositories = [{ name: 'app', tags: { foreign: buildIndex(children), here: small() } }];
    [rig, server] = await Promise.all([startRig(kind), startV2Server({ repositories })]);
    host = `127.0.0.1:${server.port}`;
  });
  afterAll(async () => {
    await Promise.all([rig.stop(), server.stop()]);
  });

  const push = (path: string, tag?: string, on = host) => rig.engine.push(at(on, path, tag), anonymous, silent, never);
  const pull = (path: string, tag?: string, on = host) =>
    rig.engine.pull(at(on, path, tag), anonymous, undefined, silent, never);
  const byEngine = () => ({ subject: rig.running.url, speaker: 'engine' });

  it('does not push what is not there', async () => {
    await rig.holds(small(), at(host, 'app'));
    for (const [path, tag] of [['nothing', '1'] as const, ['app', 'nothing'] as const]) {
      expect(await failing(push(path, tag))).toMatchObject({ kind: 'notFound', detail: byEngine() });
    }
  });

  it('does not pull what the registry does not have', async () => {
    for (const [path, tag] of [['nothing', '1'] as const, ['app', 'nothing'] as const]) {
      const failure = await failing(pull(path, tag));
      expect(failure).toMatchObject({ kind: 'notFound', detail: { subject: host } });
      expect(failure.detail).not.toHaveProperty('speaker');
      expect(failure.message).toContain('manifest unknown');
    }
  });

  it('does not inspect, tag or remove what is not there', async () => {
    const name = at(host, 'nothing');
    const missing = { kind: 'notFound', detail: byEngine() };
    expect(await failing(rig.engine.inspect(name, never))).toMatchObject(missing);
    expect(await failing(rig.engine.tag(name, at(host, 'other'), never))).toMatchObject(missing);
    expect(await failing(rig.engine.remove(name, never))).toMatchObject(missing);
  });

  it('refuses a name that is none', async () => {
    await rig.holds(small(), at(host, 'valid'));
    const calls = [
      () => rig.engine.tag(at(host, 'valid'), at(host, 'In/Valid'), never),
      () => push('In/Valid'),
      () => pull('In/Valid'),
      () => rig.engine.inspect(at(host, 'In/Valid'), never),
    ];
    for (const call of calls) {
      const failure = await failing(call());
      expect(failure).toMatchObject({ kind: 'rejected', detail: byEngine() });
      expect(failure.message).toMatch(/must be lowercase|Invalid image name/);
    }
  });

  it('does not pull an image that has not the platform', async () => {
    const missing = { kind: 'notFound', detail: { code: 'NO_PLATFORM', subject: host } };
    expect(await failing(pull('app', 'foreign'))).toMatchObject(missing);
    const platform = { os: 'linux', architecture: 'riscv64' };
    const other = rig.engine.pull(at(host, 'app', 'foreign'), anonymous, platform, silent, never);
    expect(await failing(other)).toMatchObject(missing);
    expect(named(await rig.engine.images(never), at(host, 'app', 'foreign'))).toBeUndefined();
  });

  it('never says pushed when the registry takes the layers and refuses the image', async () => {
    const body = '{"errors":[{"code":"MANIFEST_INVALID","message":"manifest invalid"}]}';
    server.fail(/^PUT .*\/manifests\//, { status: 400, body });
    await rig.holds(small(), at(host, 'refused'));
    const failure = await failing(push('refused'));
    server.clearFaults();
    expect(failure).toMatchObject({ kind: 'rejected', detail: { subject: host } });
    expect(failure.message).toContain('manifest invalid');
    expect(await digestIn(at(host, 'refused'))).toBeUndefined();
  });

  it('tells what a registry answers that is broken, or forbids', async () => {
    const denied = '{"errors":[{"code":"DENIED","message":"denied"}]}';
    for (const [status, body, kind] of [[500, '', 'rejected'] as const, [403, denied, 'forbidden'] as const]) {
      server.fail(/^(?:GET|HEAD) .*\/manifests\//, { status, body });
      const failure = await failing(pull('app', 'here'));
      server.clearFaults();
      expect(failure).toMatchObject({ kind, detail: { subject: host } });
    }
  });

  const tooPatient = kind === 'podman' ? 'Podman asks again for a minute' : undefined;
  it('tells that a registry has had enough', unless(tooPatient), async () => {
    const body = '{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}';
    server.fail(/^(?:GET|HEAD) .*\/manifests\//, { status: 429, body });
    const failure = await failing(pull('app', 'here'));
    server.clearFaults();
    expect(failure).toMatchObject({ kind: 'rateLimited' });
    expect(failure.message).toContain('slow down');
  });

  it('tells that a registry is not there', async () => {
    const gone = await startV2Server();
    await gone.stop();
    const nobody = `127.0.0.1:${gone.port}`;
    await rig.holds(small(), at(nobody, 'app'));
    const failures = await Promise.all([push('app', '1', nobody), pull('app', '1', nobody)].map(failing));
    for (const failure of failures) {
      expect(failure).toMatchObject({ kind: 'unreachable', detail: { subject: nobody } });
      expect(failure.message).toContain('connection refused');
    }
  });

  it('tells that a registry does not speak TLS, or is not trusted', async (context) => {
    const address = strictAddress(kind);
    if (address === undefined) return context.skip('this computer has no address but loopback');
    const pki = await createPki({ hosts: [address] });
    const [plain, secure] = await Promise.all([
      startV2Server({ host: address }),
      startV2Server({ host: address, tls: pki.tls() }),
    ]);
    try {
      const failure = await failing(pull('app', '1', `${address}:${plain.port}`));
      expect(failure).toMatchObject({ kind: 'untrusted', detail: { code: 'PLAIN_HTTP' } });
      const unknown = await failing(pull('app', '1', `${address}:${secure.port}`));
      expect(unknown).toMatchObject({ kind: 'untrusted' });
      expect(unknown.message).toContain('x509');
    } finally {
      await Promise.all([plain.stop(), secure.stop(), pki.remove()]);
    }
  });

  it('rejects when the answer is cut in the middle of a line', async () => {
    await rig.holds(small(), at(host, 'cut'));
    const cut = await cutBehind(rig.running.socket, '"stat');
    try {
      const behind = openAt(cut.url);
      const broken = { kind: 'unreachable', detail: { subject: cut.url, speaker: 'engine', code: 'ECONNRESET' } };
      const pushing = behind.push(at(host, 'cut'), anonymous, silent, never);
      expect(await failing(pushing)).toMatchObject(broken);
      const pulling = behind.pull(at(host, 'app', 'here'), anonymous, undefined, silent, never);
      expect(await failing(pulling)).toMatchObject(broken);
    } finally {
      await cut.stop();
    }
  });
}

/** A registry whose disk is full: layers are there already, and the tag finds no room. */
export function describeFullDisk(kind: EngineKind): void {
  let rig: EngineRig;
  let registry: RunningRegistry;
  let root: string;
  let host: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'registry-explorer-full-'));
    await run('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', root]);
    [rig, registry] = await Promise.all([startRig(kind), startDockerRegistry({ root })]);
    host = `127.0.0.1:${registry.port}`;
  });
  afterAll(async () => {
    await Promise.all([rig.stop(), registry.stop()]);
    await run('umount', [root]);
    await rm(root, { recursive: true });
  });

  it('rejects a push, and the registry has no such tag', async () => {
    const [fits, doesNot] = [at(host, 'app', '1'), at(host, 'app', '2')];
    await rig.holds(small(), fits, doesNot);
    await rig.engine.push(fits, anonymous, silent, never);
    await expect(writeFile(join(root, 'filling'), Buffer.alloc(8_000_000))).rejects.toThrow('ENOSPC');
    const failure = await failing(rig.engine.push(doesNot, anonymous, silent, never));
    expect(failure).toMatchObject({ kind: 'rejected', detail: { subject: host } });
    expect(failure.message).toContain('500 Internal Server Error');
    expect(await digestIn(doesNot)).toBeUndefined();
    expect(await digestIn(fits)).toMatch(/^sha256:/);
  });
}
