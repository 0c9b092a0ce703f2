// What a statement of the binary log's text is, for whoever applies it elsewhere. Pure.
#pragma once

#include <string_view>

namespace borealis::follow {

enum class StatementKind {
  kSkip,     // the source's own business: its GTIDs, thread numbers, the client's settings
  kSetting,  // SET, USE: how what follows is to be understood
  kRows,     // BINLOG: row changes, or the format of the log
  kBegin,
  kCommit,
  kRollback,
  kSavepoint,  // SAVEPOINT, ROLLBACK TO
  kChange,     // a definition, an account: runs alone and is not transactional
  kText,       // INSERT and the like: the source logs statements and not rows
};

StatementKind KindOf(std::string_view statement);

// Whether doing it twice is as good as once, if errors that say that it was done before count as
// success (SaysDoneBefore). False for ALTER and RENAME: nothing tells whether they were done.
bool MayBeRepeated(std::string_view statement);
// Errors of a repeated statement that say that its effect is there: table exists, and the like.
bool SaysDoneBefore(unsigned error);

}  // namespace borealis::follow
