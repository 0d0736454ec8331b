import type { Transfer } from '../../engine/engine';
import { describeTransfer } from '../words';
import type { Progress } from '../working';

/** Speed is told over this time: long enough to hold still, short enough to be true. */
const windowMs = 3000;

/** Turns an engine's progress into words, with its speed. */
export function transferInWords(progress: Progress, now: () => number = Date.now): (state: Transfer) => void {
  let samples: readonly { readonly at: number; readonly bytes: number }[] = [];
  return (state) => {
    const at = now();
    samples = [...samples.filter((sample) => at - sample.at <= windowMs), { at, bytes: state.bytesDone }];
    const since = samples[0] ?? { at, bytes: state.bytesDone };
    const seconds = (at - since.at) / 1000;
    const speed = seconds > 0.5 ? Math.round((state.bytesDone - since.bytes) / seconds) : 0;
    progress(describeTransfer(state, Math.max(0, speed)));
  };
}
