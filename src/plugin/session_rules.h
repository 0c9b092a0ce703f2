// What an ordinary user's session must look like for the cluster's promises to hold, whichever way
// a setting was changed (SET, SET STATEMENT, a procedure, a prepared statement, a global default).
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace borealis::plugin {

// Of the server's error numbers.
inline constexpr unsigned kErrorNotSupported = 1235;  // 42000
inline constexpr unsigned kErrorWrongValue = 1231;    // 42000
inline constexpr unsigned kErrorAccessDenied = 1227;  // 42000
inline constexpr unsigned kErrorKillDenied = 1095;
inline constexpr unsigned kErrorTableDenied = 1142;    // 42000
inline constexpr unsigned kErrorInTransaction = 1568;  // 25001

struct Refusal {
  unsigned error = kErrorNotSupported;
  std::string message;  // one line, says what to do instead
};

enum class Isolation { kReadUncommitted, kReadCommitted, kRepeatableRead, kSerializable };
enum class SchemaUpgrade { kTotalOrder, kRolling, kNonBlocking };
enum class FragmentUnit { kBytes, kRows, kStatements };

// Bounds of a fragment of a streamed transaction. Each fragment is a record that every server
// applies, so a tiny one lets one session flood the log.
inline constexpr uint64_t kFragmentBytesMin = 16ull << 10;
inline constexpr uint64_t kFragmentBytesMax = 256ull << 20;
inline constexpr uint64_t kFragmentRowsMin = 100;
inline constexpr uint64_t kFragmentStatementsMin = 10;

struct SessionState {
  Isolation isolation = Isolation::kRepeatableRead;  // of the next or the running transaction
  SchemaUpgrade schema_upgrade = SchemaUpgrade::kTotalOrder;
  bool snapshot_isolation = true;
  bool replicates = true;
  uint64_t increment = 1;
  uint64_t offset = 1;
  uint64_t node_increment = 1;  // what the node was given
  uint64_t node_offset = 1;
  FragmentUnit fragment_unit = FragmentUnit::kBytes;
  uint64_t fragment_size = 0;          // 0: no streaming
  bool has_statement_timeout = false;  // max_statement_time; harmful for definitions only

  bool operator==(const SessionState&) const = default;
};

// nullopt: fine.
std::optional<Refusal> CheckSession(const SessionState& state);

}  // namespace borealis::plugin
