/** A feature of a `tf.Example`; an empty list has no kind. */
export type Feature =
  | { readonly kind: 'bytes'; readonly values: readonly Uint8Array[] }
  | { readonly kind: 'float'; readonly values: readonly number[] }
  | { readonly kind: 'int64'; readonly values: readonly bigint[] }
  | { readonly kind: 'unset'; readonly values: readonly never[] };

export type Example = ReadonlyMap<string, Feature>;

/** The examples of a classify or regress request, and what all of them have in common. */
export interface ExampleList {
  readonly context: Example | undefined;
  readonly examples: readonly Example[];
}
