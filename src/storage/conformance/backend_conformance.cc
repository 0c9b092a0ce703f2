#include "storage/conformance/backend_conformance.h"

#include <cstring>
#include <thread>

#include "base/clock.h"
#include "base/codec.h"

namespace borealis::storage::conformance {
namespace {

std::byte Filler(uint32_t writer, uint32_t number, size_t at) {
  return static_cast<std::byte>(writer * 131 + number * 31 + at);
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Factory& factory) { return out << factory.name; }

std::string FactoryName(const ::testing::TestParamInfo<Factory>& info) { return info.param.name; }

Bytes Message(uint32_t writer, uint32_t number, size_t size) {
  CHECK(size >= kMessageBytesMin && size <= UINT32_MAX);
  Bytes bytes;
  Encoder encoder(bytes);
  encoder.Int(static_cast<uint32_t>(size));
  encoder.Int(writer);
  encoder.Int(number);
  bytes.resize(size);
  for (size_t at = kMessageBytesMin; at < size; ++at) {
    bytes[at] = Filler(writer, number, at);
  }
  return bytes;
}

std::optional<std::vector<ParsedMessage>> ParseMessages(ByteView bytes) {
  std::vector<ParsedMessage> messages;
  Decoder decoder(bytes);
  while (decoder.ok() && decoder.remaining() > 0) {
    ParsedMessage message;
    message.offset = bytes.size() - decoder.remaining();
    message.size = decoder.Int<uint32_t>();
    message.writer = decoder.Int<uint32_t>();
    message.number = decoder.Int<uint32_t>();
    if (!decoder.ok() || message.size < kMessageBytesMin) {
      return std::nullopt;
    }
    const ByteView filler = decoder.Raw(message.size - kMessageBytesMin);
    for (size_t i = 0; i < filler.size(); ++i) {
      if (filler[i] != Filler(message.writer, message.number, i + kMessageBytesMin)) {
        return std::nullopt;
      }
    }
    messages.push_back(message);
  }
  if (!decoder.ok()) {
    return std::nullopt;
  }
  return messages;
}

AppendResult AppendBytes(Backend& backend, const SegmentRef& segment, ByteView bytes) {
  return backend.Append(segment, [&](const AppendPlace&) { return bytes; });
}

AppendResult AppendText(Backend& backend, const SegmentRef& segment, std::string_view text) {
  return AppendBytes(backend, segment, AsBytes(text));
}

std::string ReadText(Backend& backend, const SegmentRef& segment) {
  const Result<Bytes> bytes = backend.Read(segment, 0, kFillBytesMax);
  EXPECT_TRUE(bytes.ok()) << bytes.status().ToString();
  return bytes.ok() ? std::string(AsText(*bytes)) : "(error)";
}

SegmentState StateOrDie(Backend& backend, const SegmentRef& segment) {
  const Result<SegmentState> state = backend.State(segment);
  EXPECT_TRUE(state.ok()) << state.status().ToString();
  return state.ok() ? *state : SegmentState{};
}

Status PutBlob(Backend& backend, std::string_view name, ByteView content) {
  ASSIGN_OR_RETURN(std::unique_ptr<BlobWriter> writer, backend.CreateBlob(name));
  RETURN_IF_ERROR(writer->Write(content));
  return writer->Commit();
}

void RunThreads(int count, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    threads.emplace_back(body, i);
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace borealis::storage::conformance

namespace borealis::storage {

void BackendConformanceTest::SetUp() {
  volume_ = GetParam().make();
  a_ = Attach();
}

std::unique_ptr<Backend> BackendConformanceTest::Attach() {
  std::unique_ptr<Backend> backend = volume_->Attach();
  EXPECT_TRUE(backend->EndRecovery().ok());
  return backend;
}

std::vector<std::unique_ptr<Backend>> BackendConformanceTest::AttachMany(int count) {
  std::vector<std::unique_ptr<Backend>> backends;
  for (int i = 0; i < count; ++i) {
    backends.push_back(Attach());
  }
  return backends;
}

Status BackendConformanceTest::WaitToBeWoken(Backend& backend, uint64_t known_end,
                                             const SegmentRef& segment) {
  const int64_t start_ns = SystemClock().MonotonicNs();
  Status status = backend.WaitForData(segment, known_end, GetParam().long_wait_ns);
  if (SystemClock().MonotonicNs() - start_ns > GetParam().long_wait_ns / 2) {
    return {Code::kTimeout, "the waiter was woken too late: " + status.ToString()};
  }
  return status;
}

}  // namespace borealis::storage
