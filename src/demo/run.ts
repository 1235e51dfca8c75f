/**
 * The main job from the first thread to the last: starts the bus and its workers, sends whole
 * replays, gets the logs and has them checked. What is printed of it is decided elsewhere.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { MessageBus } from '../index.ts';
import { createBus } from '../index.ts';
import { Catalogue } from './catalogue.ts';
import { checkLogs } from './check.ts';
import { collectLogs } from './collect.ts';
import type { EndpointThreadOptions } from './endpoint-thread.ts';
import type { Script } from './expectation.ts';
import { Expectation } from './expectation.ts';
import { Faults } from './faults.ts';
import type { PhaseLatencies } from './latencies.ts';
import { openLatencies, summariesOf } from './latencies.ts';
import type { DemoOptions } from './options.ts';
import { Plan } from './plan.ts';
import type { Output } from './progress.ts';
import { Audience, placeReceivers } from './receivers.ts';
import type { DemoResult, PhaseResult } from './result.ts';
import type { Phase } from './sender.ts';
import { PlanSender } from './sender.ts';
import type { ShardCount } from './shard-shares.ts';
import { checkShares } from './shard-shares.ts';
import { threadCpuUs } from './thread-cpu.ts';
import { watchSending } from './watch.ts';
import { loadDeliveries } from './webhooks/load.ts';

/** One at a time for this part of the time; then as many at once as keep all threads busy. */
const SERIAL_SHARE = 0.1;
/** Messages one at a time, however short the time: something must have been measured. */
const SERIAL_MIN = 100;
const LOAD_WINDOW = 256;
const MS_PER_SECOND = 1_000;
const CLOSE_TIMEOUT_MS = 5_000;

const now = (): number => performance.now();

/** Rejects only when the bus cannot be started or its logs cannot be had. */
export async function runDemo(options: DemoOptions, progress: Output): Promise<DemoResult> {
  const script = prepareScript(options.workers);
  const bus = await createBus({ shards: options.shards });
  try {
    const startedAs = await startWorkers(bus, script);
    return await sendAndCheck({ bus, script, startedAs, options, progress });
  } finally {
    await bus.close({ drain: false, timeout: CLOSE_TIMEOUT_MS });
  }
}

function prepareScript(workers: number): Script {
  const catalogue = new Catalogue(loadDeliveries());
  const { keys } = catalogue;
  return {
    catalogue,
    plan: new Plan(keys),
    audience: new Audience(keys),
    receivers: placeReceivers(workers),
  };
}

/** Their thread ids, by worker. */
async function startWorkers(bus: MessageBus, { receivers }: Script): Promise<number[]> {
  // The compiled worker lies beside the compiled caller, the source beside the source.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const url = new URL(`../../workers/demo-endpoint.${extension}`, import.meta.url);
  const workers = [...new Set(receivers.map(({ worker }) => worker))].sort((a, b) => a - b);
  const started = workers.map(async (worker) => {
    const workerData: EndpointThreadOptions = {
      worker,
      receivers: receivers.filter((receiver) => receiver.worker === worker),
    };
    const thread = await bus.startWorker(url, { workerData });
    return thread.threadId;
  });
  return Promise.all(started);
}

interface Run {
  readonly bus: MessageBus;
  readonly script: Script;
  readonly startedAs: readonly number[];
  readonly options: DemoOptions;
  readonly progress: Output;
}

async function sendAndCheck(run: Run): Promise<DemoResult> {
  const { bus, script, startedAs, options } = run;
  const faults = new Faults();
  const sender = new PlanSender(bus, script, faults, now);
  const { phases, isComplete } = await sendPhases(run, sender, faults);
  const result = { options, replays: sender.replays, messages: sender.settled, phases };
  // A torn run has no tables to be held against: the failure says it all.
  if (!isComplete) return { ...result, faults: faults.list(), counts: undefined, shards: [] };
  const expectation = new Expectation(script, sender.replays);
  const expected = expectation.countByReceiver.reduce((sum, count) => sum + count, 0);
  const logs = await collectLogs(bus, startedAs, expected, { now, pause });
  const shardMap = { count: options.shards, of: (key: string) => bus.shardOf(key) };
  const counts = checkLogs(expectation, logs, faults, shardMap);
  const shards = await shardCounts(bus, counts.shards);
  checkShares(shards, faults);
  return { ...result, faults: faults.list(), counts, shards };
}

interface Sent {
  readonly phases: PhaseResult[];
  /** All messages of whole replays were sent and answered, rightly or not. */
  readonly isComplete: boolean;
}

async function sendPhases(run: Run, sender: PlanSender, faults: Faults): Promise<Sent> {
  // Loading the histograms takes as long as a hundred messages: before the clock starts.
  const histograms = [await openLatencies(), await openLatencies()] as const;
  const totalMs = run.options.seconds * MS_PER_SECOND;
  const startMs = now();
  const phases: PhaseResult[] = [];
  for (const phase of phasesOf(sender, histograms, startMs, totalMs)) {
    const messagesBefore = sender.settled;
    const cpuBeforeUs = threadCpuUs();
    const beganMs = now();
    const watched = { name: phase.name, startMs, totalMs, output: run.progress };
    const hasStalled = await watchSending(sender.run(phase), sender, watched);
    const cpuUs = cpuSince(cpuBeforeUs);
    const messages = sender.settled - messagesBefore;
    phases.push({
      name: phase.name,
      messages,
      durationMs: now() - beganMs,
      cpuUsPerMessage: cpuUs === undefined || messages === 0 ? undefined : cpuUs / messages,
      latencies: summariesOf(phase.latencies),
    });
    if (hasStalled) faults.add('stalled', () => `no message was settled any more: ${phase.name}`);
    if (hasStalled || sender.isBroken) return { phases, isComplete: false };
  }
  return { phases, isComplete: true };
}

type NamedPhase = Phase & { readonly name: string };

/** The first ends by the clock, the second with the replay in which its time is over. */
function phasesOf(
  sender: PlanSender,
  [serial, load]: readonly [PhaseLatencies, PhaseLatencies],
  startMs: number,
  totalMs: number,
): NamedPhase[] {
  const serialUntilMs = startMs + totalMs * SERIAL_SHARE;
  return [
    {
      name: 'one at a time',
      window: 1,
      latencies: serial,
      maySend: () => now() < serialUntilMs || sender.settled < SERIAL_MIN,
      mayBegin: () => sender.replays === 0 || now() < serialUntilMs,
    },
    {
      name: `${LOAD_WINDOW} at once`,
      window: LOAD_WINDOW,
      latencies: load,
      maySend: () => true,
      // One replay at least, however slow the machine.
      mayBegin: () => sender.replays === 0 || now() < startMs + totalMs,
    },
  ];
}

function cpuSince(beforeUs: number | undefined): number | undefined {
  const afterUs = threadCpuUs();
  return afterUs === undefined || beforeUs === undefined ? undefined : afterUs - beforeUs;
}

/** What the logs say, beside the routing threads that it went through. */
async function shardCounts(bus: MessageBus, receipts: readonly number[]): Promise<ShardCount[]> {
  const { shards } = await bus.metrics();
  return shards.map(({ id, threadId }) => ({ shard: id, threadId, messages: receipts[id] ?? 0 }));
}
