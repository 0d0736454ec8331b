import { findProgram } from '../sandbox/process';

export const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

export function findChromium(): string | undefined {
  return process.env.CHROMIUM ?? chromiumNames.map(findProgram).find((file) => file !== undefined);
}
