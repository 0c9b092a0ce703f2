#include "snapshot/sealed_stream.h"

#include <algorithm>
#include <cstring>

#include "base/codec.h"

namespace borealis::snapshot {
namespace {

using encryption::Gcm;
using encryption::kTagBytes;

constexpr uint32_t kMagic = 0x53534c42;  // "BLSS"
constexpr uint32_t kLast = 1u << 31;
constexpr std::string_view kStreamPurpose = "borealis snapshot";
constexpr std::string_view kStatePurpose = "borealis certification state";

Status NotSealedSo() {
  return {Code::kCorruption,
          "the data was not written as this snapshot under a key of this volume"};
}

// Nobody who has the key writes such a thing.
Status CheckSealed(const encryption::KeyRing* keys, uint32_t number) {
  if (keys == nullptr || number != 0) return Status::Ok();
  return {Code::kCorruption, "it is in the clear, in an encrypted volume"};
}

}  // namespace

Bytes SealedContext(const Uuid& volume, Seqno seqno) {
  Bytes context;
  Encoder out(context);
  out.Raw(std::as_bytes(std::span(volume.bytes)));
  out.Int(seqno.value);
  return context;
}

SealedSink::SealedSink(ByteSink& out, const encryption::DataKey& key, Bytes context)
    : out_(out),
      number_(key.number),
      session_(key.key, kStreamPurpose),
      context_(std::move(context)) {
  frame_.reserve(kFrameBytes);
}

Status SealedSink::WriteHeader() {
  Bytes header;
  Encoder encoder(header);
  encoder.Int(kMagic);
  encoder.Int(number_);
  encoder.Raw(session_.salt());
  return out_.Write(header);
}

Status SealedSink::WriteFrame(bool last) {
  if (frames_ == 0) RETURN_IF_ERROR(WriteHeader());
  Bytes word;
  Encoder(word).Int(static_cast<uint32_t>(frame_.size()) | (last ? kLast : 0));
  Gcm gcm(Gcm::Mode::kSeal, session_.key(), encryption::NonceOf(frames_++));
  gcm.AddData(word);
  gcm.AddData(context_);
  gcm.Run(frame_, frame_);
  const encryption::Tag tag = gcm.Seal();
  RETURN_IF_ERROR(out_.Write(word));
  RETURN_IF_ERROR(out_.Write(frame_));
  frame_.clear();
  return out_.Write(tag);
}

Status SealedSink::Write(ByteView bytes) {
  while (!bytes.empty()) {
    if (frame_.size() == kFrameBytes) RETURN_IF_ERROR(WriteFrame(false));
    const ByteView part = bytes.first(std::min(bytes.size(), kFrameBytes - frame_.size()));
    frame_.insert(frame_.end(), part.begin(), part.end());
    bytes = bytes.subspan(part.size());
  }
  return Status::Ok();
}

Status SealedSink::Finish() { return WriteFrame(true); }

SealedSource::SealedSource(ByteSource& in, encryption::KeyRing& keys, Bytes context)
    : in_(in), keys_(keys), context_(std::move(context)) {}

Status SealedSource::ReadHeader() {
  Bytes header(8 + encryption::kSaltBytes);
  RETURN_IF_ERROR(in_.ReadFully(header));
  Decoder decoder(header);
  if (decoder.Int<uint32_t>() != kMagic) return NotSealedSo();
  ASSIGN_OR_RETURN(const encryption::Secret data_key, keys_.Find(decoder.Int<uint32_t>()));
  key_ = Derive(data_key, decoder.Raw(encryption::kSaltBytes), kStreamPurpose);
  begun_ = true;
  return Status::Ok();
}

Status SealedSource::ReadFrame() {
  if (!begun_) RETURN_IF_ERROR(ReadHeader());
  Bytes word(sizeof(uint32_t));
  RETURN_IF_ERROR(in_.ReadFully(word));
  const auto value = Decoder(word).Int<uint32_t>();
  const size_t length = value & ~kLast;
  const bool last = (value & kLast) != 0;
  if (length > kFrameBytes || (!last && length != kFrameBytes)) return NotSealedSo();
  frame_.resize(length);
  RETURN_IF_ERROR(in_.ReadFully(frame_));
  encryption::Tag tag;
  RETURN_IF_ERROR(in_.ReadFully(tag));
  Gcm gcm(Gcm::Mode::kOpen, key_, encryption::NonceOf(frames_++));
  gcm.AddData(word);
  gcm.AddData(context_);
  gcm.Run(frame_, frame_);
  if (!gcm.Open(tag)) {
    frame_.clear();
    return NotSealedSo();
  }
  begin_ = 0;
  last_ = last;
  return Status::Ok();
}

Result<size_t> SealedSource::Read(std::span<std::byte> out) {
  while (begin_ == frame_.size()) {
    if (last_) {
      ASSIGN_OR_RETURN(const size_t more, in_.Read(out));
      if (more > 0) return Status(Code::kCorruption, "bytes follow the encrypted stream");
      return size_t{0};
    }
    RETURN_IF_ERROR(ReadFrame());
  }
  const size_t length = std::min(out.size(), frame_.size() - begin_);
  std::memcpy(out.data(), frame_.data() + begin_, length);
  begin_ += length;
  return length;
}

Result<std::unique_ptr<SealedSource>> OpenData(ByteSource& blob, const Manifest& manifest,
                                               encryption::KeyRing* keys) {
  RETURN_IF_ERROR(CheckSealed(keys, manifest.data_key));
  if (manifest.data_key == 0) return std::unique_ptr<SealedSource>();
  if (keys == nullptr) return NoKeys("the data");
  return std::make_unique<SealedSource>(blob, *keys,
                                        SealedContext(manifest.volume, manifest.seqno));
}

Bytes SealState(const encryption::DataKey& key, const Uuid& volume, Seqno seqno, ByteView state) {
  if (key.number == 0) return {state.begin(), state.end()};
  return SealBox(key.key, kStatePurpose, SealedContext(volume, seqno), state);
}

Result<Bytes> OpenState(encryption::KeyRing* keys, uint32_t number, const Uuid& volume, Seqno seqno,
                        ByteView state) {
  RETURN_IF_ERROR(CheckSealed(keys, number));
  if (number == 0) return Bytes(state.begin(), state.end());
  if (keys == nullptr) return NoKeys("the certification state");
  ASSIGN_OR_RETURN(const encryption::Secret key, keys->Find(number));
  return OpenBox(key, kStatePurpose, SealedContext(volume, seqno), state);
}

Status NoKeys(std::string_view what) {
  return {Code::kInvalidArgument, fmt::format("{} is encrypted and no key was given", what)};
}

}  // namespace borealis::snapshot
