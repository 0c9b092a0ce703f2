// Log: the totally ordered, durable sequence of records of a volume, over any storage::Backend.
//
// A log is a chain of segments. The chain is one register, changed by compare-and-swap; its version
// of the world is authoritative. Exactly the last segment is open; those before are sealed at the
// size the chain gives. Each chain entry knows the seqno before its first record, so anyone can
// count from there.
//
//   roll:     create the next segment under epoch + 1; Seal(open) -> final size; count its records;
//             swap the chain. The successor's id and epoch follow from the open segment's, so
//             whoever rolls at the same time makes or finds the same one; the swap decides, once.
//   recover:  when the backend NeedsRecovery(): validate the open segment's raw bytes; a bad batch
//             below a durable watermark that any later valid batch carries is corruption, and stops
//             the log with its position; anything else past the last valid batch is the torn tail.
//             Seal at the cut, roll. Nothing is overwritten, and what survives is synced before
//             anything of it is read.
//   trim:     drops a prefix of the chain in the same swap as a roll: a writer whose chunks were
//             dropped finds its segment sealed before it can name them. Its successor has epoch + 2
//             unless a roll has made one already, so that no roll takes it.
//
// Format: log/batch.h, log/chain.h, log/identity.h. Thread-safe unless said otherwise; one Log per
// process and volume.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "model/record.h"
#include "storage/backend.h"

namespace borealis::encryption {
class KeyRing;
}  // namespace borealis::encryption

namespace borealis::log {

// Versions of a volume's format. A volume has the oldest that can say what it holds, so that older
// software reads what it can. 2 is 1 with what is secret encrypted, in log and snapshots.
inline constexpr uint32_t kPlainFormat = 1;
inline constexpr uint32_t kEncryptedFormat = 2;
inline constexpr uint32_t kFormatVersion = kEncryptedFormat;  // the newest

// Constants of a volume, fixed when it is created (register "identity").
struct Identity {
  Uuid volume;                             // also the history uuid that servers see
  uint32_t format_version = kPlainFormat;  // newer than ours: refused
  uint32_t certification_window = 65536;   // seqnos
  int64_t created_us = 0;
  bool encrypted() const { return format_version == kEncryptedFormat; }
  bool operator==(const Identity&) const = default;
};

struct Options {
  // A segment is rolled when it has grown past this.
  uint64_t segment_bytes = 64ull << 20;
  // Payloads above it are cut into chunks of this size.
  uint32_t chunk_bytes = 1u << 20;
  // A write-set's whole payload; larger is refused with kInvalidArgument.
  uint64_t payload_bytes_max = 2ull << 30;
  // Of an encrypted volume; outlives the log. Without it the log can be recovered, rolled, trimmed
  // and counted; appending and reading are kInvalidArgument.
  encryption::KeyRing* keys = nullptr;
};

struct ChainEntry {
  storage::SegmentRef segment;
  Seqno before;                // seqno of the last ordered record before this segment
  int64_t time_before_us = 0;  // running maximum of stamps before this segment
  uint64_t final_size = 0;     // sealed segments; 0 for the open one
  // Sealed segments: the oldest segment that a record here has chunks in; its own id when none is
  // older. Trim keeps it. 0 for the open one.
  SegmentId oldest_chunk = {};
  // Bytes that the medium held when the segment was made, and holds until it is sealed: a file
  // written with zeros beforehand that is shorter was cut off. 0: it grows with the appends.
  uint64_t medium_bytes = 0;
  bool sealed = false;
  bool operator==(const ChainEntry&) const = default;
};

struct Chain {
  uint64_t version = 0;             // of the register
  std::vector<ChainEntry> entries;  // oldest retained first; the last is open
};

struct [[nodiscard]] AppendReport {
  storage::AppendOutcome outcome = storage::AppendOutcome::kNotAppended;
  Status status;  // not ok unless kOk
  // kOk: a position past the batch: every reader that reached it has seen the records.
  Position end;
  int64_t write_ns = 0;
  int64_t sync_ns = 0;
};

class Reader;

class Log {
 public:
  // Makes a volume's identity and first segment. kAlreadyExists when there is one.
  static Status Create(storage::Backend& backend, const Identity& identity, const Clock& clock);

  // Opens, and recovers when the backend says so. kNotFound: no volume here; kUnsupported: newer
  // format; kCorruption names the position.
  static Result<std::unique_ptr<Log>> Open(storage::Backend& backend, const Options& options,
                                           const Clock& clock);
  virtual ~Log() = default;

  virtual const Identity& identity() const = 0;
  // True when Open() found nobody attached and cut the tail: the incarnations before are dead.
  virtual bool recovered() const = 0;

  // Appends `records` as one batch, in their order, rolling segments as needed; payloads above
  // chunk_bytes go ahead as chunks (then `chunks` and kFlagChunked of the record are filled in).
  // Blocks until durable or failed. kUnknown: whether they are in the log is decided by
  // ResolveUnknown().
  // stamp_us 0 is replaced by the clock. payload_hash is computed here.
  //
  // `placed`, if given, is called at most once and only when all of them have their place for good
  // (then the outcome is kOk or kUnknown): whatever is appended from then on comes after them.
  // Where the medium tells no places beforehand it is not called.
  virtual AppendReport Append(std::span<Record> records, const storage::AppendPlaced& placed) = 0;
  AppendReport Append(std::span<Record> records) { return Append(records, nullptr); }

  // After kUnknown: makes the outcome final by sealing and rolling the segment it may land in.
  // Then: everything appended before is either readable or will never be.
  virtual Status ResolveUnknown() = 0;

  // Writes an empty batch after the last one if none follows it yet and nobody else appended since
  // the last call, so that damage to the last batch can be told from a torn tail. Cheap when there
  // is nothing to do. Call every idle_marker_ms (100) from a background thread.
  virtual Status WriteIdleMarker() = 0;

  // The position past everything durable now.
  virtual Result<Position> DurableEnd() = 0;

  // Blocks until there is a durable byte at or past `from`, or its segment was sealed. kTimeout,
  // kAborted. Independent of every Reader: one thread may wait here while another reads.
  virtual Status WaitPast(const Position& from, int64_t timeout_ns) = 0;

  // A cursor of its own at a position; `before`/`time_before_us` describe the state there.
  // kNotFound when the position was trimmed away.
  virtual Result<std::unique_ptr<Reader>> NewReader(const Position& from, Seqno before,
                                                    int64_t time_before_us) = 0;
  // A cursor so that the next ordered record is seqno + 1. Seqno::Zero(): the oldest retained if
  // nothing was trimmed. kNotFound: trimmed.
  virtual Result<std::unique_ptr<Reader>> NewReaderAfter(Seqno seqno) = 0;

  virtual Result<Chain> ReadChain() = 0;
  // Drops whole segments that lie entirely before `keep` and, with them, their bytes. Returns bytes
  // freed. Crash-safe: chain first, then the segments; Open() sweeps leftovers.
  virtual Result<uint64_t> Trim(const Position& keep) = 0;

  // Wakes readers that wait in Reader::WaitForMore (kAborted), until ClearInterrupt.
  virtual void Interrupt() = 0;
  virtual void ClearInterrupt() = 0;
};

// Reads entries in order. One thread at a time.
class Reader {
 public:
  virtual ~Reader() = default;

  // The next entry, or nullopt at the durable end. Chunked payloads are read back only by
  // LoadPayload; kChunk records are skipped unless Options of the tool ask for them.
  // kCorruption names the position: a durable byte is wrong; the log stops here for everyone.
  virtual Result<const LogEntry*> Next() = 0;  // nullptr at the durable end; valid until next call

  // Blocks until Next() may return more. kTimeout, kAborted.
  virtual Status WaitForMore(int64_t timeout_ns) = 0;

  // Where the next entry will be read.
  virtual Position position() const = 0;
  virtual Seqno seqno() const = 0;  // of the last ordered record returned
  // Running maximum of stamps up to position(), those of chunks included.
  virtual int64_t time_us() const = 0;

  // The whole payload of a record, assembled from its chunks and verified against payload_hash.
  virtual Result<Bytes> LoadPayload(const Record& record) = 0;
};

}  // namespace borealis::log
