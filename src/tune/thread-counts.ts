/** The numbers of threads to compare: 1, 2, 4 … up to the cores, the cores, and what is set now; in ascending order. */
export function threadCounts(cores: number, set: number): number[] {
  const counts = new Set([cores, set]);
  for (let count = 1; count < cores; count *= 2) counts.add(count);
  return [...counts].toSorted((a, b) => a - b);
}
