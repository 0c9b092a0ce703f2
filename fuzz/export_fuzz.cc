// Export manifests from outside: what decodes encodes to the same bytes, names its files safely,
// and each of its snapshots has the log that it needs.
//
//   first byte % 2   0: a manifest as it is   1: patches to a real one, its hash made right
#include "backup/export_manifest.h"
#include "backup/testing.h"
#include "base/check.h"
#include "fuzz/fuzz_input.h"

namespace borealis::backup {
namespace {

void Try(ByteView bytes) {
  const auto manifest = DecodeExportManifest(bytes);
  if (!manifest.ok()) {
    return;
  }
  CHECK(fuzz::Same(EncodeExportManifest(*manifest), bytes));
  for (const ExportedFile& file : FilesOf(*manifest)) {
    CHECK(file.name.find('/') == std::string::npos);
  }
  for (const ExportedSnapshot& snapshot : manifest->snapshots) {
    CHECK(FirstSegmentFor(manifest->chain, snapshot.seqno, snapshot.position, {}).has_value());
  }
}

}  // namespace
}  // namespace borealis::backup

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace borealis;          // NOLINT: a fuzz target
  using namespace borealis::backup;  // NOLINT: a fuzz target
  fuzz::Input input(data, size);
  if (input.Take<uint8_t>() % 2 == 0) {
    Try(input.rest());
    return 0;
  }
  Bytes real = EncodeExportManifest(testing::SmallManifest());
  fuzz::Patch(real, input.rest());
  fuzz::MakeHashRight(real, kExportSeed);
  Try(real);
  return 0;
}
