/** Why a delivery failed, as its receiver reported it. */
export interface ReceivedError {
  /** Target id of the endpoint that failed. */
  readonly target: number;
  readonly error: unknown;
}
