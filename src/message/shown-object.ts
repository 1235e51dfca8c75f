/** An object in a few words for an error message: what it is and its first entries. Never runs code of the object. */
import { types } from 'node:util';

const ENTRIES_SHOWN = 3;
/** UTF-16 code units of a key, a string within, or the name of a class. */
const TEXT_LENGTH = 24;

export function shownObject(value: object): string {
  if (types.isProxy(value)) return 'a Proxy';
  if (Array.isArray(value)) return `the array ${bracketed('[', shownItems(value), ']')}`;
  const name = classOf(value);
  const entries = isOpaque(value) ? [] : shownEntries(value);
  if (name === undefined) return `the object ${bracketed('{ ', entries, ' }')}`;
  const shown = entries.length === 0 ? '' : ` ${bracketed('{ ', entries, ' }')}`;
  return `an object of class ${cut(name)}${shown}`;
}

function shownItems(array: readonly unknown[]): string[] {
  const shown: string[] = [];
  for (let i = 0; i < array.length; i++) {
    if (i === ENTRIES_SHOWN) return [...shown, '…'];
    shown.push(shownProperty(array, i));
  }
  return shown;
}

function shownEntries(value: object): string[] {
  const keys = Object.keys(value);
  const shown = keys.slice(0, ENTRIES_SHOWN).map((key) => {
    return `${cut(key)}: ${shownProperty(value, key)}`;
  });
  return keys.length > ENTRIES_SHOWN ? [...shown, '…'] : shown;
}

/** Without a call of its getter. */
function shownProperty(value: object, key: PropertyKey): string {
  const property = Object.getOwnPropertyDescriptor(value, key);
  if (property === undefined) return 'undefined';
  return 'value' in property ? shownWithin(property.value) : 'a getter';
}

/** One level is enough to recognise a value by. */
function shownWithin(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `'${cut(value)}'`;
    case 'bigint':
    case 'symbol':
    case 'function':
      return `a ${typeof value}`;
    case 'object':
      if (value === null) return 'null';
      if (types.isProxy(value)) return 'a Proxy';
      return Array.isArray(value) ? '[…]' : cut(classOf(value) ?? '') || '{…}';
    default:
      return Object.is(value, -0) ? '-0' : String(value);
  }
}

/** Undefined: a plain object, or nothing to tell it by. */
function classOf(value: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype || types.isProxy(prototype)) return;
  const made: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof made !== 'function' || types.isProxy(made)) return undefined;
  const name: unknown = Object.getOwnPropertyDescriptor(made, 'name')?.value;
  return typeof name === 'string' && name !== '' && name !== 'Object' ? name : undefined;
}

/** Its keys are its bytes or characters, and may be very many. */
function isOpaque(value: object): boolean {
  return ArrayBuffer.isView(value) || types.isBoxedPrimitive(value);
}

function bracketed(open: string, shown: readonly string[], close: string): string {
  return shown.length === 0 ? open.trim() + close.trim() : open + shown.join(', ') + close;
}

function cut(text: string): string {
  return text.length > TEXT_LENGTH ? `${text.slice(0, TEXT_LENGTH)}…` : text;
}
