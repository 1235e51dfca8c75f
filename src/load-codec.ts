/** The codec of a bus, loaded on each thread that is a client of it. Shards never decode and load none. */
import { type CodecModule, codecModuleProblem } from './message/codec-module.ts';
import { BusError } from './message/errors.ts';
import { type CodecLayer, ModuleCodec } from './message/module-codec.ts';

/**
 * `codec`: as the options resolve it. Undefined for `'auto'`. Rejects `ERR_BUS_CONFIG`, with the cause when the module
 * cannot be loaded. `where` is the verb for the message.
 */
export async function loadCodec(codec: string, where: string): Promise<CodecLayer | undefined> {
  switch (codec) {
    case 'auto':
      return undefined;
    case 'json':
      return layer((await import('./message/json-codec.ts')).jsonCodec, false);
    case 'v8':
      return layer((await import('./message/v8-codec.ts')).v8Codec, false);
    default:
      return layer(await loadModule(codec, where), true);
  }
}

function layer(module: CodecModule, takesBytes: boolean): CodecLayer {
  return (own) => new ModuleCodec(module, own, takesBytes);
}

async function loadModule(href: string, where: string): Promise<CodecModule> {
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = (await import(href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw refused(where, href, 'a module that can be loaded', { cause: error });
  }
  const problem = codecModuleProblem(exported);
  if (problem === undefined) return exported as unknown as CodecModule;
  throw refused(where, href, `a module that exports name, encode and decode (${problem})`, {});
}

function refused(
  where: string,
  href: string,
  expected: string,
  init: { readonly cause?: unknown },
): BusError {
  return new BusError(
    'ERR_BUS_CONFIG',
    `${where}: option 'codec' must be ${expected}, got ${href}.`,
    { ...init, details: { option: 'codec', expected, got: href } },
  );
}
