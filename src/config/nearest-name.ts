/**
 * The known name that a mistyped one is one letter from (added, left out, changed or swapped with its neighbour), capitals and separators
 * aside; `undefined` where there is none.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const typed = bare(name);
  return (
    known.find((one) => bare(one) === typed) ??
    (typed.length > 2 ? known.find((one) => isOneLetterFrom(typed, bare(one))) : undefined)
  );
}

function bare(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '');
}

function isOneLetterFrom(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) [endA, endB] = [endA - 1, endB - 1];
  const [restA, restB] = [a.slice(start, endA), b.slice(start, endB)];
  const isSwapped = restA.length === 2 && restB === `${restA[1]}${restA[0]}`;
  return isSwapped || Math.max(restA.length, restB.length) <= 1;
}
