/** A positive number with three digits, or all those before the point: `0.0123`, `1.23`, `12.3`, `1234`. */
export function threeDigits(number: number): string {
  if (number >= 100) return number.toFixed(0);
  return Number(number.toPrecision(3)).toString();
}

export function threadsText(threads: number): string {
  return threads === 1 ? '1 thread' : `${threads} threads`;
}

/** `45 s`, `3 min 20 s`: a time as it is guessed, to about a tenth. */
export function durationText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const rest = Math.round((seconds % 60) / 10) * 10;
  const minutes = Math.floor(seconds / 60) + (rest === 60 ? 1 : 0);
  return rest % 60 === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}
