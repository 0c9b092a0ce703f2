// Small files and directories, with the errors and syncs that a store of state needs.
// Adapter over system calls; free functions are thread-safe.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"
#include "base/unique_fd.h"

namespace borealis::snapshot {

using borealis::UniqueFd;

// "open /x/y: No such file or directory"; ENOENT -> kNotFound, EEXIST -> kAlreadyExists,
// ENOSPC and EDQUOT -> kNoSpace, else kIo.
Status ErrnoStatus(int error, std::string_view what, std::string_view path);

// Writes all of it where the file stands. `path`: for messages.
Status WriteAll(int fd, ByteView bytes, const std::string& path);

// kDurable: survives a power failure when ok. kProcess: survives the death of the process; after a
// power failure the file is the old one, the new one or damaged.
enum class Durability { kDurable, kProcess };

// Replaces `path` with a file of mode 0600: readers see the old bytes or the new ones. One writer.
Status WriteFileAtomically(const std::string& path, ByteView bytes, Durability durability);

// The whole file. kNotFound; kCorruption when it is larger than `bytes_max`.
Result<Bytes> ReadFile(const std::string& path, size_t bytes_max);

// The same, as text.
Result<std::string> ReadTextFile(const std::string& path, size_t bytes_max);

// Opens a file, of mode 0600 when it is new, and locks it against whoever does the same, in
// whichever process; until the result, and what inherited it, is closed. kTry: kAlreadyExists when
// another has it. kWait: waits for the other.
enum class LockMode { kTry, kWait };
Result<UniqueFd> LockFile(const std::string& path, LockMode mode);

Status SyncDirectory(const std::string& path);

// Makes one directory of mode 0700; Ok when it exists.
Status MakeDirectory(const std::string& path);

// Names in a directory but "." and "..", sorted. kNotFound.
Result<std::vector<std::string>> ListDirectory(const std::string& path);

// Removes a directory with all in it; Ok when there is none. Never follows links.
Status RemoveTree(const std::string& path);

// True when something of that name exists (a dangling link too).
bool PathExists(const std::string& path);

// The directory part: "/a/b" -> "/a", "b" -> ".".
std::string ParentOf(const std::string& path);

}  // namespace borealis::snapshot
