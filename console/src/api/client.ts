// Requests to the daemon that served this page: the actions of the same API that AWS's clients call,
// let in by the session's cookie, and answered as JSON. The token that changes need is in memory only.

export type Fields = Record<string, string | number | boolean | undefined>;

export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export type SessionInfo = { token: string; read_only: boolean; key_id: string; region: string; ends_ms: number };

let token = "";
let onSignedOut = () => {};

export function setSignedOutHandler(handler: () => void): void {
  onSignedOut = handler;
}

async function request(method: string, path: string, body?: string): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      body,
      headers: {
        ...(body === undefined ? {} : { "Content-Type": "application/x-www-form-urlencoded; charset=utf-8" }),
        ...(token ? { "X-Borealis-Token": token } : {}),
      },
      credentials: "same-origin",
      cache: "no-store",
    });
  } catch {
    throw new ApiError("NoAnswer", "The daemon does not answer. Does `borealis serve` run?", 0);
  }
  const text = await response.text();
  const answer = parse(text);
  if (response.ok) return answer;
  if (response.status === 401) onSignedOut();
  const error = (answer as { error?: { code: string; message: string } } | undefined)?.error;
  throw new ApiError(error?.code ?? `Status${response.status}`, error?.message ?? (text.trim() || response.statusText), response.status);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function encode(fields: Fields): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.append(name, String(value));
  return form.toString();
}

export async function signIn(fields: Fields): Promise<SessionInfo> {
  await request("POST", "/console/session", encode(fields));
  return session();
}

// Of who has signed in; ApiError SignedOut.
export async function session(): Promise<SessionInfo> {
  const info = (await request("GET", "/console/session")) as SessionInfo;
  token = info.token;
  return info;
}

export async function signOut(): Promise<void> {
  await request("DELETE", "/console/session");
  token = "";
}

export function rds<T>(action: string, fields: Fields = {}): Promise<T> {
  return request("POST", "/console/api/rds", encode({ Action: action, ...fields })) as Promise<T>;
}

export function ec2<T>(action: string, fields: Fields = {}): Promise<T> {
  return request("POST", "/console/api/ec2", encode({ Action: action, ...fields })) as Promise<T>;
}

export function get<T>(path: string): Promise<T> {
  return request("GET", path) as Promise<T>;
}

export function post<T>(path: string, fields: Fields): Promise<T> {
  return request("POST", path, encode(fields)) as Promise<T>;
}

// All pages of a list of the RDS API.
export async function all<T>(action: string, list: string, fields: Fields = {}): Promise<T[]> {
  const items: T[] = [];
  let marker: string | undefined;
  do {
    const page = await rds<Record<string, T[] | string | undefined>>(action, { ...fields, Marker: marker });
    items.push(...((page[list] as T[] | undefined) ?? []));
    marker = page.Marker as string | undefined;
  } while (marker);
  return items;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
