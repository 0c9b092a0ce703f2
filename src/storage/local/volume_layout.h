// VolumeLayout: the directory of a local volume, and whether a directory is one.
//
//   VOLUME/              mode 0700, owned by the user who runs the servers; files are 0600
//     layout             "borealis volume layout 1\n"; written last, so what has it is complete
//     lock               attach locks (attach_lock.h)
//     shm                shared memory (shared_state.h); absent until first attached
//     segments/          <id>.<epoch>  decimal; mode 0400 and cut to size once sealed, 0700
//     meanwhile
//                        .spare        a zeroed file in waiting; .new-*  one being made
//                        .reserve      another, for a full disk (reserve.h), as are
//     .reserve.*
//     registers/         <name>        register_store.h
//     blobs/             <name>; .tmp-* unfinished
//     hints/             <name>
// A name that starts with '.' is stored with "%2e" in its place, so that it can't meet ours.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "storage/local/file_ops.h"

namespace borealis::storage::local {

inline constexpr int kLayoutVersion = 1;

struct VolumeDirectory {
  std::string path;
  UniqueFd root;
  UniqueFd segments;
  UniqueFd registers;
  UniqueFd blobs;
  UniqueFd hints;
};

// Makes an empty volume. `path` is absolute; its parent exists; it does not exist or is an empty
// directory of ours (or what a crash left of an earlier call). kAlreadyExists: a volume or foreign
// files are there. kUnsupported: unfit file system.
Status CreateVolumeDirectory(const std::string& path, FileOps& ops);

enum class Access { kAttach, kInspect };
// Opens an existing one. kNotFound: no volume; kInvalidArgument: relative path, wrong owner or mode
// (kAttach only); kUnsupported: a layout version that we do not know.
Result<VolumeDirectory> OpenVolumeDirectory(const std::string& path, Access access);

bool IsVolumeDirectory(const std::string& path);

// Names of registers, blobs and hints as file names and back.
std::string FileNameOf(std::string_view name);
std::string NameOfFile(std::string_view file_name);
// Whether a file name is one of ours that is no value (".tmp-…").
inline bool IsInternalName(std::string_view file_name) { return file_name.starts_with('.'); }

// Removes the internal names in `directory` that start with `prefix`; returns how many.
Result<size_t> SweepPrefix(int directory, std::string_view prefix);

}  // namespace borealis::storage::local
