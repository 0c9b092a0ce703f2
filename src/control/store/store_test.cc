#include "control/store/store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>

#include "control/actions/call.h"
#include "node/password_hash.h"
#include "snapshot/testing.h"

namespace borealis::control {
namespace {

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    std::filesystem::remove_all(path_);
    std::filesystem::remove_all(path_ + "-journal");
  }
  std::unique_ptr<Store> Open() {
    auto store = Store::Open(path_);
    EXPECT_TRUE(store.ok()) << store.status().ToString();
    return std::move(store).value();
  }
  void Sql(const char* sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }
  bool Contains(const std::string& text) const {
    return snapshot::ReadText(path_).find(text) != std::string::npos;
  }
  static Region Filled() {
    Settings settings;
    Region region;
    AddDefaults(settings, region);
    Cluster cluster;
    cluster.id = "c";
    cluster.pending_password_hash = "p\"\\\xc3\xa9";
    cluster.security_groups = {"sg-1"};
    cluster.tags = {{"k", "v"}};
    region.clusters["c"] = cluster;
    Instance instance;
    instance.id = "i";
    instance.stop_first = true;
    region.instances["i"] = instance;
    region.security_groups["sg-1"] = {"sg-1", "n", "d", "v", {{"tcp", 1, 2, "10.0.0.0/8", "x"}},
                                      {},     {}};
    ClusterSnapshot snapshot;
    snapshot.id = "s";
    snapshot.origin = {"s1", "c1", 7};
    snapshot.cluster = cluster;
    region.snapshots["s"] = snapshot;
    ClusterEndpoint endpoint;
    endpoint.id = "e";
    endpoint.excluded_members = {"i"};
    region.endpoints["e"] = endpoint;
    region.instance_parameter_groups["g"].values = {{"wait_timeout", {"60", false}}};
    region.cluster_parameter_groups["g"].description = "d";
    region.Tell(5, "db-cluster", "c", "creation", "made");
    return region;
  }

  const std::string path_ = testing::TempDir() + "store_test." + std::to_string(getpid());
};

TEST_F(StoreTest, WhatIsSavedIsThereAgain) {
  Region region = Filled();
  {
    const auto store = Open();
    EXPECT_EQ(*store->Load(), Region());
    ASSERT_TRUE(store->Save(region).ok());
    region.clusters.erase("c");
    region.instances.at("i").status = "available";
    ASSERT_TRUE(store->Save(region).ok());
  }
  EXPECT_EQ(*Open()->Load(), region);
}

TEST_F(StoreTest, TheFileIsForItsOwnerOnly) {
  Open();
  struct stat file {};
  ASSERT_EQ(stat(path_.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600U);
}

TEST_F(StoreTest, KeysAreFoundListedAndRemoved) {
  const auto store = Open();
  ASSERT_TRUE(store->AddKey({"K1", "s1", "first", false, 1}).ok());
  ASSERT_TRUE(store->AddKey({"K2", "s2", "", true, 2}).ok());
  EXPECT_FALSE(store->AddKey({"K2", "s3", "", true, 3}).ok());
  EXPECT_EQ(store->FindKey("K2")->secret, "s2");
  EXPECT_TRUE(store->FindKey("K2")->read_only);
  EXPECT_EQ(store->ListKeys()->size(), 2U);
  ASSERT_TRUE(store->RemoveKey("K1").ok());
  EXPECT_EQ(store->RemoveKey("K1").code(), Code::kNotFound);
  EXPECT_FALSE(store->FindKey("K1").has_value());
}

TEST_F(StoreTest, SessionsAreFoundUntilTheyAreRemovedOrTooOld) {
  const auto store = Open();
  ASSERT_TRUE(store->AddSession({"h1", "K1", true, 10}).ok());
  ASSERT_TRUE(store->AddSession({"h2", "", false, 20}).ok());
  EXPECT_TRUE(store->FindSession("h1")->read_only);
  ASSERT_TRUE(store->RemoveSessionsUntil(10).ok());
  EXPECT_FALSE(store->FindSession("h1").has_value());
  EXPECT_EQ(store->FindSession("h2")->key_id, "");
  ASSERT_TRUE(store->RemoveSession("h2").ok());
  EXPECT_FALSE(store->FindSession("h2").has_value());
}

TEST_F(StoreTest, AFileOfANewerReleaseIsRefused) {
  Open();
  Sql("PRAGMA user_version = 1000");
  EXPECT_EQ(Store::Open(path_).status().code(), Code::kUnsupported);
}

TEST_F(StoreTest, DamageIsNamedAndNotGuessedAt) {
  Open();
  Sql("INSERT INTO object VALUES ('cluster', 'c', '{\"port\": \"x\"}')");
  const auto loaded = Open()->Load();
  EXPECT_EQ(loaded.status().code(), Code::kCorruption);
  EXPECT_NE(loaded.status().message().find("cluster \"c\""), std::string::npos);
}

TEST_F(StoreTest, ANumberThatDoesNotFitIsDamage) {
  Open();
  for (const char* text :
       {R"({"port": 444444444444444444444444})", R"({"port": 70000})", R"({"port": -1})",
        R"({"port": 1.5})", R"({"origin": {"until_us": 1e30}})", R"({"encrypted": 2})"}) {
    const std::string body = text;
    Sql(("INSERT OR REPLACE INTO object VALUES ('cluster', 'c', '" + body + "')").c_str());
    EXPECT_EQ(Open()->Load().status().code(), Code::kCorruption) << text;
  }
  Sql(R"(INSERT OR REPLACE INTO object VALUES ('security-group', 'g',
         '{"ingress": [{"from_port": 9999999999}]}'))");
  Sql("DELETE FROM object WHERE key = 'c'");
  EXPECT_EQ(Open()->Load().status().code(), Code::kCorruption) << "in a list, too";
}

TEST_F(StoreTest, APasswordThatAnOlderReleaseKeptIsHashedAndOverwritten) {
  Open();
  Sql("INSERT INTO object VALUES ('cluster', 'c', '{\"id\": \"c\", \"waiting_password\": "
      "\"cloudacademy\", \"pending_password\": \"\"}')");
  ASSERT_TRUE(Contains("cloudacademy"));
  {
    const auto store = Open();
    const auto loaded = store->Load();
    ASSERT_TRUE(loaded.ok());
    EXPECT_EQ(loaded->clusters.at("c").waiting_password_hash, node::PasswordHash("cloudacademy"));
    EXPECT_EQ(loaded->clusters.at("c").pending_password_hash, "");
    ASSERT_TRUE(store->Save(*loaded).ok());
    EXPECT_EQ(*store->Load(), *loaded);
  }
  EXPECT_FALSE(Contains("cloudacademy"));
}

TEST_F(StoreTest, AnObjectOfAnOlderReleaseHasDefaults) {
  Open();
  Sql("INSERT INTO object VALUES ('cluster', 'c', '{\"id\": \"c\", \"new member\": 1}')");
  const auto loaded = Open()->Load();
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded->clusters.at("c").retention_days, 1);
}

}  // namespace
}  // namespace borealis::control
