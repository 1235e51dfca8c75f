/** The wake-up protocol on production code: wakers with submit rings of their own, one sleeper that reads them all. */
import { Bell, Sleeper } from '../../src/memory/doorbell.ts';
import { createLink, DONE, type LinkMemory, PTAIL, TAIL } from '../../src/memory/link-memory.ts';
import { sealLink } from '../../src/memory/seal-link.ts';
import { get, put, type Seam } from '../../src/memory/seam.ts';
import { SubmitConsumer, SubmitProducer } from '../../src/memory/submit-ring.ts';
import { type Actor, AGAIN, type Io, Violation, type World } from '../helpers/interleave/actor.ts';

const PARKED = 0;
const BELL = 32;
/** Actors: the sleeper, its successor, main, then the wakers. */
const FIRST_WAKER = 3;
/** Place in the words of the dead that no actor needs: the successor cannot die. */
const SUCCESSOR_RUNS = 1;

export interface DoorbellScene {
  readonly wakers: number;
  /** Entries of each waker. */
  readonly entries: number;
  /** Entries published together; 1 when absent. */
  readonly batch?: number;
  readonly start?: number;
  readonly deaths?: number;
  readonly sleeperMayDie?: boolean;
  /** A planted mistake. */
  readonly mistake?:
    | 'no second look'
    | 'bell not changed'
    | 'parked read before the tail is published'
    | 'nobody rings at an exit'
    | 'tail of the dead not published'
    | 'tail published before the entry';
}

export function doorbellWorld(scene: DoorbellScene): World {
  const words = new Int32Array(new SharedArrayBuffer(64 * 4));
  const links = Array.from({ length: scene.wakers }, (_, waker) =>
    createLink(waker, 0, { slots: 1, cells: 1 }, scene.start ?? 0),
  );
  const deaths = new Int32Array(scene.wakers + FIRST_WAKER);
  const sleeper: Actor = {
    name: 'sleeper',
    mayDie: scene.sleeperMayDie === true,
    run: (io) => sleep(io, scene, words, links),
  };
  const successor: Actor = {
    name: 'successor',
    run: (io) => {
      io.untilChanged([{ view: deaths, index: 0, value: 0 }]);
      if (get(deaths, SUCCESSOR_RUNS) === 0) {
        new Sleeper(words, PARKED, BELL).unpark();
        put(deaths, SUCCESSOR_RUNS, 1);
      }
      return sleep(io, scene, words, links);
    },
  };
  const main: Actor = {
    name: 'main',
    run: (io) => watchExits(io, scene, words, { links, deaths }),
  };
  const wakers = links.map((link, waker) => wakerOf(scene, words, link, waker));
  return {
    memory: [words, deaths, ...links.flatMap((link) => [link.words, link.submit])],
    actors: [sleeper, successor, main, ...wakers],
    deaths,
    deathsMax: scene.deaths ?? 0,
    mutate: (seam, actor) => mistakenSeam(scene, seam, actor),
    atEnd: (endings) => {
      const alive = endings[0] === 'dead' ? endings[1] : endings[0];
      if (alive !== 'asleep') throw new Violation(`the sleeper ends ${alive}`);
      for (const link of links) {
        const [done, tail, accepted] = [DONE, TAIL, PTAIL].map((word) => link.words[word]);
        if (tail !== done) throw new Violation('lost wake-up: it sleeps, and a ring holds work');
        if (tail !== accepted) throw new Violation('an accepted entry was never published');
      }
    },
  };
}

function wakerOf(scene: DoorbellScene, words: Int32Array, link: LinkMemory, waker: number): Actor {
  return {
    name: `waker ${waker}`,
    mayDie: true,
    run: () => {
      const sent = (get(link.words, PTAIL) - (scene.start ?? 0)) | 0;
      if (sent === scene.entries) return undefined;
      const producer = new SubmitProducer(link);
      const bell = new Bell(words, PARKED, BELL);
      for (let entry = sent; entry < sent + (scene.batch ?? 1); entry++) {
        producer.push(waker * 100 + entry);
      }
      if (scene.mistake === 'parked read before the tail is published') bell.ringIfParked();
      producer.publish();
      if (scene.mistake !== 'parked read before the tail is published') bell.ringIfParked();
      return AGAIN;
    },
  };
}

function sleep(io: Io, scene: DoorbellScene, words: Int32Array, links: LinkMemory[]): typeof AGAIN {
  const sleeper = new Sleeper(words, PARKED, BELL);
  const rings = links.map((link) => new SubmitConsumer(link));
  const expected = links.map(
    (link, waker) => waker * 100 + ((get(link.words, DONE) - (scene.start ?? 0)) | 0),
  );
  const drain = (): number => {
    let work = 0;
    rings.forEach((ring, waker) => {
      for (let unread = ring.refresh(); unread > 0; unread--) {
        const entry = ring.peek();
        if (entry !== expected[waker]) throw new Violation(`read ${entry}, not ${expected[waker]}`);
        expected[waker] = entry + 1;
        ring.done();
        work += 1;
      }
    });
    return work;
  };
  if (drain() > 0) return AGAIN;
  const rung = sleeper.park();
  if (scene.mistake === 'no second look' || drain() === 0) io.wait(words, BELL, rung);
  sleeper.unpark();
  return AGAIN;
}

function watchExits(
  io: Io,
  scene: DoorbellScene,
  words: Int32Array,
  shared: { readonly links: readonly LinkMemory[]; readonly deaths: Int32Array },
): undefined {
  const { deaths, links } = shared;
  const known = new Set<number>();
  const bell = new Bell(words, PARKED, BELL);
  for (let left = scene.deaths ?? 0; left > 0; left--) {
    const living = [...deaths.keys()].filter((a) => a !== SUCCESSOR_RUNS && !known.has(a));
    io.untilChanged(living.map((index) => ({ view: deaths, index, value: 0 })));
    const dead = living.find((actor) => get(deaths, actor) === 1) as number;
    known.add(dead);
    if (scene.mistake === 'nobody rings at an exit') continue;
    const link = links[dead - FIRST_WAKER];
    if (link !== undefined && scene.mistake !== 'tail of the dead not published') sealLink(link);
    bell.ring();
  }
}

/** Mistakes inside production code, planted in what it does to shared words. */
function mistakenSeam(scene: DoorbellScene, seam: Seam, actor: number): Partial<Seam> {
  if (actor < FIRST_WAKER) return {};
  if (scene.mistake === 'bell not changed') return { add: () => 0 };
  if (scene.mistake !== 'tail published before the entry') return {};
  const late: (() => void)[] = [];
  return {
    put: (view, index, value) => {
      if (index === PTAIL && view.length > PTAIL) seam.put(view, index, value);
      else late.push(() => seam.put(view, index, value));
    },
    load: (view, index) => {
      for (const write of late.splice(0)) write();
      return seam.load(view, index);
    },
  };
}
