import { describe, expect, it } from "vitest";
import { batchSizes, contentOf, duels, RECORDS_MAX, shortName, withNews, type LogNews, type LogRecord } from "./log-records";

const record = (seqno: number, more: Partial<LogRecord> = {}): LogRecord => ({
  seqno, batch: "1:0", index: 0, t: 0, writer: "w-1", kind: "transaction", verdict: "committed", keys: 3, bytes: 9, tables: [], text: "", ...more,
});
const news = (records: LogRecord[], log = "a"): LogNews => ({ log, state: "live", head: 0, records });

describe("withNews", () => {
  it("puts the newest first, and takes none twice", () => {
    const first = withNews(undefined, news([record(1), record(2)]));
    expect(withNews(first, news([record(2), record(3)])).records.map((r) => r.seqno)).toEqual([3, 2, 1]);
  });
  it("begins anew with another log, whose numbers may be lower", () => {
    expect(withNews(withNews(undefined, news([record(9)])), news([record(1)], "b")).records.map((r) => r.seqno)).toEqual([1]);
  });
  it("keeps a bounded number", () => {
    const many = withNews(undefined, news(Array.from({ length: 300 }, (_, n) => record(n + 1))));
    expect(many.records.length).toBe(RECORDS_MAX);
    expect(many.records[0]!.seqno).toBe(300);
  });
});

describe("contentOf", () => {
  it("names what happens to which table", () => {
    const tables = [{ table: "a.b", inserts: true, updates: true, deletes: false }, { table: "a.c", inserts: false, updates: false, deletes: true }];
    expect(contentOf(record(1, { tables, more_tables: 2 }))).toBe("insert, update a.b; delete a.c; 2 more");
  });
  it("is a statement's text", () => expect(contentOf(record(1, { text: "CREATE TABLE t (a INT)" }))).toBe("CREATE TABLE t (a INT)"));
  it("says so where nothing changes", () => expect(contentOf(record(1))).toBe("no row"));
});

describe("who lost", () => {
  it("is counted by loser and winner", () => {
    const lost = (seqno: number, winner: string) => record(seqno, { verdict: "lost", lost_to: { seqno: 1, writer: winner } });
    expect(duels([lost(3, "w-2"), lost(4, "w-3"), lost(5, "w-3"), record(6), record(7, { verdict: "lost" })])).toEqual([
      { loser: "w-1", winner: "w-3", count: 2 }, { loser: "w-1", winner: "w-2", count: 1 },
    ]);
  });
  it("and records of a batch are counted", () => expect(batchSizes([record(1), record(2), record(3, { batch: "1:512" })]).get("1:0")).toBe(2));
});

it("an instance is called without its cluster's name, if that leaves any", () => {
  expect(shortName("shop-instance-1", "shop")).toBe("instance-1");
  expect(shortName("reports-1", "shop")).toBe("reports-1");
  expect(shortName("shop-", "shop")).toBe("shop-");
});
