// Database: what a simulated server holds, and WriteSet: what a transaction did to it.
//
// Two tables of kRows rows: parents, and children that refer to a parent. Each row knows the seqno
// that wrote it, so a write-set can say which version of each row it was computed from; that is
// what first-committer-wins is checked with. Each table has a schema, the seqno of its last DDL.
// Beside the committed rows it keeps the open streams: what fragments brought so far.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"
#include "model/ids.h"
#include "model/record.h"
#include "model/view.h"

namespace borealis::sim {

inline constexpr uint32_t kTables = 2;
inline constexpr uint32_t kParents = 0;
inline constexpr uint32_t kChildren = 1;
inline constexpr uint32_t kRows = 24;

// Version of a row that the transaction itself wrote.
inline constexpr int64_t kUncommitted = INT64_MAX;

struct RowId {
  uint32_t table = 0;
  uint32_t row = 0;
  auto operator<=>(const RowId&) const = default;
};

struct Row {
  bool present = false;
  int64_t version = 0;  // seqno of the last write, a deletion included; 0: never written
  uint64_t value = 0;
  uint32_t parent = 0;  // of a child
  bool operator==(const Row&) const = default;
};

enum class OpKind : uint8_t { kInsert = 1, kUpdate = 2, kDelete = 3 };

struct RowOp {
  OpKind kind = OpKind::kUpdate;
  RowId id;
  int64_t base_version = 0;  // of the row, as the transaction saw it
  uint64_t value = 0;
  uint32_t parent = 0;
};

// What of a transaction a write-set carries; the record says it.
enum class Part : uint8_t { kWhole, kFirst, kMiddle, kLast, kRollback };

struct WriteSet {
  uint64_t trx = 0;  // unique in a simulation
  // Not in the payload.
  Part part = Part::kWhole;
  NodeId source;
  // Of each table, as the transaction saw it; meaningful for tables it touches.
  std::array<int64_t, kTables> schema = {};
  std::vector<RowOp> ops;
  uint32_t ddl_tables = 0;  // bits; nonzero: a DDL statement, without ops
  uint32_t padding = 0;     // bytes that make the payload larger
  bool Touches(uint32_t table) const;
  bool Commits() const { return part == Part::kWhole || part == Part::kLast; }
};

Part PartOf(const Record& record);
Bytes Encode(const WriteSet& set);
// kCorruption.
Result<WriteSet> DecodeWriteSet(ByteView bytes);
// As a server would claim them: each row with its path's prefixes, a child's parent as a reference;
// DDL its tables, or the whole database, exclusively.
std::vector<Key> KeysOf(const WriteSet& set);
// The last part claims the tables of all parts: one that was altered since ended the stream.
void ClaimTables(const WriteSet& whole, std::vector<Key>& keys);

class Database {
 public:
  using Streams = std::map<uint64_t, WriteSet>;  // by trx: everything so far

  const Row& At(const RowId& id) const { return rows_[id.table][id.row]; }
  int64_t schema(uint32_t table) const { return schema_[table]; }
  bool HasChildren(uint32_t parent) const;
  const Streams& streams() const { return streams_; }

  // "" when `set` fits this state: it was computed from it, row by row. Else what is wrong.
  std::string Misfit(const WriteSet& set) const;
  // Whether it fits or not. DDL ends the streams that touch its tables.
  void Apply(Seqno seqno, const WriteSet& set);
  void ApplyOp(int64_t version, const RowOp& op);
  // Those of members that are gone.
  void EndStreams(const View& view);

  // Of what is committed.
  uint64_t Hash() const;

 private:
  std::array<std::array<Row, kRows>, kTables> rows_ = {};
  std::array<int64_t, kTables> schema_ = {};
  Streams streams_;
};

}  // namespace borealis::sim
