/** Time and the event loop's services as the client half sees them; tests and the simulator bring their own. */
export interface ClientEnvironment {
  /** Ms since the bus epoch. */
  now(): number;
  /** Runs `task` once the current microtask queue is empty enough: at its end. */
  enqueueMicrotask(task: () => void): void;
  /** Calls `task` after `delayMs`; it does not hold the process. */
  setTimer(task: () => void, delayMs: number): TimerHandle;
  clearTimer(timer: TimerHandle): void;
}

export type TimerHandle = unknown;
