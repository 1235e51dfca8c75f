/** Why a delivery failed, as its receiver reported it. */
export interface ReceivedError {
  /** Id of the endpoint that failed. */
  readonly endpoint: string;
  readonly error: unknown;
}
