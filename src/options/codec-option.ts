/** The option `codec`, of a bus and of a thread that connects to one. */
import { OptionReader } from './reader.ts';
import { urlHref } from './url-href.ts';

/** Options of `connect`. */
export interface ConnectOptions {
  /** The codec that the bus must have; `ERR_BUS_CONFIG` when it has another. Default: whatever it has. */
  readonly codec?: string | URL | undefined;
}

export interface ResolvedConnectOptions {
  readonly codec: string | undefined;
}

/** Throws `ERR_BUS_CONFIG`. */
export function resolveConnectOptions(options: unknown): ResolvedConnectOptions {
  return { codec: resolveCodecName(new OptionReader(options, ['codec'], 'connect')) };
}

/** `'auto'`, `'json'`, `'v8'` or an href; undefined where the option is absent. */
export function resolveCodecName(read: OptionReader): string | undefined {
  const codec = read.get('codec');
  if (codec === undefined || codec === 'auto' || codec === 'json' || codec === 'v8') return codec;
  const href = urlHref(codec) ?? codec;
  if (typeof href === 'string' && URL.canParse(href)) return new URL(href).href;
  throw read.refuse('codec', "'auto', 'json', 'v8' or the URL of a codec module", codec);
}
