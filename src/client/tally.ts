/**
 * What an endpoint's handlers came to, counted in private numbers by its thread and copied to shared memory with the
 * thread's other counters.
 */
import { TALLY, TALLY_COUNTS } from '../memory/control-words.ts';

export class Tally {
  /** Runs whose result was sent, by value or acknowledgement. */
  delivered = 0;
  /** Runs that threw, rejected, took too long, or returned what cannot be sent: one for each attempt. */
  failed = 0;
  /** Handlers that run now and have not settled. */
  inFlight = 0;

  publish(tallies: Float64Array, target: number): void {
    const at = target * TALLY_COUNTS;
    tallies[at + TALLY.delivered] = this.delivered;
    tallies[at + TALLY.failed] = this.failed;
    tallies[at + TALLY.inFlight] = this.inFlight;
  }
}
