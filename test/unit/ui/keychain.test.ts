import { afterEach, expect, it, vi } from 'vitest';
import { keychain } from '../../../src/ui/connections/keychain';
import { report } from '../../../src/ui/report';
import { failing } from '../failing';

vi.mock('keytar', () => ({ default: { getPassword: () => new Promise(() => undefined) } }));
afterEach(() => {
  vi.useRealTimers();
});

it('says so when a keychain does not answer', async () => {
  vi.useFakeTimers();
  const asked = failing(Promise.resolve(keychain.get('a')));
  await vi.advanceTimersByTimeAsync(60_000);
  const told = report(await asked, 'connect');
  expect(told?.message).toContain(
    'the keychain of this system has not answered for a minute. It may be waiting for you',
  );
  expect(told?.remedies).toEqual(['retry', 'showLog']);
});
