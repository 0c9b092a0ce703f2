// A stream encrypted in frames, for the data of a snapshot; and the certification state of
// snapshots and checkpoints, encrypted as one box.
//
//   stream := u32 magic "BLSS"  u32 number of the data key  salt(16)  frame* last frame
//   frame  := u32 bytes of the ciphertext, bit 31 set in the last  ciphertext  tag(16)
//   key    := HKDF(data key, salt, "borealis snapshot");  nonce := number of the frame from 0
//   associated data := the length word and what it is: uuid of the volume, i64 seqno
//
// All frames but the last hold kFrameBytes. So frames can't be exchanged, dropped or added, nor the
// stream cut short, without being noticed; nothing of a frame is handed on before its tag was
// right.
#pragma once

#include "base/uuid.h"
#include "encryption/key_ring.h"
#include "model/ids.h"
#include "snapshot/manifest.h"
#include "snapshot/stream.h"

namespace borealis::snapshot {

inline constexpr size_t kFrameBytes = 256 << 10;

// What sealed bytes belong to.
Bytes SealedContext(const Uuid& volume, Seqno seqno);

// Complete after Finish().
class SealedSink : public ByteSink {
 public:
  SealedSink(ByteSink& out, const encryption::DataKey& key, Bytes context);
  Status Write(ByteView bytes) override;
  Status Finish();

 private:
  Status WriteHeader();
  Status WriteFrame(bool last);

  ByteSink& out_;
  const uint32_t number_;
  encryption::Session session_;
  const Bytes context_;
  Bytes frame_;
  uint64_t frames_ = 0;
};

// The reverse. kCorruption: not what was sealed so. Else as KeyRing::Find.
class SealedSource : public ByteSource {
 public:
  SealedSource(ByteSource& in, encryption::KeyRing& keys, Bytes context);
  Result<size_t> Read(std::span<std::byte> out) override;

 private:
  Status ReadHeader();
  Status ReadFrame();

  ByteSource& in_;
  encryption::KeyRing& keys_;
  const Bytes context_;
  encryption::Secret key_;
  Bytes frame_;  // opened
  size_t begin_ = 0;
  uint64_t frames_ = 0;
  bool begun_ = false;
  bool last_ = false;
};

// The source to read a snapshot's data from, over the blob's; null: the data is not encrypted.
// kInvalidArgument: it is, and `keys` is null. kCorruption: it is not, and they are not.
Result<std::unique_ptr<SealedSource>> OpenData(ByteSource& blob, const Manifest& manifest,
                                               encryption::KeyRing* keys);

// Bytes that stay as they are when `number` is 0.
Bytes SealState(const encryption::DataKey& key, const Uuid& volume, Seqno seqno, ByteView state);
// `keys` may be null when `number` is 0. kInvalidArgument: there are none; kCorruption.
Result<Bytes> OpenState(encryption::KeyRing* keys, uint32_t number, const Uuid& volume, Seqno seqno,
                        ByteView state);
Status NoKeys(std::string_view what);

}  // namespace borealis::snapshot
