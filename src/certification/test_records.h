// Short ways to write records in tests.
#pragma once

#include <string>
#include <vector>

#include "model/record.h"
#include "model/view.h"

namespace borealis::certification {

inline NodeId Node(uint64_t number) { return {Uuid::FromRandom(number, number)}; }

inline Record WriteSet(const NodeId& source, uint64_t request, int64_t last_seen,
                       std::vector<Key> keys) {
  Record record;
  record.source = source;
  record.request = {request};
  record.last_seen = {last_seen};
  record.keys = std::move(keys);
  return record;
}

inline Record OfType(RecordType type, Record record) {
  record.type = type;
  return record;
}

inline Record ViewRecord(const NodeId& source, uint64_t request, const ViewChange& change) {
  Record record;
  record.type = RecordType::kView;
  record.source = source;
  record.request = {request};
  auto payload = std::make_shared<Bytes>(EncodeViewChange(change));
  record.payload = *payload;
  record.backing = std::move(payload);
  return record;
}

inline ViewChange JoinAs(const NodeId& id, const std::string& name, uint16_t slot = 0) {
  ViewChange change;
  change.kind = ViewChange::Kind::kJoin;
  change.joining = {
      .id = id, .slot = {slot}, .name = name, .endpoint = "127.0.0.1:3306", .joined = {}};
  return change;
}

inline ViewChange LeaveOf(const NodeId& id) {
  ViewChange change;
  change.kind = ViewChange::Kind::kLeave;
  change.subject = id;
  return change;
}

inline ViewChange ExpelOf(const NodeId& id, int64_t joined) {
  ViewChange change;
  change.kind = ViewChange::Kind::kExpel;
  change.subject = id;
  change.subject_joined = {joined};
  return change;
}

inline ViewChange RestartAt(int64_t joined) {
  ViewChange change;
  change.kind = ViewChange::Kind::kRestart;
  change.subject_joined = {joined};
  return change;
}

inline Record JoinRecord(const NodeId& id, uint64_t request = 1) {
  return ViewRecord(id, request, JoinAs(id, id.uuid.ToString()));
}

}  // namespace borealis::certification
