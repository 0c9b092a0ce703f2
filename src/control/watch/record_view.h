// RecordView: a record of the log with its verdict, as it is shown. Pure.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "certification/certifier.h"
#include "control/watch/recent_claims.h"
#include "control/watch/write_set_text.h"
#include "model/record.h"

namespace borealis::control {

struct RecordView {
  int64_t seqno = 0;
  std::string batch;    // "segment:offset": what was made durable together
  uint32_t index = 0;   // in it
  int64_t time_us = 0;  // its writer's clock
  std::string writer;   // name of the node; of one that is not known, the start of its number
  std::string kind;     // "transaction", "statement", "part", "rollback", "membership"
  std::string verdict;  // "committed", "lost", "refused"
  std::string reason;   // of the last, in words
  int64_t lost_to = 0;  // seqno; 0: none, or not known
  std::string lost_to_writer;
  size_t keys = 0;
  uint64_t bytes = 0;  // of the payload
  WriteSetText text;
};

// `view`: as of the record, before or after it where it changes it. `winner`: of one that lost.
RecordView DescribeRecord(const LogEntry& entry, certification::Verdict verdict, const View& view,
                          const std::optional<RecentClaims::Winner>& winner);

// One object.
nlohmann::json ToJson(const RecordView& record);

}  // namespace borealis::control
