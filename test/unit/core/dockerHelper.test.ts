import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { helpersWithinMs, readDockerLogin } from '../../../src/core/docker/dockerConfig';
import type { Failure } from '../../../src/core/failure';
import { reason } from '../../../src/ui/report';
import { failing } from '../failing';
import { fakePrograms } from './fakePrograms';
import { alice, alices, app, dockers, everything, hub, place, podmans } from './loginPlace';
import { helperProblem } from '../../../src/core/docker/loginProblems';
const { signal: never } = new AbortController();

describe('logins of a credential helper', () => {
  const answer = (user: string, secret: string) =>
    `echo '${JSON.stringify({ ServerURL: 'x', Username: user, Secret: secret })}'`;

  async function withHelper(script: string, config: object = { credsStore: 'safe' }) {
    const programs = await fakePrograms();
    await programs.add('docker-credential-safe', script);
    const there = await place(programs.env);
    const file = await there.write(dockers, config);
    return { ...there, file, called: () => programs.callOf('docker-credential-safe'), programs };
  }

  it('are asked for by the name of the registry, over standard input', async () => {
    const { read, called } = await withHelper(answer('alice', 'wonder:land'));
    expect(await read()).toEqual(alice);
    expect(await called()).toEqual({ argv: ['get'], stdin: 'registry.example.com:5000' });
  });

  it('are asked for as docker calls Docker Hub', async () => {
    const { read, called } = await withHelper(answer('alice', 'wonder:land'));
    expect(await read(hub)).toEqual(alice);
    expect((await called())?.stdin).toBe('https://index.docker.io/v1/');
  });

  it.each(['https://index.docker.io/v1/', 'docker.io'])(
    'are asked for as the file calls Docker Hub: %s',
    async (key) => {
      const { read, called } = await withHelper(answer('alice', 'wonder:land'), { credHelpers: { [key]: 'safe' } });
      expect(await read(hub)).toEqual(alice);
      expect((await called())?.stdin).toBe(key);
    },
  );

  it('come from the helper of the registry rather than from the one of all', async () => {
    const config = { credsStore: 'missing', credHelpers: { 'registry.example.com:5000': 'safe' } };
    const { read } = await withHelper(answer('alice', 'wonder:land'), config);
    expect(await read()).toEqual(alice);
    expect((await failing(read(hub))).detail.subject).toBe('docker-credential-missing');
  });

  it('come from the file where a registry is to have no helper', async () => {
    const config = {
      credsStore: 'missing',
      credHelpers: { 'registry.example.com:5000': '' },
      auths: { 'registry.example.com:5000': alices },
    };
    expect(await (await withHelper('exit 9', config)).read()).toEqual(alice);
  });

  const broken = 'echo No stored credential for https://index.docker.io/v1/; exit 1';
  it.each([
    ['fails', broken, alice],
    ['is missing', undefined, alice],
    ['answers with rubbish', 'echo hunter2', alice],
    ['has none', 'echo credentials not found in native keychain; exit 1', undefined],
    ['has an empty one', answer('', ''), undefined],
    ['has one', answer('carol', 's'), { kind: 'basic', username: 'carol', secret: 's' }],
  ])('or the file’s beside it, as docker does it: the helper %s', async (_name, script, expected) => {
    const config = { credsStore: script === undefined ? 'missing' : 'safe', auths: { [app.host]: alices } };
    const { read } = await withHelper(script ?? '', config);
    expect(await read()).toEqual(expected);
  });

  it('come after a registry token of the file', async () => {
    const config = { credsStore: 'safe', auths: { [app.host]: { registrytoken: 'r', ...alices } } };
    expect(await (await withHelper(answer('carol', 's'), config)).read()).toEqual({
      kind: 'registryToken',
      token: 'r',
    });
  });

  it('come from the helper that is named for the registry as docker calls it', async () => {
    const credHelpers = { [`https://${app.host}`]: 'missing', [`${app.host}/acme/web`]: 'missing', [app.host]: 'safe' };
    expect(await (await withHelper(answer('alice', 'wonder:land'), { credHelpers })).read()).toEqual(alice);
  });

  it('are read as Go reads JSON', async () => {
    const { read } = await withHelper(`echo '{"USERNAME":"alice","secret":"wonder:land","Other":1} and more'`);
    expect(await read()).toEqual(alice);
  });

  it('that fail are told of where podman has a login', async () => {
    const { home, write, file, programs } = await withHelper(broken);
    await write(podmans, { auths: { [app.host]: alices } });
    const problems: string[] = [];
    const note = (problem: Failure) => problems.push(reason(problem));
    const env = { ...programs.env, XDG_RUNTIME_DIR: join(home, 'run') };
    expect(await readDockerLogin(app, { home, env }, note, never)).toEqual(alice);
    expect(problems).toEqual([expect.stringMatching(/docker-credential-safe.*No stored credential/)]);
    expect(problems[0]).toContain(file);
  });

  it('are tokens when the user is <token>', async () => {
    const { read } = await withHelper(answer('<token>', 't.o.k'));
    expect(await read()).toEqual({ kind: 'identityToken', token: 't.o.k' });
  });

  it.each(['echo credentials not found in native keychain', 'echo Credentials not found >&2'])(
    'may not be there, and then the files are read: %s',
    async (words) => {
      const { write, read } = await withHelper(`${words}; exit 1`);
      expect(await read()).toBeUndefined();
      await write(podmans, { auths: { 'registry.example.com:5000': alices } });
      expect(await read()).toEqual(alice);
    },
  );

  it('are none when the helper gives an empty secret', async () => {
    expect(await (await withHelper(answer('alice', ''))).read()).toBeUndefined();
  });

  it('fail in the words of the helper', async () => {
    const { read, file } = await withHelper('echo; echo the keychain is locked; echo more; echo other >&2; exit 1');
    const failure = await failing(read());
    expect(failure.kind).toBe('rejected');
    expect(failure.message).toBe('the keychain is locked');
    expect(failure.detail).toEqual({
      subject: 'docker-credential-safe',
      speaker: 'program',
      code: helperProblem.failed,
      namedBy: file,
    });
  });

  it('fail with the exit code when the helper says nothing', async () => {
    expect((await failing((await withHelper('exit 7')).read())).message).toBe('exit code 7');
  });

  it.each([
    ['no JSON', 'echo hunter2'],
    ['other JSON', `echo '{"Username": "alice", "Token": "hunter2"}'`],
    ['cut JSON', `echo '{"Username": "alice", "Secret": "hunter2'`],
    ['a secret and then fails', `${answer('alice', 'hunter2')}; exit 1`],
    ['a list', `echo '["hunter2"]'`],
    ['megabytes', 'head -c 3000000 /dev/zero | tr "\\0" x'],
    ['nothing', ':'],
  ])('fail without a quote when the helper prints %s', async (_name, script) => {
    const failure = await failing((await withHelper(script)).read());
    expect(failure).toMatchObject({ kind: 'rejected', detail: { subject: 'docker-credential-safe' } });
    expect(everything(failure)).not.toContain('hunter2');
  });

  it('fail when the helper is not there', async () => {
    const { read, file } = await withHelper('', { credsStore: 'missing' });
    const failure = await failing(read());
    expect(failure).toMatchObject({ kind: 'notFound', detail: { code: helperProblem.missing } });
    expect(reason(failure)).toBe(
      `${file} names the credential helper docker-credential-missing, but there is no such program on the PATH of VS Code. Install it, or remove its name from that file.`,
    );
  });

  it('fail when the helper may not be run', async () => {
    const { read, programs } = await withHelper('', { credsStore: 'closed' });
    await programs.addFile('docker-credential-closed', '#!/bin/sh\n', 0o644);
    expect(reason(await failing(read()))).toContain('EACCES');
  });

  it.each(['../../bin/sh', 'a b', 'a;b', 'a\u0000b'])(
    'fail without a start when the name is none: %j',
    async (name) => {
      const { read, file } = await withHelper('', { credsStore: name });
      const failure = await failing(read());
      expect(failure).toMatchObject({ kind: 'malformed', detail: { code: helperProblem.badName } });
      expect(reason(failure)).toContain(file);
    },
  );

  it('fail in the words of whoever hangs', async () => {
    const { read, file } = await withHelper('while :; do sleep 0.1; done');
    const failure = await failing(read());
    expect(failure).toMatchObject({ kind: 'timedOut', detail: { code: helperProblem.hangs } });
    expect(reason(failure)).toBe(
      `the credential helper docker-credential-safe, which ${file} names, did not answer within ten seconds. It may be waiting for you: unlock the keychain, or sign in with its own tool, then try again.`,
    );
    // What is told to the user is what there is time for.
    expect(helpersWithinMs).toBeLessThan(10_000);
  });

  it('are there although the helper leaves something running that holds its output', async () => {
    const { read, programs } = await withHelper(`sleep 60 & echo $! > "$0.left"; ${answer('alice', 'wonder:land')}`);
    expect(await read()).toEqual(alice);
    process.kill(Number(await readFile(join(programs.directory, 'docker-credential-safe.left'), 'utf8')));
  });

  it('are asked for as docker asks, whatever the key of the helper looks like', async () => {
    for (const key of ['https://registry.example.com:5000', 'registry.example.com:5000/acme']) {
      const { read, called } = await withHelper(answer('AWS', 'wonder:land'), { credHelpers: { [key]: 'safe' } });
      expect(await read()).toEqual({ ...alice, username: 'AWS' });
      expect((await called())?.stdin).toBe('registry.example.com:5000');
    }
  });

  it('are not waited for any longer once nobody wants them', async () => {
    const { read, called } = await withHelper('exec sleep 60');
    const controller = new AbortController();
    const outcome = read(app, {}, controller.signal).catch((error: unknown) => error);
    while ((await called()) === undefined) await delay(10);
    controller.abort();
    expect(await outcome).toBe(controller.signal.reason);
  });
});
