// The API's rules for what a person types, checked before it is sent. Each returns what is wrong, or
// "". The API checks them again.

export function identifierProblem(text: string, taken: readonly string[] = []): string {
  if (text === "") return "Give a name.";
  if (text.length > 63) return "At most 63 characters.";
  if (!/^[A-Za-z]/.test(text)) return "The first character must be a letter.";
  if (!/^[A-Za-z0-9-]+$/.test(text)) return "Letters, digits and hyphens only.";
  if (text.endsWith("-") || text.includes("--")) return "No hyphen at the end, and no two in a row.";
  if (taken.includes(text.toLowerCase())) return "There is one of that name already.";
  return "";
}

export function userProblem(text: string): string {
  if (text === "") return "Give a user name.";
  if (text.length > 16) return "At most 16 characters.";
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(text)) return "Letters and digits only, a letter first.";
  return "";
}

export function passwordProblem(text: string): string {
  if (text.length < 8) return "At least 8 characters.";
  if (text.length > 41) return "At most 41 characters.";
  if (!/^[!-~]+$/.test(text) || /[/"@]/.test(text)) {
    return "Printable ASCII characters without blanks, / \" and @.";
  }
  return "";
}

export function portProblem(text: string): string {
  return wholeNumberProblem(text, 1150, 65535);
}

export function wholeNumberProblem(text: string, min: number, max: number): string {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < min || number > max) return `A whole number from ${min} to ${max}.`;
  return "";
}

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY_MINUTES = 24 * 60;

function minuteOf(text: string): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return match ? Number(match[1]) * 60 + Number(match[2]) : NaN;
}

// "03:00-03:30", each day.
export function backupWindowProblem(text: string): string {
  const [begin, end, more] = text.split("-");
  const minutes = (minuteOf(end ?? "") - minuteOf(begin ?? "") + DAY_MINUTES) % DAY_MINUTES;
  return more === undefined && minutes >= 30 ? "" : "hh:mm-hh:mm in UTC, of at least 30 minutes.";
}

// "sun:04:00-sun:04:30", each week.
export function maintenanceWindowProblem(text: string): string {
  const at = (part: string) => {
    const day = DAYS.indexOf(part.slice(0, 3).toLowerCase());
    return day < 0 || part[3] !== ":" ? NaN : day * DAY_MINUTES + minuteOf(part.slice(4));
  };
  const [begin, end, more] = text.split("-");
  const minutes = (at(end ?? "") - at(begin ?? "") + 7 * DAY_MINUTES) % (7 * DAY_MINUTES);
  return more === undefined && minutes >= 30 && minutes <= DAY_MINUTES ? "" : "ddd:hh:mm-ddd:hh:mm in UTC, of at least 30 minutes and at most a day.";
}

export function databaseProblem(text: string): string {
  if (text.length > 64) return "At most 64 characters.";
  if (text !== "" && (!/^[!-~]+$/.test(text) || /[`/\\]/.test(text))) return "Letters, digits and signs, without ` / and \\.";
  return "";
}

export function cidrProblem(text: string): string {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  const good = match !== null && match.slice(1, 5).every((n) => Number(n) <= 255) && Number(match[5]) <= 32;
  return good ? "" : "An IPv4 block such as 10.0.0.0/8 or 127.0.0.1/32.";
}

export function groupNameProblem(text: string): string {
  if (text === "") return "Give a name.";
  if (text.length > 255) return "At most 255 characters.";
  if (text.toLowerCase().startsWith("sg-")) return "A name does not begin with sg-.";
  return "";
}

export type Tag = { key: string; value: string };

export function tagsProblem(tags: readonly Tag[]): string {
  if (tags.length > 50) return "At most 50 tags.";
  const keys = new Set<string>();
  for (const { key, value } of tags) {
    if (key === "") return "A tag needs a key.";
    if (key.length > 128 || value.length > 256) return "Keys have up to 128 characters, values up to 256.";
    if (keys.has(key)) return `The key ${key} is there twice.`;
    keys.add(key);
  }
  return "";
}
