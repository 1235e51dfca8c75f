/**
 * How far the run is: a bar that is redrawn on a terminal, a line of its own now and then elsewhere.
 * It makes the text and keeps what it needs for the rate; timers are the caller's.
 */
import { formatCount } from './figures.ts';

export interface Output {
  readonly isTerminal: boolean;
  /** Of the terminal; undefined where there is none. */
  readonly columns: number | undefined;
  write(text: string): void;
}

export interface ProgressStep {
  readonly elapsedMs: number;
  readonly totalMs: number;
  readonly messages: number;
  readonly phase: string;
}

const BAR_CELLS_MAX = 40;
const BAR_CELLS_MIN = 5;
const COLUMNS_DEFAULT = 80;
const MS_PER_SECOND = 1_000;
/** Back to the first column, and erase to the end of the line. */
const REDRAW = '\r\u001b[K';

/** Between two steps: a terminal is watched, a log is read later. */
export function progressPeriodMs(output: Output): number {
  return output.isTerminal ? 100 : MS_PER_SECOND;
}

export class Progress {
  readonly #output: Output;
  #lastMs = 0;
  #lastMessages = 0;
  #isDrawn = false;

  constructor(output: Output) {
    this.#output = output;
  }

  step({ elapsedMs, totalMs, messages, phase }: ProgressStep): void {
    const spanMs = elapsedMs - this.#lastMs;
    const rate = spanMs > 0 ? ((messages - this.#lastMessages) / spanMs) * MS_PER_SECOND : 0;
    this.#lastMs = elapsedMs;
    this.#lastMessages = messages;
    const share = Math.min(1, Math.max(0, elapsedMs / totalMs));
    const percent = `${Math.round(share * 100)}`.padStart(3);
    const text = `${percent} %  ${formatCount(messages)} messages, ${formatCount(rate)}/s, ${phase}`;
    if (!this.#output.isTerminal) return this.#output.write(`${text}\n`);
    this.#isDrawn = true;
    const columns = this.#output.columns ?? COLUMNS_DEFAULT;
    this.#output.write(REDRAW + withBar(share, text, columns));
  }

  /** Takes the bar away, so that what follows starts on a clean line. */
  end(): void {
    if (this.#isDrawn) this.#output.write(REDRAW);
    this.#isDrawn = false;
  }
}

/** Never as wide as the terminal: a line that wraps cannot be redrawn. */
function withBar(share: number, text: string, columns: number): string {
  const cells = Math.min(BAR_CELLS_MAX, columns - text.length - '[] '.length - 1);
  if (cells < BAR_CELLS_MIN) return text.slice(0, Math.max(0, columns - 1));
  const full = Math.round(share * cells);
  return `[${'#'.repeat(full)}${'-'.repeat(cells - full)}] ${text}`;
}
