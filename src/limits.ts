/**
 * Every limit of the bus in one place, each with its unit and its reason. Limits that an option can
 * change are the option's default or its bounds; all others are fixed.
 */

/** Largest delay in ms that a Node timer takes; a larger one would fire at once. */
export const TIMER_MAX_MS: number = 2_147_483_647;

export const LIMITS = {
  // One message.
  /** Bytes of UTF-8. Pattern matching is bounded by this length (5 ms per look-up at most). */
  keyBytes: 4096,
  /** Headers per message: a receiver builds an object of them. */
  headerCount: 64,
  /** Bytes of UTF-8 of all header names and values together. */
  headersBytes: 16_384,
  /** Bytes of UTF-8 of a message id given by the caller; it is kept by dedupe windows. */
  idBytes: 256,
  /** Levels of objects within objects. Encoding recurses; this is far below the stack's end. */
  payloadDepth: 500,
  /** Bytes: below this not even the largest key with one header would be worth a limit. */
  maxMessageSizeLow: 64,
  /** Bytes: an eighth of the largest heap (see `heapPerMessage`). */
  maxMessageSizeHigh: 134_217_728,
  maxMessageSize: 1_048_576,

  // Errors that cross threads.
  /** Levels of `cause`. */
  causeDepth: 8,
  /** UTF-16 code units of an error's message or name; the rest is cut. */
  errorTextLength: 16_384,
  /** UTF-16 code units of a stack. */
  errorStackLength: 32_768,
  /** Errors of one `AggregateError` that are carried. */
  aggregateErrors: 100,
  /** Own properties of one error that are carried. */
  errorProperties: 100,
  /** Names in a list of what was dropped; one more entry says how many others there were. */
  droppedNames: 32,

  // Memory of one client.
  /** Slots: one for a reply must stay free beside one in use. */
  slotsLow: 2,
  /** Slots: a slot index has 16 bits. */
  slotsHigh: 65_536,
  slots: 16_384,
  heapBytesLow: 1_048_576,
  /** Bytes: offsets into the heap are Int32, and a SharedArrayBuffer is allocated whole. */
  heapBytesHigh: 1_073_741_824,
  heapBytes: 67_108_864,
  /**
   * The heap is at least this many times `maxMessageSize`: an eighth of it is kept back for replies,
   * and the largest reply must fit into that eighth.
   */
  heapPerMessage: 8,
  /** Shapes of plain objects that a client publishes; further ones are sent with their keys. */
  shapes: 1024,
  /** Fields of one shared shape; wider objects are usually dictionaries. */
  shapeFields: 128,

  // The bus.
  shards: 64,
  clients: 64,
  endpoints: 1024,
  subscriptions: 4096,
  routes: 1_000_000,
  /** Regexes and patterns without a literal run: each is tried on every uncached look-up. */
  regexRoutes: 1000,
  /** Patterns under one literal run: each is tried on a key that has the run, at up to 30 us. */
  patternsPerRun: 1024,
  /** Wildcards, and ranges of classes, of globs that many keys meet, all together: up to 0.1 us each at 256 characters. */
  wildcards: 32_768,
  /** Look-ups a character of regexes too large for a table of states, all together: 2 million at 4 096 characters. */
  regexSteps: 500,
  deadLetters: 10_000,
  deadLettersHigh: 1_000_000,
  deadLetterBytes: 67_108_864,
  /**
   * Ids of handled notifications that one shard remembers for the dedupe windows of all endpoints together: 24 bytes each.
   * A further one takes the place of the oldest, which is forgotten before its window ends.
   */
  handledIds: 65_536,
  /** Messages. A larger batch only delays its first message. */
  batchSize: 10_000,
  /** Deliveries handed over and not acknowledged, per endpoint. */
  concurrentDeliveries: 1_000_000,

  // Endpoints, routes, subscriptions.
  /** UTF-16 code units of an endpoint id, service, version, tag, group or header name. */
  nameLength: 256,
  tags: 64,
  /** Handlers at once on one thread. */
  concurrency: 100_000,
  poolThreads: 64,
  /** Runs of one message: the attempt count has 8 bits. */
  attempts: 255,
  deaths: 15,
  priority: 2_147_483_647,
  weight: 65_535,
  /** Events in a subscription's queue. */
  capacity: 16_777_216,
  capacityBytes: 1_073_741_824,
  prefetch: 65_536,
} as const;
