#include "snapshot/stream.h"

#include <fmt/core.h>
#include <xxhash.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace borealis::snapshot {
namespace {

constexpr int kWindowLogMax = 27;  // 128 MiB

Status ZstdStatus(size_t code, std::string_view what) {
  return {Code::kCorruption, fmt::format("{}: {}", what, ZSTD_getErrorName(code))};
}

}  // namespace

struct StreamHash::State {
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> xxh{XXH3_createState(), &XXH3_freeState};
};

StreamHash::StreamHash(uint64_t seed) : state_(std::make_unique<State>()) {
  CHECK(state_->xxh != nullptr);
  CHECK(XXH3_64bits_reset_withSeed(state_->xxh.get(), seed) == XXH_OK);
}
StreamHash::~StreamHash() = default;

void StreamHash::Update(ByteView bytes) {
  if (bytes.empty()) return;
  CHECK(XXH3_64bits_update(state_->xxh.get(), bytes.data(), bytes.size()) == XXH_OK);
}

uint64_t StreamHash::Digest() const { return XXH3_64bits_digest(state_->xxh.get()); }

Status ByteSource::ReadFully(std::span<std::byte> out) {
  while (!out.empty()) {
    ASSIGN_OR_RETURN(const size_t n, Read(out));
    if (n == 0) return {Code::kCorruption, "the stream ends too early"};
    out = out.subspan(n);
  }
  return Status::Ok();
}

struct ZstdSink::State {
  ByteSink& out;
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context{ZSTD_createCCtx(), &ZSTD_freeCCtx};
  Bytes buffer = Bytes(ZSTD_CStreamOutSize());

  Status Run(ByteView bytes, ZSTD_EndDirective directive) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    while (true) {
      ZSTD_outBuffer to{buffer.data(), buffer.size(), 0};
      const size_t left = ZSTD_compressStream2(context.get(), &to, &in, directive);
      if (ZSTD_isError(left)) return ZstdStatus(left, "compression failed");
      RETURN_IF_ERROR(out.Write(ByteView(buffer).first(to.pos)));
      const bool done = directive == ZSTD_e_end ? left == 0 : in.pos == in.size;
      if (done) return Status::Ok();
    }
  }
};

ZstdSink::ZstdSink(ByteSink& out, int level) : state_(new State{out}) {
  CHECK(state_->context != nullptr);
  ZSTD_CCtx_setParameter(state_->context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(state_->context.get(), ZSTD_c_checksumFlag, 1);
}
ZstdSink::~ZstdSink() = default;

Status ZstdSink::Write(ByteView bytes) {
  return bytes.empty() ? Status::Ok() : state_->Run(bytes, ZSTD_e_continue);
}
Status ZstdSink::Finish() { return state_->Run({}, ZSTD_e_end); }

struct ZstdSource::State {
  ByteSource& in;
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context{ZSTD_createDCtx(), &ZSTD_freeDCtx};
  Bytes buffer = Bytes(ZSTD_DStreamInSize());
  size_t begin = 0;  // of what is buffered
  size_t end = 0;
  bool in_frame = true;  // the one frame has not ended
};

ZstdSource::ZstdSource(ByteSource& in) : state_(new State{in}) {
  CHECK(state_->context != nullptr);
  ZSTD_DCtx_setParameter(state_->context.get(), ZSTD_d_windowLogMax, kWindowLogMax);
}
ZstdSource::~ZstdSource() = default;

Result<size_t> ZstdSource::Read(std::span<std::byte> out) {
  State& s = *state_;
  while (true) {
    if (s.in_frame) {  // also without new input: the context may hold back decompressed bytes
      ZSTD_inBuffer from{s.buffer.data(), s.end, s.begin};
      ZSTD_outBuffer to{out.data(), out.size(), 0};
      const size_t left = ZSTD_decompressStream(s.context.get(), &to, &from);
      if (ZSTD_isError(left)) return ZstdStatus(left, "decompression failed");
      s.begin = from.pos;
      s.in_frame = left != 0;
      if (to.pos > 0) return to.pos;
    }
    if (s.begin < s.end) {
      if (!s.in_frame) return Status(Code::kCorruption, "bytes follow the compressed stream");
      continue;
    }
    s.begin = 0;
    ASSIGN_OR_RETURN(s.end, s.in.Read(s.buffer));
    if (s.end == 0 && s.in_frame) {
      return Status(Code::kCorruption, "the compressed stream ends too early");
    }
    if (s.end == 0) return size_t{0};
  }
}

Status BlobSink::Write(ByteView bytes) {
  RETURN_IF_ERROR(blob_.Write(bytes));
  bytes_ += bytes.size();
  hash_.Update(bytes);
  return Status::Ok();
}

Result<size_t> BlobSource::Read(std::span<std::byte> out) {
  const uint64_t left = blob_.size() - offset_;
  const size_t length = static_cast<size_t>(std::min<uint64_t>(left, out.size()));
  if (length == 0) return size_t{0};
  ASSIGN_OR_RETURN(const Bytes bytes, blob_.Read(offset_, length));
  if (bytes.size() != length) return Status(Code::kCorruption, "the blob is shorter than its size");
  std::memcpy(out.data(), bytes.data(), length);
  hash_.Update(bytes);
  offset_ += length;
  return length;
}

}  // namespace borealis::snapshot
