import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { Repository, Tag } from '../../../src/core/model';
import type { AnyNode, AnyRow, Command, NodeCommand } from '../../../src/ui/commands/command';
import { nodeCommand, nodesCommand } from '../../../src/ui/commands/command';
import { runCommand } from '../../../src/ui/commands/runCommand';
import type { Called } from '../../../src/ui/commands/runCommand';
import { rowBelow } from '../../../src/ui/tree/node';
import { eventually } from '../eventually';
import { connectionNode, fakeApp, localImage, reference } from './fakeApp';
import type { FakeParts } from './fakeApp';
import { user } from './scriptedUser';

const root = connectionNode({ label: 'Acme' }, {});
const repository: Repository = { kind: 'repository', label: 'app', image: reference('registry.example.com/app') };
const below = rowBelow(root, repository);
const tag = (label: string): Tag => ({ kind: 'tag', label, image: reference(`registry.example.com/app:${label}`) });
const [one, two] = [rowBelow(below, tag('1')), rowBelow(below, tag('2'))];
const refused = new Failure('unauthorized', 'denied', { subject: 'registry.example.com', status: 401 });

/** Commands on rows that note what they are run on. `fails`: what the first runs throw. */
function commandsOf(several: NodeCommand['several'], applies: (node: AnyNode) => boolean, fails: Error[] = []) {
  const ran: string[][] = [];
  const command: NodeCommand = {
    ...{ kind: 'node', id: 'mark', title: () => 'Mark…', views: { registries: true, images: false }, several, applies },
    reaches: () => true,
    doing: (nodes) => `mark ${nodes.map(labelOf).join(' and ')}`,
    run: (_app, nodes) => {
      ran.push(nodes.map(labelOf));
      const failure = fails.shift();
      return failure === undefined ? Promise.resolve() : Promise.reject(failure);
    },
  };
  return { ran, command };
}

function labelOf(node: AnyNode): string {
  return node.kind === 'local' ? node.label : (node.entry?.label ?? node.connection.label);
}

const isTag = (node: AnyNode) => node.kind === 'node' && node.entry?.kind === 'tag';
const isRoot = (node: AnyNode) => node.kind === 'node' && node.entry === undefined;

/** Runs a command as VS Code calls it. `presses`: the button that the user presses on each message in turn. */
async function running(
  commands: readonly Command[],
  id: string,
  called: Called,
  parts: FakeParts = {},
  presses: (string | undefined)[] = [],
) {
  const messages: { readonly text: string; readonly buttons: readonly string[] }[] = [];
  const { app, ...told } = fakeApp({
    ...parts,
    message: (kind, text, ...buttons) => {
      messages.push({ text: `${kind}: ${text}`, buttons });
      return Promise.resolve(presses.shift());
    },
  });
  await runCommand(app, commands, id, called);
  return { ...told, messages };
}

describe('a command', () => {
  it('that acts on no row is run, whatever it is called with', async () => {
    let ran = 0;
    const run = () => {
      ran++;
      return Promise.resolve();
    };
    const command: Command = { kind: 'app', id: 'go', doing: () => 'go', run };
    for (const called of [[], [undefined], [root]] as const) await running([command], 'go', called);
    expect(ran).toBe(3);
  });

  it('that there is none of is a defect', async () => {
    await expect(runCommand(fakeApp().app, [], 'gone', [])).rejects.toThrow('There is no command "gone".');
  });

  it('of a row that is no node takes that row, and no other', async () => {
    const rows: AnyRow[] = [];
    const command: Command = { kind: 'row', id: 'more', run: (_app, row) => rows.push(row) };
    const more = { kind: 'more', of: below } as const;
    const problem = { kind: 'problem', of: below, failure: refused } as const;
    for (const row of [more, problem, one]) await running([command], 'more', [row]);
    expect(rows).toEqual([more, problem]);
  });

  it('is not run where its row is being replaced just then, which is said', async () => {
    const { ran, command } = commandsOf('one', isTag);
    const { done, messages } = await running([command], 'mark', [undefined, undefined]);
    expect([ran, done, messages]).toEqual([[], ['The view is being refreshed. Try again.'], []]);
  });

  it('is not run on a row that it does not apply to', async () => {
    const { ran, command } = commandsOf('one', isTag);
    await running([command], 'mark', [below]);
    await running([command], 'mark', [{ kind: 'invalid', of: below, name: ';', at: 0 }]);
    await running([command], 'mark', [{ kind: 'engineProblem', failure: refused }]);
    expect(ran).toEqual([]);
  });

  it('leads from a problem to the nearest row above that it applies to', async () => {
    const { ran, command } = commandsOf('one', isRoot);
    await running([command], 'mark', [{ kind: 'problem', of: one, failure: refused }]);
    const own = commandsOf('one', isTag);
    await running([own.command], 'mark', [{ kind: 'problem', of: one, failure: refused }]);
    expect([ran, own.ran]).toEqual([[['Acme']], [['1']]]);
  });
});

describe('several selected rows', () => {
  const selected = [one, two, below, { kind: 'more', of: below }] as const;

  it.each([
    ['one', [['2']]],
    ['together', [['1', '2']]],
    ['each', [['1'], ['2']]],
  ] as const)('are taken as the command says: %s', async (several, expected) => {
    const { ran, command } = commandsOf(several, isTag);
    await running([command], 'mark', [two, selected]);
    expect(ran).toEqual(expected);
  });

  it('come in the order of the view, each once, whatever was clicked first', async () => {
    const { ran, command } = commandsOf('together', isTag);
    await running([command], 'mark', [two, [two, one, two]], { tree: { inOrder: () => [one, two] } });
    expect(ran).toEqual([['1', '2']]);
  });

  it('say how many of them the command leaves out', async () => {
    const { command } = commandsOf('together', isTag);
    expect((await running([command], 'mark', [two, selected])).told).toEqual([
      '“Mark” takes 2 of the 4 selected rows. It cannot be used with the others.',
    ]);
    expect((await running([command], 'mark', [two, [one, two]])).told).toEqual([]);
    const platform = rowBelow(one, {
      ...{ kind: 'platform', label: 'linux/amd64', attachments: [] },
      image: reference(`registry.example.com/app@sha256:${'a'.repeat(64)}`),
    });
    const below1 = [platform, { kind: 'problem', of: platform, failure: refused }] as const;
    expect((await running([command], 'mark', [two, [one, ...below1, two]])).told).toEqual([]);
    const alone = commandsOf('one', isTag);
    expect((await running([alone.command], 'mark', [two, selected])).told).toEqual([]);
  });

  it.each(['together', 'each'] as const)('do not count where another row was clicked: %s', async (several) => {
    const { ran, command } = commandsOf(several, isTag);
    await running([command], 'mark', [one, [two, below]]);
    expect(ran).toEqual([['1']]);
  });

  it('are each told of when they fail, and the next is worked on all the same', async () => {
    const { ran, command } = commandsOf('each', isTag, [refused]);
    const { messages } = await running([command], 'mark', [one, [one, two]]);
    expect(ran).toEqual([['1'], ['2']]);
    expect(messages.map(({ text }) => text)).toEqual([expect.stringContaining('Could not mark 1:')]);
  });

  it('of a command made of its parts come as what it needs', async () => {
    const taken: unknown[] = [];
    const doing = (what: unknown) => JSON.stringify(what);
    const parts = {
      title: () => 'Mark…',
      doing,
      downTo: 'tag' as const,
      needs: ({ entry }: { entry: unknown }) => (entry === undefined ? undefined : entry),
    };
    const run = (_app: unknown, target: unknown) => Promise.resolve(void taken.push(target));
    const all = [
      nodeCommand({ ...parts, id: 'one', run }),
      nodeCommand({ ...parts, id: 'each', each: true, run }),
      nodesCommand({ ...parts, id: 'all', run }),
    ];
    for (const { id } of all) await running(all, id, [one, [one, two, root]]);
    expect(taken).toEqual([one.entry, one.entry, two.entry, [one.entry, two.entry]]);
    expect(all.map(({ views }) => views)).toEqual(Array(3).fill({ registries: true, images: false }));
  });
});

describe('what a command throws', () => {
  it('is said once, with the ways out as buttons, and logged', async () => {
    const { command } = commandsOf('one', isTag, [refused]);
    const help = { ...commandsOf('one', isRoot).command, id: 'updateCredential', title: () => 'Update Credential…' };
    const { messages, log } = await running([command, help], 'mark', [one]);
    expect(messages.map(({ text }) => text)).toEqual([expect.stringMatching(/^error: Could not mark 1: .*“denied”/)]);
    expect(messages[0]?.buttons).toEqual(['Update Credential…', 'Retry', 'Show Log']);
    expect(log).toEqual(['info Command mark', expect.stringMatching(/^error Could not mark 1: [^]*denied/)]);
  });

  it('is a defect of ours where it is no failure', async () => {
    const { command } = commandsOf('one', isTag, [new TypeError('x is not a function')]);
    const { messages, log } = await running([command], 'mark', [one]);
    expect(messages).toEqual([
      {
        text: 'error: Could not mark 1: an unexpected error. The log has the details.',
        buttons: ['Retry', 'Show Log'],
      },
    ]);
    expect(log.join()).toContain('x is not a function');
  });

  it('is silence where the user cancelled', async () => {
    const { command } = commandsOf('one', isTag, [new DOMException('Cancelled.', 'AbortError')]);
    const { messages, log } = await running([command], 'mark', [one]);
    expect([messages, log]).toEqual([[], ['info Command mark']]);
  });

  it('is tried again by Retry, as often as it is pressed', async () => {
    const { ran, command } = commandsOf('one', isTag, [refused, refused]);
    const { messages } = await running([command], 'mark', [one], {}, ['Retry', 'Retry']);
    await eventually(() => {
      expect(ran).toEqual([['1'], ['1'], ['1']]);
    });
    expect(messages).toHaveLength(2);
  });

  it('leads to the command that helps, for the row above that it applies to', async () => {
    const { command } = commandsOf('one', isTag, [refused]);
    const help = commandsOf('one', isRoot);
    const commands = [command, { ...help.command, id: 'updateCredential', title: () => 'Update Credential…' }];
    await running(commands, 'mark', [one], {}, ['Update Credential…']);
    await eventually(() => {
      expect(help.ran).toEqual([['Acme']]);
    });
  });

  it('offers no command that applies to nothing there', async () => {
    const { command } = commandsOf('one', isTag, [refused]);
    const help = {
      ...commandsOf('one', () => false).command,
      id: 'updateCredential',
      title: () => 'Update Credential…',
    };
    const { messages } = await running([command, help], 'mark', [one]);
    expect(messages[0]?.buttons).toEqual(['Retry', 'Show Log']);
  });

  it('of no row leads to the connection that the failure names, or to connecting one', async () => {
    const help = commandsOf('one', isRoot);
    const commands = (failure: Failure): Command[] => [
      { kind: 'app', id: 'go', doing: () => 'go', run: () => Promise.reject(failure) },
      { ...help.command, id: 'updateCredential', title: () => 'Update Credential…' },
    ];
    const named = new Failure('unauthorized', '', { subject: 'registry.example.com', connection: 'c1' });
    const found = await running(commands(named), 'go', [], { connected: [root] }, ['Update Credential…']);
    expect(found.messages[0]?.buttons).toEqual(['Update Credential…', 'Retry', 'Show Log']);
    await eventually(() => {
      expect(help.ran).toEqual([['Acme']]);
    });
    const { ask, seen } = user(undefined);
    const none = await running(commands(refused), 'go', [], { ask, providerTypes: [] }, ['Connect Registry…']);
    expect(none.messages[0]?.buttons).toEqual(['Connect Registry…', 'Retry', 'Show Log']);
    await eventually(() => {
      expect(seen).toEqual(['Connect Registry']);
    });
  });

  it('opens the page where more can be done, and the log', async () => {
    const opened: string[] = [];
    const page = new URL('https://portal.example/a');
    const failure = new Failure('rejected', 'no', { subject: 'Azure', page, nextStep: 'openInPortal' });
    const parts: FakeParts = {
      browse: (url) => Promise.resolve(void opened.push(url.href)),
      showLog: () => opened.push('the log'),
    };
    for (const which of ['Open in Portal', 'Show Log']) {
      const { command } = commandsOf('one', isTag, [failure]);
      const portal = { ...commandsOf('one', isRoot).command, id: 'openInPortal', title: () => 'Open in Portal' };
      await running([command, portal], 'mark', [one], parts, [which]);
    }
    await eventually(() => {
      expect(opened).toEqual([page.href, 'the log']);
    });
  });
});

describe('a command that is called from the palette', () => {
  it('asks for its row', async () => {
    const { ran, command } = commandsOf('one', isRoot);
    await running([command], 'mark', [], { connected: [root], ask: user('Acme').ask });
    expect(ran).toEqual([['Acme']]);
  });

  it('says why there is nothing to choose from, and whose list it was', async () => {
    const { command } = commandsOf('one', isTag);
    const node = connectionNode({}, { list: () => Promise.reject(refused) });
    const help = { ...commandsOf('one', isRoot).command, id: 'updateCredential', title: () => 'Update Credential…' };
    const { messages } = await running([command, help], 'mark', [], { connected: [node], ask: user('Acme').ask });
    expect(messages[0]?.text).toContain('Could not run “Mark”:');
    expect(messages[0]?.buttons).toContain('Update Credential…');
  });

  it('offers to connect a registry where none is', async () => {
    const { ran, command } = commandsOf('one', isRoot);
    const { ask, seen } = user(undefined);
    const { messages } = await running([command], 'mark', [], { ask, providerTypes: [] }, ['Connect Registry…']);
    expect(messages).toEqual([{ text: 'information: No registry is connected yet.', buttons: ['Connect Registry…'] }]);
    expect([seen, ran]).toEqual([['Connect Registry'], []]);
    const left = user();
    await running([command], 'mark', [], { ask: left.ask, providerTypes: [] });
    expect(left.seen).toEqual([]);
  });

  it('needs no registry for the images of this machine', async () => {
    const { ran, command } = commandsOf('one', (node) => node.kind === 'local');
    const local = { ...command, views: { registries: false, images: true } };
    const images = { list: () => Promise.resolve([localImage('a', ['app:1'])]) };
    await running([local], 'mark', [], { images, ask: user('app:1').ask });
    expect(ran).toEqual([['1']]);
  });
});
