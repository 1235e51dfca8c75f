/**
 * What Piscina loads in a compiled pool's thread. It tries `require` first, and a thread that is terminated while Node
 * links an ES module for `require` aborts the whole process (Node 20.20, "v8::Module::IsGraphAsync must be used on an
 * instantiated module"). CommonJS that imports has no such moment.
 */
const loading = import('./pool-thread.ts');

exports.servePool = async (task) => (await loading).servePool(task);
