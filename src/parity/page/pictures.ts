import { inputsOf, type Outcome } from '../../models/goldens/check-golden.js';
import type { Planes } from '../../models/goldens/planes.js';
import type { Subject } from '../../models/goldens/subject.js';
import type { PixelInput } from '../../models/model-plan.js';
import { encodePng } from '../../preprocessing/encode.js';
import { isChannels } from '../../preprocessing/image-input.js';

/** A picture of the page. */
export interface Figure {
  readonly caption: string;
  /** A PNG as a data URL. */
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

/** What the model is given here; and where the golden has an input, that one and how far they are apart. */
export async function figuresOf(
  { golden, input, fault }: Outcome,
  subject: Subject,
  pictures: PixelInput,
): Promise<readonly Figure[]> {
  if (fault !== undefined) return [];
  const { here, expected } = await inputsOf(golden, subject, pictures);
  const given = await figure('here', here, (index) => here.data[index]!);
  if (!input || !expected) return [given];
  const brighter = brightening(input.worst);
  const caption = brighter === 1 ? 'difference' : `difference, ${brighter} times as bright`;
  return [
    await figure('expected, scaling undone as configured', expected, (index) => expected.data[index]!),
    given,
    await figure(caption, here, (index) => brighter * Math.abs(expected.data[index]! - here.data[index]!)),
  ];
}

/** So much that the largest difference can be seen. */
function brightening(worst: number): number {
  return worst > 0 && worst < 128 ? Math.min(100, Math.floor(255 / worst)) : 1;
}

async function figure(
  caption: string,
  { width, height, channels }: Omit<Planes, 'data'>,
  valueAt: (index: number) => number,
): Promise<Figure> {
  const shown = isChannels(channels) ? channels : 3;
  // Rounded and cut off at 0 and 255.
  const data = Uint8ClampedArray.from({ length: width * height * channels }, (_, index) => valueAt(index));
  const bytes = new Uint8Array(data.buffer);
  const png = await encodePng({ data: bytes, width, height, channels: shown });
  return { caption, url: `data:image/png;base64,${Buffer.from(png).toString('base64')}`, width, height };
}
