#include "snapshot/sealed_stream.h"

#include <gtest/gtest.h>

#include <random>

#include "encryption/testing.h"
#include "snapshot/checkpoint_store.h"
#include "snapshot/memory_stream.h"
#include "snapshot/publish.h"
#include "snapshot/restore.h"
#include "snapshot/testing.h"
#include "storage/memory/memory_backend.h"

namespace borealis::snapshot {
namespace {

constexpr std::string_view kMarker = "a row that nobody may see";
constexpr size_t kHeaderBytes = 8 + encryption::kSaltBytes;
constexpr size_t kFullFrame = 4 + kFrameBytes + encryption::kTagBytes;

class SealedStreamTest : public ::testing::Test {
 protected:
  Bytes Seal(ByteView plain, Seqno seqno = {7}) {
    MemorySink out;
    SealedSink sink(out, keys_->Newest(), SealedContext(uuid_, seqno));
    // In odd pieces, as a compressor writes.
    for (size_t at = 0; at < plain.size(); at += 10'007) {
      CHECK_OK(sink.Write(plain.subspan(at, std::min<size_t>(10'007, plain.size() - at))));
    }
    CHECK_OK(sink.Finish());
    return out.content;
  }
  Result<Bytes> Open(ByteView sealed, Seqno seqno = {7}) {
    MemorySource in(sealed);
    SealedSource source(in, *keys_, SealedContext(uuid_, seqno));
    Bytes all;
    Bytes piece(9'001);
    while (true) {
      ASSIGN_OR_RETURN(const size_t length, source.Read(piece));
      if (length == 0) return all;
      all.insert(all.end(), piece.begin(), piece.begin() + static_cast<ptrdiff_t>(length));
    }
  }

  const Uuid uuid_ = Uuid::FromRandom(5, 6);
  std::shared_ptr<storage::MemoryVolume> volume_ = storage::MemoryVolume::Create({});
  std::unique_ptr<storage::MemoryBackend> backend_ = volume_->Attach();
  std::unique_ptr<encryption::KeyRing> keys_ = encryption::testing::MakeTestKeys(*backend_, uuid_);
};

TEST_F(SealedStreamTest, AnyLengthComesBack) {
  for (const size_t length : {size_t{0}, size_t{1}, kFrameBytes - 1, kFrameBytes, kFrameBytes + 1,
                              3 * kFrameBytes, 3 * kFrameBytes + 77}) {
    Bytes plain(length);
    std::mt19937 random(static_cast<unsigned>(length));
    for (std::byte& b : plain) b = static_cast<std::byte>(random());
    const auto opened = Open(Seal(plain));
    ASSERT_TRUE(opened.ok()) << length << opened.status().ToString();
    EXPECT_EQ(*opened, plain) << length;
  }
}

TEST_F(SealedStreamTest, EveryChangeIsNoticed) {
  const Bytes plain(2 * kFrameBytes + 100, std::byte{'p'});
  const Bytes good = Seal(plain);
  std::mt19937 random(1);
  for (int i = 0; i < 200; ++i) {
    Bytes bad = good;
    const size_t at = i < 100 ? static_cast<size_t>(i) : random() % bad.size();
    bad[at] ^= std::byte{1};
    EXPECT_FALSE(Open(bad).ok()) << at;
  }
  // Cut between frames, where no length is wrong.
  EXPECT_FALSE(Open(ByteView(good).first(kHeaderBytes)).ok());
  EXPECT_FALSE(Open(ByteView(good).first(kHeaderBytes + kFullFrame)).ok());
  EXPECT_FALSE(Open(ByteView(good).first(kHeaderBytes + 2 * kFullFrame)).ok());
  Bytes swapped = good;
  std::swap_ranges(swapped.begin() + kHeaderBytes, swapped.begin() + kHeaderBytes + kFullFrame,
                   swapped.begin() + kHeaderBytes + kFullFrame);
  EXPECT_FALSE(Open(swapped).ok());
  Bytes longer = good;
  longer.push_back(std::byte{0});
  EXPECT_FALSE(Open(longer).ok());
  EXPECT_FALSE(Open(good, {8}).ok());  // the data of another snapshot
}

class SealedSnapshotTest : public SealedStreamTest {
 protected:
  SealedSnapshotTest() {
    CHECK_OK(MakeDirectory(dir_ / "in"));
    WriteText(dir_ / "in/ibdata1", std::string(1 << 20, 'x') + std::string(kMarker));
  }
  Manifest Publish(Seqno seqno, encryption::KeyRing* keys) {
    Manifest manifest;
    manifest.volume = uuid_;
    manifest.seqno = seqno;
    manifest.certifier = {AsBytes(kMarker).begin(), AsBytes(kMarker).end()};
    PublishOptions options;
    options.keys = keys;
    const auto published = PublishSnapshot(*backend_, dir_ / "in", manifest, options);
    CHECK_OK(published);
    return *published;
  }
  std::string Blob(const std::string& name) {
    const auto reader = backend_->OpenBlob(name);
    CHECK_OK(reader);
    const Bytes bytes = *(*reader)->Read(0, (*reader)->size());
    return std::string(AsText(bytes));
  }
  const TempDirectory dir_;
};

TEST_F(SealedSnapshotTest, NothingOfItCanBeReadWithoutTheKeyAndItIsRestoredWithIt) {
  const Manifest manifest = Publish({12}, keys_.get());
  EXPECT_EQ(manifest.data_key, 1u);
  const std::string data = Blob(DataBlobName({12}));
  EXPECT_EQ(data.find("\x28\xb5\x2f\xfd"), std::string::npos);  // what a zstd frame begins with
  EXPECT_EQ(Blob(ManifestBlobName({12})).find(kMarker), std::string::npos);
  EXPECT_EQ(*ReadManifest(*backend_, {12}), manifest);
  EXPECT_TRUE(VerifySnapshot(*backend_, {12}, keys_.get()).ok());
  ASSERT_TRUE(RestoreSnapshot(*backend_, {12}, keys_.get(), dir_ / "out", "n", 0, nullptr).ok());
  EXPECT_TRUE(ReadText(dir_ / "out/ibdata1").ends_with(kMarker));
  const auto state = OpenState(keys_.get(), manifest.data_key, uuid_, {12}, manifest.certifier);
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(AsText(*state), kMarker);
  // The same searches find it where nothing is encrypted.
  Publish({13}, nullptr);
  EXPECT_NE(Blob(DataBlobName({13})).find("\x28\xb5\x2f\xfd"), std::string::npos);
  EXPECT_NE(Blob(ManifestBlobName({13})).find(kMarker), std::string::npos);
}

TEST_F(SealedSnapshotTest, WithoutTheKeyItsHashCanBeCheckedAndNothingIsRestored) {
  Publish({12}, keys_.get());
  EXPECT_TRUE(VerifySnapshot(*backend_, {12}, nullptr).ok());
  EXPECT_EQ(
      RestoreSnapshot(*backend_, {12}, nullptr, dir_ / "out", "n", 0, nullptr).status().code(),
      Code::kInvalidArgument);
  EXPECT_FALSE(PathExists(dir_ / "out"));
  std::string damaged = Blob(DataBlobName({12}));
  damaged[damaged.size() / 2] ^= 1;
  CHECK_OK(backend_->DeleteBlob(DataBlobName({12})));
  const auto blob = backend_->CreateBlob(DataBlobName({12}));
  CHECK_OK((*blob)->Write(AsBytes(damaged)));
  CHECK_OK((*blob)->Commit());
  EXPECT_EQ(VerifySnapshot(*backend_, {12}, nullptr).code(), Code::kCorruption);
}

TEST_F(SealedSnapshotTest, OneInTheClearIsNotTakenForOneOfAnEncryptedVolume) {
  Publish({12}, nullptr);
  EXPECT_EQ(VerifySnapshot(*backend_, {12}, keys_.get()).code(), Code::kCorruption);
  EXPECT_EQ(
      RestoreSnapshot(*backend_, {12}, keys_.get(), dir_ / "out", "n", 0, nullptr).status().code(),
      Code::kCorruption);
}

TEST_F(SealedSnapshotTest, CheckpointsAreSealedInTheirFilesOnly) {
  CheckpointStore store(dir_.path(), uuid_, keys_.get());
  Checkpoint checkpoint;
  checkpoint.volume = uuid_;
  checkpoint.seqno = {5};
  checkpoint.certifier = {AsBytes(kMarker).begin(), AsBytes(kMarker).end()};
  ASSERT_TRUE(store.Put(checkpoint).ok());
  EXPECT_EQ(*store.Get({5}), checkpoint);
  const std::string path = dir_ / "borealis_checkpoint.00000000000000000005";
  EXPECT_EQ(ReadText(path).find(kMarker), std::string::npos);
  EXPECT_FALSE(CheckpointStore(dir_.path(), uuid_, nullptr).Get({5}).ok());
}

}  // namespace
}  // namespace borealis::snapshot
