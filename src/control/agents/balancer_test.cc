#include "control/agents/balancer.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace borealis::control {
namespace {

// Of HAProxy itself; the endpoint that it balances leads nowhere.
class BalancerTest : public testing::Test {
 protected:
  BalancerTest() {
    Cluster cluster;
    cluster.id = "c";
    cluster.directory = "c1";
    cluster.status = "available";
    cluster.endpoint_address = "127.0.0.1";
    // Cases run beside each other, as processes with neighbouring numbers; each takes a few ports.
    cluster.port = static_cast<uint16_t>(20'000 + getpid() % 1'000 * 10);
    region_.clusters["c"] = cluster;
  }
  ~BalancerTest() override {
    (void)Balancer(places_, kDefaultBalancer, clock_).Settle({});
    while (waitpid(-1, nullptr, 0) > 0) {  // it ends; no test after this one has a child
    }
    std::filesystem::remove_all(places_.directory);
  }
  Balancing Wanted() { return RenderBalancing(region_, {}, places_); }
  bool Settles(Balancer& balancer, const Balancing& wanted) {
    for (int i = 0; i < 1200; ++i) {  // a bound for a loaded machine
      if (balancer.Settle(wanted) == Balancer::State::kSettled) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
  }
  // Lines of its log that say so.
  size_t Count(const std::string& text) const {
    std::ifstream log(places_.log());
    size_t count = 0;
    for (std::string line; std::getline(log, line);) count += line.find(text) != std::string::npos;
    return count;
  }

  const Clock& clock_ = SystemClock();
  const BalancerPlaces places_{testing::TempDir() + "balancer." + std::to_string(getpid()), ""};
  Region region_;
};

TEST_F(BalancerTest, StartsOneAndTheNextDaemonTakesItOver) {
  Balancer first(places_, kDefaultBalancer, clock_);
  ASSERT_TRUE(Settles(first, Wanted()));
  Balancer next(places_, kDefaultBalancer, clock_);
  ASSERT_TRUE(Settles(next, Wanted()));
  EXPECT_EQ(Count("New worker"), 1);
}

TEST_F(BalancerTest, ManyChangesAtOnceEndInTheLastOfThem) {
  Balancer balancer(places_, kDefaultBalancer, clock_);
  for (int i = 0; i < 5; ++i) {
    (void)balancer.Settle(Wanted());
    region_.clusters.at("c").port += 1;
  }
  EXPECT_TRUE(Settles(balancer, Wanted()));
  EXPECT_EQ(Count("exited with code"), Count("Former worker"));  // none was killed
}

TEST_F(BalancerTest, AConfigurationThatDoesNotLoadIsNotTriedAllTheTime) {
  Balancing wanted = Wanted();
  wanted.config += "nonsense\n";
  Balancer balancer(places_, kDefaultBalancer, clock_);
  const int64_t begun_ns = clock_.MonotonicNs();
  for (int i = 0; i < 15 || (Count("unknown keyword") == 0 && i < 600); ++i) {
    EXPECT_EQ(balancer.Settle(wanted), Balancer::State::kLoading);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  const int64_t waits = (clock_.MonotonicNs() - begun_ns) / kStartAgainNs;
  EXPECT_LE(Count("unknown keyword"), static_cast<size_t>(waits) + 1);
  EXPECT_GE(Count("unknown keyword"), 1);
}

TEST(CheckBalancer, NamesWhatIsMissing) {
  EXPECT_EQ(CheckBalancer("/nowhere/haproxy").code(), Code::kNotFound);
}

}  // namespace
}  // namespace borealis::control
