import { beforeEach, describe, expect, it, vi } from 'vitest';
import { all, DrawnAgain } from '../../../src/ui/tree/drawnAgain';

const vsCode = await vi.hoisted(async () => {
  const { FakeVsCode } = await import('./fakeViews');
  return new FakeVsCode();
});
vi.mock('vscode', () => vsCode.api);

const row = (id: string) => ({ kind: 'node', id });

/** What VS Code is told; `open`: the rows whose children it shows. */
function telling(...open: readonly string[]) {
  const shown = new Set(open);
  const drawnAgain = new DrawnAgain((id) => (shown.has(id) ? (id === all ? all : row(id)) : undefined));
  const told: string[] = [];
  drawnAgain.event((rows) => told.push(rows === undefined ? 'all' : rows.map((each) => each.id).join(' ')));
  return { drawnAgain, told, shown };
}

describe('what VS Code was told', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  it('it is told again, ever more rarely and for a minute at most, as long as it does not ask', async () => {
    const { drawnAgain, told } = telling('a');
    drawnAgain.tell([row('a')]);
    await vi.advanceTimersByTimeAsync(3200);
    expect(told).toEqual(['a', 'a', 'a']);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(told).toHaveLength(7);
  });

  it('it is not told again once it has asked, of any row alone', async () => {
    const { drawnAgain, told } = telling('a', 'b', all);
    drawnAgain.tell([row('a'), row('b')]);
    drawnAgain.tell();
    drawnAgain.asked('a');
    drawnAgain.asked(all);
    await vi.advanceTimersByTimeAsync(1200);
    expect(told).toEqual(['a b', 'all', 'b']);
  });

  it('it is told of all rows again', async () => {
    const { drawnAgain, told } = telling(all);
    drawnAgain.tell();
    await vi.advanceTimersByTimeAsync(1200);
    expect(told).toEqual(['all', 'all']);
  });

  it('it need not ask what is below a row that is closed, was closed meanwhile, or is gone', async () => {
    const { drawnAgain, told, shown } = telling('a');
    drawnAgain.tell([row('closed'), row('a'), { kind: 'more', id: 'gone' }]);
    shown.delete('a');
    await vi.advanceTimersByTimeAsync(600_000);
    expect(told).toEqual(['closed a gone']);
    shown.add('a');
    drawnAgain.tell([row('a')]);
    drawnAgain.dispose();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(told).toHaveLength(2);
  });
});
