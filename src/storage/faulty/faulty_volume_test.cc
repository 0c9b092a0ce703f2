// Power losses, deaths, space, damage, registers and blobs, and that a seed replays.
#include "storage/faulty/faulty_volume.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "storage/faulty/faulty_backend.h"

namespace borealis::storage {
namespace {

constexpr SegmentRef kSegment = {{1}, {1}};
constexpr size_t kSectorBytes = 512;

AppendResult AppendAll(Backend& backend, char fill, size_t count,
                       const SegmentRef& segment = kSegment) {
  const Bytes bytes(count, static_cast<std::byte>(fill));
  return backend.Append(segment, [&](const AppendPlace&) -> ByteView { return bytes; });
}

std::string Raw(Backend& backend, const SegmentRef& segment = kSegment) {
  const Result<Bytes> bytes = backend.ReadRaw(segment, 0, 1 << 20);
  return bytes.ok() ? std::string(AsText(*bytes)) : bytes.status().ToString();
}

class FaultyVolumeTest : public ::testing::Test {
 protected:
  std::shared_ptr<FaultyVolume> Make(FaultyOptions options = {}) {
    options.single_threaded = true;
    return FaultyVolume::Create(std::move(options), [this] { return engine_(); });
  }
  std::mt19937_64 engine_{1};
};

// 100 synced bytes 's', then 3000 bytes 'u' that their writer wrote and did not sync.
std::shared_ptr<FaultyVolume> WithUnsyncedTail(const std::shared_ptr<FaultyVolume>& volume) {
  const auto a = volume->Attach();
  CHECK_OK(a->EndRecovery());
  CHECK_OK(a->CreateSegment(kSegment));
  CHECK(AppendAll(*a, 's', 100).outcome == AppendOutcome::kOk);
  volume->plan().Script(Call::kAppend, Fault::kCrashBeforeSync);
  CHECK(AppendAll(*a, 'u', 3000).outcome == AppendOutcome::kUnknown);
  return volume;
}

TEST_F(FaultyVolumeTest, CrashOfAllKeepsWhatWasWritten) {
  const auto volume = WithUnsyncedTail(Make());
  volume->CrashAll();
  const auto b = volume->Attach();
  EXPECT_TRUE(b->NeedsRecovery());
  EXPECT_EQ(Raw(*b), std::string(100, 's') + std::string(3000, 'u'));
  const Result<SegmentState> state = b->State(kSegment);
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->durable_end, 0u);  // unknown until recovery names it
  EXPECT_TRUE(state->must_seal);
}

TEST_F(FaultyVolumeTest, PowerLossNeverTouchesSyncedBytesAndTearsTheRestBySector) {
  std::set<std::string> outcomes;
  for (int round = 0; round < 200; ++round) {
    const auto volume = WithUnsyncedTail(Make());
    volume->PowerLoss();
    const auto b = volume->Attach();
    const std::string raw = Raw(*b);
    ASSERT_GE(raw.size(), 100u);
    ASSERT_LE(raw.size(), 3100u);
    ASSERT_EQ(raw.substr(0, 100), std::string(100, 's'));
    for (size_t at = 100; at < raw.size(); ++at) {
      ASSERT_TRUE(raw[at] == 'u' || raw[at] == '\0');
      if (at % kSectorBytes != 0 && at != 100) {
        ASSERT_EQ(raw[at], raw[at - 1]) << "a sector was torn at " << at;
      }
    }
    outcomes.insert(raw);
    // What survived once is on the platter and survives again.
    volume->PowerLoss();
    ASSERT_EQ(Raw(*volume->Attach()), raw);
  }
  EXPECT_TRUE(outcomes.contains(std::string(100, 's')));
  EXPECT_TRUE(outcomes.contains(std::string(100, 's') + std::string(3000, 'u')));
  EXPECT_GT(outcomes.size(), 10u);
}

TEST_F(FaultyVolumeTest, TearCanBeChosen) {
  const auto lost = WithUnsyncedTail(Make());
  lost->PowerLoss(Tear::kLoseAll);
  EXPECT_EQ(Raw(*lost->Attach()), std::string(100, 's'));
  const auto kept = WithUnsyncedTail(Make());
  kept->PowerLoss(Tear::kKeepAll);
  EXPECT_EQ(Raw(*kept->Attach()).size(), 3100u);
  for (int round = 0; round < 20; ++round) {
    const auto cut = WithUnsyncedTail(Make());
    cut->PowerLoss(Tear::kPrefix);
    EXPECT_EQ(Raw(*cut->Attach()).find('\0'), std::string::npos);
  }
}

TEST_F(FaultyVolumeTest, LostSectorsShowWhatTheMediumHeldBefore) {
  const auto volume = Make({.prewritten_bytes = 4096, .recycle_segments = true});
  {
    const auto a = volume->Attach();
    CHECK_OK(a->EndRecovery());
    const SegmentRef old = {{9}, {1}};
    ASSERT_TRUE(a->CreateSegment(old).ok());
    ASSERT_EQ(AppendAll(*a, 'o', 4096, old).outcome, AppendOutcome::kOk);
    ASSERT_TRUE(a->DeleteSegment(old.id).ok());
  }
  WithUnsyncedTail(volume)->PowerLoss(Tear::kLoseAll);
  EXPECT_EQ(Raw(*volume->Attach()), std::string(100, 's') + std::string(3996, 'o'));
}

TEST_F(FaultyVolumeTest, PowerLossDropsHintsAndAppendsUnderWay) {
  const auto volume = Make();
  {
    const auto a = volume->Attach();
    CHECK_OK(a->EndRecovery());
    ASSERT_TRUE(a->CreateSegment(kSegment).ok());
    ASSERT_TRUE(a->PutHint("beat", {}).ok());
    volume->plan().Script(Call::kAppend, Fault::kHeldBack);
    EXPECT_EQ(AppendAll(*a, 'h', 10).outcome, AppendOutcome::kUnknown);
    volume->CrashAll();
    EXPECT_EQ(volume->PendingCount(), 1u);
    volume->PowerLoss();
  }
  EXPECT_EQ(volume->PendingCount(), 0u);
  const auto b = volume->Attach();
  const Result<std::vector<Hint>> hints = b->ListHints("");
  ASSERT_TRUE(hints.ok());
  EXPECT_TRUE(hints->empty());
  EXPECT_EQ(Raw(*b), "");
}

TEST_F(FaultyVolumeTest, FloatingStoreTearsNothing) {
  const auto volume = Make({.traits = kFloatingTraits});
  {
    const auto a = volume->Attach();
    CHECK_OK(a->EndRecovery());
    ASSERT_TRUE(a->CreateSegment(kSegment).ok());
    volume->plan().Script(Call::kAppend, Fault::kCrashBeforeSync);
    EXPECT_EQ(AppendAll(*a, 'c', 3000).outcome, AppendOutcome::kUnknown);
  }
  volume->PowerLoss();
  const auto b = volume->Attach();
  CHECK_OK(b->EndRecovery());
  EXPECT_EQ(Raw(*b), std::string(3000, 'c'));
  EXPECT_EQ(AppendAll(*b, 'd', 1).offset, 3000u);
}

TEST_F(FaultyVolumeTest, SealIsLostInAFullCrashOnlyWhenPlanned) {
  for (const bool lost : {false, true}) {
    const auto volume = Make();
    {
      const auto a = volume->Attach();
      CHECK_OK(a->EndRecovery());
      ASSERT_TRUE(a->CreateSegment(kSegment).ok());
      ASSERT_EQ(AppendAll(*a, 's', 10).outcome, AppendOutcome::kOk);
      ASSERT_TRUE(a->Seal(kSegment, nullptr).ok());
    }
    volume->PowerLoss();
    volume->plan().SetRate(Call::kRestart, Fault::kSealLost, lost ? 1 : 0);
    const auto b = volume->Attach();
    const Result<SegmentState> state = b->State(kSegment);
    ASSERT_TRUE(state.ok());
    EXPECT_EQ(state->sealed, !lost);
    const uint64_t cut = 10;
    const Result<uint64_t> size = b->Seal(kSegment, &cut);
    ASSERT_TRUE(size.ok());
    EXPECT_EQ(*size, 10u);
  }
}

TEST_F(FaultyVolumeTest, FullDeviceRefusesGrowthAndGoesOnWhenThereIsRoom) {
  const auto volume = Make();
  const auto a = volume->Attach();
  CHECK_OK(a->EndRecovery());
  ASSERT_TRUE(a->CreateSegment(kSegment).ok());
  const auto version = a->SwapRegister("r", 0, Bytes(50));
  ASSERT_TRUE(version.ok());
  volume->SetByteBudget(volume->BytesUsed() + 10);
  EXPECT_EQ(AppendAll(*a, 'x', 11).status.code(), Code::kNoSpace);
  EXPECT_EQ(AppendAll(*a, 'x', 10).outcome, AppendOutcome::kOk);
  EXPECT_EQ(a->SwapRegister("r", *version, Bytes(51)).status().code(), Code::kNoSpace);
  EXPECT_TRUE(a->SwapRegister("r", *version, Bytes(40)).ok());
  auto blob = a->CreateBlob("b");
  ASSERT_TRUE(blob.ok());
  EXPECT_EQ((*blob)->Write(Bytes(11)).code(), Code::kNoSpace);
  EXPECT_EQ(AppendAll(*a, 'x', 11).outcome, AppendOutcome::kNotAppended);
  volume->SetByteBudget(std::nullopt);
  EXPECT_EQ(AppendAll(*a, 'x', 11).outcome, AppendOutcome::kOk);
  EXPECT_TRUE((*blob)->Write(Bytes(11)).ok());
}

TEST_F(FaultyVolumeTest, DamageIsReadAsDamage) {
  const auto volume = Make();
  const auto a = volume->Attach();
  CHECK_OK(a->EndRecovery());
  ASSERT_TRUE(a->CreateSegment(kSegment).ok());
  ASSERT_EQ(AppendAll(*a, 'a', 10).outcome, AppendOutcome::kOk);
  EXPECT_FALSE(volume->FlipBit(kSegment.id, 10, 0));
  EXPECT_FALSE(volume->FlipBit({2}, 0, 0));
  ASSERT_TRUE(volume->FlipBit(kSegment.id, 3, 1));
  EXPECT_EQ(Raw(*a), "aaacaaaaaa");
  EXPECT_FALSE(volume->Truncate(kSegment.id, 11));
  ASSERT_TRUE(volume->Truncate(kSegment.id, 4));
  EXPECT_EQ(a->Read(kSegment, 0, 10).status().code(), Code::kCorruption);
  EXPECT_EQ(Raw(*a), "aaac");
  auto writer = a->CreateBlob("b");
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->Write(AsBytes("aaaa")).ok());
  ASSERT_TRUE((*writer)->Commit().ok());
  const auto reader = a->OpenBlob("b");
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE(volume->FlipBlobBit("b", 0, 1));
  const Result<Bytes> flipped = (*reader)->Read(0, 4);
  ASSERT_TRUE(flipped.ok());
  EXPECT_EQ(AsText(*flipped), "caaa");
  ASSERT_TRUE(volume->TruncateBlob("b", 2));
  EXPECT_EQ((*reader)->size(), 4u);
  EXPECT_EQ((*reader)->Read(0, 4).status().code(), Code::kCorruption);
}

TEST_F(FaultyVolumeTest, SwapOfUnknownOutcomeHappenedOrNot) {
  const auto volume = Make();
  const auto a = volume->Attach();
  CHECK_OK(a->EndRecovery());
  volume->plan().Script(Call::kSwap, Fault::kReplyLost);
  EXPECT_EQ(a->SwapRegister("r", 0, AsBytes("x")).status().code(), Code::kUnknown);
  const Result<RegisterValue> happened = a->ReadRegister("r");
  ASSERT_TRUE(happened.ok());
  EXPECT_EQ(AsText(happened->value), "x");
  volume->plan().Script(Call::kSwap, Fault::kRequestLost);
  EXPECT_EQ(a->SwapRegister("r", happened->version, AsBytes("y")).status().code(), Code::kUnknown);
  EXPECT_EQ(AsText(a->ReadRegister("r")->value), "x");
  volume->plan().Script(Call::kSwap, Fault::kReplyLost);
  EXPECT_EQ(a->SwapRegister("r", 0, AsBytes("y")).status().code(), Code::kConflict);
}

TEST_F(FaultyVolumeTest, FaultsThatKillLeaveTheCallDoneOrNot) {
  const auto volume = Make();
  auto a = volume->Attach();
  CHECK_OK(a->EndRecovery());
  const auto b = volume->Attach();
  volume->plan().Script(Call::kSwap, Fault::kCrashAfter);
  EXPECT_EQ(a->SwapRegister("r", 0, AsBytes("x")).status().code(), Code::kUnavailable);
  EXPECT_FALSE(a->alive());
  EXPECT_EQ(AsText(b->ReadRegister("r")->value), "x");
  a = volume->Attach();
  volume->plan().Script(Call::kMutation, Fault::kCrashBefore);
  EXPECT_EQ(a->CreateSegment(kSegment).code(), Code::kUnavailable);
  EXPECT_FALSE(a->alive());
  EXPECT_EQ(b->State(kSegment).status().code(), Code::kNotFound);
}

TEST_F(FaultyVolumeTest, ASeedReplaysExactly) {
  const auto run = [](uint64_t seed) {
    std::mt19937_64 engine(seed);
    const auto volume =
        FaultyVolume::Create({.single_threaded = true}, [&engine] { return engine(); });
    FaultPlan& plan = volume->plan();
    plan.SetRate(Call::kAppend, Fault::kHeldBack, 0.1);
    plan.SetRate(Call::kAppend, Fault::kReplyLost, 0.1);
    plan.SetRate(Call::kAppend, Fault::kCrashBeforeSync, 0.05);
    plan.SetRate(Call::kAppend, Fault::kCrashMidWrite, 0.05);
    plan.SetRate(Call::kRead, Fault::kUnavailable, 0.1);
    volume->SetPendingRates(0.2, 0.1);
    std::string trace;
    for (uint64_t life = 1; life <= 20; ++life) {
      const auto backend = volume->Attach();
      CHECK_OK(backend->EndRecovery());
      const SegmentRef segment = {{life}, {1}};
      CHECK_OK(backend->CreateSegment(segment));
      for (int i = 0; i < 50 && backend->alive(); ++i) {
        const AppendResult append =
            AppendAll(*backend, static_cast<char>('a' + i % 26), 700, segment);
        trace += std::to_string(static_cast<int>(append.outcome)) + append.status.ToString();
        const Result<SegmentState> state = backend->State(segment);
        trace += state.ok() ? std::to_string(state->written_end) : state.status().ToString();
      }
      volume->PowerLoss();
    }
    const auto last = volume->Attach();
    plan.ClearRates();
    for (uint64_t life = 1; life <= 20; ++life) {
      trace += Raw(*last, {{life}, {1}});
    }
    return trace;
  };
  const std::string first = run(42);
  EXPECT_TRUE(first == run(42));
  EXPECT_FALSE(first == run(43));
}

}  // namespace
}  // namespace borealis::storage
