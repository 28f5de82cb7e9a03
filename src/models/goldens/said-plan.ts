import { decoderBeside, type PreprocessingPlan, smoothsByItself } from '../../preprocessing/plan.js';
import { USUAL_PILLOW } from '../../preprocessing/preprocessing-config.js';

/** The keys of `preprocessing:` that goldens tell something of. */
const KEYS = [
  'decoder',
  'orientation',
  'resize',
  'shortSide',
  'resampling',
  'pillow',
  'antialias',
  'colour',
  'scale',
] as const;
type Key = (typeof KEYS)[number];

/** Each key that holds for a plan, and its value, as `model.yaml` says them; what a library does by itself is left out. */
export function sayPlan(plan: PreprocessingPlan): readonly (readonly [key: string, value: string])[] {
  return KEYS.flatMap((key) => {
    const value = say(plan, key);
    return value === undefined || isByItself(plan, key) ? [] : [[key, value] as const];
  });
}

/** Those that are otherwise in another plan, unless both leave it to a library. */
export function sayChanges(plan: PreprocessingPlan, from: PreprocessingPlan): readonly string[] {
  return KEYS.flatMap((key) => {
    const value = say(plan, key);
    const isSaid = !isByItself(plan, key) || !isByItself(from, key);
    return value !== undefined && value !== say(from, key) && isSaid ? [`${key}: ${value}`] : [];
  });
}

/** Whether it is what the library that resamples does without being told. */
function isByItself({ resampling, pillow, antialias, decoder }: PreprocessingPlan, key: Key): boolean {
  switch (key) {
    case 'antialias':
      return antialias === smoothsByItself(resampling);
    case 'pillow':
      return pillow === USUAL_PILLOW;
    case 'decoder':
      return decoder === decoderBeside(resampling);
    default:
      return false;
  }
}

const WITHOUT_SIZE: readonly Key[] = ['decoder', 'orientation', 'colour', 'scale'];

function say(plan: PreprocessingPlan, key: Key): string | undefined {
  const {
    decoder,
    orientation,
    size,
    resize,
    shortSide,
    resampling,
    pillow,
    antialias,
    channels,
    normalise,
  } = plan;
  if (!size && !WITHOUT_SIZE.includes(key)) return undefined;
  switch (key) {
    case 'decoder':
      return decoder;
    case 'orientation':
      return orientation;
    case 'resize':
      return resize;
    case 'shortSide':
      return resize === 'crop' ? String(shortSide ?? Math.max(size!.width, size!.height)) : undefined;
    case 'resampling':
      return resampling;
    case 'pillow':
      return String(pillow);
    case 'antialias':
      return String(antialias);
    case 'colour':
      return channels === 1 ? 'grey' : normalise.order[0] === 0 ? 'rgb' : 'bgr';
    case 'scale':
      return sayScaling(plan);
  }
}

/** `torch`, or `{mean: 0.5, std: 0.5}`. */
export function sayScaling({ scale }: Pick<PreprocessingPlan, 'scale'>): string {
  if (typeof scale === 'string') return scale;
  const json = JSON.stringify(scale).replaceAll('"', '');
  return json.replaceAll(/([:,])/g, '$1 ');
}
