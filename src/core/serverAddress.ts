/** The origin of an address as people type it; https unless told otherwise. Nothing for what is no address, or holds a secret. */
export function serverOf(text: string): string | undefined {
  const typed = text.trim();
  const whole = /^[a-z][a-z\d+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`;
  if (typed === '' || !URL.canParse(whole)) return undefined;
  const { origin, protocol, username, password } = new URL(whole);
  const isPlain = username === '' && password === '';
  return isPlain && (protocol === 'https:' || protocol === 'http:') ? origin : undefined;
}
