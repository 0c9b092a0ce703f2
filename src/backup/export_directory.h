// ExportDirectory: the files of an export, read and written. A file gets its name when all of it is
// durable, and never changes under it; the manifest is replaced last. So a directory is importable
// at every moment after its first export, whatever is killed. Adapter; one thread.
//
//   DIR/borealis-export, segment.*, snapshot.*     export_manifest.h
//   DIR/*.new                                      being written; swept by the next export
//   DIR/.lock                                      flock: one writes, or several read
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "backup/export_manifest.h"
#include "snapshot/files.h"
#include "snapshot/stream.h"

namespace borealis::backup {

// Called with the bytes moved since the last call; what is not Ok ends the work.
using Moved = std::function<Status(uint64_t bytes)>;
inline Status TellMoved(const Moved& moved, uint64_t bytes) {
  return moved ? moved(bytes) : Status::Ok();
}

inline constexpr size_t kCopyBytes = 4 << 20;  // moved at a time

class ExportDirectory {
 public:
  // Makes the directory if it is missing; its parent exists. kAlreadyExists: other files are in it.
  // kConflict: another export or import works on it.
  static Result<ExportDirectory> OpenForWriting(const std::string& path);
  // kNotFound: there is no export. kConflict: an export writes it now. A directory that can't be
  // written to needs no lock.
  static Result<ExportDirectory> OpenForReading(const std::string& path);

  const std::string& path() const { return path_; }

  // Nothing: no export was completed here. kCorruption, kUnsupported.
  Result<std::optional<ExportManifest>> ReadManifest() const;
  bool IsThere(const ExportedFile& file) const;  // by name and size

  // Durable, and visible under its name when Finish() is ok; else nothing of it is.
  class File : public snapshot::ByteSink {
   public:
    ~File() override;
    Status Write(ByteView bytes) override;
    Status Finish();
    uint64_t bytes() const { return bytes_; }
    uint64_t hash() const { return hash_.Digest(); }

   private:
    friend class ExportDirectory;
    File(std::string path, snapshot::UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
    const std::string path_;
    snapshot::UniqueFd fd_;
    uint64_t bytes_ = 0;
    snapshot::StreamHash hash_;
  };
  Result<std::unique_ptr<File>> Create(const std::string& name) const;

  // Durable when ok. REQUIRES: the files that it names are there.
  Status WriteManifest(const ExportManifest& manifest) const;
  // Removes what the manifest does not name: older files, and what an export that died left.
  Status Sweep(const ExportManifest& manifest) const;

  // Hands a file's bytes on in pieces of kCopyBytes and checks its size and hash. kCorruption names
  // the file and what is wrong with it.
  Status Read(const ExportedFile& file, const std::function<Status(ByteView)>& take) const;

 private:
  ExportDirectory(std::string path, snapshot::UniqueFd lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}
  std::string PathOf(const std::string& name) const { return path_ + "/" + name; }

  std::string path_;
  snapshot::UniqueFd lock_;
};

}  // namespace borealis::backup
