/** The origin of a typed address, https by default; undefined if it is not an address or contains a user or password. */
export function serverOf(text: string): string | undefined {
  const typed = text.trim();
  const whole = /^[a-z][a-z\d+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`;
  if (typed === '' || !URL.canParse(whole)) return undefined;
  const { origin, protocol, username, password } = new URL(whole);
  const isPlain = username === '' && password === '';
  return isPlain && (protocol === 'https:' || protocol === 'http:') ? origin : undefined;
}
