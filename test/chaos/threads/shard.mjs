/** A shard's thread that dies at one of its stores when ordered: the production entry, behind `die-at-store.mjs`. */
import './die-at-store.mjs';
import '../../../dist/workers/shard-worker.cjs';
