import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { KeptToken } from '../../../src/core/keptToken';

const never = new AbortController().signal;

/** Tokens `t1`, `t2`…, each asked for when it is let through. */
function scripted(livesMs = 60_000) {
  const asked: AbortSignal[] = [];
  const answers: (() => void)[] = [];
  const token = new KeptToken(async (signal) => {
    asked.push(signal);
    const value = `t${asked.length}`;
    await new Promise<void>((resolve, reject) => {
      answers.push(resolve);
      signal.addEventListener('abort', () => {
        reject(new Error('aborted'));
      });
    });
    return { value, expiresAt: Date.now() + livesMs };
  });
  return { token, asked, answer: () => answers.shift()?.() };
}

describe('a token that is kept', () => {
  it('is asked for once by those who need it at once, and serves until it expires', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const { token, asked, answer } = scripted();
    const both = Promise.all([token.current(never), token.current(never)]);
    answer();
    expect((await both).map((one) => [one.token.value, one.isKept])).toEqual([
      ['t1', false],
      ['t1', false],
    ]);
    expect(await token.current(never)).toMatchObject({ token: { value: 't1' }, isKept: true });
    vi.advanceTimersByTime(60_000);
    const next = token.current(never);
    answer();
    expect(await next).toMatchObject({ token: { value: 't2' }, isKept: false });
    expect(asked.length).toBe(2);
  });

  it('is forgotten where it is the one that is refused, and no other', async () => {
    const { token, answer } = scripted();
    const first = token.current(never);
    answer();
    await first;
    token.forget('older');
    expect((await token.current(never)).isKept).toBe(true);
    token.forget('t1');
    const next = token.current(never);
    answer();
    expect((await next).token.value).toBe('t2');
  });

  it('is waited for by others when one gives up, and no longer asked for when all do', async () => {
    const { token, asked, answer } = scripted();
    const [one, other] = [new AbortController(), new AbortController()];
    const outcomes = [token.current(one.signal), token.current(other.signal)].map((each) => each.catch(String));
    one.abort();
    expect(await outcomes[0]).toContain('AbortError');
    expect(asked[0]?.aborted).toBe(false);
    other.abort();
    expect(await outcomes[1]).toContain('AbortError');
    expect(asked[0]?.aborted).toBe(true);
    const again = token.current(never);
    answer();
    answer();
    expect((await again).token.value).toBe('t2');
  });

  it('that there is none is not kept', async () => {
    let asked = 0;
    const token = new KeptToken(() => Promise.resolve(++asked > 5 ? { value: 't', expiresAt: 0 } : undefined));
    expect(await token.current(never)).toEqual({ token: undefined, isKept: false });
    expect(await token.current(never)).toEqual({ token: undefined, isKept: false });
    expect(asked).toBe(2);
  });
});
