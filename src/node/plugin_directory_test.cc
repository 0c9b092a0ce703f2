#include "node/plugin_directory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "snapshot/testing.h"

namespace borealis::node {
namespace {

class PluginDirectoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(snapshot::MakeDirectory(root_ + "/server").ok());
    Write("/server/other.so", "other");
  }
  void Write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(
        snapshot::WriteFileAtomically(root_ + name, AsBytes(text), snapshot::Durability::kProcess)
            .ok());
  }
  Status Provide(std::string_view library) {
    return ProvidePluginDirectory(root_ + "/node", AsBytes(library), root_ + "/server");
  }
  std::string Read(const std::string& name) {
    const auto bytes = snapshot::ReadFile(root_ + name, 1 << 20);
    return bytes.ok() ? std::string(AsText(*bytes)) : bytes.status().message();
  }

  const snapshot::TempDirectory temporary_;
  const std::string& root_ = temporary_.path();
};

TEST_F(PluginDirectoryTest, HoldsOursAndTheServers) {
  ASSERT_TRUE(Provide("one").ok());
  EXPECT_EQ(Read("/node/borealis.so"), "one");
  EXPECT_EQ(Read("/node/other.so"), "other");
}

TEST_F(PluginDirectoryTest, IsBroughtUpToDate) {
  ASSERT_TRUE(Provide("one").ok());
  Write("/server/new.so", "new");
  ASSERT_TRUE(Provide("two").ok());
  EXPECT_EQ(Read("/node/borealis.so"), "two");
  EXPECT_EQ(Read("/node/new.so"), "new");
}

TEST_F(PluginDirectoryTest, AServerWithoutPluginsIsFine) {
  EXPECT_TRUE(ProvidePluginDirectory(root_ + "/node", AsBytes("x"), root_ + "/none").ok());
}

}  // namespace
}  // namespace borealis::node
