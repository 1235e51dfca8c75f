/** Waiting for what happens rather than for time to pass. */

export interface Gate<Value = void> {
  readonly promise: Promise<Value>;
  readonly open: (value: Value) => void;
}

/** A promise that the test resolves. */
export function gate<Value = void>(): Gate<Value> {
  let open!: (value: Value) => void;
  const promise = new Promise<Value>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

/** Resolves when `condition` holds, looking once a turn of the event loop; the test's own limit ends a vain wait. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await turn();
}

export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
