#include "control/watch/record_view.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "model/view.h"

namespace borealis::control {
namespace {

using certification::Verdict;

const char* KindText(RecordType type) {
  switch (type) {
    case RecordType::kIsolated:
      return "statement";
    case RecordType::kView:
      return "membership";
    case RecordType::kFragment:
      return "part";
    case RecordType::kFragmentRollback:
      return "rollback";
    default:
      return "transaction";
  }
}

const char* VerdictText(Verdict verdict) {
  if (verdict == Verdict::kCommit) return "committed";
  return verdict == Verdict::kConflict ? "lost" : "refused";
}

const char* ReasonText(Verdict verdict) {
  switch (verdict) {
    case Verdict::kConflict:
      return "another writer was first";
    case Verdict::kTooOld:
      return "it began too long ago";
    case Verdict::kNotMember:
      return "its writer was no member any more";
    case Verdict::kRepeat:
      return "it is in the log already";
    case Verdict::kRefused:
      return "the membership was another";
    default:
      return "";
  }
}

std::string NameOf(const NodeId& id, const View& view) {
  const Member* member = view.Find(id);
  return member != nullptr ? member->name : id.uuid.ToString().substr(0, 8);
}

std::string ChangeText(const ViewChange& change, const View& view) {
  switch (change.kind) {
    case ViewChange::Kind::kJoin:
      return change.joining.name + " joins";
    case ViewChange::Kind::kLeave:
      return NameOf(change.subject, view) + " leaves";
    case ViewChange::Kind::kExpel:
      return NameOf(change.subject, view) + " is expelled";
    case ViewChange::Kind::kRestart:
      return "all members before a full stop are expelled";
  }
  return "";
}

}  // namespace

RecordView DescribeRecord(const LogEntry& entry, Verdict verdict, const View& view,
                          const std::optional<RecentClaims::Winner>& winner) {
  const Record& record = entry.record;
  RecordView shown;
  shown.seqno = entry.seqno.value;
  shown.batch = fmt::format("{}:{}", entry.position.segment.value, entry.position.offset);
  shown.index = entry.position.index;
  shown.time_us = record.stamp_us;
  shown.writer = NameOf(record.source, view);
  shown.kind = KindText(record.type);
  shown.verdict = VerdictText(verdict);
  shown.reason = ReasonText(verdict);
  if (winner) {
    shown.lost_to = winner->seqno.value;
    shown.lost_to_writer = NameOf(winner->source, view);
  }
  shown.keys = record.keys.size();
  shown.bytes = record.payload.size();
  for (const ChunkRef& chunk : record.chunks) shown.bytes += chunk.bytes;
  if (record.type != RecordType::kView) {
    shown.text = DescribePayload(AsText(record.payload));
    return shown;
  }
  const auto change = DecodeViewChange(record.payload);
  if (!change.ok()) return shown;
  shown.text.statement = ChangeText(*change, view);
  if (change->kind == ViewChange::Kind::kJoin) shown.writer = change->joining.name;
  return shown;
}

nlohmann::json ToJson(const RecordView& record) {
  nlohmann::json tables = nlohmann::json::array();
  for (const TableChanges& changes : record.text.tables) {
    tables.push_back({{"table", changes.table},
                      {"inserts", changes.inserts},
                      {"updates", changes.updates},
                      {"deletes", changes.deletes}});
  }
  nlohmann::json json = {
      {"seqno", record.seqno},      {"batch", record.batch},        {"index", record.index},
      {"t", record.time_us / 1000}, {"writer", record.writer},      {"kind", record.kind},
      {"verdict", record.verdict},  {"keys", record.keys},          {"bytes", record.bytes},
      {"tables", tables},           {"text", record.text.statement}};
  if (!record.reason.empty()) json["reason"] = record.reason;
  if (record.text.more_tables != 0) json["more_tables"] = record.text.more_tables;
  if (record.lost_to != 0) {
    json["lost_to"] = {{"seqno", record.lost_to}, {"writer", record.lost_to_writer}};
  }
  return json;
}

}  // namespace borealis::control
