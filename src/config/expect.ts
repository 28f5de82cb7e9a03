/**
 * The one grammar in which a wrong setting or a wrong line of `model.yaml` is refused:
 * `Expected <what> for <name> but received <value>.`
 */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

export function unexpected(what: string, name: string, value: unknown): ConfigError {
  return new ConfigError(`Expected ${what} for ${name} but received ${show(value)}.`);
}

/** A value as it fits into a sentence: JSON, at most 80 characters. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value); // JSON has null for NaN and the infinities.
  const json = jsonOf(value);
  return json.length > 80 ? `${json.slice(0, 77)}…` : json;
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'something that contains itself'; // As YAML's aliases can.
  }
}

/** What a value is, without what is in it. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a text';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Reads one value of a known name, or throws `ConfigError`. */
export type Reader<T> = (value: unknown, name: string) => T;

export function integer(min: number, max: number): Reader<number> {
  return (value, name) => {
    const number = typeof value === 'string' && /^-?\d+$/.test(value.trim()) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < min || number > max) {
      throw unexpected(`a whole number from ${min} to ${max}`, name, value);
    }
    return number;
  };
}

export function finite(): Reader<number> {
  return (value, name) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) throw unexpected('a number', name, value);
    return value;
  };
}

export function oneOf<const T extends string>(...choices: readonly T[]): Reader<T> {
  return (value, name) => {
    if (!choices.includes(value as T)) throw unexpected(`one of ${choices.join(', ')}`, name, value);
    return value as T;
  };
}

export function text(): Reader<string> {
  return (value, name) => {
    if (typeof value !== 'string' || value === '') throw unexpected('a text', name, value);
    return value;
  };
}

export function flag(): Reader<boolean> {
  return (value, name) => {
    if (typeof value !== 'boolean') throw unexpected('true or false', name, value);
    return value;
  };
}

export function list<T>(item: Reader<T>, length?: number): Reader<readonly T[]> {
  return (value, name) => {
    if (!Array.isArray(value) || (length !== undefined && value.length !== length)) {
      throw unexpected(length === undefined ? 'a list' : `a list of ${length}`, name, value);
    }
    return value.map((entry, index) => item(entry, `${name}[${index}]`));
  };
}

/** The fields of an object, each read by its reader when present; a key that has no reader is refused. */
export function fields<T extends object>(readers: { readonly [K in keyof T]-?: Reader<T[K]> }): Reader<
  Partial<T>
> {
  const known = Object.keys(readers);
  return (value, name) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      const what = `an object with ${known.join(', ')}`;
      // What a whole file has is not shown: it may be another file than was meant.
      if (name === '') throw new ConfigError(`Expected ${what} but received ${kindOf(value)}.`);
      throw unexpected(what, name, value);
    }
    const result: Partial<T> = {};
    for (const [key, entry] of Object.entries(value)) {
      if (!Object.hasOwn(readers, key)) {
        throw new ConfigError(
          `Expected one of ${known.join(', ')} as a key${name && ` of ${name}`} but received ${show(key)}.`,
        );
      }
      const field = key as keyof T;
      result[field] = readers[field](entry, name === '' ? key : `${name}.${key}`);
    }
    return result;
  };
}
