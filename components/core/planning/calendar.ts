// Days of the calendar, as texts such as 2027-01-31, UTC.

const millisecondsADay = 86_400_000;

const dayNumber = (day: string): number => Date.parse(`${day}T00:00:00Z`) / millisecondsADay;

/** Whether a text is a day there is. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/** Days from one to another; negative where the second is earlier. */
export function daysBetween(from: string, to: string): number {
  return dayNumber(to) - dayNumber(from);
}

/** The day so many days after another. */
export function dayAfter(day: string, days: number): string {
  return new Date((dayNumber(day) + days) * millisecondsADay).toISOString().slice(0, 10);
}
