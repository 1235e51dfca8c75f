/** All rows, in the order in which they run and are shown. */

import { type FanOutComparison, fanOuts } from './fan-out.ts';
import { compare } from './harness/compare.ts';
import type { Comparison } from './harness/contestant.ts';
import { figuresOf } from './harness/figures.ts';
import type { Plan } from './harness/plan.ts';
import { comparisonTable } from './harness/table.ts';
import { idleAfterTraffic, idleText } from './idle-after-traffic.ts';
import { notifyToMain } from './notify-to-main.ts';
import { notifyToWorker } from './notify-to-worker.ts';
import { requestSerial, requestWindow64 } from './request-to-worker.ts';
import { measureRouting, type RoutingFigures } from './routing.ts';
import { cachedText, measureCached } from './routing-cached.ts';
import { distinctText, measureDistinct } from './routing-distinct.ts';
import { hostileText, measureHostile } from './routing-hostile.ts';
import { measureRegistration, registrationText } from './routing-registration.ts';
import { measureTakeover, takeoverText } from './takeover.ts';

/** Rejects when a message, or a look-up, is not what it must be. */
export interface Row {
  readonly name: string;
  readonly run: (plan: Plan) => Promise<RowResult>;
}

export interface RowResult {
  readonly figures: object;
  readonly text: string;
}

export const comparisons: readonly Comparison[] = [
  notifyToMain,
  notifyToWorker,
  requestWindow64,
  requestSerial,
];

export const rows: readonly Row[] = [
  ...comparisons.map(comparisonRow),
  ...fanOuts.map(fanOutRow),
  row('idle-after-traffic', idleAfterTraffic, idleText),
  row('takeover', ({ takeover }) => measureTakeover(takeover), takeoverText),
  row('routing-uncached', ({ routing }) => measureRouting(routing), routingText),
  row('routing-cached', ({ cached }) => measureCached(cached), cachedText),
  row('routing-distinct', ({ distinct }) => measureDistinct(distinct), distinctText),
  row('routing-hostile', ({ hostile }) => measureHostile(hostile), hostileText),
  row(
    'routing-registration',
    ({ registration }) => measureRegistration(registration),
    registrationText,
  ),
];

function comparisonRow(comparison: Comparison): Row {
  return {
    name: comparison.name,
    run: async (plan) => {
      const figures = figuresOf(comparison, await compare(comparison, plan));
      return { figures, text: comparisonTable(figures) };
    },
  };
}

function fanOutRow(comparison: FanOutComparison): Row {
  const { name, run } = comparisonRow(comparison);
  return {
    name,
    run: (plan) => {
      const { warmUpBytes, ...pace } = plan.fanOut;
      const messages = Math.ceil(warmUpBytes / comparison.fanOut.sizeBytes);
      const warmUpMessages = Math.min(pace.warmUpMessages, messages);
      return run({ ...plan, ...pace, warmUpMessages });
    },
  };
}

/** One that compares nothing. */
function row<Figures extends object>(
  name: string,
  measure: (plan: Plan) => Figures | Promise<Figures>,
  textOf: (figures: Figures) => string,
): Row {
  return {
    name,
    run: async (plan) => {
      const figures = await measure(plan);
      return {
        figures: Array.isArray(figures) ? { runs: figures } : figures,
        text: textOf(figures),
      };
    },
  };
}

function routingText({ routes, addMs, lookUps }: RoutingFigures): string {
  return [
    `one thread, ${routes} glob routes, added in ${(addMs / 1_000).toFixed(1)} s; us a look-up`,
    ...lookUps.map(({ keys, routes: matching, p50Us, p99Us }) => {
      const times = `p50 ${p50Us.toFixed(1)}, p99 ${p99Us.toFixed(1)}`;
      return `  ${keys}: ${times} (${matching} routes match)`;
    }),
  ].join('\n');
}
