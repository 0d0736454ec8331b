import type { Transfer } from '../../engine/engine';
import { describeTransfer } from '../words';
import type { Progress } from '../working';

/** The speed is the average over this time: long enough to be stable, short enough to be current. */
const windowMs = 3000;

/** Shows the progress of an engine in words, with its speed. */
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
