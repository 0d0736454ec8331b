import { findProgram } from '../sandbox/process';

/** The first is all of it but its own windows and pages, which nobody sees here and which take their time. */
export const chromiumNames = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
];

export function findChromium(): string | undefined {
  return process.env.CHROMIUM ?? chromiumNames.map(findProgram).find((file) => file !== undefined);
}
