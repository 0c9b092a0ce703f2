#include "node/export_state.h"

#include <gtest/gtest.h>

#include "storage/memory/memory_backend.h"

namespace borealis::node {
namespace {

ExportState State(const std::string& directory) {
  return {.directory = directory,
          .every_minutes = 60,
          .until = {77},
          .until_time_us = 5,
          .succeeded_us = 6,
          .failed_us = 7,
          .failure = "no space"};
}

TEST(ExportStateTest, SurvivesEncodingAndNothingElseDecodes) {
  const Bytes good = EncodeExportState(State("/mnt/x"));
  EXPECT_EQ(*DecodeExportState(good), State("/mnt/x"));
  for (size_t i = 0; i < good.size(); ++i) {
    Bytes bytes = good;
    bytes[i] ^= std::byte{1};
    EXPECT_FALSE(DecodeExportState(bytes).ok()) << i;
    EXPECT_FALSE(DecodeExportState(ByteView(good).first(i)).ok()) << i;
  }
}

TEST(ExportStateTest, FitsIntoAHintHoweverLongItsTexts) {
  ExportState state = State("/" + std::string(9000, 'd'));
  state.failure = std::string(9000, 'f');
  const Bytes bytes = EncodeExportState(state);
  EXPECT_LE(bytes.size(), 4096U);
  EXPECT_EQ(DecodeExportState(bytes)->failure.size(), kExportFailureBytesMax);
}

TEST(ExportStateTest, ThoseOfAVolumeAreListedByDirectory) {
  const auto volume = storage::MemoryVolume::Create({});
  const auto backend = volume->Attach();
  for (const char* directory : {"/b", "/a"}) {
    CHECK_OK(backend->PutHint(ExportHintName(directory), EncodeExportState(State(directory))));
  }
  CHECK_OK(backend->PutHint("export.0123456789abcdef", AsBytes("torn")));
  const auto states = ReadExportStates(*backend);
  ASSERT_TRUE(states.ok());
  EXPECT_EQ(*states, (std::vector<ExportState>{State("/a"), State("/b")}));
}

}  // namespace
}  // namespace borealis::node
