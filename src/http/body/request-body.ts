/** What a client sent, as far as its form is concerned. */
export type RequestBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly value: unknown }
  | Form
  /** A picture as the whole body. */
  | { readonly kind: 'raw'; readonly bytes: Uint8Array };

/** A multipart form: its files and its other fields, each in their order. */
export interface Form {
  readonly kind: 'form';
  readonly files: readonly UploadedFile[];
  readonly texts: readonly TextField[];
}

export interface TextField {
  /** Name of the form's field. */
  readonly field: string;
  readonly text: string;
}

export interface UploadedFile {
  /** Name of the form's field. */
  readonly field: string;
  readonly bytes: Uint8Array;
}
