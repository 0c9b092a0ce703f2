// What the cryptography costs, alone.
//
//   cipher_bench --benchmark_filter=Seal      one message of so many bytes
//   cipher_bench --benchmark_filter=Mac       what is done under the append lock
//   cipher_bench --benchmark_min_time=0.01    the small mode that guards against rot
#include <benchmark/benchmark.h>

#include "encryption/cipher.h"

namespace borealis::encryption {
namespace {

void BenchSeal(benchmark::State& state) {
  Session session(Secret::Random(), "bench");
  Bytes bytes(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    Gcm gcm(Gcm::Mode::kSeal, session.key(), NonceOf(session.NextCounter()));
    gcm.AddData(AsBytes("sixty-four bytes of header and record that stay in the clear...."));
    gcm.Run(bytes, bytes);
    benchmark::DoNotOptimize(gcm.Seal());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(BenchSeal)->Arg(64)->Arg(512)->Arg(16384)->Arg(1 << 20);

void BenchMac(benchmark::State& state) {
  const Mac mac(Secret::Random());
  const Bytes bytes(136);
  for (auto _ : state) benchmark::DoNotOptimize(mac.Of({bytes}));
}
BENCHMARK(BenchMac);

}  // namespace
}  // namespace borealis::encryption
