// Certifier: first committer wins, decided the same way everywhere.
//
// Pure: Certify(seqno, record) reads only its own state and the record. No clock, no I/O, no
// option of the node, no hash iteration order. Fed with every ordered record of the log in order it
// gives the same verdicts, dependencies and digests on every node and after every restart.
//
// State: the key index (who last claimed which key how, within the window), the membership, the
// highest request number of each member, the barrier, the last isolated statement, and a running
// digest of all verdicts.
//
// A found claim F (seqno f, by source S) against a new one N (last_seen l, by source T):
//
//   found \ new   exclusive  update     reference  shared
//   exclusive     conflict   conflict   conflict   conflict
//   update        conflict   conflict   depends    depends
//   reference     conflict   depends    none       none
//   shared        depends    depends    none       none
//
// A conflict counts only if f > l, and S != T or F is an isolated statement; otherwise it is a
// dependency. Claims of a fragment that is not its stream's last are found as the next stronger
// type (a reference as an update, an update as exclusive): its locks stay. An isolated statement
// passes whatever its claims; but with kFlagKnowsIsolated only if its last_seen is not below the
// isolated statement before it: its origin must not wait for its turn with locks that an earlier
// one needs, nor with a view of the schema from before. The index keeps, per key and type, the
// newest claim and the newest one by another source than that, so "by another source" is always
// answered exactly. A record that fails leaves no trace in the index.
//
// Thread-compatible: one caller at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/status.h"
#include "model/ids.h"
#include "model/record.h"
#include "model/view.h"

namespace borealis::certification {

enum class Verdict : uint8_t {
  kCommit = 1,
  // Another source committed a claim on one of its keys first; of an isolated statement: it does
  // not know the one before it.
  kConflict = 2,
  kTooOld = 3,     // seqno - 1 - last_seen exceeds the window: can't be certified any more
  kNotMember = 4,  // its source is not a member at this point of the order
  kRepeat = 5,     // its request number was seen: a second landing of one append
  kRefused = 6,    // a view change that does not hold (slot taken, subject gone), or malformed
};
const char* VerdictName(Verdict verdict);

struct Outcome {
  Verdict verdict = Verdict::kCommit;
  // Every record up to it must be applied before this one is; below the own seqno, never below the
  // barrier (the last isolated statement, view, rollback or parallel-unsafe record) nor below
  // seqno - 1 - window. Those, and fragments: seqno - 1. Verdicts other than kCommit apply nothing:
  // just those lower bounds.
  Seqno depends_on = Seqno::Zero();
  // A kView record that passed: the view from here on.
  std::optional<View> view;
};

class Certifier {
 public:
  // window: seqnos, a constant of the volume, 1..2^20. State before the first record.
  explicit Certifier(uint32_t window);
  ~Certifier();
  Certifier(Certifier&&) noexcept;
  Certifier& operator=(Certifier&&) noexcept;

  // REQUIRES: IsOrdered(record.type) and seqno == seqno() + 1.
  Outcome Certify(Seqno seqno, const Record& record);

  Seqno seqno() const;  // of the last record certified
  const View& view() const;
  uint32_t window() const;
  // Digest of the whole history of verdicts, dependencies and views; 0 before the first record.
  uint64_t RunningDigest() const;
  // Digest of the state in canonical form: equal states, equal digests. O(state).
  uint64_t StateDigest() const;
  size_t key_count() const;  // claims held
  size_t MemoryBytes() const;

  // An equal certifier of its own. Cheap beside Save(): it shares the complete generation of claims
  // and copies the slots of the one that is being filled.
  Certifier Copy() const;

  // Versioned, canonical, checksummed. Load(Save()) certifies on exactly as the original would.
  Bytes Save() const;
  static Result<Certifier> Load(ByteView bytes);  // kCorruption, kUnsupported
  // kCorruption, too, when it is of another seqno or window.
  static Result<Certifier> LoadAt(ByteView bytes, Seqno seqno, uint32_t window);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  explicit Certifier(std::unique_ptr<Impl> impl);
};

}  // namespace borealis::certification
