// What was fetched anew, with the old objects wherever nothing changed: what depends on those alone is
// not drawn again.

export function sameWhereEqual<T>(before: T, after: T): T {
  if (Object.is(before, after)) return before;
  if (Array.isArray(before) && Array.isArray(after)) {
    const merged = after.map((item: unknown, n) => sameWhereEqual<unknown>(before[n], item));
    return (merged.length === before.length && merged.every((item, n) => item === before[n]) ? before : merged) as T;
  }
  if (!isRecord(before) || !isRecord(after)) return after;
  const merged = Object.fromEntries(Object.entries(after).map(([name, value]) => [name, sameWhereEqual(before[name], value)]));
  const names = Object.keys(merged);
  return (names.length === Object.keys(before).length && names.every((name) => merged[name] === before[name]) ? before : merged) as T;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
