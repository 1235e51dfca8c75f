import { describe, expect, it } from 'vitest';
import { Peer, Peers } from '../../../src/client/peers.ts';
import type { PeerNews } from '../../../src/control/plane.ts';
import { createClientMemory, HEARD, TOLD } from '../../../src/memory/client-memory.ts';
import { CLIENT_ID_MAX } from '../../../src/memory/entries.ts';
import { PAGE_BYTES } from '../../../src/memory/heap.ts';
import { KEY_HASH, KEY_ID, KEY_LEN, KIND, packKind } from '../../../src/memory/slot-header.ts';

const makeMemory = (id: number) => createClientMemory(id, 2, 2 * PAGE_BYTES);

describe('Peers', () => {
  it('hears of a newcomer when it first sends, and forgets who left', () => {
    const news: PeerNews[] = [];
    const peers = new Peers([makeMemory(0)], () => news.shift(), [], makeMemory(1).words);
    news.push({ came: makeMemory(3) });
    expect(peers.get(3).memory.id).toBe(3);
    news.push({ left: 3, told: 1 });
    peers.refresh();
    expect(() => peers.get(3)).toThrow(expect.objectContaining({ code: 'ERR_BUS_INTERNAL' }));
    expect(peers.get(0).memory.id).toBe(0);
  });

  it('says of which departure it has heard when it has forgotten who left, and not before', () => {
    const news: PeerNews[] = [];
    const own = makeMemory(1);
    const peers = new Peers([makeMemory(3)], () => news.shift(), [], own.words);
    expect(peers.isBehind).toBe(false);
    news.push({ left: 3, told: 7 });
    own.words[TOLD] = 7;
    expect([peers.isBehind, own.words[HEARD]]).toEqual([true, 0]);
    const next = makeMemory(CLIENT_ID_MAX + 1 + 3);
    news.push({ came: next });
    peers.refresh();
    expect([peers.isBehind, own.words[HEARD]]).toEqual([false, 7]);
    expect(peers.get(3).memory.number).toBe(next.number);
  });
});

describe('Peers, of endpoints,', () => {
  it('know the target by id while it is there, and the name of what was there', () => {
    const news: PeerNews[] = [];
    const first = { target: 5, id: 'a', queueLimit: 1 };
    const peers = new Peers([], () => news.shift(), [first], makeMemory(1).words);
    expect(peers.targetOf('a')).toBe(5);
    news.push({ closed: 5 });
    expect([peers.targetOf('a'), peers.endpoint(5).id]).toEqual([undefined, 'a']);
    news.push({ named: { ...first, target: 6 } }, { closed: 5 });
    expect(peers.targetOf('a')).toBe(6);
    news.push({ named: { ...first, target: 6, ended: { threadId: 1, exitCode: 1 } } });
    expect([peers.targetOf('a'), peers.endpoint(6).ended?.threadId]).toEqual([undefined, 1]);
  });
});

describe('Peer', () => {
  it('keeps the text of a key by id, epoch and hash, and reads it again when one differs', () => {
    const memory = makeMemory(0);
    const peer = new Peer(memory);
    const say = (text: string, id: number, hash: number, epoch: number): string => {
      memory.bytes.write(text);
      memory.headers[KEY_ID] = id;
      memory.headers[KEY_HASH] = hash;
      memory.headers[KEY_LEN] = Buffer.byteLength(text);
      memory.headers[KIND] = packKind(0, 0, 0, epoch);
      return peer.keyOf(0);
    };
    expect(say('one', 0, 1, 0)).toBe('one');
    expect(say('two', 0, 1, 0)).toBe('one');
    expect(say('two', 0, 2, 0)).toBe('two');
    expect(say('three', 0, 2, 1)).toBe('three');
    expect(say('four', 4096, 2, 1)).toBe('four');
    expect(say('five', -4096, 2, 1)).toBe('five');
  });
});
