// LocalBackend: a volume in a directory of one machine, shared by the processes there. README.md of
// this folder tells the algorithm; volume_layout.h the directory.
//
// Errors beyond the contract's: kUnavailable when the volume is attached from another machine,
// container or version of this program.
#pragma once

#include <memory>
#include <string>

#include "storage/backend.h"
#include "storage/local/local_options.h"

namespace borealis::storage {

class LocalBackend : public Backend {
 public:
  // Makes an empty volume in a new or empty directory. kInvalidArgument: relative path;
  // kAlreadyExists: a volume, or foreign files; kUnsupported: unfit file system.
  static Status Create(const std::string& directory, const LocalOptions& options = {});
  static bool IsVolume(const std::string& directory);

  // Attaches. Blocks while another process recovers the volume (with a line in the log now and
  // then). kNotFound: no volume; kInvalidArgument: relative path, wrong owner or mode;
  // kUnsupported: unknown layout, unfit file system.
  static Result<std::unique_ptr<LocalBackend>> Open(const std::string& directory,
                                                    const LocalOptions& options = {});

  // For inspection: attaches nothing, takes no lock, writes nothing, works on a volume that is in
  // use, at rest or damaged. Mutations are kUnsupported; WaitForData times out at once. Durable
  // ends of open segments are known only while someone is attached: else 0, and ReadRaw shows the
  // medium.
  static Result<std::unique_ptr<Backend>> OpenReadOnly(const std::string& directory);

  // Holds back room on the disk for backends with LocalOptions::use_reserve: a segment and some
  // registers. kNoSpace: there is too little room.
  virtual Status KeepReserve() = 0;

  // Appends acknowledged and syncs made for a segment since it was created, by all processes.
  struct Figures {
    uint64_t appends = 0;
    uint64_t syncs = 0;
  };
  virtual Result<Figures> FiguresOf(const SegmentRef& segment) = 0;
};

}  // namespace borealis::storage
