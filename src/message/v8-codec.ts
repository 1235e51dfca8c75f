/** The codec `'v8'`: what structured clone keeps, cycles and shared references included. */
import { DefaultDeserializer, serialize } from 'node:v8';
import type { CodecModule } from './codec-module.ts';

export const v8Codec: CodecModule = { name: 'v8', encode: serialize, decode };

interface HostReader {
  _readHostObject(): ArrayBufferView;
}

function decode(bytes: Uint8Array): unknown {
  const reader = new DefaultDeserializer(bytes);
  const own = reader as unknown as HostReader;
  const read = own._readHostObject;
  // Node's views lie in `bytes` where they happen to be aligned: two of them would share a buffer.
  own._readHostObject = () => ownView(read.call(reader));
  reader.readHeader();
  return reader.readValue();
}

/** The same class over a buffer of exactly its bytes. */
function ownView(view: ArrayBufferView): ArrayBufferView {
  const { buffer, byteOffset, byteLength } = view;
  const content = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  if (Buffer.isBuffer(view)) return Buffer.from(content);
  return new (view.constructor as new (content: ArrayBuffer) => ArrayBufferView)(content);
}
