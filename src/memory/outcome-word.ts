/**
 * Word 1 of a message's record, and of its final completion: how many targets it had, how many failed, and how many of
 * those sent a report that is on its way to the sender: targets 13 | failures 11 | reports 8.
 */
const TARGETS_SHIFT = 19;
const FAILURES_SHIFT = 8;
const FAILURES_MASK = 0x7ff;
const REPORTS_MASK = 0xff;
/** Failures of one message that can be told to have a report on its way. */
export const REPORTS_MAX: number = REPORTS_MASK;
const REASON_MAX = 0xff_ffff;

export function outcomeOf(targets: number): number {
  return targets << TARGETS_SHIFT;
}

export function targetsOf(outcome: number): number {
  return outcome >>> TARGETS_SHIFT;
}

export function failuresOf(outcome: number): number {
  return (outcome >>> FAILURES_SHIFT) & FAILURES_MASK;
}

/** At most 255: later failures of one message are counted, their errors are not waited for. */
export function reportsOf(outcome: number): number {
  return outcome & REPORTS_MASK;
}

/** Saturates at 2 047: a count that carried into the targets would make a failure look like a success. */
export function withFailure(outcome: number): number {
  if (failuresOf(outcome) === FAILURES_MASK) return outcome;
  return outcome + (1 << FAILURES_SHIFT);
}

export function withReport(outcome: number): number {
  return reportsOf(outcome) === REPORTS_MASK ? outcome : outcome + 1;
}

/** So many of its reports will not come: what was to bring them has been dropped. */
export function withoutReports(outcome: number, count: number): number {
  return outcome - count;
}

/**
 * Word 1 of a final completion that says why: the endpoint whose queue limit refused a request, or whose thread left with
 * the message (its target + 1), or the timeout of a request's route in ms, as far as 24 bits go. 0: nothing. No reports
 * are to be waited for.
 */
export function reasonDetail(value: number): number {
  return Math.min(value, REASON_MAX) << FAILURES_SHIFT;
}

export function reasonOf(detail: number): number {
  return detail >>> FAILURES_SHIFT;
}

/** One target fewer: it left before it was handed the message. */
export function withoutTarget(outcome: number): number {
  return outcome - (1 << TARGETS_SHIFT);
}
