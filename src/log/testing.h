// What the tests of this room share: a volume in memory, records to append, a reader drained.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "log/log.h"
#include "model/random_record.h"
#include "storage/memory/memory_backend.h"

namespace borealis::log::testing {

// Small enough that a few appends roll a segment.
inline constexpr Options kSmallOptions = {
    .segment_bytes = 16 << 10, .chunk_bytes = 4 << 10, .payload_bytes_max = 1 << 20};

inline Identity TestIdentity(uint64_t n = 1) {
  return {.volume = Uuid::FromRandom(0x1234, n), .created_us = 1};
}

inline Record TextRecord(std::string_view text, uint64_t request,
                         RecordType type = RecordType::kWriteSet) {
  Record record;
  record.type = type;
  record.source.uuid = Uuid::FromRandom(7, 7);
  record.request.value = request;
  auto backing = std::make_shared<Bytes>(AsBytes(text).begin(), AsBytes(text).end());
  record.payload = *backing;
  record.backing = std::move(backing);
  record.payload_hash = Hash64(record.payload, 0);
  record.keys = {{request, KeyType::kExclusive}};
  return record;
}

inline AppendReport AppendOne(Log& log, Record record) { return log.Append({&record, 1}); }

// Everything from the reader's position to the durable end; payloads loaded.
inline Result<std::vector<LogEntry>> Drain(Reader& reader) {
  std::vector<LogEntry> entries;
  while (true) {
    ASSIGN_OR_RETURN(const LogEntry* entry, reader.Next());
    if (entry == nullptr) {
      return entries;
    }
    entries.push_back(*entry);
    ASSIGN_OR_RETURN(Bytes payload, reader.LoadPayload(entry->record));
    auto backing = std::make_shared<const Bytes>(std::move(payload));
    entries.back().record.payload = *backing;
    entries.back().record.backing = std::move(backing);
  }
}

inline Result<std::vector<LogEntry>> ReadAll(Log& log) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, log.NewReaderAfter(Seqno::Zero()));
  return Drain(*reader);
}

inline std::vector<std::string> Texts(const std::vector<LogEntry>& entries) {
  std::vector<std::string> texts;
  texts.reserve(entries.size());
  for (const LogEntry& entry : entries) {
    texts.emplace_back(AsText(entry.record.payload));
  }
  return texts;
}

// A volume in memory with `processes` Logs on it.
struct MemoryCluster {
  explicit MemoryCluster(const storage::Traits& traits = storage::kPositionedTraits,
                         const Options& options = kSmallOptions, size_t processes = 1)
      : volume(storage::MemoryVolume::Create({.traits = traits})), options(options) {
    for (size_t i = 0; i < processes; ++i) {
      Attach();
    }
  }
  ~MemoryCluster() {
    while (!logs.empty()) {
      Detach();
    }
  }
  Log& Attach() {
    backends.push_back(volume->Attach());
    if (backends.back()->NeedsRecovery()) {
      const Status created = Log::Create(*backends.back(), TestIdentity(), clock);
      CHECK(created.ok() || created.code() == Code::kAlreadyExists);
    }
    auto opened = Log::Open(*backends.back(), options, clock);
    CHECK_OK(opened);
    logs.push_back(std::move(opened).value());
    return *logs.back();
  }
  void Detach() {
    logs.pop_back();
    backends.pop_back();
  }
  Log& log(size_t i = 0) { return *logs[i]; }
  storage::MemoryBackend& backend(size_t i = 0) { return *backends[i]; }

  ManualClock clock;
  std::shared_ptr<storage::MemoryVolume> volume;
  const Options options;
  std::vector<std::unique_ptr<storage::MemoryBackend>> backends;
  std::vector<std::unique_ptr<Log>> logs;
};

}  // namespace borealis::log::testing
