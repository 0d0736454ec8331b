import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import { catalogAnswer, decodeJson, imageConfigAnswer, tagsAnswer, tokenAnswer } from '../../../src/core/schemas';
import { fixture } from './fixture';

const answer = (body: string | Buffer, type?: string) => ({
  body: Buffer.from(body),
  url: 'https://r.test/v2/',
  headers: type === undefined ? {} : { 'content-type': type },
});

describe('decodeJson', () => {
  it.each([
    ['{"tags":["a","b"],"name":"x","more":1}', ['a', 'b']],
    ['{"tags":null}', null],
    ['{}', undefined],
  ])('reads the tags of %s', (body, tags) => {
    expect(decodeJson(tagsAnswer, answer(body)).tags).toEqual(tags);
  });

  it('takes null for absent', () => {
    expect(decodeJson(catalogAnswer, answer('{"repositories":null}')).repositories).toBeNull();
    expect(decodeJson(tokenAnswer, answer('{"token":"t","access_token":null,"expires_in":null}')).token).toBe('t');
  });

  it('reads a real config', () => {
    expect(decodeJson(imageConfigAnswer, answer(fixture('httpd.config')))).toMatchObject({
      created: '2016-09-23T23:20:45.78976459Z',
      os: 'linux',
      architecture: 'amd64',
      config: { Cmd: ['httpd-foreground'], ExposedPorts: { '80/tcp': {} }, Labels: {} },
    });
  });

  it.each([
    ['', undefined, 'its answer is empty'],
    ['<html>', 'text/html; charset=utf-8', 'it answered with a web page (text/html; charset=utf-8)'],
    ['ok', 'text/plain', 'its answer is not JSON (text/plain)'],
    ['{"tags":', undefined, 'its answer is not JSON'],
    ['"\\u00"', undefined, 'its answer is not JSON'],
  ])('refuses %j', (body, type, message) => {
    expect(() => decodeJson(tagsAnswer, answer(body, type))).toThrow(
      new Failure('malformed', message, { subject: 'r.test' }),
    );
  });

  it('refuses bytes that are no UTF-8', () => {
    const body = Buffer.from([0x22, 0xff, 0x22]);
    expect(() => decodeJson(tagsAnswer, answer(body))).toThrow('its answer is not JSON');
  });

  it.each(['[]', 'null', '"text"', '{"tags":"a"}', '{"tags":[1]}', '{"tags":{}}'])(
    'refuses %s, and tells where',
    (body) => {
      let failure: unknown;
      try {
        decodeJson(tagsAnswer, answer(body));
      } catch (error) {
        failure = error;
      }
      expect(failure).toMatchObject({
        kind: 'malformed',
        message: expect.stringMatching(/^its answer has an unexpected JSON format/) as string,
      });
    },
  );
});
