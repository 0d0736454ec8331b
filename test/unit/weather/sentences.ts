import type { weather } from '../../sandbox/weather';

const odd = (what: string) =>
  `HOST does not answer as a registry does: ${what}. Check its address, and any proxy on the way.`;
export const late = 'HOST did not answer in time. Check the network, VPN or proxy.';
const broken = 'HOST broke off the connection. If it happens again, check the network, VPN or proxy.';
const circles = odd('it redirects in circles');

/** What a user reads of each weather after “Could not list the repositories: ”. */
export const sentences: Readonly<Record<keyof typeof weather, string>> = {
  webPage: odd('it answered a web page (text/html; charset=utf-8)'),
  webPageOfProxy: 'HOST has a problem of its own (502). Try again later.',
  plainText: odd('it answered something that is not JSON (text/plain)'),
  otherJson: odd('it answered JSON of another kind: repositories Invalid input'),
  halfOfJson: odd('it answered something that is not JSON (application/json)'),
  invalidUtf8: odd('it answered something that is not JSON (application/json)'),
  emptyBody: odd('it answered nothing (application/json)'),
  noContent: odd('it answered 204, which is no answer to this'),
  notModified: odd('it answered 304, which is no answer to this'),
  nesting: odd('its answer has too many parts'),
  nestingInside: odd('its answer has too many parts'),

  endless: odd('its answer is too long'),
  gzipBomb: odd('its answer is too long'),
  deflateBomb: odd('its answer is too long'),
  brotliBomb: odd('its answer is too long'),
  packedOtherwise: odd('its answer cannot be unpacked'),

  silence: late,
  drip: late,
  halfOfHead: late,
  promisesMore: late,

  reset: broken,
  truncated: broken,
  endsEarly: broken,
  chunkCut: broken,

  banner: odd('its answer breaks the rules of HTTP'),
  badHeader: odd('its answer breaks the rules of HTTP'),
  longHeader: odd('the head of its answer is too long'),
  badChunk: odd('its answer breaks the rules of HTTP'),

  redirectLoop: circles,
  redirectNowhere: odd('it redirects to an address that cannot be followed'),
  redirectUnreadable: odd('it redirects to an address that cannot be followed'),
  redirectWithoutTarget: odd('it answered 307, which is no answer to this'),
  linkElsewhere: odd('its link to the next page leads to another host, elsewhere.example'),
  linkUnreadable: odd('its link to the next page cannot be read: http://['),

  tooManyRequests: 'HOST has had too many requests from you: “too many requests”. Wait a little, then try again.',
  tooManyForAMinute: 'HOST has had too many requests from you. Try again in 60 seconds.',
  tooManyUntilADate: 'HOST has had too many requests from you. Try again in 3 hours.',
  tooManySinceYesterday: 'HOST has had too many requests from you: “too many requests”. Wait a little, then try again.',
  tooManyForever: 'HOST has had too many requests from you. Try again in 285,616,415 years.',
  internalError: 'HOST has a problem of its own (500): “database is locked”. Try again later.',
  unavailable: 'HOST has a problem of its own (503). Try again later.',
  maintenance: 'HOST has a problem of its own (503): “down for maintenance”. Try again in 30 minutes.',
  gatewayTimeout: 'HOST has a problem of its own (504). Try again later.',
  nastyWords: `the registry says “no[31m evil text ${'w'.repeat(282)}…” (403).`,
  manyErrors: 'the registry says “no 0” (403).',
  deepErrors: 'this credential may not do that (403).',
  emptyRefusal: 'this credential may not do that (403).',
};
