#include "control/metrics/prometheus.h"

#include <gtest/gtest.h>

namespace borealis::control {
namespace {

class PrometheusTest : public testing::Test {
 protected:
  PrometheusTest() {
    region_.instances["w"].cluster = "c";
    InstanceSample& sample = sample_.instances["w"];
    sample.figures.fill(-1);
    sample.up = true;
    for (size_t n = 0; n < sample.figures.size(); ++n) {
      if (node::kFigureSources[n].name == "sync_us") sample.figures[n] = 1'500'000;
    }
    sample_.clusters["c"].volume_bytes = 7;
  }
  bool Says(const std::string& line) const {
    return RenderMetrics(region_, sample_).find("\n" + line + "\n") != std::string::npos;
  }
  Region region_;
  Sample sample_;
};

TEST_F(PrometheusTest, FiguresAreInSecondsAndBytesWithTheirLabels) {
  EXPECT_TRUE(Says("borealis_up{cluster=\"c\",db_instance=\"w\"} 1"));
  EXPECT_TRUE(Says("borealis_sync_seconds_total{cluster=\"c\",db_instance=\"w\"} 1.5"));
  EXPECT_TRUE(Says("borealis_volume_bytes{cluster=\"c\"} 7"));
  EXPECT_TRUE(Says("borealis_instance_failed{cluster=\"c\",db_instance=\"w\"} 0"));
  EXPECT_TRUE(Says("# TYPE borealis_commits_total counter"));
}

TEST_F(PrometheusTest, WhatIsNotKnownIsAbsent) {
  EXPECT_EQ(RenderMetrics(region_, sample_).find("borealis_commits_total{"), std::string::npos);
  region_.instances.clear();
  EXPECT_EQ(RenderMetrics(region_, sample_).find("borealis_up{"), std::string::npos);
}

TEST_F(PrometheusTest, OneThatIsStoppedOnPurposeIsNotWanted) {
  const std::string line = "borealis_instance_wanted{cluster=\"c\",db_instance=\"w\"} ";
  for (const char* status : {"creating", "starting", "stopping", "stopped", "deleting"}) {
    region_.instances["w"].status = status;
    EXPECT_TRUE(Says(line + "0")) << status;
  }
  for (const char* status : {"available", "failed", "rebooting", "modifying"}) {
    region_.instances["w"].status = status;
    EXPECT_TRUE(Says(line + "1")) << status;
  }
}

TEST(SampleJson, HoldsWhatIsKnown) {
  Sample sample;
  sample.time_us = 5'000;
  sample.instances["w"].figures.fill(-1);
  sample.instances["w"].figures[0] = 3;
  sample.instances["w"].crash_us = 7'000;
  EXPECT_EQ(
      ToJson(sample),
      "{\"clusters\":{},\"instances\":{\"w\":{\"cache_bytes\":0,\"connections\":3,\"cpu_ms\":0,"
      "\"crash_ms\":7,\"memory_bytes\":0,\"restarts\":0,\"seqno\":0,\"up\":false}},\"t\":5}");
}

}  // namespace
}  // namespace borealis::control
