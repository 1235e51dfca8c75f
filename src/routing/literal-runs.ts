/**
 * The literal text that every match of a regular expression has, gathered while it is read: only what stands
 * outside groups, and nothing when the whole has alternatives.
 */
import { END, START } from './key-text.ts';

export class LiteralRuns {
  readonly #runs: number[][] = [];
  #run: number[] = [];
  /** Code units of the run that the last atom added. */
  #lastUnits = 0;
  #depth = 0;
  #hasAlternatives = false;

  /** A character that must be there, or -1 for an atom that several satisfy. */
  atom(char: number): void {
    if (this.#depth > 0) return;
    if (char < 0) return this.#cut();
    const text = String.fromCodePoint(char);
    for (let i = 0; i < text.length; i++) this.#run.push(text.charCodeAt(i));
    this.#lastUnits = text.length;
  }

  /** The last atom or group is repeated, at least so often. */
  repeat(least: number): void {
    if (this.#depth > 0) return;
    if (least === 0) this.#run.length -= this.#lastUnits;
    this.#cut();
  }

  open(): void {
    if (this.#depth === 0) this.#cut();
    this.#depth++;
  }

  close(): void {
    this.#depth--;
  }

  alternative(): void {
    if (this.#depth === 0) this.#hasAlternatives = true;
  }

  /** The key starts here. */
  start(): void {
    if (this.#depth > 0) return;
    this.#cut();
    this.#run.push(START);
  }

  /** The key ends here. */
  end(): void {
    if (this.#depth > 0) return;
    this.#run.push(END);
    this.#cut();
  }

  finish(): readonly (readonly number[])[] {
    this.#cut();
    return this.#hasAlternatives ? [] : this.#runs;
  }

  #cut(): void {
    if (this.#run.some((unit) => unit < START)) this.#runs.push(this.#run);
    this.#run = [];
    this.#lastUnits = 0;
  }
}
