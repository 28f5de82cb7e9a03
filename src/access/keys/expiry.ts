import { type Reader, text, unexpected } from '../../config/expect.js';

const DAY_MS = 86_400_000;
const FAR_DAYS = 36_500;

/**
 * When a key made now ends, from what a person says: `90d` is so many days from now; `2027-01-31` is the end of
 * that day in UTC. Always in the future.
 */
export function expiry(now: number): Reader<string> {
  return (value, name) => {
    const given = text()(value, name);
    const end = /^\d{1,5}d$/.test(given) ? daysFrom(now, Number(given.slice(0, -1))) : endOfDay(given);
    if (end === undefined || end <= now) {
      throw unexpected('days from now such as 90d or a day to come such as 2027-01-31', name, value);
    }
    return new Date(end).toISOString();
  };
}

function daysFrom(now: number, days: number): number | undefined {
  return days <= FAR_DAYS ? now + days * DAY_MS : undefined;
}

function endOfDay(given: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(given)) return undefined;
  const end = new Date(`${given}T23:59:59.999Z`);
  // The way back shows what `Date` mends in silence: 30 February is 2 March to it.
  return !Number.isNaN(end.getTime()) && end.toISOString().startsWith(given) ? end.getTime() : undefined;
}
