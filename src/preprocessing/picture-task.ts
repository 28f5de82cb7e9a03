import type { ErrorCode } from '../errors/serving-error.js';
import type { PictureLimits } from './picture.js';
import type { CheckedPicture, PreparedPixels } from './picture-work.js';
import type { PreprocessingPlan } from './plan.js';

/** What a thread for pictures is asked for: one of the methods of `PictureWork`. */
export type PictureTask = { readonly picture: Uint8Array; readonly limits: PictureLimits } & (
  | { readonly work: 'toPixels'; readonly plan: PreprocessingPlan }
  | { readonly work: 'toEncoded'; readonly asPng: boolean }
);

export type PictureAnswer =
  | { readonly pixels: PreparedPixels }
  | { readonly checked: CheckedPicture }
  /** A `ServingError`. */
  | { readonly refused: { readonly code: ErrorCode; readonly message: string; readonly cause: unknown } };
