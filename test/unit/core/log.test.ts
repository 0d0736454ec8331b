import { expect, it } from 'vitest';
import { redactedLog } from '../../../src/core/log';
import { Redaction } from '../../../src/core/network/redaction';
import { collectLog } from '../collectLog';

it('a log writes no secret that is known, at any level', () => {
  const lines = collectLog();
  const redaction = new Redaction();
  const log = redactedLog(lines, redaction);
  redaction.addCredential({ kind: 'basic', username: 'alice', secret: 'wonder-land' });
  redaction.addCredential({ kind: 'identityToken', token: 'refresh-me' });
  redaction.addCredential({ kind: 'registryToken', token: 'bear-it' });
  redaction.addCredential({ kind: 'anonymous' });
  const whole = `wonder-land ${Buffer.from('alice:wonder-land').toString('base64')} refresh-me bear\u200b-it end`;
  for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level](whole);
  expect(lines.lines).toEqual(['debug', 'info', 'warn', 'error'].map((level) => `${level} *** *** *** *** end`));
});
