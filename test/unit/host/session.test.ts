import { once } from 'node:events';
import { runInNewContext } from 'node:vm';
import { receiveMessageOnPort } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ControlPlane, ThreadEnd } from '../../../src/control/plane.ts';
import type { PeerSink } from '../../../src/host/client-host.ts';
import type { Clients } from '../../../src/host/clients.ts';
import { Door } from '../../../src/host/control-door.ts';
import { Session, type SessionInit, type SessionOptions } from '../../../src/host/session.ts';
import { Sessions } from '../../../src/host/sessions.ts';
import {
  claimTicket,
  leaveTicket,
  readTicket,
  type Ticket,
  takeTicket,
  ticketFlaw,
  ticketTaker,
} from '../../../src/host/ticket.ts';
import { TICKET_STATE, ticketState } from '../../../src/memory/ticket-word.ts';
import { unpackThrown } from '../../../src/message/thrown-value.ts';

const OWN = 4;

const ending: Session[] = [];
afterEach(() => {
  for (const session of ending.splice(0)) session.end();
});

/** A session over clients that only take notes. */
function sessionWith(options: SessionOptions) {
  const notes: string[] = [];
  const sinks: PeerSink[] = [];
  const clients = {
    admit: (threadId: number, tellPeer: PeerSink) => {
      notes.push(`admit thread ${threadId}`);
      sinks.push(tellPeer);
      return { id: OWN };
    },
    bootOf: () => ({ boot: true }),
    attach: async () => {
      notes.push('attach');
    },
    dismiss: async (id: number, { exitCode, thrown }: Omit<ThreadEnd, 'threadId'>) => {
      const how = exitCode === undefined ? '' : ` after ${exitCode}`;
      const why = thrown === undefined ? '' : `: ${String(unpackThrown(thrown))}`;
      notes.push(`dismiss ${id}${how}${why}`);
    },
  } as unknown as Clients;
  const plane = {
    allocateTarget: async (client: number) => client * 10,
    detach: async (client: number) => {
      notes.push(`detach ${client}`);
    },
  } as unknown as ControlPlane;
  const init: SessionInit = {
    clients,
    plane,
    ownerOf: () => OWN,
    assertOpen: () => {},
    onEnd: () => notes.push('end'),
    onError: (error) => notes.push(String(error)),
  };
  const session = new Session(init, options);
  ending.push(session);
  return { notes, session, sinks };
}

const untilPort: SessionOptions = { lifetimeMs: undefined, endsWithPort: true };
const untilEnd: SessionOptions = { lifetimeMs: undefined, endsWithPort: false };

describe('Session', () => {
  it('makes a client of the thread that attaches, and speaks for that client only', async () => {
    const { notes, session } = sessionWith(untilEnd);
    const door = new Door(session.ticket.control, () => {});
    await expect(door.call('allocateTarget', [0])).rejects.toMatchObject({
      code: 'ERR_BUS_INTERNAL',
    });
    expect(await door.call('attach', [31])).toEqual({ boot: true });
    expect(await door.call('allocateTarget', [0])).toBe(OWN * 10);
    expect(notes).toEqual(['admit thread 31', 'attach']);
  });

  it('lets nobody go when its thread ends whose client has left: the id may be another one by then', async () => {
    const { notes, session } = sessionWith(untilEnd);
    const door = new Door(session.ticket.control, () => {});
    await door.call('attach', [31]);
    await door.call('detach', [OWN]);
    await expect(door.call('allocateTarget', [0])).rejects.toMatchObject({
      code: 'ERR_BUS_CLOSED',
    });
    expect(await door.call('detach', [OWN])).toBeUndefined();
    session.end(0);
    expect([session.client, ...notes]).toEqual([
      undefined,
      'admit thread 31',
      'attach',
      `detach ${OWN}`,
      'end',
    ]);
  });

  it('answers nothing but the control plane', async () => {
    const { session } = sessionWith(untilEnd);
    const door = new Door(session.ticket.control, () => {});
    await door.call('attach', [31]);
    for (const method of ['constructor', '__proto__', 'end']) {
      await expect(door.call(method, [])).rejects.toMatchObject({ code: 'ERR_BUS_INTERNAL' });
    }
  });

  it('posts later clients to the peers port of the ticket', async () => {
    const { session, sinks } = sessionWith(untilEnd);
    const door = new Door(session.ticket.control, () => {});
    await door.call('attach', [31]);
    sinks[0]?.({ id: 9 } as never);
    const take = (): unknown => receiveMessageOnPort(session.ticket.peers)?.message;
    expect([take(), take()]).toEqual([expect.objectContaining({ port: 'peers' }), { id: 9 }]);
  });

  it('takes the closing of the port as the end of a thread that the bus did not start', async () => {
    const { notes, session } = sessionWith(untilPort);
    const door = new Door(session.ticket.control, () => {});
    await door.call('attach', [31]);
    door.close();
    await vi.waitFor(() => expect(notes).toContain(`dismiss ${OWN}`));
    session.end();
    expect(notes.filter((note) => note === 'end')).toHaveLength(1);
  });

  it('waits for the exit of a thread that the bus started, whatever its port does', async () => {
    const { notes, session } = sessionWith(untilEnd);
    const door = new Door(session.ticket.control, () => {});
    await door.call('attach', [31]);
    const closed = once(session.ticket.control, 'close');
    door.close();
    await closed;
    expect(notes).not.toContain('end');
    session.end(3);
    expect(notes).toEqual(['admit thread 31', 'attach', 'end', `dismiss ${OWN} after 3`]);
  });

  it('passes on what ended the thread, in few bytes', async () => {
    const { notes, session } = sessionWith(untilEnd);
    await new Door(session.ticket.control, () => {}).call('attach', [31]);
    session.end(1, { error: Object.assign(new Error('big'), { text: 'x'.repeat(100_000) }) });
    expect(notes.at(-1)).toBe(`dismiss ${OWN} after 1: Error: big`);
  });

  it('expires when nobody uses its ticket, and then nobody can', async () => {
    vi.useFakeTimers();
    const { notes, session } = sessionWith({ lifetimeMs: 1000, endsWithPort: true });
    vi.advanceTimersByTime(999);
    expect(notes).toEqual([]);
    vi.advanceTimersByTime(1);
    vi.useRealTimers();
    expect(notes).toEqual(['end']);
    expect(ticketState(session.ticket.state)).toBe(TICKET_STATE.expired);
    const door = new Door(session.ticket.control, () => {});
    await expect(door.call('attach', [31])).rejects.toMatchObject({ code: 'ERR_BUS_CLOSED' });
  });

  it('does not expire once its ticket is used', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { notes, session } = sessionWith({ lifetimeMs: 1000, endsWithPort: true });
      expect(vi.getTimerCount()).toBe(1);
      const door = new Door(session.ticket.control, () => {});
      await door.call('attach', [31]);
      expect(vi.getTimerCount()).toBe(0);
      expect(notes).not.toContain('end');
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('Sessions', () => {
  it('end all at once, and are bounded', () => {
    const notes: string[] = [];
    const sessions = new Sessions({
      clients: {} as never,
      plane: {} as never,
      ownerOf: () => undefined,
      assertOpen: () => {},
      onError: (error) => notes.push(String(error)),
    });
    const issued = Array.from({ length: 1024 }, () => sessions.issue(untilEnd));
    expect(() => sessions.issue(untilEnd)).toThrow(
      expect.objectContaining({ code: 'ERR_BUS_FULL', details: { limit: 1024 } }),
    );
    sessions.endAll();
    expect(issued.map(({ ticket }) => ticketState(ticket.state))).toEqual(
      Array(1024).fill(TICKET_STATE.closed),
    );
    expect(() => sessions.issue(untilEnd)).not.toThrow();
    sessions.endAll();
    expect(issued).toHaveLength(1024);
    expect(notes).toEqual([]);
  });
});

describe('Ticket', () => {
  it('is known by its ports and its word, of whatever realm', () => {
    const { session } = sessionWith(untilEnd);
    const { ticket } = session;
    expect(readTicket(ticket)).toEqual(ticket);
    const state: unknown = runInNewContext('new Int32Array(2)');
    expect(readTicket({ ...ticket, state })).toMatchObject({ control: ticket.control, state });
    const words = [undefined, [0], new Float64Array(2), new Int32Array(1), new Int32Array(3)];
    const others = words.map((other) => ({ ...ticket, state: other }));
    for (const other of [undefined, null, 5, {}, { control: {}, peers: {} }, ...others]) {
      expect(readTicket(other)).toBeUndefined();
    }
  });

  it.each<[string, (ticket: Ticket) => unknown, string]>([
    ['nothing', () => undefined, 'undefined'],
    ['an empty object', () => ({}), "whose 'control' is no port, but undefined"],
    [
      'a ticket as JSON',
      (ticket) => JSON.parse(JSON.stringify(ticket)) as unknown,
      "whose 'control' is no",
    ],
    [
      'one without a port',
      (ticket) => ({ ...ticket, peers: 1 }),
      "whose 'peers' is no port, but 1",
    ],
    ['one without its state', (ticket) => ({ ...ticket, state: [] }), "whose 'state' is not that"],
    ['an object that has one', (ticket) => ({ ticket }), "whose 'ticket' is one: pass that"],
  ])('is told why it is none: %s', (_, make, flaw) => {
    const { ticket } = sessionWith(untilEnd).session;
    expect(ticketFlaw(make(ticket))).toContain(flaw);
  });

  it('is cloned with its ports', () => {
    const { session } = sessionWith(untilEnd);
    const { ticket } = session;
    const transfer = [...ticket.transferList];
    const clone = structuredClone({ ticket }, { transfer });
    expect(readTicket(clone.ticket)).toEqual(clone.ticket);
    clone.ticket.control.close();
    clone.ticket.peers.close();
  });

  it('is claimed once, with ports that go on where its own were', async () => {
    const { session } = sessionWith(untilEnd);
    const copy = { ...session.ticket };
    const { ticket } = claimTicket(session.ticket) as { ticket: Ticket };
    expect([claimTicket(session.ticket), claimTicket(copy)]).toEqual(['used', 'used']);
    expect(ticket.state).toBe(session.ticket.state);
    const door = new Door(ticket.control, () => {});
    expect(await door.call('attach', [31])).toEqual({ boot: true });
    door.close();
  });

  it.each<[string, (one: Ticket, two: Ticket) => Partial<Ticket>]>([
    ['whose ports are swapped', ({ control, peers }) => ({ control: peers, peers: control })],
    ['with the control port of another', (_, { control }) => ({ control })],
    ['with the peers port of another', (_, { peers }) => ({ peers })],
    ['with the state of another', (_, { state }) => ({ state })],
    ['with one port twice', ({ control }) => ({ peers: control })],
  ])('%s is told to be mixed up', (_, mix) => {
    const [one, two] = [sessionWith(untilEnd), sessionWith(untilEnd)];
    const given = { ...one.session.ticket, ...mix(one.session.ticket, two.session.ticket) };
    expect(claimTicket(given)).toBe('mixed');
  });

  it('is none when its ports are no ports', () => {
    const port = { postMessage: () => {} } as never;
    const { ticket } = sessionWith(untilEnd).session;
    expect(claimTicket({ ...ticket, control: port })).toBe('unreal');
  });

  it('is taken once from where the bootstrap left it', () => {
    const { session } = sessionWith(untilEnd);
    leaveTicket(session.ticket);
    expect(ticketTaker()).toBeUndefined();
    expect(takeTicket('file:///one.js')).toBe(session.ticket);
    expect(takeTicket('file:///two.js')).toBeUndefined();
    expect(ticketTaker()).toBe('file:///one.js');
  });
});
