// replication::Core on a log from outside: whatever a record's payload says, each node decides the
// same, and what is refused is refused by a status. Payloads are view changes, digests and outcomes
// of isolated statements, raw or real.
//
//   (u8 type, u8 source, u8 request, u8 last_seen, u8 flags, u8 length, payload)*
//   length with its top bit: the payload is a real one instead, of the record's type
#include <array>

#include "base/check.h"
#include "fuzz/fuzz_input.h"
#include "replication/core.h"

namespace borealis::replication {
namespace {

constexpr uint32_t kWindow = 8;
constexpr uint64_t kNodes = 3;
constexpr std::array kTypes = {
    RecordType::kWriteSet, RecordType::kIsolated,         RecordType::kView,
    RecordType::kFragment, RecordType::kFragmentRollback, RecordType::kIsolatedOutcome,
    RecordType::kDigest,
};

NodeId Node(uint64_t n) { return {Uuid::FromRandom(n + 1, n + 1)}; }

Bytes RealPayload(const Record& record, uint8_t number) {
  if (record.type == RecordType::kView) {
    ViewChange change;
    change.kind = static_cast<ViewChange::Kind>(1 + number % 4);
    change.joining = {record.source, Slot{static_cast<uint16_t>(number / 4 % 4)},
                      number % 2 == 0 ? "a" : "b", "127.0.0.1:3306", Seqno::Undefined()};
    change.subject = record.source;
    change.subject_joined = record.last_seen;
    return EncodeViewChange(change);
  }
  if (record.type == RecordType::kDigest) {
    return EncodeDigest({kDigestInterval * (number % 4)}, number);
  }
  return EncodeIsolatedOutcome({{number + 1}, number % 2 == 0 ? "" : "1050"});
}

void TryOutcome(ByteView payload) {
  const Result<IsolatedOutcome> outcome = DecodeIsolatedOutcome(payload);
  if (!outcome.ok()) {
    CHECK(outcome.status().code() == Code::kCorruption);
    return;
  }
  CHECK(outcome->seqno > Seqno::Zero() && outcome->error.size() <= payload.size());
  CHECK(fuzz::Same(EncodeIsolatedOutcome(*outcome), payload));
}

LogEntry NextEntry(fuzz::Input& input, Seqno before) {
  LogEntry entry;
  Record& record = entry.record;
  record.type = kTypes[input.Take<uint8_t>() % kTypes.size()];
  record.source = Node(input.Take<uint8_t>() % kNodes);
  record.request = {input.Take<uint8_t>()};
  record.last_seen = {before.value - input.Take<int8_t>()};
  record.flags = input.Take<uint8_t>() & kFlagsKnown & ~(kFlagChunked | kFlagKeysChunked);
  const auto length = input.Take<uint8_t>();
  Bytes payload = RealPayload(record, length);
  if ((length & 0x80) == 0) {
    const ByteView raw = input.TakeBytes(length);
    payload.assign(raw.begin(), raw.end());
  }
  for (const std::byte key : payload) {
    record.keys.push_back({static_cast<uint64_t>(key), KeyType::kUpdate});
    if (record.keys.size() == 1) break;
  }
  record.backing = std::make_shared<const Bytes>(std::move(payload));
  record.payload = *record.backing;
  record.payload_hash = Hash64(record.payload, 0);
  entry.seqno = IsOrdered(record.type) ? before.Next() : Seqno::Undefined();
  return entry;
}

}  // namespace
}  // namespace borealis::replication

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace borealis;               // NOLINT: a fuzz target
  using namespace borealis::replication;  // NOLINT: a fuzz target
  fuzz::Input input(data, size);
  TryOutcome(input.rest());
  Core core(Node(0), certification::Certifier(kWindow));
  Core other(Node(1), certification::Certifier(kWindow));
  while (!input.empty()) {
    const LogEntry entry = NextEntry(input, core.certifier().seqno());
    const Result<Decision> one = core.Deliver(entry);
    const Result<Decision> two = other.Deliver(entry);
    CHECK(core.certifier().seqno() == other.certifier().seqno());
    CHECK(core.certifier().RunningDigest() == other.certifier().RunningDigest());
    CHECK(one.ok() == two.ok());
    if (!one.ok()) {
      CHECK(one.status().code() == Code::kCorruption || one.status().code() == Code::kInternal);
      return 0;
    }
    CHECK(one->outcome.verdict == two->outcome.verdict);
    CHECK(one->outcome.depends_on == two->outcome.depends_on);
    CHECK(!one->expelled || !core.is_member());
    CHECK(core.is_member() == (core.certifier().view().Find(core.self()) != nullptr));
  }
  return 0;
}
