#include "storage/local/hint_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "storage/local/file_ops.h"
#include "storage/local/register_store.h"
#include "storage/local/volume_layout.h"
#include "storage/names.h"

namespace borealis::storage::local {
namespace {
constexpr char kTemporaryPrefix[] = ".tmp-";
}  // namespace

Status HintStore::Put(std::string_view name, ByteView value) {
  RETURN_IF_ERROR(CheckRegisterName(name));
  RETURN_IF_ERROR(CheckHintValue(name, value));
  const std::string temporary =
      fmt::format("{}{}-{:x}-{}", kTemporaryPrefix, ::getpid(), reinterpret_cast<uintptr_t>(this),
                  files_made_.fetch_add(1));
  const auto write = [&]() -> Status {
    ASSIGN_OR_RETURN(const UniqueFd fd,
                     OpenFile(directory_, temporary, O_WRONLY | O_CREAT | O_EXCL));
    RETURN_IF_ERROR(WriteAll(PosixFileOps(), fd.get(), value, 0));
    if (::renameat(directory_, temporary.c_str(), directory_, FileNameOf(name).c_str()) != 0) {
      return ErrnoStatus(errno, "rename");
    }
    return Status::Ok();
  };
  const Status status = write();
  if (!status.ok()) (void)RemoveFile(directory_, temporary);
  return status.WithContext(fmt::format("hint {}", name));
}

Status HintStore::Delete(std::string_view name) {
  RETURN_IF_ERROR(CheckRegisterName(name));
  return RemoveFile(directory_, FileNameOf(name));
}

Result<std::vector<Hint>> HintStore::List(std::string_view prefix) const {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListValueFiles(directory_, prefix));
  std::vector<Hint> hints;
  for (const std::string& name : names) {
    Result<Bytes> value = ReadFile(directory_, FileNameOf(name), kHintBytesMax);
    if (!value.ok()) {
      if (value.status().code() == Code::kNotFound) continue;  // deleted meanwhile
      return value.status().WithContext("hint " + name);
    }
    hints.push_back({name, std::move(*value)});
  }
  return hints;
}

Status HintStore::Sweep() { return ToStatus(SweepPrefix(directory_, kTemporaryPrefix)); }

}  // namespace borealis::storage::local
