/** An error as plain values: what crosses threads in place of it. */

/** Fields that are absent are `undefined`, so that all records share one shape. */
export interface ErrorRecord {
  /** Class to revive: a built-in, `BusError` or `Error` for all others. */
  readonly type: string;
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause: CarriedCause | undefined;
  /** `AggregateError.errors`. */
  readonly errors: readonly CarriedCause[] | undefined;
  /** Own enumerable properties; for a `BusError` without code and details. */
  readonly properties: Readonly<Record<string, unknown>> | undefined;
  /** Of a `BusError`. */
  readonly code: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** Paths of what was left out of this record and those in it: `fn`, `cause.socket`. */
  readonly dropped: readonly string[] | undefined;
}

export interface CarriedCause {
  readonly error: ErrorRecord | undefined;
  /** The value, where it is no error. */
  readonly value: unknown;
}
