// Reading an export back: every byte checked, and put into an empty volume, which is then the same
// history at rest up to the export's end, as after a crash of everybody. What becomes of it is the
// caller's business; two of one history must never serve. Over any backend.
#pragma once

#include "backup/export_directory.h"
#include "storage/backend.h"

namespace borealis::backup {

// The manifest; every file that it names is there, and as long as it says. kNotFound: there is
// none. kCorruption, kUnsupported.
Result<ExportManifest> ReadExport(const ExportDirectory& directory);

// Reads every file and checks its hash, every batch of the log, and each snapshot's manifest.
// kCorruption says what is wrong.
Status CheckExport(const ExportDirectory& directory, const ExportManifest& manifest,
                   const Moved& moved);

// Bytes that a segment of the volume must be able to hold.
uint64_t SegmentBytesMaxOf(const ExportManifest& manifest);

// Checks each file while it copies it. `all_snapshots`: else only the newest. REQUIRES: nobody else
// is attached to the volume and nothing is in it. After a failure it is of no use.
Status FillVolume(const ExportDirectory& directory, const ExportManifest& manifest,
                  bool all_snapshots, storage::Backend& volume, const Moved& moved);

}  // namespace borealis::backup
