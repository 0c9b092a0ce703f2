#include "storage/local/blob_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "storage/local/register_store.h"
#include "storage/local/volume_layout.h"
#include "storage/names.h"

namespace borealis::storage::local {
namespace {

constexpr char kTemporaryPrefix[] = ".tmp-";

class FileBlobWriter : public BlobWriter {
 public:
  FileBlobWriter(int directory, FileOps& ops, std::string name, std::string temporary, UniqueFd fd)
      : directory_(directory),
        ops_(ops),
        name_(std::move(name)),
        temporary_(std::move(temporary)),
        fd_(std::move(fd)) {}
  ~FileBlobWriter() override {
    if (!temporary_.empty()) (void)RemoveFile(directory_, temporary_);
  }

  Status Write(ByteView bytes) override {
    CHECK(!temporary_.empty(), "Write after Commit");
    if (!status_.ok()) return status_;
    status_ = WriteAll(ops_, fd_.get(), bytes, written_).WithContext("blob " + name_);
    written_ += bytes.size();
    return status_;
  }

  Status Commit() override {
    CHECK(!temporary_.empty(), "Commit is called once");
    const std::string temporary = std::exchange(temporary_, {});
    Status status = Publish(temporary);
    if (!status.ok()) (void)RemoveFile(directory_, temporary);
    return status;
  }

 private:
  Status Publish(const std::string& temporary) {
    RETURN_IF_ERROR(status_);
    if (ops_.Fsync(fd_.get()) != 0) return ErrnoStatus(errno, "blob " + name_ + ": sync");
    const std::string file = FileNameOf(name_);
    if (ops_.Rename(directory_, temporary.c_str(), file.c_str(), RENAME_NOREPLACE) != 0) {
      return ErrnoStatus(errno, "blob " + name_);
    }
    if (ops_.Fsync(directory_) == 0) return Status::Ok();
    Status status = ErrnoStatus(errno, "blob " + name_ + ": sync of the directory");
    (void)RemoveFile(directory_, file);
    return status;
  }

  const int directory_;
  FileOps& ops_;
  const std::string name_;
  std::string temporary_;  // empty once committed
  const UniqueFd fd_;
  uint64_t written_ = 0;
  Status status_;  // the first failure sticks
};

class FileBlobReader : public BlobReader {
 public:
  FileBlobReader(std::string name, UniqueFd fd, uint64_t size)
      : name_(std::move(name)), fd_(std::move(fd)), size_(size) {}
  uint64_t size() const override { return size_; }
  Result<Bytes> Read(uint64_t offset, size_t length) override {
    if (offset > size_ || length > size_ - offset) {
      return Status(Code::kInvalidArgument, fmt::format("blob {}: bytes {}+{} are past its {}",
                                                        name_, offset, length, size_));
    }
    ASSIGN_OR_RETURN(Bytes bytes, ReadUpTo(fd_.get(), offset, length));
    if (bytes.size() == length) return bytes;
    return Status(Code::kCorruption, fmt::format("blob {}: {} bytes at {}, expected {}", name_,
                                                 bytes.size(), offset, length));
  }

 private:
  const std::string name_;
  const UniqueFd fd_;
  const uint64_t size_;
};

}  // namespace

Result<std::unique_ptr<BlobWriter>> BlobStore::Create(std::string_view name) {
  RETURN_IF_ERROR(CheckBlobName(name));
  if (::faccessat(directory_, FileNameOf(name).c_str(), F_OK, 0) == 0) {
    return Status(Code::kAlreadyExists, fmt::format("blob {} exists", name));
  }
  std::string temporary =
      fmt::format("{}{}-{:x}-{}", kTemporaryPrefix, ::getpid(), reinterpret_cast<uintptr_t>(this),
                  writers_made_.fetch_add(1));
  ASSIGN_OR_RETURN(UniqueFd fd, OpenFile(directory_, temporary, O_WRONLY | O_CREAT | O_EXCL));
  return std::unique_ptr<BlobWriter>(std::make_unique<FileBlobWriter>(
      directory_, ops_, std::string(name), std::move(temporary), std::move(fd)));
}

Result<std::unique_ptr<BlobReader>> BlobStore::Open(std::string_view name) const {
  RETURN_IF_ERROR(CheckBlobName(name));
  Result<UniqueFd> fd = OpenFile(directory_, FileNameOf(name), O_RDONLY);
  if (!fd.ok()) return fd.status().WithContext("blob");
  struct stat info {};
  if (::fstat(fd->get(), &info) != 0) return ErrnoStatus(errno, "stat blob");
  return std::unique_ptr<BlobReader>(std::make_unique<FileBlobReader>(
      std::string(name), std::move(*fd), static_cast<uint64_t>(info.st_size)));
}

Status BlobStore::Delete(std::string_view name) {
  RETURN_IF_ERROR(CheckBlobName(name));
  return RemoveFile(directory_, FileNameOf(name));
}

Result<std::vector<std::string>> BlobStore::List(std::string_view prefix) const {
  return ListValueFiles(directory_, prefix);
}

Result<size_t> BlobStore::Sweep() { return SweepPrefix(directory_, kTemporaryPrefix); }

}  // namespace borealis::storage::local
