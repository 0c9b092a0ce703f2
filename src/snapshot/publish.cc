#include "snapshot/publish.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "snapshot/cache_state.h"
#include "snapshot/checkpoint_store.h"
#include "snapshot/sealed_stream.h"
#include "snapshot/stream.h"

namespace borealis::snapshot {
namespace {

// Counts what passes, and may end it.
class CountingSink : public ByteSink {
 public:
  CountingSink(ByteSink& out, const std::function<Status(uint64_t)>& progress)
      : out_(out), progress_(progress) {}
  Status Write(ByteView bytes) override {
    bytes_ += bytes.size();
    if (progress_) RETURN_IF_ERROR(progress_(bytes_));
    return out_.Write(bytes);
  }

 private:
  ByteSink& out_;
  const std::function<Status(uint64_t)>& progress_;
  uint64_t bytes_ = 0;
};

Status WriteData(storage::Backend& backend, const std::string& datadir, Manifest& manifest,
                 const PublishOptions& options) {
  const std::string name = DataBlobName(manifest.seqno);
  RETURN_IF_ERROR(backend.DeleteBlob(name));  // left by a publisher that crashed
  ASSIGN_OR_RETURN(const auto blob, backend.CreateBlob(name));
  BlobSink sink(*blob);
  std::optional<SealedSink> sealed;
  if (options.keys != nullptr) {
    const encryption::DataKey key = options.keys->Newest();
    manifest.data_key = key.number;
    manifest.certifier = SealState(key, manifest.volume, manifest.seqno, manifest.certifier);
    sealed.emplace(sink, key, SealedContext(manifest.volume, manifest.seqno));
  }
  ZstdSink compressed(sealed ? static_cast<ByteSink&>(*sealed) : sink, options.compression_level);
  CountingSink counted(compressed, options.progress);
  ArchiveWriter archive(counted);
  const PathFilter skip = [&](const std::string& path) {
    return SkippedInSnapshots(path) || (options.skip && options.skip(path));
  };
  ASSIGN_OR_RETURN(const TreeSize size, PackTree(datadir, skip, archive));
  RETURN_IF_ERROR(compressed.Finish());
  if (sealed) RETURN_IF_ERROR(sealed->Finish());
  manifest.files = size.files;
  manifest.content_bytes = size.bytes;
  manifest.stream_bytes = sink.bytes();
  manifest.stream_hash = sink.hash();
  return blob->Commit();
}

Status WriteManifest(storage::Backend& backend, const Manifest& manifest) {
  ASSIGN_OR_RETURN(const auto blob, backend.CreateBlob(ManifestBlobName(manifest.seqno)));
  RETURN_IF_ERROR(blob->Write(EncodeManifest(manifest)));
  return blob->Commit();
}

// As much as can be known without a key.
Status CheckSealedData(BlobSource& source, const Manifest& manifest) {
  Bytes buffer(1 << 20);
  while (true) {
    ASSIGN_OR_RETURN(const size_t length, source.Read(buffer));
    if (length == 0) break;
  }
  if (source.hash() == manifest.stream_hash) return Status::Ok();
  return {Code::kCorruption, "the data is not what the manifest describes"};
}

Status CheckData(storage::Backend& backend, const Manifest& manifest, encryption::KeyRing* keys) {
  ASSIGN_OR_RETURN(const auto blob, backend.OpenBlob(DataBlobName(manifest.seqno)));
  if (blob->size() != manifest.stream_bytes) {
    return {Code::kCorruption, fmt::format("the data has {} bytes, the manifest says {}",
                                           blob->size(), manifest.stream_bytes)};
  }
  BlobSource source(*blob);
  if (manifest.data_key != 0 && keys == nullptr) return CheckSealedData(source, manifest);
  ASSIGN_OR_RETURN(const auto opened, OpenData(source, manifest, keys));
  ZstdSource decompressed(opened ? *opened : static_cast<ByteSource&>(source));
  ArchiveReader archive(decompressed);
  ASSIGN_OR_RETURN(const TreeSize size, CheckTree(archive));
  RETURN_IF_ERROR(
      OpenState(keys, manifest.data_key, manifest.volume, manifest.seqno, manifest.certifier)
          .status());
  if (source.hash() != manifest.stream_hash || size.files != manifest.files ||
      size.bytes != manifest.content_bytes) {
    return {Code::kCorruption, "the data is not what the manifest describes"};
  }
  return Status::Ok();
}

std::string Name(Seqno seqno) { return fmt::format("snapshot {}", seqno); }

}  // namespace

bool SkippedInSnapshots(const std::string& path) {
  return path.starts_with(kCacheStateFile) || path.starts_with(kCheckpointPrefix) ||
         path.starts_with("ibtmp") || path == "ib_buffer_pool" || path.ends_with(".pid") ||
         path.ends_with(".sock") || path.starts_with("#");
}

Result<Manifest> PublishSnapshot(storage::Backend& backend, const std::string& datadir,
                                 Manifest manifest, const PublishOptions& options) {
  CHECK(manifest.seqno.IsDefined());
  ASSIGN_OR_RETURN(const std::vector<Seqno> existing, ListSnapshots(backend));
  if (std::find(existing.begin(), existing.end(), manifest.seqno) != existing.end()) {
    return Status(Code::kAlreadyExists, Name(manifest.seqno) + " exists");
  }
  Status status = WriteData(backend, datadir, manifest, options);
  if (status.ok() && options.before_visible) status = options.before_visible();
  if (status.ok()) status = WriteManifest(backend, manifest);
  if (status.ok()) return manifest;
  // Without a manifest the data is no snapshot; what cannot be removed now is swept later.
  if (status.code() != Code::kUnknown) (void)backend.DeleteBlob(DataBlobName(manifest.seqno));
  return status.WithContext("publish " + Name(manifest.seqno));
}

Result<std::vector<Seqno>> ListSnapshots(storage::Backend& backend) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, backend.ListBlobs("snapshot."));
  std::vector<Seqno> seqnos;
  for (const std::string& name : names) {
    if (const auto seqno = ParseManifestBlobName(name)) seqnos.push_back(*seqno);
  }
  std::sort(seqnos.begin(), seqnos.end());
  return seqnos;
}

Result<Manifest> ReadManifest(storage::Backend& backend, Seqno seqno) {
  ASSIGN_OR_RETURN(const auto blob, backend.OpenBlob(ManifestBlobName(seqno)));
  if (blob->size() > kManifestBytesMax) {
    return Status(Code::kCorruption, Name(seqno) + ": the manifest is too large");
  }
  ASSIGN_OR_RETURN(const Bytes bytes, blob->Read(0, static_cast<size_t>(blob->size())));
  auto manifest = DecodeManifest(bytes);
  if (!manifest.ok()) return manifest.status().WithContext(Name(seqno));
  if (manifest->seqno != seqno) {
    return Status(Code::kCorruption, fmt::format("{}: its manifest is that of snapshot {}",
                                                 Name(seqno), manifest->seqno));
  }
  return manifest;
}

Status VerifySnapshot(storage::Backend& backend, Seqno seqno, encryption::KeyRing* keys) {
  ASSIGN_OR_RETURN(const Manifest manifest, ReadManifest(backend, seqno));
  return CheckData(backend, manifest, keys).WithContext(Name(seqno));
}

Status DeleteSnapshot(storage::Backend& backend, Seqno seqno) {
  RETURN_IF_ERROR(backend.DeleteBlob(ManifestBlobName(seqno)));
  return backend.DeleteBlob(DataBlobName(seqno));
}

Result<size_t> SweepSnapshots(storage::Backend& backend) {
  ASSIGN_OR_RETURN(size_t swept, backend.SweepBlobs());
  ASSIGN_OR_RETURN(const std::vector<Seqno> existing, ListSnapshots(backend));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, backend.ListBlobs("snapshot."));
  for (const std::string& name : names) {
    if (!name.ends_with(".data")) continue;
    const bool owned = std::any_of(existing.begin(), existing.end(),
                                   [&](Seqno seqno) { return DataBlobName(seqno) == name; });
    if (owned) continue;
    RETURN_IF_ERROR(backend.DeleteBlob(name));
    ++swept;
  }
  return swept;
}

}  // namespace borealis::snapshot
