import { halfToEven } from '../half-to-even.js';
import type { Size } from '../preprocessing-config.js';
import { type Fit, whole } from './area.js';
import { stretch } from './stretch.js';

const { fround } = Math;

/** The part in the middle that has the target's proportions, to fractions of a pixel: Pillow's `ImageOps.fit`. */
export function imageOpsFit(picture: Size, target: Size): Fit {
  const [ratio, wanted] = [picture.width / picture.height, target.width / target.height];
  const width = ratio > wanted ? wanted * picture.height : picture.width;
  const height = ratio < wanted ? picture.width / wanted : picture.height;
  const across = box((picture.width - width) * 0.5, width);
  const down = box((picture.height - height) * 0.5, height);
  const source = { left: across.start, top: down.start, width: across.length, height: down.length };
  return stretch(picture, target, source);
}

/** As `Image.resize` takes it: where it begins and ends are float32. */
function box(start: number, length: number): { readonly start: number; readonly length: number } {
  const from = fround(start);
  return { start: from, length: fround(fround(start + length) - from) };
}

/**
 * The whole picture inside the target, sides and margins rounded half to even: Pillow's `ImageOps.pad`. A side may become
 * 0, and no picture is left.
 */
export function imageOpsPad(picture: Size, target: Size): Fit {
  const [ratio, wanted] = [picture.width / picture.height, target.width / target.height];
  const scaled = {
    width: ratio < wanted ? halfToEven((picture.width / picture.height) * target.height) : target.width,
    height: ratio > wanted ? halfToEven((picture.height / picture.width) * target.width) : target.height,
  };
  const at = {
    left: halfToEven((target.width - scaled.width) * 0.5),
    top: halfToEven((target.height - scaled.height) * 0.5),
  };
  return { source: whole(picture), scaled, shown: whole(scaled), at };
}
