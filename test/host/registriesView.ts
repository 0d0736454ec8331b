import { ok } from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { commands, ConfigurationTarget, workspace } from 'vscode';
import type { RecordedRequest, Recorder } from '../sandbox/recorder';
import { watched } from './watchedTree';

export interface ConnectionSetting {
  readonly provider: 'generic' | 'ghcr' | 'acr';
  readonly label?: string;
  readonly url: string;
  readonly login?: 'docker';
}

const beat = 150;
const patienceMs = 60_000;
const focusView = 'registryExplorer.registries.focus';

/** A setting of the user unless told otherwise. */
export async function setSetting(name: string, value: unknown, target = ConfigurationTarget.Global): Promise<void> {
  await workspace.getConfiguration('registryExplorer').update(name, value, target);
}

/** Connects these registries and no others, and shows the view that lists them. */
export async function showConnections(...connections: readonly ConnectionSetting[]): Promise<void> {
  await setSetting('connections', connections);
  await commands.executeCommand(focusView);
}

/**
 * The rows cannot be read from within the extension host, only walked as with the keyboard. How soon a row is drawn
 * cannot be told either, so a walk is repeated until the registry notices.
 */
export async function walkUntil(
  recorder: Recorder,
  condition: (requests: readonly RecordedRequest[]) => boolean,
  walk: readonly string[],
): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    for (const command of walk) await commands.executeCommand(command);
    await delay(beat);
    if (condition(recorder.requests)) return;
  }
  const seen = recorder.requests.map(({ method, path }) => `${method} ${path}`);
  throw new Error(`The rows were walked in vain; the requests were:\n${seen.join('\n')}`);
}

/** Opens the first connection, and waits until its repositories were asked for and answered. */
export async function expandConnection(recorder: Recorder): Promise<void> {
  const asked = (requests: readonly RecordedRequest[]): boolean => catalogRequests(requests).length > 0;
  // The focus does not reach the rows while the view still shows its welcome.
  await walkUntil(recorder, asked, [focusView, 'list.focusFirst', 'list.expand']);
  await settled(recorder);
}

/** Opens the first repository of the first connection, which is open; resolves when its tags were asked for. */
export async function expandRepository(recorder: Recorder): Promise<void> {
  const asked = (requests: readonly RecordedRequest[]): boolean => tagRequests(requests).length > 0;
  await walkUntil(recorder, asked, ['list.focusFirst', 'list.focusDown', 'list.expand']);
}

/** Closes the first repository of the first connection. */
export async function collapseRepository(): Promise<void> {
  await commands.executeCommand('list.focusFirst');
  await commands.executeCommand('list.focusDown');
  await commands.executeCommand('list.collapse');
}

/** Chooses "Load more…" below the first connection, as often as it is drawn anew, until there were so many requests. */
export async function loadMore(recorder: Recorder, requests: number): Promise<void> {
  const end = performance.now() + patienceMs;
  let chosen: unknown;
  while (recorder.requests.length < requests) {
    const connection = watched.drawn(undefined)?.find(({ kind }) => kind === 'node');
    const last = watched.drawn(connection)?.at(-1);
    if (last?.kind === 'more' && last !== chosen) await commands.executeCommand('registryExplorer.loadMore', last);
    chosen = last;
    if (performance.now() > end) throw new Error(`Only ${recorder.requests.length} requests came.`);
    await delay(beat);
  }
}

/** Resolves when nothing runs, and nothing was begun for a while. */
export async function settled(recorder: Recorder, quietMs = 750): Promise<void> {
  const idle = (requests: readonly RecordedRequest[]): boolean => requests.every(({ state }) => state !== 'running');
  for (;;) {
    await recorder.until(idle);
    const { length } = recorder.requests;
    await delay(quietMs);
    if (recorder.requests.length === length && idle(recorder.requests)) return;
  }
}

function matching(pattern: RegExp) {
  return (requests: readonly RecordedRequest[]): readonly RecordedRequest[] =>
    requests.filter(({ path }) => pattern.test(path));
}

export const catalogRequests = matching(/^\/v2\/_catalog/);
export const tagRequests = matching(/\/tags\/list/);
/** What the details of tags are read from. */
export const detailRequests = matching(/\/(manifests|blobs)\//);

/** What was sent for them, with heads. */
export function expectBytes(requests: readonly RecordedRequest[], most: number): void {
  const sum = requests.reduce((bytes, request) => bytes + (request.bytes ?? 0), 0);
  ok(sum > 0 && sum <= most, `${sum} bytes, where ${most} are enough`);
}
