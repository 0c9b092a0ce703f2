// Skipping a record: the way out when no node can apply it. Adapter; the list is log/skips.h.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "model/ids.h"
#include "model/record.h"

namespace borealis::node {

struct SkippedRecord {
  RecordType type = RecordType::kWriteSet;
  uint64_t payload_bytes = 0;
  std::vector<Seqno> deleted_snapshots;  // they held the record's effects
};

// Decides for good that no node applies the record at `seqno`. Snapshots that hold its effects are
// deleted first; data directories that do are rebuilt when their nodes start.
// kInvalidArgument: servers are attached, or the record is none that can be skipped (only whole
// transactions and isolated statements can). kNotFound: the log has no such record, or no snapshot
// from before it is left from which the log goes on. kAlreadyExists: it is skipped already.
Result<SkippedRecord> SkipRecord(const std::string& volume, Seqno seqno, const std::string& reason,
                                 const Clock& clock);

}  // namespace borealis::node
