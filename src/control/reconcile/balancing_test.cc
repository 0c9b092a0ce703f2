#include "control/reconcile/balancing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace borealis::control {
namespace {

using testing::HasSubstr;
using testing::Not;

class BalancingTest : public testing::Test {
 protected:
  BalancingTest() {
    Cluster cluster;
    cluster.id = "c";
    cluster.directory = "c1";
    cluster.status = "available";
    cluster.endpoint_address = "127.0.0.254";
    cluster.security_groups = {"sg-1", "sg-2"};
    region_.clusters["c"] = cluster;
    Add("a", "127.0.0.11");
    Add("b", "127.0.0.12");
  }
  void Add(const std::string& id, const std::string& address) {
    Instance instance;
    instance.id = id;
    instance.resource_id = "db-" + id;
    instance.cluster = "c";
    instance.status = "available";
    instance.address = address;
    instance.inner_port = 23306;
    region_.instances[id] = instance;
    observed_.instances[instance.resource_id].node = ObservedInstance::Node::kReady;
  }
  void Allow(const std::string& group, const std::string& protocol, int from, int to,
             const std::string& cidr) {
    region_.security_groups[group].ingress.push_back({protocol, from, to, cidr, ""});
  }
  // The part of the configuration that begins with "listen NAME".
  std::string Listen(const std::string& name) {
    const std::string config = Render().config;
    const size_t at = config.find("listen " + name + "\n");
    if (at == std::string::npos) return {};
    return config.substr(at, config.find("\nlisten ", at) - at);
  }
  Balancing Render() { return RenderBalancing(region_, observed_, {"/d", "", files_}); }
  std::string Blocks() { return Render().lists.at("/d/c1.acl"); }

  Region region_;
  Observed observed_;
  int64_t files_ = 100'000;
};

TEST_F(BalancingTest, NothingIsBalancedWithoutClusters) {
  EXPECT_NE(Render().config, "");
  region_.clusters.at("c").status = "deleting";
  EXPECT_EQ(Render(), Balancing{});
}

TEST_F(BalancingTest, WithoutAnAddressNothingListens) {
  region_.clusters.at("c").endpoint_address = "";
  EXPECT_EQ(Render(), Balancing{});
}

TEST_F(BalancingTest, NobodyMayConnectUnlessARuleOfAGroupFitsThePort) {
  EXPECT_EQ(Blocks(), "");
  Allow("sg-1", "tcp", 3307, 4000, "10.0.0.0/8");
  Allow("sg-1", "udp", 0, 65535, "10.0.0.0/8");
  Allow("sg-3", "tcp", 3306, 3306, "10.0.0.0/8");  // not the cluster's
  EXPECT_EQ(Blocks(), "");
  Allow("sg-2", "tcp", 3306, 3306, "10.1.0.0/16");
  Allow("sg-1", "-1", -1, -1, "10.2.0.0/16");
  Allow("sg-2", "tcp", 0, 65535, "10.2.0.0/16");
  EXPECT_EQ(Blocks(), "10.1.0.0/16\n10.2.0.0/16\n");
}

TEST_F(BalancingTest, AnEndpointTakesWhatItsServersTakeAndSomeToRefuse) {
  region_.instances.at("a").instance_class = "db.t3.micro";
  region_.instances.at("b").instance_class = "db.t3.small";
  EXPECT_THAT(Listen("cluster.c"), HasSubstr("reject if { fe_conn gt 1180 }"));
  EXPECT_THAT(Listen("instance.a"), HasSubstr("reject if { fe_conn gt 1060 }"));
  const std::string before = Render().name;
  region_.instances.at("a").parameters["max_connections"] = "500";
  EXPECT_THAT(Listen("cluster.c"), HasSubstr("reject if { fe_conn gt 1620 }"));
  EXPECT_NE(Render().name, before);
}

TEST_F(BalancingTest, AllEndpointsTogetherFitIntoItsFiles) {
  region_.instances.at("a").instance_class = "db.r5.large";
  region_.instances.at("b").instance_class = "db.r5.large";
  EXPECT_FALSE(Render().short_of_files);
  files_ = 1024;  // 259 connections for 1600
  EXPECT_TRUE(Render().short_of_files);
  EXPECT_THAT(Render().config, HasSubstr("maxconn 359\n"));
  EXPECT_THAT(Listen("cluster.c"), HasSubstr("reject if { fe_conn gt 129 }"));
  files_ = 0;  // it fails, not we
  EXPECT_THAT(Render().config, HasSubstr("maxconn 103\n"));
}

TEST_F(BalancingTest, EveryEndpointAsksTheList) {
  ClusterEndpoint endpoint;
  endpoint.id = "e";
  endpoint.cluster = "c";
  endpoint.address = "127.0.0.253";
  region_.endpoints["e"] = endpoint;
  for (const char* name : {"cluster.c", "instance.a", "instance.b", "custom.e"}) {
    EXPECT_THAT(Listen(name), HasSubstr("reject unless { src -f /d/c1.acl }")) << name;
  }
  EXPECT_THAT(Listen("custom.e"), HasSubstr("bind 127.0.0.253:3306\n"));
}

TEST_F(BalancingTest, AnEndpointLeadsToItsMembers) {
  EXPECT_THAT(Listen("cluster.c"), HasSubstr("bind 127.0.0.254:3306\n"));
  EXPECT_THAT(Listen("cluster.c"), HasSubstr("server a 127.0.0.11:23306 send-proxy-v2\n"));
  EXPECT_THAT(Listen("cluster.c"), HasSubstr("server b 127.0.0.12:23306 send-proxy-v2\n"));
  EXPECT_THAT(Listen("instance.a"), Not(HasSubstr("server b")));
  ClusterEndpoint endpoint;
  endpoint.id = "e";
  endpoint.cluster = "c";
  endpoint.static_members = {"b"};
  region_.endpoints["e"] = endpoint;
  EXPECT_THAT(Listen("custom.e"), Not(HasSubstr("server a")));
  region_.endpoints["e"].static_members = {};
  region_.endpoints["e"].excluded_members = {"b"};
  EXPECT_THAT(Listen("custom.e"), Not(HasSubstr("server b")));
  region_.instances.at("b").status = "deleting";
  EXPECT_THAT(Listen("cluster.c"), Not(HasSubstr("server b")));
}

TEST_F(BalancingTest, ServersThatDoNotServeGetNoNewConnections) {
  EXPECT_TRUE(Render().servers.at("cluster.c/a"));
  observed_.instances["db-a"].node = ObservedInstance::Node::kComing;
  EXPECT_FALSE(Render().servers.at("cluster.c/a"));
  EXPECT_FALSE(Render().servers.at("instance.a/a"));
  EXPECT_TRUE(Render().servers.at("cluster.c/b"));
  region_.instances.at("b").stop_first = true;  // its turn has not come
  EXPECT_TRUE(Render().servers.at("cluster.c/b"));
  observed_.busy = {"db-b"};  // it lets its clients go
  EXPECT_FALSE(Render().servers.at("cluster.c/b"));
}

TEST_F(BalancingTest, AStateIsNoReasonToReload) {
  const std::string before = Render().config;
  observed_.instances["db-a"].node = ObservedInstance::Node::kComing;
  region_.instances.at("b").status = "rebooting";
  Allow("sg-1", "-1", -1, -1, "10.2.0.0/16");
  EXPECT_EQ(Render().config, before);
}

}  // namespace
}  // namespace borealis::control
