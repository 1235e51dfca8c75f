/** A run's result as text for people, and as an object for programs. */
import type { Counts, ReceiverCounts } from './check.ts';
import type { Fault } from './faults.ts';
import { formatCount, formatTable, formatUs } from './figures.ts';
import type { LatencyName } from './latencies.ts';
import { LATENCY_NAMES } from './latencies.ts';
import type { DemoResult, PhaseResult } from './result.ts';

const MS_PER_SECOND = 1_000;

const LATENCY_TITLES: Readonly<Record<LatencyName, string>> = {
  cachedRouting: 'routing, key known',
  uncachedRouting: 'routing, key new',
  roundTrip: 'request and reply',
};

/** Ends with a line that says whether all is well. */
export function formatSummary(result: DemoResult): string {
  const parts = [formatHead(result), formatLatencies(result.phases)];
  if (result.counts !== undefined) parts.push(formatCounts(result, result.counts));
  parts.push(formatVerdict(result));
  return `\n${parts.join('\n')}`;
}

/** Latencies in microseconds, durations in milliseconds; what could not be measured is null. */
export function summaryObject(result: DemoResult): Record<string, unknown> {
  const { counts, faults, messages, options, phases, replays, shards } = result;
  const { seconds, workers } = options;
  return {
    ok: faults.length === 0,
    options: { seconds, shards: options.shards, workers },
    replays,
    messages,
    phases: phases.map((phase) => ({
      name: phase.name,
      messages: phase.messages,
      durationMs: phase.durationMs,
      messagesPerSecond: rateOf(phase),
      mainCpuUsPerMessage: phase.cpuUsPerMessage ?? null,
      latencyUs: phase.latencies,
    })),
    routes: rowsOf(counts, 'endpoint'),
    subscriptions: rowsOf(counts, 'subscription'),
    threads: counts?.threads ?? [],
    shards,
    faults,
  };
}

function rowsOf(counts: Counts | undefined, role: string): Record<string, unknown>[] {
  return receiversOf(counts, role).map((row) => ({
    pattern: row.receiver.pattern,
    ...(role === 'endpoint' ? { priority: row.receiver.priority } : {}),
    worker: row.receiver.worker,
    expected: row.expected,
    replayed: row.replayed,
    underNewKeys: row.underNewKeys,
    ...(role === 'endpoint' ? { audits: row.audits } : {}),
  }));
}

function formatHead({ messages, phases, replays }: DemoResult): string {
  const rows = phases.map((phase) => [
    phase.name,
    formatCount(phase.messages),
    (phase.durationMs / MS_PER_SECOND).toFixed(2),
    formatCount(rateOf(phase)),
    phase.cpuUsPerMessage === undefined ? 'not available' : formatUs(phase.cpuUsPerMessage),
  ]);
  const heading = ['', 'messages', 'seconds', 'msg/s', 'CPU of main, µs/msg'];
  return `${formatCount(messages)} messages in ${formatReplays(replays)}\n${formatTable([heading, ...rows])}`;
}

function formatLatencies(phases: readonly PhaseResult[]): string {
  const rows = phases.flatMap((phase) =>
    LATENCY_NAMES.map((name) => {
      const { count, p50, p99, p999 } = phase.latencies[name];
      const figures = count === 0 ? ['-', '-', '-'] : [p50, p99, p999].map(formatUs);
      return [`${LATENCY_TITLES[name]}, ${phase.name}`, formatCount(count), ...figures];
    }),
  );
  return (
    'latency in µs, seen by the sender (routing: from publish() to its promise, which is resolved\n' +
    'when the event is routed; with many at once this is mostly waiting in turn)\n' +
    formatTable([['', 'samples', 'p50', 'p99', 'p99.9'], ...rows])
  );
}

function formatCounts({ replays, shards }: DemoResult, counts: Counts): string {
  const routes = receiversOf(counts, 'endpoint').map((row) => [
    row.receiver.pattern,
    formatCount(row.receiver.priority),
    formatCount(row.replayed),
    formatCount(row.expected),
    formatCount(row.underNewKeys),
    formatCount(row.audits),
    threadOf(counts, row),
  ]);
  const subscriptions = receiversOf(counts, 'subscription').map((row) => [
    row.receiver.pattern,
    formatCount(row.replayed),
    formatCount(row.expected),
    formatCount(row.underNewKeys),
    threadOf(counts, row),
  ]);
  const threads = counts.threads.map((thread) => [
    `worker ${thread.worker}`,
    String(thread.threadId),
    formatCount(thread.requests),
    formatCount(thread.events),
    formatCount(thread.notifications),
  ]);
  const shardRows = shards.map(({ shard, threadId, messages }) => [
    `shard ${shard}`,
    String(threadId),
    formatCount(messages),
  ]);
  const due = `due in ${formatReplays(replays)}`;
  return [
    'received, by the logs of the receiving threads',
    formatTable([
      ['route', 'priority', 'received', due, 'new keys', 'audits', 'thread'],
      ...routes,
    ]),
    formatTable([['subscription', 'received', due, 'new keys', 'thread'], ...subscriptions]),
    formatTable([['', 'thread', 'requests', 'events', 'notifications'], ...threads]),
    `receipts, by the shard that routes the message's key\n${formatTable([['', 'thread', 'messages'], ...shardRows])}`,
  ].join('\n');
}

function formatReplays(replays: number): string {
  return replays === 1 ? '1 replay' : `${formatCount(replays)} replays`;
}

function formatVerdict({ counts, faults }: DemoResult): string {
  if (faults.length > 0) return `FAILED\n${faults.map(formatFault).join('')}`;
  const receipts = (counts?.threads ?? []).reduce(
    (sum, { requests, events, notifications }) => sum + requests + events + notifications,
    0,
  );
  return (
    `OK: all ${formatCount(receipts)} receipts checked. Nothing missing, doubled, altered, ` +
    'out of order for its key, or on a wrong thread.\n'
  );
}

function formatFault({ word, count, examples }: Fault): string {
  const lines = examples.map((example) => `    ${example}\n`).join('');
  const rest = count - examples.length;
  const more = rest > 0 ? `    and ${formatCount(rest)} more\n` : '';
  return `  ${word}: ${formatCount(count)}\n${lines}${more}`;
}

function receiversOf(counts: Counts | undefined, role: string): readonly ReceiverCounts[] {
  return (counts?.receivers ?? []).filter(({ receiver }) => receiver.role === role);
}

function threadOf({ threads }: Counts, { receiver }: ReceiverCounts): string {
  return String(threads.find(({ worker }) => worker === receiver.worker)?.threadId ?? '?');
}

function rateOf({ messages, durationMs }: PhaseResult): number {
  return durationMs > 0 ? (messages / durationMs) * MS_PER_SECOND : 0;
}
