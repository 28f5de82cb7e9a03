/** How many requests of each kind came to what, and the first of each kind of fault. */
export class Tally {
  /** Kind of caller → outcome → how many. */
  counts = new Map();
  /** Sentences, the first three of each kind. */
  firstFaults = [];
  /** Answers that were wrong, and requests of polite callers that were not answered. */
  faults = 0;

  count(kind, outcome) {
    const outcomes = this.counts.get(kind) ?? new Map();
    this.counts.set(kind, outcomes);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }

  /** @param outcome `wrong` or `lost` */
  fault(kind, outcome, sentence) {
    this.count(kind, outcome);
    this.faults += 1;
    if (this.counts.get(kind).get(outcome) <= 3)
      this.firstFaults.push(`${new Date().toISOString()} ${kind}: ${sentence}`);
  }

  sum(outcome) {
    return [...this.counts.values()].reduce((sum, outcomes) => sum + (outcomes.get(outcome) ?? 0), 0);
  }

  line() {
    return `${this.sum('right')} right, ${this.sum('refused')} refused, ${this.sum('wrong')} wrong, ${this.sum('lost')} lost`;
  }
}
