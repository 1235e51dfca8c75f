import { describe, expect, it } from 'vitest';
import { checkEnvelope } from '../../../src/client/envelope.ts';

const refused = (envelope: unknown): unknown => {
  try {
    return checkEnvelope(envelope);
  } catch (error) {
    return error;
  }
};

describe('checkEnvelope', () => {
  it.each([undefined, null, 'text', 1])('refuses %j', (envelope) => {
    expect(refused(envelope)).toMatchObject({ code: 'ERR_BUS_INVALID_MESSAGE' });
  });

  it('names an unknown kind and an unknown field', () => {
    expect(refused({ kind: 'reply', routingKey: 'k' })).toMatchObject({
      code: 'ERR_BUS_INVALID_MESSAGE',
      details: { got: "the string 'reply'" },
    });
    expect(refused({ kind: 'event', key: 'k' })).toMatchObject({ details: { got: "'key'" } });
    expect(refused({ kind: 'event', routingkey: 'k' })).toMatchObject({
      message: expect.stringMatching(/got 'routingkey'; did you mean 'routingKey'\?$/),
    });
  });

  it('passes a correlation id of the caller on as a header beside the others', () => {
    const headers = { a: 'b' };
    const checked = checkEnvelope({
      kind: 'request',
      routingKey: 'k',
      payload: 1,
      headers,
      correlationId: 'mine',
      id: 'i',
      ttl: 5,
    });
    expect(checked).toEqual({
      kind: 'request',
      routingKey: 'k',
      payload: 1,
      options: { headers: { a: 'b', 'x-correlation-id': 'mine' }, id: 'i', ttl: 5 },
    });
    expect(headers).toEqual({ a: 'b' });
  });

  it('takes an endpoint for the reply of a request, and of nothing else', () => {
    const request = { kind: 'request', routingKey: 'k', replyTo: 'e' };
    expect(checkEnvelope(request)).toMatchObject({ kind: 'request', replyTo: 'e' });
    expect(refused({ ...request, replyTo: 7 })).toMatchObject({
      code: 'ERR_BUS_INVALID_MESSAGE',
      details: { expected: 'expected replyTo to be the id of an endpoint', got: '7' },
    });
    for (const kind of ['event', 'notification', 'response']) {
      expect(refused({ ...request, kind })).toMatchObject({
        code: 'ERR_BUS_INVALID_MESSAGE',
        message: expect.stringMatching(/only with kind 'request'/),
      });
    }
  });

  it('wants the correlation id of a response, and no key', () => {
    expect(refused({ kind: 'response' })).toMatchObject({
      code: 'ERR_BUS_MISSING_CORRELATION_ID',
    });
    expect(checkEnvelope({ kind: 'response', correlationId: '0.1.2.3' })).toMatchObject({
      routingKey: '',
      correlationId: '0.1.2.3',
    });
  });
});
