#include "log/as_of.h"

#include <algorithm>
#include <functional>

#include "log/batch.h"
#include "log/chain.h"
#include "log/identity.h"
#include "log/segment_scan.h"

namespace borealis::log {
namespace {

struct Look {
  Identity identity;
  Chain chain;
};

Result<Look> LookAt(storage::Backend& backend) {
  Look look;
  ASSIGN_OR_RETURN(look.identity, ReadIdentity(backend));
  ASSIGN_OR_RETURN(look.chain, ReadChainRegister(backend, look.identity.volume));
  return look;
}

Moment Before(const Look& look, const ChainEntry& entry) {
  if (entry.before == Seqno::Zero()) return {entry.before, look.identity.created_us};
  return {entry.before, entry.time_before_us};
}

// The last ordered record of a segment that `wanted` is true for; what is before the segment if it
// is for none. REQUIRES: wanted never becomes true again.
Result<Moment> LastIn(storage::Backend& backend, const Look& look, const ChainEntry& entry,
                      const std::function<bool(const Moment&)>& wanted) {
  ASSIGN_OR_RETURN(const storage::SegmentState state, backend.State(entry.segment));
  const uint64_t durable = entry.sealed ? entry.final_size : state.durable_end;
  // Where nobody is attached the bytes must tell where they end.
  const bool end_known = entry.sealed || state.written_end > 0;
  ASSIGN_OR_RETURN(const Bytes bytes, end_known ? backend.ReadRaw(entry.segment, 0, durable)
                                                : ReadMedium(backend, entry.segment));
  SegmentCount count = SegmentCount::Before(entry);
  Moment last = Before(look, entry);
  const BatchSeeds seeds(look.identity.volume, entry.segment, backend.traits().positioned_appends,
                         look.identity.encrypted());
  const SegmentScan scan = ScanSegment(
      bytes, seeds, entry, durable, [&](uint64_t, const BatchHeader& header, ByteView body) {
        RecordCursor cursor(header, body);
        while (!cursor.done()) {
          Record record;
          CHECK_OK(cursor.Next(record));  // the scan decoded it before
          count.Add(record);
          const Moment moment{count.seqno, count.time_us};
          if (IsOrdered(record.type) && wanted(moment)) last = moment;
        }
      });
  std::string cut_off;
  if (!end_known) {
    ASSIGN_OR_RETURN(cut_off, CutOffSince(backend, entry, state, bytes.size()));
  }
  if (scan.tail == SegmentTail::kCorrupt || !cut_off.empty()) {
    return Status(cut_off.empty() ? scan.code : Code::kCorruption,
                  fmt::format("{}: segment {} offset {}: {}", backend.Describe(), entry.segment.id,
                              scan.valid_end, cut_off.empty() ? scan.reason : cut_off));
  }
  return last;
}

}  // namespace

Result<Moment> NewestMoment(storage::Backend& backend) {
  ASSIGN_OR_RETURN(const Look look, LookAt(backend));
  return LastIn(backend, look, look.chain.entries.back(), [](const Moment&) { return true; });
}

Result<Moment> MomentOf(storage::Backend& backend, Seqno seqno) {
  ASSIGN_OR_RETURN(const Look look, LookAt(backend));
  const auto& entries = look.chain.entries;
  // The first entry that starts at or after it; the record is in the one before.
  const auto next =
      std::ranges::find_if(entries, [&](const ChainEntry& e) { return e.before >= seqno; });
  if (next != entries.end() && next->before == seqno) return Before(look, *next);
  if (next == entries.begin()) {
    return Status(Code::kInvalidArgument, fmt::format("the log after seqno {} was trimmed", seqno));
  }
  ASSIGN_OR_RETURN(const Moment found, LastIn(backend, look, *std::prev(next),
                                              [&](const Moment& m) { return m.seqno <= seqno; }));
  if (found.seqno == seqno) return found;
  return Status(Code::kInvalidArgument,
                fmt::format("the log ends at seqno {}, before {}", found.seqno, seqno));
}

Result<Moment> AsOf(storage::Backend& backend, int64_t time_us) {
  ASSIGN_OR_RETURN(const Look look, LookAt(backend));
  const auto& entries = look.chain.entries;
  const auto later = std::ranges::find_if(
      entries, [&](const ChainEntry& e) { return Before(look, e).time_us > time_us; });
  if (later == entries.begin()) {
    return Status(Code::kInvalidArgument, "everything in the log is later");
  }
  return LastIn(backend, look, *std::prev(later),
                [&](const Moment& m) { return m.time_us <= time_us; });
}

}  // namespace borealis::log
