import { type PreprocessingPlan, smoothsByItself } from '../../preprocessing/plan.js';

/** The keys of `preprocessing:` that goldens tell something of. */
const KEYS = ['orientation', 'resize', 'shortSide', 'resampling', 'antialias', 'colour', 'scale'] as const;

/** Each key that holds for a plan, and its value, as `model.yaml` says them; what a library does by itself is left out. */
export function sayPlan(plan: PreprocessingPlan): readonly (readonly [key: string, value: string])[] {
  return KEYS.flatMap((key) => {
    const value = say(plan, key);
    return value === undefined ? [] : [[key, value] as const];
  });
}

/** Those that are otherwise in another plan. */
export function sayChanges(plan: PreprocessingPlan, from: PreprocessingPlan): readonly string[] {
  const before = new Map(sayPlan(from));
  return sayPlan(plan)
    .filter(([key, value]) => before.get(key) !== value)
    .map(([key, value]) => `${key}: ${value}`);
}

function say(plan: PreprocessingPlan, key: (typeof KEYS)[number]): string | undefined {
  const { orientation, size, resize, shortSide, resampling, antialias, channels, normalise } = plan;
  if (!size && key !== 'orientation' && key !== 'colour' && key !== 'scale') return undefined;
  switch (key) {
    case 'orientation':
      return orientation;
    case 'resize':
      return resize;
    case 'shortSide':
      return resize === 'crop' ? String(shortSide ?? Math.max(size!.width, size!.height)) : undefined;
    case 'resampling':
      return resampling;
    case 'antialias':
      return antialias === smoothsByItself(resampling) ? undefined : String(antialias);
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
