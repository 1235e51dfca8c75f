/** All rows, in the order in which they run and are shown. */

import type { Comparison } from './harness/contestant.ts';
import { notifyToMain } from './notify-to-main.ts';
import { notifyToWorker } from './notify-to-worker.ts';
import { requestSerial, requestWindow64 } from './request-to-worker.ts';

export const comparisons: readonly Comparison[] = [
  notifyToMain,
  notifyToWorker,
  requestWindow64,
  requestSerial,
];
