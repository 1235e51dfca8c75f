/**
 * What Piscina loads in a compiled pool's thread. It tries `require` first, and a thread that is terminated while Node
 * links an ES module for `require` aborts the whole process (Node 20.20, "v8::Module::IsGraphAsync must be used on an
 * instantiated module"). CommonJS that imports has no such moment.
 */
// biome-ignore lint/correctness/useImportExtensions: it is copied as it is, and lies beside the compiled one then.
const loading = import('./pool-thread.js');

exports.servePool = async (task) => (await loading).servePool(task);
