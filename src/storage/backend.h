// Backend: what a cluster volume must be able to do. One contract, four implementations: local/
// (a directory), memory/ and faulty/ (tests, simulator), and RADOS objects; one conformance suite
// (conformance/backend_conformance.h) runs on each.
//
// A volume holds three kinds of things:
//   segments   append-only byte sequences, the medium of the log;
//   registers  small values changed by compare-and-swap (identity, segment chain, members, leases);
//   blobs      large immutable values, visible whole or not at all (snapshots);
// and hints, small values that may vanish in a crash (heartbeats).
//
// Invariants of segments, which the log is built on:
//   S1  An append is atomic: all its bytes at one offset, or none, to every reader.
//   S2  kOk means durable: the bytes survive the death of every process and machine.
//   S3  Readers see durable bytes only.
//   S4  After Seal() returned, no append to the segment succeeds, ever, whoever tries; bytes at or
//       past the final size are not part of it. Sealing is the fence, signals and leases are not.
//   S5  Mutations carry the segment's epoch; one that differs from the segment's is kFenced.
//   S6  A failed sync is final: the segment is poisoned, every later append is kSealed, and its
//       readers never see a byte past the last good sync.
//
// All calls block and are thread-safe. Errors that any call may return: kIo, kUnavailable.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"
#include "model/ids.h"

namespace borealis::storage {

// A segment and the epoch under which the caller believes it to live.
struct SegmentRef {
  SegmentId id;
  Epoch epoch;
  bool operator==(const SegmentRef&) const = default;
};

enum class AppendOutcome {
  kOk,           // durable at `offset`
  kNotAppended,  // will never appear; `status` says why (kSealed, kFenced, kNoSpace, kConflict,
                 // ...)
  kUnknown,      // may appear now, later or never; only a seal makes its absence final
};

struct [[nodiscard]] AppendResult {
  AppendOutcome outcome = AppendOutcome::kNotAppended;
  uint64_t offset = 0;   // of the first byte; valid for kOk
  Status status;         // not ok unless kOk
  int64_t write_ns = 0;  // time to get the bytes to the device's queue
  int64_t sync_ns = 0;   // time until durable, waiting for others' syncs included
};

// What an appended batch may depend on, told at the moment its place is known.
struct AppendPlace {
  // Byte offset that the batch will get, or kFloating where the backend cannot know beforehand.
  uint64_t offset = 0;
  static constexpr uint64_t kFloating = UINT64_MAX;
  // Every byte of the segment below this is durable.
  uint64_t durable_end = 0;
};

// Produces the bytes of one append for a place. Called at most once per attempt, possibly under the
// append lock: it must not block or call the backend. An empty result declines: kNotAppended with
// kConflict. The view stays valid until Append returns.
using BatchEncoder = std::function<ByteView(const AppendPlace& place)>;

// Called at most once during an append, possibly from within it: the bytes have their place in the
// segment for good, and wait to be durable. No later append of any process gets in front of them,
// and the append will not end kNotAppended.
using AppendPlaced = std::function<void()>;

struct SegmentState {
  uint64_t durable_end = 0;  // readable bytes; final when sealed
  uint64_t written_end = 0;  // >= durable_end: accepted and not yet durable
  bool sealed = false;
  // No more appends until sealed: full, poisoned by a failed sync, or its last appender died in the
  // middle of a write.
  bool must_seal = false;
};

struct RegisterValue {
  // 0 = absent; increases with every change, also over a deletion: no name sees a version twice.
  uint64_t version = 0;
  Bytes value;
};

class BlobWriter {
 public:
  // Destroyed without Commit: nothing is visible and nothing is left behind (but after a crash:
  // SweepBlobs).
  virtual ~BlobWriter() = default;
  virtual Status Write(ByteView bytes) = 0;
  // Durable and visible under its name when ok. Called once.
  virtual Status Commit() = 0;
};

class BlobReader {
 public:
  virtual ~BlobReader() = default;
  virtual uint64_t size() const = 0;
  // Exactly `length` bytes. kInvalidArgument past the end, kCorruption when the medium has fewer.
  virtual Result<Bytes> Read(uint64_t offset, size_t length) = 0;
};

struct Hint {
  std::string name;
  Bytes value;
};

// Fixed properties that the log adapts to.
struct Traits {
  // Offsets are known before an append, so checksums are seeded with them (stale bytes of a reused
  // file can't look alive). False where the store itself keeps old bytes unreachable.
  bool positioned_appends = true;
  // After a full crash the segment may end in bytes that no one synced: the log must validate and
  // seal before it goes on. False where reads return committed bytes only.
  bool tail_may_tear = true;
  // Appends beyond it are refused with kSealed.
  uint64_t segment_bytes_max = 0;
  // One append takes at most this many bytes; more is kNotAppended with kInvalidArgument.
  uint64_t append_bytes_max = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;

  virtual const Traits& traits() const = 0;
  // For messages: "/var/lib/borealis/vol" or "rados://pool/name".
  virtual std::string Describe() const = 0;

  // --- Segments -------------------------------------------------------------------------------
  // Durable when ok, with no bytes. kAlreadyExists, kNoSpace.
  virtual Status CreateSegment(const SegmentRef& segment) = 0;
  // Frees it. Ok when it does not exist. REQUIRES: no chain names it.
  virtual Status DeleteSegment(SegmentId id) = 0;
  virtual Result<std::vector<SegmentId>> ListSegments() = 0;

  // Appends what `encode` gives. Blocks until durable or failed (S1, S2, S5, S6).
  virtual AppendResult Append(const SegmentRef& segment, const BatchEncoder& encode) = 0;
  // The same, and calls `placed` where the backend knows a place before the bytes are durable: the
  // caller's next append may then be under way at the same time. `placed` must not block for long.
  virtual AppendResult AppendPipelined(const SegmentRef& segment, const BatchEncoder& encode,
                                       const AppendPlaced& placed) {
    (void)placed;
    return Append(segment, encode);
  }

  // Refuses further appends (S4) and returns the final size. Idempotent: a sealed segment gives the
  // same size again. `cut`: with a size, the segment ends there and not at the durable end; only
  // for recovery, which validated the bytes (kInvalidArgument below the durable end of a segment
  // that a living process appended to). The bytes below the final size are synced before it
  // returns. The seal of a local segment holds as long as any process is attached; what makes it
  // outlive a full crash is the chain register that names the final size: after one, a segment may
  // show itself unsealed, must_seal and with durable_end 0 until recovery seals it again, with its
  // size as `cut`.
  virtual Result<uint64_t> Seal(const SegmentRef& segment, const uint64_t* cut = nullptr) = 0;

  // kNotFound, kFenced.
  virtual Result<SegmentState> State(const SegmentRef& segment) = 0;

  // Bytes [offset, offset + length) clipped to the durable end (S3); fewer only for that reason.
  // kCorruption when the medium is shorter than its durable end.
  virtual Result<Bytes> Read(const SegmentRef& segment, uint64_t offset, size_t length) = 0;
  // The same without the clip, for recovery and inspection: what the medium holds now.
  virtual Result<Bytes> ReadRaw(const SegmentRef& segment, uint64_t offset, size_t length) = 0;

  // Returns when the durable end is above `known_end` or the segment is sealed (Ok), after
  // `timeout_ns` (kTimeout), or when Interrupt() was called (kAborted).
  virtual Status WaitForData(const SegmentRef& segment, uint64_t known_end, int64_t timeout_ns) = 0;
  // Wakes every WaitForData of this Backend object, now and until ClearInterrupt().
  virtual void Interrupt() = 0;
  virtual void ClearInterrupt() = 0;

  // True when this object attached to a volume that no living process was attached to: whatever
  // was not synced may be gone and the active segment's end is uncertain. The first one to attach
  // holds the volume's recovery lock until EndRecovery(), and this is false from then on; others
  // block in opening meanwhile. EndRecovery() without the lock is Ok.
  virtual bool NeedsRecovery() const = 0;
  virtual Status EndRecovery() = 0;

  // --- Registers ------------------------------------------------------------------------------
  // Names: [a-z0-9._-]{1,64}. Values at most kRegisterBytesMax.
  static constexpr size_t kRegisterBytesMax = 1 << 20;
  virtual Result<RegisterValue> ReadRegister(std::string_view name) = 0;
  // Durable when ok; returns the new version. `expected` 0 creates. kConflict when the version
  // differs; kUnknown when it may or may not have happened: read again.
  virtual Result<uint64_t> SwapRegister(std::string_view name, uint64_t expected,
                                        ByteView value) = 0;
  // kConflict as above.
  virtual Status DeleteRegister(std::string_view name, uint64_t expected) = 0;
  virtual Result<std::vector<std::string>> ListRegisters(std::string_view prefix) = 0;

  // --- Blobs ----------------------------------------------------------------------------------
  // Names: [a-z0-9._-]{1,128}. A commit over an existing name is kAlreadyExists.
  virtual Result<std::unique_ptr<BlobWriter>> CreateBlob(std::string_view name) = 0;
  virtual Result<std::unique_ptr<BlobReader>> OpenBlob(std::string_view name) = 0;
  // Ok when it does not exist.
  virtual Status DeleteBlob(std::string_view name) = 0;
  virtual Result<std::vector<std::string>> ListBlobs(std::string_view prefix) = 0;
  // Removes what crashed writers left unfinished; returns how many. Not while one may be writing.
  virtual Result<size_t> SweepBlobs() = 0;

  // --- Hints ----------------------------------------------------------------------------------
  // Last writer wins; not durable; names as registers', values at most 4 KiB.
  virtual Status PutHint(std::string_view name, ByteView value) = 0;
  virtual Status DeleteHint(std::string_view name) = 0;
  virtual Result<std::vector<Hint>> ListHints(std::string_view prefix) = 0;
};

}  // namespace borealis::storage
