import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { Entry } from '../../../src/core/model';
import type { AnyRow, NodeCommand } from '../../../src/ui/commands/command';
import { copyRow, deleteRow, filterRow, renameRow } from '../../../src/ui/commands/keys';
import { runCommand } from '../../../src/ui/commands/runCommand';
import { commands } from '../../../src/ui/commands/table';
import { everyRow, groupImages } from '../../../src/ui/images/localNode';
import { rowBelow } from '../../../src/ui/tree/node';
import { connectionNode, fakeApp, localImage, reference } from './fakeApp';

const root = connectionNode({}, { deletion: {}, hostOf: () => 'registry.example.com' });
const at = (entry: Entry, provider = {}, shown = {}) =>
  rowBelow(connectionNode({ shown }, { deletion: {}, hostOf: () => 'r', ...provider }), entry);
const repository = { kind: 'repository', label: 'app', image: reference('registry.example.com/app') } as const;
const tag = { kind: 'tag', label: '1', image: reference('registry.example.com/app:1') } as const;
const [server, localRepository, local] = everyRow(groupImages([localImage('a', ['registry.example.com/app:1'])]));
const problem: AnyRow = {
  kind: 'problem',
  of: root,
  failure: new Failure('unreachable', '', { subject: 'r', code: 'ENOTFOUND' }),
};

/** What a key runs on a row: the id of a command, what is copied, or what is said. */
async function pressed(key: typeof deleteRow, row: AnyRow | undefined, selected: readonly AnyRow[] = []) {
  const ran: string[] = [];
  const { app, done } = fakeApp({
    copy: (text) => Promise.resolve(void ran.push(`copied ${text}`)),
    clean: (text) => text,
  });
  const all = commands.map((command) =>
    command.kind === 'node'
      ? ({
          ...command,
          run: (_app, nodes) => Promise.resolve(void ran.push(`${command.id} ${nodes.length}`)),
        } satisfies NodeCommand)
      : command,
  );
  await runCommand(app, all, key.id, [row, selected]);
  return [...ran, ...done.filter((text) => !text.startsWith('Copied'))];
}

describe('a key on a row', () => {
  it('deletes, hides or disconnects what the row is', async () => {
    const untag = { preview: () => Promise.resolve({}), delete: () => Promise.resolve() };
    const pinned = { repositories: ['registry.example.com/app'] };
    const group: Entry = { kind: 'group', key: 'team', label: 'team' };
    expect(await pressed(deleteRow, root)).toEqual(['disconnect 1']);
    expect(await pressed(deleteRow, at(tag, { deletion: { untag } }))).toEqual(['untagImage 1']);
    expect(await pressed(deleteRow, at(repository, {}, pinned))).toEqual(['removeRepository 1']);
    expect(await pressed(deleteRow, at(group, {}, { namespaces: ['team'] }))).toEqual(['removeNamespace 1']);
    expect(
      await pressed(
        deleteRow,
        local,
        [local, server].filter((row) => row !== undefined),
      ),
    ).toEqual(['removeImage 1']);
  });

  it('deletes nothing where the row cannot be deleted, least of all the row above it', async () => {
    for (const row of [at(tag), at(repository), problem, server])
      expect(await pressed(deleteRow, row)).toEqual(['This row cannot be deleted']);
  });

  it('renames a connection, and gives an image of this machine another name', async () => {
    expect(await pressed(renameRow, root)).toEqual(['renameConnection 1']);
    expect(await pressed(renameRow, local)).toEqual(['tagImage 1']);
    for (const row of [at(tag), problem, connectionNode({ shared: true }, {})])
      expect(await pressed(renameRow, row)).toEqual(['This row cannot be renamed']);
  });

  it('copies what the row is known by', async () => {
    expect(await pressed(copyRow, at(tag))).toEqual(['copyFullTag 1']);
    expect(await pressed(copyRow, local)).toEqual(['copyFullTag 1']);
    expect(await pressed(copyRow, root)).toEqual(['copied https://registry.example.com']);
    expect(await pressed(copyRow, at(repository))).toEqual(['copied registry.example.com/app']);
    expect(await pressed(copyRow, localRepository)).toEqual(['copied registry.example.com/app']);
    expect(await pressed(copyRow, server)).toEqual(['copied registry.example.com']);
    expect((await pressed(copyRow, problem))[0]).toMatch(
      /^copied Could not list the repositories of Acme: there is no server/,
    );
    expect(await pressed(copyRow, { kind: 'more', of: root })).toEqual([]);
  });

  it('says that the row is just being replaced, where VS Code knows none', async () => {
    for (const key of [deleteRow, renameRow, copyRow, filterRow])
      expect(await pressed(key, undefined)).toEqual(['The view is being refreshed. Try again.']);
  });
});
