// Numbers and times as people read them, in the viewer's time zone.

export function time(text: string | number | undefined): string {
  if (text === undefined || text === "") return "-";
  const when = new Date(text);
  if (Number.isNaN(when.getTime())) return String(text);
  return when.toLocaleString(undefined, {
    year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
    timeZoneName: "short",
  });
}

export function clock(t: number): string {
  return new Date(t).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

export function bytes(count: number | undefined): string {
  if (count === undefined) return "-";
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return unit === 0 ? `${count} bytes` : `${value.toFixed(1)} ${units[unit]}`;
}

export function number(value: number | undefined, digits = 0): string {
  return value === undefined ? "-" : value.toLocaleString(undefined, { maximumFractionDigits: digits });
}

// A rate as short as it is useful: 0.3, 45.1, 263.
export function rate(value: number): string {
  return number(value, value < 100 ? 1 : 0);
}

// "1 day", "2 days"
export function count(value: number, unit: string): string {
  return `${number(value)} ${unit}${value === 1 ? "" : "s"}`;
}

// "backing-up" -> "Backing-up"
export function status(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
