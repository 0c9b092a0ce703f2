// What the plug does not tell and the server does, most of it about the session of the calling
// thread. Looked up by the names that the server exports, one of which may be missing (in a unit
// test all are).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace borealis::provider {

// The server asks it to end its statement: a user's KILL, or an applier that needs a lock which the
// session holds (brute-force abort). A session that waits for an isolated statement's turn has no
// transaction that the plug could abort: the server only marks it. Cheap; to be asked again and
// again. False where it can't be told.
bool SessionAskedToEnd();

// Its transaction did all it had to and is about to commit. An applier whose changes did not apply
// passes commit order, too, but has rolled them back. Nullopt where it can't be told.
std::optional<bool> SessionCommits();

// The text of its statement; empty where it can't be told. Valid while the statement runs.
std::string_view SessionStatement();

// The name that a database or table has in the file system.
std::string FileNameOf(const std::string& name);

}  // namespace borealis::provider
