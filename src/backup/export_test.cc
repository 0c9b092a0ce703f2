// A volume in memory, its export in a directory, and a volume that is filled from it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backup/export_volume.h"
#include "backup/import_volume.h"
#include "log/inspect.h"
#include "log/testing.h"
#include "snapshot/publish.h"
#include "snapshot/restore.h"
#include "snapshot/testing.h"

namespace borealis::backup {
namespace {

using log::testing::MemoryCluster;
using ::testing::HasSubstr;

class ExportTest : public ::testing::Test {
 protected:
  ExportTest() {
    snapshot::WriteText(tree_ / "file", std::string(100'000, 'c'));
    Publish(0);
  }
  void Append(int count, size_t bytes = 400) {
    for (int i = 0; i < count; ++i) {
      const Record record = log::testing::TextRecord(std::string(bytes, 'r'), ++records_);
      ASSERT_EQ(log::testing::AppendOne(cluster_.log(), record).outcome,
                storage::AppendOutcome::kOk);
    }
  }
  void Publish(int64_t seqno) {
    snapshot::Manifest manifest;
    manifest.volume = cluster_.log().identity().volume;
    manifest.seqno = Seqno{seqno};
    CHECK_OK(snapshot::PublishSnapshot(cluster_.backend(), tree_.path(), manifest, {}));
  }
  std::string Path() const { return place_ / "export"; }
  Result<ExportReport> Export(const ExportOptions& options = {}) {
    ASSIGN_OR_RETURN(const ExportDirectory directory, ExportDirectory::OpenForWriting(Path()));
    return ExportVolume(cluster_.backend(), directory, options, cluster_.clock);
  }
  ExportReport MustExport() {
    auto report = Export();
    CHECK_OK(report);
    return std::move(*report);
  }
  Status Check() {
    ASSIGN_OR_RETURN(const ExportDirectory directory, ExportDirectory::OpenForReading(Path()));
    ASSIGN_OR_RETURN(const ExportManifest manifest, ReadExport(directory));
    return CheckExport(directory, manifest, {});
  }
  // What a volume filled from the export holds.
  Result<std::vector<std::string>> Import(bool all_snapshots = true) {
    ASSIGN_OR_RETURN(const ExportDirectory directory, ExportDirectory::OpenForReading(Path()));
    ASSIGN_OR_RETURN(const ExportManifest manifest, ReadExport(directory));
    const auto volume = storage::MemoryVolume::Create({.traits = storage::kPositionedTraits});
    {
      const auto backend = volume->Attach();
      RETURN_IF_ERROR(FillVolume(directory, manifest, all_snapshots, *backend, {}));
    }
    const auto backend = volume->Attach();
    ASSIGN_OR_RETURN(const auto log,
                     log::Log::Open(*backend, log::testing::kSmallOptions, cluster_.clock));
    EXPECT_TRUE(log->recovered());
    ASSIGN_OR_RETURN(snapshots_, snapshot::ListSnapshots(*backend));
    for (const Seqno seqno : snapshots_) {
      RETURN_IF_ERROR(snapshot::VerifySnapshot(*backend, seqno, nullptr));
    }
    ASSIGN_OR_RETURN(const auto reader, log->NewReaderAfter(snapshots_.front()));
    ASSIGN_OR_RETURN(const auto entries, log::testing::Drain(*reader));
    return log::testing::Texts(entries);
  }
  std::vector<std::string> Here(Seqno after) {
    const auto reader = cluster_.log().NewReaderAfter(after);
    CHECK_OK(reader);
    const auto entries = log::testing::Drain(**reader);
    CHECK_OK(entries);
    return log::testing::Texts(*entries);
  }
  void Damage(const std::string& name, const std::function<void(std::string&)>& change) {
    std::string text = snapshot::ReadText(Path() + "/" + name);
    change(text);
    snapshot::WriteText(Path() + "/" + name, text);
  }

  MemoryCluster cluster_;
  const snapshot::TempDirectory tree_;
  const snapshot::TempDirectory place_;
  uint64_t records_ = 0;
  std::vector<Seqno> snapshots_;
};

TEST_F(ExportTest, AVolumeFilledFromItHoldsTheSame) {
  Append(150);
  Append(2, 50'000);  // in chunks
  const ExportReport report = MustExport();
  EXPECT_EQ(report.manifest.until, Seqno{152});
  EXPECT_GT(report.manifest.chain.size(), 3U);
  EXPECT_TRUE(Check().ok()) << Check().ToString();
  const auto imported = Import();
  ASSERT_TRUE(imported.ok()) << imported.status().ToString();
  EXPECT_EQ(*imported, Here(Seqno::Zero()));
}

TEST_F(ExportTest, TheNextCopiesWhatIsNewAndIsAsGood) {
  Append(150);
  const ExportReport first = MustExport();
  EXPECT_EQ(MustExport().copied_bytes, 0U);
  Append(1);
  const ExportReport second = MustExport();
  EXPECT_LE(second.copied_bytes, 1024U);
  EXPECT_EQ(second.copied_files, 1U);
  for (int i = 0; i < 40; ++i) {
    Append(7);
    (void)MustExport();
  }
  ASSERT_TRUE(Check().ok()) << Check().ToString();
  EXPECT_EQ(*Import(), Here(Seqno::Zero()));
}

TEST_F(ExportTest, TwoSnapshotsAreKeptAndTheLogFromTheOlder) {
  Append(100);
  (void)MustExport();
  Publish(60);
  (void)MustExport();
  Append(100);
  Publish(190);
  const ExportReport report = MustExport();
  const auto imported = Import();
  ASSERT_TRUE(imported.ok()) << imported.status().ToString();
  EXPECT_EQ(snapshots_, (std::vector<Seqno>{{60}, {190}}));
  EXPECT_EQ(*imported, Here(Seqno{60}));
  EXPECT_GT(report.manifest.chain.front().before, Seqno::Zero());
  const auto names = snapshot::ListDirectory(Path());
  ASSERT_TRUE(names.ok());
  EXPECT_EQ(names->size(), FilesOf(report.manifest).size() + 2);  // manifest and lock
  ASSERT_TRUE(Import(false).ok());
  EXPECT_EQ(snapshots_, (std::vector<Seqno>{{190}}));
}

TEST_F(ExportTest, ThatDiedAtAnyFileLeavesTheOneBefore) {
  Append(100);
  (void)MustExport();
  const auto before = *Import();
  Append(100);
  Publish(120);
  for (uint64_t stop = 0;; stop += 5000) {
    uint64_t bytes = 0;
    ExportOptions options;
    options.moved = [&](uint64_t moved) -> Status {
      bytes += moved;
      return bytes > stop ? Status(Code::kAborted, "stopped") : Status::Ok();
    };
    const auto report = Export(options);
    if (report.ok()) break;
    EXPECT_EQ(report.status().code(), Code::kAborted);
    const auto imported = Import();
    ASSERT_TRUE(imported.ok()) << imported.status().ToString();
    EXPECT_EQ(*imported, before);
  }
  EXPECT_EQ(*Import(), Here(snapshots_.front()));
}

TEST_F(ExportTest, EveryDamagedTruncatedOrMissingFileIsNamed) {
  Append(100);
  const ExportReport report = MustExport();
  for (const ExportedFile& file : FilesOf(report.manifest)) {
    const std::string good = snapshot::ReadText(Path() + "/" + file.name);
    for (const auto& change : std::vector<std::function<void(std::string&)>>{
             [](std::string& text) { text[text.size() / 2] ^= 1; },
             [](std::string& text) { text.pop_back(); }, [](std::string& text) { text += "x"; }}) {
      Damage(file.name, change);
      const Status checked = Check();
      EXPECT_EQ(checked.code(), Code::kCorruption);
      EXPECT_THAT(checked.message(), HasSubstr(file.name));
      EXPECT_EQ(Import().status().code(), Code::kCorruption);
      Damage(file.name, [&](std::string& text) { text = good; });
    }
    ASSERT_EQ(unlink((Path() + "/" + file.name).c_str()), 0);
    EXPECT_EQ(Check().code(), Code::kCorruption);
    snapshot::WriteText(Path() + "/" + file.name, good);
  }
  EXPECT_TRUE(Check().ok());
  Damage(kExportManifestFile, [](std::string& text) { text[40] ^= 1; });
  EXPECT_EQ(Check().code(), Code::kCorruption);
  EXPECT_EQ(Export().status().code(), Code::kCorruption);
  ASSERT_EQ(unlink((Path() + "/" + kExportManifestFile).c_str()), 0);
  EXPECT_EQ(Check().code(), Code::kNotFound);
  EXPECT_TRUE(Export().ok());  // as after one that died before its manifest
}

TEST_F(ExportTest, DamageInTheVolumeIsNotExported) {
  Append(20);
  auto reader = cluster_.backend().OpenBlob(snapshot::DataBlobName(Seqno::Zero()));
  ASSERT_TRUE(reader.ok());
  Bytes bytes = *(*reader)->Read(0, (*reader)->size());
  reader->reset();
  bytes[10] ^= std::byte{1};
  CHECK_OK(cluster_.backend().DeleteBlob(snapshot::DataBlobName(Seqno::Zero())));
  auto writer = cluster_.backend().CreateBlob(snapshot::DataBlobName(Seqno::Zero()));
  CHECK_OK((*writer)->Write(bytes));
  CHECK_OK((*writer)->Commit());
  EXPECT_EQ(Export().status().code(), Code::kCorruption);
  EXPECT_EQ(Check().code(), Code::kNotFound);
}

TEST_F(ExportTest, OtherFilesAreLeftAloneAndRefused) {
  CHECK_OK(snapshot::MakeDirectory(Path()));
  snapshot::WriteText(Path() + "/thesis.txt", "years of work");
  EXPECT_EQ(Export().status().code(), Code::kAlreadyExists);
  EXPECT_EQ(snapshot::ReadText(Path() + "/thesis.txt"), "years of work");
}

TEST_F(ExportTest, OneWritesOrSeveralRead) {
  Append(1);
  (void)MustExport();
  {
    const auto reading = ExportDirectory::OpenForReading(Path());
    ASSERT_TRUE(reading.ok());
    EXPECT_TRUE(ExportDirectory::OpenForReading(Path()).ok());
    EXPECT_EQ(ExportDirectory::OpenForWriting(Path()).status().code(), Code::kConflict);
  }
  const auto writing = ExportDirectory::OpenForWriting(Path());
  ASSERT_TRUE(writing.ok());
  EXPECT_EQ(ExportDirectory::OpenForReading(Path()).status().code(), Code::kConflict);
}

}  // namespace
}  // namespace borealis::backup
