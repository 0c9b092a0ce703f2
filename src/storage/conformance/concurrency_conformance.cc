// Several processes with several threads each, all at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "storage/conformance/backend_conformance.h"

namespace borealis::storage {

using namespace conformance;  // NOLINT(google-build-using-namespace): its tests

namespace {

constexpr int kProcesses = 3;
constexpr int kThreadsEach = 2;
constexpr int kWriters = kProcesses * kThreadsEach;
constexpr uint32_t kMessagesEach = 60;

struct Extent {
  uint64_t offset = 0;
  uint64_t size = 0;
};

size_t MessageSize(int writer, uint32_t number) {
  return kMessageBytesMin + (static_cast<size_t>(writer) * 977 + number * 131) % 1500;
}

// Appends one message and checks what can be checked at once; nullopt when it was not acknowledged.
std::optional<Extent> AppendMessage(Backend& backend, const SegmentRef& segment, int writer,
                                    uint32_t number, Status* why = nullptr) {
  const Bytes bytes = Message(static_cast<uint32_t>(writer), number, MessageSize(writer, number));
  AppendPlace place;
  const AppendResult append = backend.Append(segment, [&](const AppendPlace& given) -> ByteView {
    place = given;
    return bytes;
  });
  if (append.outcome != AppendOutcome::kOk) {
    EXPECT_EQ(append.outcome, AppendOutcome::kNotAppended) << append.status.ToString();
    if (why != nullptr) {
      *why = append.status;
    }
    return std::nullopt;
  }
  if (backend.traits().positioned_appends) {
    EXPECT_EQ(place.offset, append.offset);
  }
  EXPECT_LE(place.durable_end, append.offset);
  return Extent{.offset = append.offset, .size = bytes.size()};
}

// The extents lie side by side from 0, without a gap or an overlap; returns their end.
uint64_t ExpectDense(std::vector<Extent> extents) {
  std::sort(extents.begin(), extents.end(),
            [](const Extent& a, const Extent& b) { return a.offset < b.offset; });
  uint64_t end = 0;
  for (const Extent& extent : extents) {
    EXPECT_EQ(extent.offset, end);
    end = extent.offset + extent.size;
  }
  return end;
}

// Follows the segment as a reader does until `end` or its seal; returns how many messages it saw.
size_t FollowWholeMessages(Backend& backend, uint64_t end, int64_t wait_ns) {
  uint64_t known_end = 0;
  size_t seen = 0;
  std::map<uint32_t, uint32_t> last_of;
  while (known_end < end && !::testing::Test::HasFailure()) {
    if (!backend.WaitForData(kFirst, known_end, wait_ns).ok()) {
      ADD_FAILURE() << "nothing came after " << known_end;
      break;
    }
    const uint64_t durable_end = StateOrDie(backend, kFirst).durable_end;
    EXPECT_GE(durable_end, known_end);
    const Result<Bytes> bytes = backend.Read(kFirst, known_end, durable_end - known_end);
    if (!bytes.ok() || bytes->size() != durable_end - known_end) {
      ADD_FAILURE() << "durable bytes [" << known_end << ", " << durable_end << ") not readable";
      break;
    }
    const auto messages = ParseMessages(*bytes);
    if (!messages.has_value()) {
      ADD_FAILURE() << "a part of an append was readable in [" << known_end << ", " << durable_end
                    << ")";
      break;
    }
    for (const ParsedMessage& message : *messages) {
      EXPECT_GT(message.number, last_of[message.writer]);  // a thread's appends stay in its order
      last_of[message.writer] = message.number;
    }
    seen += messages->size();
    known_end = durable_end;
  }
  return seen;
}

}  // namespace

TEST_P(BackendConformanceTest, ConcurrentAppendsAreDenseWholeAndVisibleOnceAcknowledged) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  const auto processes = AttachMany(kProcesses);
  uint64_t total = 0;
  for (int writer = 0; writer < kWriters; ++writer) {
    for (uint32_t number = 1; number <= kMessagesEach; ++number) {
      total += MessageSize(writer, number);
    }
  }
  const auto observer = Attach();
  std::thread reader([&] {
    EXPECT_EQ(FollowWholeMessages(*observer, total, GetParam().long_wait_ns),
              size_t{kWriters} * kMessagesEach);
  });
  std::vector<std::vector<Extent>> extents(kWriters);
  RunThreads(kWriters, [&](int writer) {
    Backend& mine = *processes[static_cast<size_t>(writer % kProcesses)];
    Backend& other = *processes[static_cast<size_t>((writer + 1) % kProcesses)];
    for (uint32_t number = 1; number <= kMessagesEach; ++number) {
      const auto extent = AppendMessage(mine, kFirst, writer, number);
      ASSERT_TRUE(extent.has_value());
      extents[static_cast<size_t>(writer)].push_back(*extent);
      ASSERT_GE(StateOrDie(other, kFirst).durable_end, extent->offset + extent->size);
    }
  });
  reader.join();
  std::vector<Extent> all;
  for (const auto& some : extents) {
    all.insert(all.end(), some.begin(), some.end());
  }
  EXPECT_EQ(ExpectDense(all), total);
  const Result<Bytes> bytes = a_->Read(kFirst, 0, total + 1);
  ASSERT_TRUE(bytes.ok());
  ASSERT_EQ(bytes->size(), total);
  const auto messages = ParseMessages(*bytes);
  ASSERT_TRUE(messages.has_value());
  EXPECT_EQ(messages->size(), size_t{kWriters} * kMessagesEach);
  for (const ParsedMessage& message : *messages) {
    const Extent& told = extents[message.writer][message.number - 1];
    ASSERT_EQ(message.offset, told.offset);
    ASSERT_EQ(message.size, told.size);
  }
}

TEST_P(BackendConformanceTest, NoAppendSucceedsAfterAnySealReturned) {
  constexpr int kRounds = 12;
  const auto processes = AttachMany(kProcesses);
  for (uint64_t round = 1; round <= kRounds; ++round) {
    const SegmentRef segment = {{round}, {round}};
    ASSERT_TRUE(a_->CreateSegment(segment).ok());
    std::atomic<bool> sealed = false;
    std::vector<std::vector<Extent>> extents(kWriters);
    std::vector<uint64_t> sizes(2);
    std::vector<std::thread> sealers;
    for (size_t i = 0; i < sizes.size(); ++i) {
      sealers.emplace_back([&, i] {
        Backend& backend = *processes[i];
        EXPECT_TRUE(WaitToBeWoken(backend, 200 * round, segment).ok());
        const Result<uint64_t> size = backend.Seal(segment);
        sealed = true;
        ASSERT_TRUE(size.ok()) << size.status().ToString();
        sizes[i] = *size;
      });
    }
    RunThreads(kWriters, [&](int writer) {
      Backend& mine = *processes[static_cast<size_t>(writer % kProcesses)];
      for (uint32_t number = 1;; ++number) {
        const bool late = sealed.load();
        Status why;
        const auto extent = AppendMessage(mine, segment, writer, number, &why);
        if (!extent.has_value()) {
          EXPECT_EQ(why.code(), Code::kSealed) << why.ToString();
          return;
        }
        ASSERT_FALSE(late) << "an append that began after a seal had returned was acknowledged";
        extents[static_cast<size_t>(writer)].push_back(*extent);
      }
    });
    for (std::thread& sealer : sealers) {
      sealer.join();
    }
    std::vector<Extent> all;
    for (const auto& some : extents) {
      all.insert(all.end(), some.begin(), some.end());
    }
    // Exactly what was acknowledged is in it: no more, as nothing was refused and appended.
    const uint64_t end = ExpectDense(all);
    EXPECT_THAT(sizes, ::testing::Each(end));
    const Result<Bytes> bytes = a_->Read(segment, 0, end + 1);
    ASSERT_TRUE(bytes.ok());
    EXPECT_EQ(bytes->size(), end);
    const auto messages = ParseMessages(*bytes);
    ASSERT_TRUE(messages.has_value());
    EXPECT_EQ(messages->size(), all.size());
  }
}

TEST_P(BackendConformanceTest, OneOfManyCreatesTheSegment) {
  const auto processes = AttachMany(kProcesses);
  for (uint64_t round = 1; round <= 20; ++round) {
    std::atomic<uint64_t> epoch = 0;
    RunThreads(kProcesses, [&](int i) {
      const uint64_t mine = 100 + static_cast<uint64_t>(i);
      const Status status = processes[static_cast<size_t>(i)]->CreateSegment({{round}, {mine}});
      if (status.ok()) {
        EXPECT_EQ(epoch.exchange(mine), 0u) << "two created it";
      } else {
        EXPECT_EQ(status.code(), Code::kAlreadyExists) << status.ToString();
      }
    });
    ASSERT_NE(epoch.load(), 0u);
    EXPECT_TRUE(a_->State({{round}, {epoch.load()}}).ok());
  }
}

TEST_P(BackendConformanceTest, OneOfManySwapsWins) {
  constexpr uint64_t kSwapsEach = 20;
  const auto processes = AttachMany(kProcesses);
  std::vector<std::vector<uint64_t>> versions(kWriters);
  // A counter: each swap that is acknowledged adds one to the value that was read.
  RunThreads(kWriters, [&](int writer) {
    Backend& mine = *processes[static_cast<size_t>(writer % kProcesses)];
    auto& won = versions[static_cast<size_t>(writer)];
    while (won.size() < kSwapsEach) {
      const Result<RegisterValue> read = mine.ReadRegister("counter");
      ASSERT_TRUE(read.ok());
      ASSERT_EQ(read->value.empty(), read->version == 0);
      const uint64_t count = read->version == 0 ? 0 : std::stoull(std::string(AsText(read->value)));
      const Result<uint64_t> swap =
          mine.SwapRegister("counter", read->version, AsBytes(std::to_string(count + 1)));
      if (swap.ok()) {
        won.push_back(*swap);
      } else {
        ASSERT_EQ(swap.status().code(), Code::kConflict) << swap.status().ToString();
      }
    }
  });
  const Result<RegisterValue> last = a_->ReadRegister("counter");
  ASSERT_TRUE(last.ok());
  EXPECT_EQ(AsText(last->value), std::to_string(kWriters * kSwapsEach));
  std::vector<uint64_t> all;
  for (const auto& some : versions) {
    EXPECT_TRUE(std::is_sorted(some.begin(), some.end()));
    all.insert(all.end(), some.begin(), some.end());
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end()) << "a version was given twice";
  EXPECT_EQ(all.back(), last->version);
}

TEST_P(BackendConformanceTest, OneOfManyCreatesTheRegisterAndOneDeletesIt) {
  const auto processes = AttachMany(kProcesses);
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> created = 0;
    std::atomic<int> deleted = 0;
    std::atomic<uint64_t> version = 0;
    RunThreads(kProcesses, [&](int i) {
      const auto swap = processes[static_cast<size_t>(i)]->SwapRegister("r", 0, AsBytes("x"));
      if (swap.ok()) {
        ++created;
        version = *swap;
      } else {
        EXPECT_EQ(swap.status().code(), Code::kConflict);
      }
    });
    ASSERT_EQ(created.load(), 1);
    RunThreads(kProcesses, [&](int i) {
      const Status status = processes[static_cast<size_t>(i)]->DeleteRegister("r", version);
      deleted += status.ok() ? 1 : 0;
      EXPECT_TRUE(status.ok() || status.code() == Code::kConflict) << status.ToString();
    });
    ASSERT_EQ(deleted.load(), 1);
  }
}

TEST_P(BackendConformanceTest, OneOfManyCommitsTheBlob) {
  const auto processes = AttachMany(kProcesses);
  for (int round = 0; round < 10; ++round) {
    const std::string name = "blob." + std::to_string(round);
    std::atomic<int> winner = -1;
    RunThreads(kProcesses, [&](int i) {
      Backend& mine = *processes[static_cast<size_t>(i)];
      const Status status = PutBlob(mine, name, Message(static_cast<uint32_t>(i), 1, 5000));
      if (status.ok()) {
        EXPECT_EQ(winner.exchange(i), -1) << "two committed it";
      } else {
        EXPECT_EQ(status.code(), Code::kAlreadyExists) << status.ToString();
      }
    });
    ASSERT_NE(winner.load(), -1);
    const auto reader = a_->OpenBlob(name);
    ASSERT_TRUE(reader.ok());
    ASSERT_EQ((*reader)->size(), 5000u);
    const Result<Bytes> bytes = (*reader)->Read(0, 5000);
    ASSERT_TRUE(bytes.ok());
    EXPECT_TRUE(*bytes == Message(static_cast<uint32_t>(winner.load()), 1, 5000));
  }
  const Result<size_t> swept = a_->SweepBlobs();
  ASSERT_TRUE(swept.ok());
  EXPECT_EQ(*swept, 0u);
}

TEST_P(BackendConformanceTest, HintsAreSeenWholeWhileTheyChange) {
  const auto processes = AttachMany(kProcesses);
  std::atomic<int> writing = kProcesses;
  std::thread reader([&] {
    while (writing.load() > 0) {
      const Result<std::vector<Hint>> hints = a_->ListHints("beat");
      ASSERT_TRUE(hints.ok());
      ASSERT_LE(hints->size(), 1u);
      for (const Hint& hint : *hints) {
        const auto messages = ParseMessages(hint.value);
        ASSERT_TRUE(messages.has_value() && messages->size() == 1) << "a torn hint was seen";
      }
    }
  });
  RunThreads(kProcesses, [&](int i) {
    for (uint32_t number = 1; number <= 100; ++number) {
      const Bytes value = Message(static_cast<uint32_t>(i), number, MessageSize(i, number));
      EXPECT_TRUE(processes[static_cast<size_t>(i)]->PutHint("beat", value).ok());
    }
    --writing;
  });
  reader.join();
}

}  // namespace borealis::storage
