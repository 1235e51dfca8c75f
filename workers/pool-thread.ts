/** Thread entry of pools: Piscina calls it with what the thread is to do. */
export { servePool } from '../src/pool-thread.ts';
