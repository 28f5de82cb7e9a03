/** What a client sent, as far as its form is concerned. */
export type RequestBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly value: unknown }
  /** The files of a multipart form, in their order. */
  | { readonly kind: 'files'; readonly files: readonly UploadedFile[] }
  /** A picture as the whole body. */
  | { readonly kind: 'raw'; readonly bytes: Uint8Array };

export interface UploadedFile {
  /** Name of the form's field. */
  readonly field: string;
  readonly bytes: Uint8Array;
}
