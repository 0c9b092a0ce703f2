// BinlogText: what `mariadb-binlog` prints, taken apart into statements, each with the place in the
// source's binary log behind the event that it comes from. Pure; knows no SQL.
//
// The text is that program's, for the client program:
//   # at 899                                                comment
//   #261126  5:51:44 server id 77  end_log_pos 1206 ...     of the event that follows
//   #... Rotate to binlog.000002  pos: 4
//   DELIMITER /*!*/;                                        from here on a statement ends with that
//   SET TIMESTAMP=1795672304/*!*/;
//   create table t (
//     a int)
//   /*!*/;
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "follow/source_position.h"

namespace borealis::follow {

struct BinlogItem {
  std::string statement;  // without its delimiter
  SourcePosition end;     // of the event
};

inline constexpr size_t kStatementBytesMax = 1 << 30;

class BinlogText {
 public:
  explicit BinlogText(SourcePosition start) : position_(std::move(start)) {}

  // Takes one line, without its end; returns the statement that it completes. kCorruption: a
  // statement without end.
  Result<std::optional<BinlogItem>> Line(std::string_view line);
  // Behind the last event that was announced.
  const SourcePosition& position() const { return position_; }

 private:
  void Comment(std::string_view line);

  SourcePosition position_;
  std::string delimiter_ = ";";
  std::string statement_;
};

}  // namespace borealis::follow
