/** All rows, in the order in which they run and are shown. */

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
  { name: 'idle-after-traffic', run: runIdle },
  { name: 'routing-uncached', run: runRouting },
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

async function runIdle(plan: Plan): Promise<RowResult> {
  const figures = await idleAfterTraffic(plan);
  return { figures, text: idleText(figures) };
}

async function runRouting({ routing }: Plan): Promise<RowResult> {
  const figures = measureRouting(routing);
  return { figures, text: routingText(figures) };
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
