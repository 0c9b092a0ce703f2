#include "sim/database.h"

#include <algorithm>

#include "base/codec.h"

namespace borealis::sim {
namespace {

constexpr size_t kOpBytes = 1 + 4 + 4 + 8 + 8 + 4;

void Claim(std::vector<Key>& keys, uint64_t hash, KeyType type) {
  const auto found = std::ranges::find(keys, hash, &Key::hash);
  if (found == keys.end()) {
    keys.push_back({hash, type});
  } else {
    found->type = std::max(found->type, type);
  }
}

// `depth` parts of database / table / row; the prefixes are shared claims.
void ClaimPath(std::vector<Key>& keys, const RowId& id, size_t depth, KeyType type) {
  const std::string table = fmt::format("t{}", id.table);
  const std::string row = fmt::format("r{}", id.row);
  const std::array<ByteView, 3> parts = {AsBytes("db"), AsBytes(table), AsBytes(row)};
  const std::span<const ByteView> path(parts);
  for (size_t n = 1; n < depth; ++n) Claim(keys, HashKeyPath(path.first(n)), KeyType::kShared);
  Claim(keys, HashKeyPath(path.first(depth)), type);
}

}  // namespace

bool WriteSet::Touches(uint32_t table) const {
  if ((ddl_tables & 1u << table) != 0) return true;
  return std::ranges::any_of(ops, [table](const RowOp& op) { return op.id.table == table; });
}

Part PartOf(const Record& record) {
  if (record.type == RecordType::kFragmentRollback) return Part::kRollback;
  if (record.type != RecordType::kFragment) return Part::kWhole;
  if ((record.flags & kFlagTrxStart) != 0) return Part::kFirst;
  return (record.flags & kFlagTrxEnd) != 0 ? Part::kLast : Part::kMiddle;
}

Bytes Encode(const WriteSet& set) {
  Bytes bytes;
  Encoder out(bytes);
  out.Int(set.trx);
  for (const int64_t schema : set.schema) out.Int(schema);
  out.Int(set.ddl_tables);
  out.Int(static_cast<uint32_t>(set.ops.size()));
  for (const RowOp& op : set.ops) {
    out.Int(op.kind);
    out.Int(op.id.table);
    out.Int(op.id.row);
    out.Int(op.base_version);
    out.Int(op.value);
    out.Int(op.parent);
  }
  out.Blob(Bytes(set.padding, static_cast<std::byte>(set.trx)));
  return bytes;
}

Result<WriteSet> DecodeWriteSet(ByteView bytes) {
  Decoder in(bytes);
  WriteSet set;
  set.trx = in.Int<uint64_t>();
  for (int64_t& schema : set.schema) schema = in.Int<int64_t>();
  set.ddl_tables = in.Int<uint32_t>();
  set.ops.resize(in.Count<uint32_t>(kOpBytes));
  for (RowOp& op : set.ops) {
    op.kind = in.Int<OpKind>();
    op.id.table = in.Int<uint32_t>();
    op.id.row = in.Int<uint32_t>();
    op.base_version = in.Int<int64_t>();
    op.value = in.Int<uint64_t>();
    op.parent = in.Int<uint32_t>();
    if (op.id.table >= kTables || op.id.row >= kRows || op.parent >= kRows) in.Fail();
  }
  set.padding = static_cast<uint32_t>(in.Blob().size());
  if (!in.done()) return Status(Code::kCorruption, "a payload that no transaction made");
  return set;
}

std::vector<Key> KeysOf(const WriteSet& set) {
  std::vector<Key> keys;
  if (set.ddl_tables == (1u << kTables) - 1) {
    ClaimPath(keys, {}, 1, KeyType::kExclusive);
    return keys;
  }
  for (uint32_t table = 0; table < kTables; ++table) {
    if ((set.ddl_tables & 1u << table) != 0) ClaimPath(keys, {table, 0}, 2, KeyType::kExclusive);
  }
  for (const RowOp& op : set.ops) {
    const bool update = op.kind == OpKind::kUpdate;
    ClaimPath(keys, op.id, 3, update ? KeyType::kUpdate : KeyType::kExclusive);
    if (op.id.table == kChildren && !update) {
      ClaimPath(keys, {kParents, op.parent}, 3, KeyType::kReference);
    }
  }
  return keys;
}

void ClaimTables(const WriteSet& whole, std::vector<Key>& keys) {
  for (uint32_t table = 0; table < kTables; ++table) {
    if (whole.Touches(table)) ClaimPath(keys, {table, 0}, 2, KeyType::kShared);
  }
}

bool Database::HasChildren(uint32_t parent) const {
  return std::ranges::any_of(
      rows_[kChildren], [parent](const Row& row) { return row.present && row.parent == parent; });
}

std::string Database::Misfit(const WriteSet& part) const {
  const auto stream = streams_.find(part.trx);
  const bool open = stream != streams_.end();
  // DDL may have ended the stream; its client does not know yet.
  if (part.part == Part::kRollback || (part.part == Part::kMiddle && !open)) return "";
  if (open != (part.part == Part::kMiddle || part.part == Part::kLast)) {
    return fmt::format("the stream of transaction {} is {}open", part.trx, open ? "" : "not ");
  }
  WriteSet set = part;
  if (open) set.ops.insert(set.ops.begin(), stream->second.ops.begin(), stream->second.ops.end());
  for (uint32_t table = 0; table < kTables; ++table) {
    if (set.Touches(table) && set.ddl_tables == 0 && schema_[table] != set.schema[table]) {
      return fmt::format("table {} was altered at seqno {}, the transaction saw {}", table,
                         schema_[table], set.schema[table]);
    }
  }
  Database after = *this;
  for (const RowOp& op : set.ops) {
    const Row& row = after.At(op.id);
    if (row.version != op.base_version) {
      return fmt::format("lost update: row {}/{} was written at seqno {}, the transaction saw {}",
                         op.id.table, op.id.row, row.version, op.base_version);
    }
    if (row.present == (op.kind == OpKind::kInsert)) {
      return fmt::format("row {}/{} is {}there", op.id.table, op.id.row, row.present ? "" : "not ");
    }
    if (op.id.table == kChildren && op.kind == OpKind::kInsert &&
        !after.At({kParents, op.parent}).present) {
      return fmt::format("child {} of parent {}, which is not there", op.id.row, op.parent);
    }
    if (op.id.table == kParents && op.kind == OpKind::kDelete && after.HasChildren(op.id.row)) {
      return fmt::format("parent {} is deleted and has children", op.id.row);
    }
    after.ApplyOp(kUncommitted, op);
  }
  return "";
}

void Database::Apply(Seqno seqno, const WriteSet& set) {
  if (!set.Commits()) {
    if (set.part == Part::kRollback) {
      streams_.erase(set.trx);
      return;
    }
    if (set.part == Part::kMiddle && !streams_.contains(set.trx)) return;
    WriteSet& stream = streams_[set.trx];
    stream.trx = set.trx;
    stream.source = set.source;
    stream.ops.insert(stream.ops.end(), set.ops.begin(), set.ops.end());
    return;
  }
  for (uint32_t table = 0; table < kTables; ++table) {
    if ((set.ddl_tables & 1u << table) == 0) continue;
    schema_[table] = seqno.value;
    std::erase_if(streams_, [&](const auto& stream) { return stream.second.Touches(table); });
  }
  if (const auto stream = streams_.extract(set.trx)) {
    for (const RowOp& op : stream.mapped().ops) ApplyOp(seqno.value, op);
  }
  for (const RowOp& op : set.ops) ApplyOp(seqno.value, op);
}

void Database::EndStreams(const View& view) {
  std::erase_if(streams_,
                [&](const auto& stream) { return view.Find(stream.second.source) == nullptr; });
}

void Database::ApplyOp(int64_t version, const RowOp& op) {
  Row& row = rows_[op.id.table][op.id.row];
  row.version = version;
  row.present = op.kind != OpKind::kDelete;
  row.value = row.present ? op.value : 0;
  row.parent = row.present ? op.parent : 0;
}

uint64_t Database::Hash() const {
  Bytes bytes;
  bytes.reserve(size_t{kTables} * kRows * 32);
  Encoder out(bytes);
  for (const auto& table : rows_) {
    for (const Row& row : table) {
      out.Int(row.present);
      out.Int(row.version);
      out.Int(row.value);
      out.Int(row.parent);
    }
  }
  for (const int64_t schema : schema_) out.Int(schema);
  return Hash64(bytes, 0);
}

}  // namespace borealis::sim
