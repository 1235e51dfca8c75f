/**
 * Who may import whom. The two halves of the bus, `client` and `shard`, meet only in shared memory;
 * the pure rooms know no platform; each foreign package has one door. `npm run layers` proves it.
 */

const message = (...files) => `^src/message/(${files.join('|')})[.]ts$`;
const room = (...names) => `^src/(${names.join('|')})/`;
const limits = '^src/limits[.]ts$';
const options = '^src/options(/|[.]ts$)';
const log = '^src/log[.]ts$';
const regexDoor = '^src/routing/regex[.]ts$';

/** What a room may import of ours besides itself. Everything not listed is forbidden. */
const allowedByRoom = {
  // Payloads are encoded straight into the heap: the seam is how a shared word is written.
  message: ['^src/memory/seam[.]ts$', limits],
  options: [room('message'), limits],
  memory: [message('kinds', 'limits', 'errors'), limits],
  routing: [message('errors'), limits],
  health: [message('errors'), limits],
  // What main and the other threads say to each other about the control plane, as types.
  // What a regex is compiled to travels with its route.
  control: [room('memory', 'message'), '^src/routing/regex-program[.]ts$', limits],
  shard: [
    room('memory', 'routing', 'health', 'control'),
    message('kinds', 'errors', 'header-bytes'),
    limits,
  ],
  client: [room('memory', 'message', 'control'), options, limits],
  registry: [room('message', 'routing', 'health', 'control'), options, limits],
  metrics: [room('memory', 'message'), options, limits],
  host: [
    room('memory', 'message', 'registry', 'client', 'metrics', 'control'),
    options,
    limits,
    log,
  ],
  demo: [
    '^src/index[.]ts$',
    '^src/metrics/histogram-door[.]ts$',
    '^src/options/argument-problem[.]ts$',
  ],
};

/** Which file alone may import a package; `[]` is nobody in `src` (tests and benches may). */
const doors = {
  comlink: ['^src/host/control-door[.]ts$'],
  'hdr-histogram-js': ['^src/metrics/histogram-door[.]ts$'],
  pino: ['^src/log[.]ts$'],
  picomatch: [],
  re2js: [regexDoor],
  piscina: ['^src/host/piscina-door[.]ts$'],
};

const roomRules = Object.entries(allowedByRoom).map(([name, allowed]) => ({
  name: `room-${name}`,
  comment: `src/${name} imports of ours only itself and: ${allowed.join(', ')}`,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: { path: '^src/', pathNot: [`^src/${name}/`, ...allowed] },
}));

const doorRules = Object.entries(doors).map(([name, files]) => ({
  name: `door-${name}`,
  comment: `${name} is imported only by: ${files.join(', ') || 'tests and benches'}`,
  severity: 'error',
  from: { path: '^(src|workers|scripts)/', pathNot: files },
  // Its types may live in a package of their own.
  to: { path: `(^|/)node_modules/(@types/)?${name}/` },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    ...doorRules,
    {
      name: 'room-unlisted',
      comment: 'A new room says here what it may import before it imports anything.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: room(...Object.keys(allowedByRoom)) },
      to: { path: '^src/' },
    },
    {
      name: 'bus-knows-no-shard-core',
      comment: 'Shards are threads: the main thread starts them, it never runs their code.',
      severity: 'error',
      from: { path: '^src/[^/]+[.]ts$' },
      to: { path: room('shard') },
    },
    {
      name: 'src-stands-alone',
      comment: 'The library knows nothing of its entry points, tests, benches and scripts.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(workers|test|bench|scripts|dist)/' },
    },
    {
      name: 'workers-import-src',
      comment: 'A thread entry point is a few lines around the rooms of src.',
      severity: 'error',
      from: { path: '^workers/' },
      to: { path: '^(test|bench|scripts|dist)/' },
    },
    {
      name: 'no-package-in-the-cores',
      comment:
        'Routing, shard, memory and health are ours to the last line, but for the door of re2js.',
      severity: 'error',
      from: { path: room('shard', 'routing', 'memory', 'health'), pathNot: regexDoor },
      to: { path: 'node_modules' },
    },
    {
      name: 'no-platform-in-the-cores',
      comment: 'Threads, timers, clocks and files come in from outside, so that a simulator can.',
      severity: 'error',
      from: { path: room('shard', 'routing', 'memory', 'health'), pathNot: regexDoor },
      to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-development-package',
      comment: 'What ships runs without devDependencies. register-tsx.mjs does not ship.',
      severity: 'error',
      from: { path: '^(src|workers)/', pathNot: '^workers/register-tsx[.]mjs$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-cycle',
      comment:
        'A cycle makes two files one. Records that point at each other may name their types.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere escapes every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.mjs', '.js'],
    },
  },
};
