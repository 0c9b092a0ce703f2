// What an encrypted volume's decoders do with bytes that nobody sealed: register "keys", boxes, the
// frames of a snapshot's data, and batches whose checksums an attacker has made right.
//
//   first byte % 4   0: a register   1: the same, its hash made right   2: a sealed stream, patched
//                    3: a sealed batch, patched
#include <memory>

#include "base/check.h"
#include "encryption/testing.h"
#include "fuzz/fuzz_input.h"
#include "log/batch_builder.h"
#include "snapshot/memory_stream.h"
#include "snapshot/sealed_stream.h"
#include "storage/memory/memory_backend.h"

namespace borealis {
namespace {

const Uuid kVolume = Uuid::FromRandom(1, 2);
constexpr storage::SegmentRef kSegment = {{3}, {4}};

struct World {
  std::shared_ptr<storage::MemoryVolume> volume = storage::MemoryVolume::Create({});
  std::unique_ptr<storage::MemoryBackend> backend = volume->Attach();
  std::unique_ptr<encryption::KeyRing> keys = encryption::testing::MakeTestKeys(*backend, kVolume);
  log::BatchCipher cipher{*keys, kVolume};
};

void TryRegister(ByteView bytes) {
  const auto table = encryption::DecodeKeyTable(bytes);
  if (!table.ok()) return;
  CHECK(fuzz::Same(encryption::EncodeKeyTable(*table), bytes));
  // Nobody made these boxes.
  CHECK(!UnwrapKey(*table, table->keys[0], encryption::testing::TestMaster()).ok());
}

// Of what is changed nothing is handed on that was not sealed.
void TryStream(World& world, ByteView patches) {
  const Bytes plain(1000, std::byte{'p'});
  snapshot::MemorySink out;
  snapshot::SealedSink sink(out, world.keys->Newest(), snapshot::SealedContext(kVolume, {7}));
  CHECK_OK(sink.Write(plain));
  CHECK_OK(sink.Finish());
  Bytes sealed = out.content;
  fuzz::Patch(sealed, patches);
  snapshot::MemorySource in(sealed);
  snapshot::SealedSource source(in, *world.keys, snapshot::SealedContext(kVolume, {7}));
  Bytes opened;
  Bytes piece(300);
  while (true) {
    const auto length = source.Read(piece);
    CHECK(length.ok() || sealed != out.content);
    if (!length.ok() || *length == 0) break;
    opened.insert(opened.end(), piece.begin(), piece.begin() + static_cast<ptrdiff_t>(*length));
  }
  CHECK(opened.empty() || opened == plain);
}

void TryBatch(World& world, ByteView patches) {
  const log::BatchSeeds seeds(kVolume, kSegment, true, true);
  log::BatchBuilder builder(true, 4096, &world.cipher);
  builder.Start();
  for (uint64_t i = 0; i < 3; ++i) {
    Record record;
    record.request.value = i;
    record.keys = {{i, KeyType::kUpdate}};
    record.payload = AsBytes("write-set");
    record.payload_hash = Hash64(record.payload, 0);
    CHECK(builder.Add(record));
  }
  builder.Finish();
  const ByteView placed = builder.Place(seeds, {.offset = 512, .durable_end = 512});
  const Bytes good(placed.begin(), placed.end());
  Bytes batch = good;
  fuzz::Patch(batch, patches);
  const uint64_t seed = seeds.At(512);
  const uint64_t body = Hash64(ByteView(batch).subspan(log::kBatchHeaderBytes), 0) ^ seed;
  std::memcpy(&batch[48], &body, 8);
  const uint64_t head = Hash64(ByteView(batch).subspan(8, 56), seed);
  std::memcpy(&batch[0], &head, 8);
  log::BatchHeader header;
  if (DecodeBatch(batch, seeds, 512, header) != log::BatchFault::kNone) return;
  // Without a key: whatever it is, it is walked to its end or refused.
  log::RecordCursor cursor(header,
                           ByteView(batch).subspan(log::kBatchHeaderBytes, header.body_bytes));
  Record record;
  while (!cursor.done() && cursor.Next(record).ok()) {
  }
  const auto opened =
      world.cipher.Open(ByteView(batch).first(header.total_bytes()), header, seeds, 512);
  CHECK(opened.ok() == (batch == good));
}

}  // namespace
}  // namespace borealis

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace borealis;  // NOLINT: a fuzz target
  static World world;
  fuzz::Input input(data, size);
  const int kind = input.Take<uint8_t>() % 4;
  Bytes bytes = input.copy();
  if (kind == 1) fuzz::MakeHashRight(bytes, encryption::kKeyTableSeed);
  if (kind < 2) TryRegister(bytes);
  if (kind == 2) TryStream(world, bytes);
  if (kind == 3) TryBatch(world, bytes);
  return 0;
}
