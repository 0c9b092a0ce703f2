// Registers and hints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/conformance/backend_conformance.h"

namespace borealis::storage {

using namespace conformance;  // NOLINT(google-build-using-namespace): its tests
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

namespace {

const std::vector<std::string>& BadNames() {
  static const std::vector<std::string> names = {
      "", "A", "a b", "a/b", "../a", "a\n", "\xc3\xa4", std::string("a\0b", 3), "a*", "a:b", "a%"};
  return names;
}

// Names that a file system might take for something else.
const std::vector<std::string>& OddNames() {
  static const std::vector<std::string> names = {".", "..", ".hidden", "-rf", "_", "a.tmp", "0"};
  return names;
}

std::string ReadValue(Backend& backend, std::string_view name) {
  const Result<RegisterValue> value = backend.ReadRegister(name);
  EXPECT_TRUE(value.ok()) << value.status().ToString();
  return value.ok() ? std::string(AsText(value->value)) : "(error)";
}

uint64_t ReadVersion(Backend& backend, std::string_view name) {
  const Result<RegisterValue> value = backend.ReadRegister(name);
  EXPECT_TRUE(value.ok()) << value.status().ToString();
  return value.ok() ? value->version : UINT64_MAX;
}

}  // namespace

TEST_P(BackendConformanceTest, AbsentRegisterReadsAsVersionZero) {
  const Result<RegisterValue> value = a_->ReadRegister("absent");
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(value->version, 0u);
  EXPECT_THAT(value->value, IsEmpty());
}

TEST_P(BackendConformanceTest, SwapCreatesChangesAndIsSeenByEveryProcess) {
  const auto b = Attach();
  const Result<uint64_t> first = a_->SwapRegister("chain", 0, AsBytes("one"));
  ASSERT_TRUE(first.ok());
  EXPECT_GT(*first, 0u);
  EXPECT_EQ(ReadVersion(*b, "chain"), *first);
  EXPECT_EQ(ReadValue(*b, "chain"), "one");
  const Result<uint64_t> second = b->SwapRegister("chain", *first, AsBytes("three"));
  ASSERT_TRUE(second.ok());
  EXPECT_GT(*second, *first);
  EXPECT_EQ(ReadVersion(*a_, "chain"), *second);
  EXPECT_EQ(ReadValue(*a_, "chain"), "three");
}

TEST_P(BackendConformanceTest, SwapWithAnotherVersionConflictsAndChangesNothing) {
  const Result<uint64_t> version = a_->SwapRegister("r", 0, AsBytes("one"));
  ASSERT_TRUE(version.ok());
  for (const uint64_t wrong : {uint64_t{0}, *version - 1, *version + 1, UINT64_MAX}) {
    if (wrong != *version) {
      EXPECT_EQ(a_->SwapRegister("r", wrong, AsBytes("two")).status().code(), Code::kConflict);
      EXPECT_EQ(a_->DeleteRegister("r", wrong).code(), Code::kConflict);
    }
  }
  EXPECT_EQ(ReadVersion(*a_, "r"), *version);
  EXPECT_EQ(ReadValue(*a_, "r"), "one");
  EXPECT_EQ(a_->SwapRegister("absent", 1, AsBytes("x")).status().code(), Code::kConflict);
  EXPECT_EQ(a_->DeleteRegister("absent", 1).code(), Code::kConflict);
  EXPECT_EQ(ReadVersion(*a_, "absent"), 0u);
}

TEST_P(BackendConformanceTest, RegisterMadeAgainRepeatsNoVersion) {
  uint64_t last = 0;
  for (int round = 0; round < 5; ++round) {
    const Result<uint64_t> made = a_->SwapRegister("r", 0, AsBytes("x"));
    ASSERT_TRUE(made.ok());
    EXPECT_GT(*made, last);
    if (last != 0) {
      EXPECT_EQ(a_->SwapRegister("r", last, AsBytes("stale")).status().code(), Code::kConflict);
    }
    last = *made;
    ASSERT_TRUE(a_->DeleteRegister("r", *made).ok());
    EXPECT_EQ(ReadVersion(*a_, "r"), 0u);
    if (round == 2) {  // nor does the next generation of processes
      a_.reset();
      a_ = Attach();
    }
  }
}

TEST_P(BackendConformanceTest, RegistersTakeValuesUpToTheLimit) {
  const Bytes largest(Backend::kRegisterBytesMax, std::byte{7});
  const Result<uint64_t> version = a_->SwapRegister("large", 0, largest);
  ASSERT_TRUE(version.ok()) << version.status().ToString();
  const Bytes more(Backend::kRegisterBytesMax + 1);
  EXPECT_EQ(a_->SwapRegister("large", *version, more).status().code(), Code::kInvalidArgument);
  const Result<RegisterValue> value = Attach()->ReadRegister("large");
  ASSERT_TRUE(value.ok());
  EXPECT_TRUE(value->value == largest);
  const Result<uint64_t> empty = a_->SwapRegister("large", *version, {});
  ASSERT_TRUE(empty.ok());  // an empty value is there all the same
  EXPECT_EQ(ReadVersion(*a_, "large"), *empty);
  EXPECT_EQ(ReadValue(*a_, "large"), "");
}

TEST_P(BackendConformanceTest, ListRegistersGivesThoseWithThePrefix) {
  for (const char* name : {"member.2", "member.1", "member", "lease", "membe"}) {
    ASSERT_TRUE(a_->SwapRegister(name, 0, AsBytes("x")).ok());
  }
  ASSERT_TRUE(a_->DeleteRegister("member.2", ReadVersion(*a_, "member.2")).ok());
  const auto b = Attach();
  const auto members = b->ListRegisters("member");
  ASSERT_TRUE(members.ok());
  EXPECT_THAT(*members, UnorderedElementsAre("member", "member.1"));
  const auto all = b->ListRegisters("");
  ASSERT_TRUE(all.ok());
  EXPECT_THAT(*all, UnorderedElementsAre("member", "member.1", "lease", "membe"));
  const auto none = b->ListRegisters("x");
  ASSERT_TRUE(none.ok());
  EXPECT_THAT(*none, IsEmpty());
}

TEST_P(BackendConformanceTest, RegistersOutliveAllProcesses) {
  const Result<uint64_t> version = a_->SwapRegister("identity", 0, AsBytes("volume 1"));
  ASSERT_TRUE(version.ok());
  a_.reset();
  a_ = Attach();
  EXPECT_EQ(ReadVersion(*a_, "identity"), *version);
  EXPECT_EQ(ReadValue(*a_, "identity"), "volume 1");
}

TEST_P(BackendConformanceTest, RegisterNamesAreValidated) {
  std::vector<std::string> bad = BadNames();
  bad.emplace_back(65, 'a');
  for (const std::string& name : bad) {
    EXPECT_EQ(a_->ReadRegister(name).status().code(), Code::kInvalidArgument) << name;
    EXPECT_EQ(a_->SwapRegister(name, 0, AsBytes("x")).status().code(), Code::kInvalidArgument)
        << name;
    EXPECT_EQ(a_->DeleteRegister(name, 1).code(), Code::kInvalidArgument) << name;
  }
  std::vector<std::string> good = OddNames();
  good.emplace_back(64, 'z');
  for (const std::string& name : good) {
    EXPECT_TRUE(a_->SwapRegister(name, 0, AsBytes(name)).ok()) << name;
  }
  for (const std::string& name : good) {
    EXPECT_EQ(ReadValue(*a_, name), name);
  }
  const auto names = a_->ListRegisters("");
  ASSERT_TRUE(names.ok());
  EXPECT_THAT(*names, ::testing::UnorderedElementsAreArray(good));
}

TEST_P(BackendConformanceTest, LastHintWinsAndEveryProcessSeesIt) {
  const auto b = Attach();
  ASSERT_TRUE(a_->PutHint("beat.1", AsBytes("old and long")).ok());
  ASSERT_TRUE(b->PutHint("beat.2", AsBytes("two")).ok());
  ASSERT_TRUE(b->PutHint("beat.1", AsBytes("new")).ok());
  ASSERT_TRUE(a_->PutHint("other", {}).ok());
  for (Backend* process : {a_.get(), b.get()}) {
    const Result<std::vector<Hint>> hints = process->ListHints("beat.");
    ASSERT_TRUE(hints.ok());
    std::vector<std::string> seen;
    for (const Hint& hint : *hints) {
      seen.push_back(hint.name + "=" + std::string(AsText(hint.value)));
    }
    EXPECT_THAT(seen, UnorderedElementsAre("beat.1=new", "beat.2=two"));
  }
  ASSERT_TRUE(a_->DeleteHint("beat.1").ok());
  EXPECT_TRUE(a_->DeleteHint("beat.1").ok());
  const Result<std::vector<Hint>> left = b->ListHints("beat");
  ASSERT_TRUE(left.ok());
  ASSERT_EQ(left->size(), 1u);
  EXPECT_EQ(left->front().name, "beat.2");
}

TEST_P(BackendConformanceTest, HintsHaveTheirLimitsAndNames) {
  const Bytes largest(4096, std::byte{9});
  ASSERT_TRUE(a_->PutHint("h", largest).ok());
  EXPECT_EQ(a_->PutHint("h", Bytes(4097)).code(), Code::kInvalidArgument);
  const Result<std::vector<Hint>> hints = a_->ListHints("");
  ASSERT_TRUE(hints.ok());
  ASSERT_EQ(hints->size(), 1u);
  EXPECT_TRUE(hints->front().value == largest);
  for (const std::string& name : BadNames()) {
    EXPECT_EQ(a_->PutHint(name, {}).code(), Code::kInvalidArgument) << name;
    EXPECT_EQ(a_->DeleteHint(name).code(), Code::kInvalidArgument) << name;
  }
  EXPECT_EQ(a_->PutHint(std::string(65, 'a'), {}).code(), Code::kInvalidArgument);
  for (const std::string& name : OddNames()) {
    EXPECT_TRUE(a_->PutHint(name, {}).ok()) << name;
  }
}

TEST_P(BackendConformanceTest, RegistersBlobsAndHintsDoNotShareNames) {
  ASSERT_TRUE(a_->SwapRegister("x", 0, AsBytes("register")).ok());
  ASSERT_TRUE(a_->PutHint("x", AsBytes("hint")).ok());
  ASSERT_TRUE(PutBlob(*a_, "x", AsBytes("blob")).ok());
  EXPECT_EQ(ReadValue(*a_, "x"), "register");
  ASSERT_TRUE(a_->DeleteHint("x").ok());
  ASSERT_TRUE(a_->DeleteBlob("x").ok());
  EXPECT_EQ(ReadValue(*a_, "x"), "register");
  const auto names = a_->ListRegisters("");
  ASSERT_TRUE(names.ok());
  EXPECT_THAT(*names, ElementsAre("x"));
}

}  // namespace borealis::storage
