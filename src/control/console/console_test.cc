#include "control/console/console.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "control/agents/log_files.h"
#include "control/api/base64.h"
#include "control/api/cookies.h"
#include "control/console/password_file.h"
#include "control/keys.h"

namespace borealis::control {
namespace {

constexpr char kPeer[] = "127.0.0.1";

TEST(Cookies, AreFoundByTheirWholeName) {
  EXPECT_EQ(CookieValue("a=1; bb=2;b=3", "b"), "3");
  EXPECT_EQ(CookieValue("xb=2; b", "b"), "");
  EXPECT_EQ(CookieValue("", "b"), "");
}

class ConsoleTest : public testing::Test {
 protected:
  ConsoleTest() {
    std::filesystem::remove_all(dir_);
    std::filesystem::create_directories(dir_ + "/bundle/assets");
    std::ofstream(dir_ + "/bundle/index.html") << "<html>";
    std::ofstream(dir_ + "/bundle/assets/a.js") << "plain";
    std::ofstream(dir_ + "/bundle/assets/a.js.gz") << "zipped";
    std::ofstream(dir_ + "/secret") << "secret";
    store_ = *Store::Open(dir_ + "/state.sqlite");
    session_store_ = *Store::Open(dir_ + "/state.sqlite");
    key_ = *MakeKey(*store_, "full", false, 1);
    reader_ = *MakeKey(*store_, "reader", true, 1);
    password_ = *MakeConsolePassword(dir_ + "/password");
    Settings settings;
    settings.random_hex = RandomHex;
    settings.default_port = 3307;
    Region region;
    AddDefaults(settings, region);
    region.clusters["c"].id = "c";
    region.clusters["c"].master_user = "admin";
    region.instances["w"] = Instance{};
    region.instances["w"].cluster = "c";
    region.instances["w"].address = "127.0.0.11";
    service_ = std::make_unique<Service>(std::move(store_), region, settings,
                                         std::make_unique<LogFiles>(Places{dir_}), clock_,
                                         [this] { ++changes_; });
    sessions_ = std::make_unique<Sessions>(*session_store_, "cookie", dir_ + "/password");
    sampler_ =
        std::make_unique<Sampler>(Places{dir_}, clock_, [this] { return service_->Snapshot(); });
    trials_ = std::make_unique<Trials>(dir_ + "/trials", dir_ + "/insert_test.py", clock_);
    log_watch_ = std::make_unique<LogWatch>(Places{dir_}, clock_);
    console_ =
        std::make_unique<Console>(*service_, *sessions_, *sampler_, *trials_, *log_watch_, clock_,
                                  Places{dir_}, "us-east-1", *Assets::Load(dir_ + "/bundle"));
  }
  ~ConsoleTest() override { std::filesystem::remove_all(dir_); }

  HttpAnswer Ask(const std::string& method, const std::string& target, const std::string& body = "",
                 std::vector<std::pair<std::string, std::string>> headers = {}) {
    if (!cookie_.empty()) headers.emplace_back("cookie", cookie_);
    if (!token_.empty()) headers.emplace_back("x-borealis-token", token_);
    return console_->Handle({method, target, headers, body, kPeer});
  }
  static std::string HeaderOf(const HttpAnswer& answer, const std::string& name) {
    for (const auto& [header, value] : answer.headers) {
      if (header == name) return value;
    }
    return "";
  }
  int SignIn(const std::string& body) {
    const HttpAnswer answer = Ask("POST", "/console/session", body);
    const std::string cookie = HeaderOf(answer, "Set-Cookie");
    if (answer.status != 200) return answer.status;
    cookie_ = cookie.substr(0, cookie.find(';'));
    token_ = nlohmann::json::parse(Ask("GET", "/console/session").body).at("token");
    return answer.status;
  }

  // The way an instance becomes available is the reconciler's.
  void MakeAvailable() {
    Observed observed;
    observed.clusters[""].volume_ready = true;
    observed.instances[""].agent_lives = true;
    observed.instances[""].node = ObservedInstance::Node::kReady;
    EXPECT_TRUE(service_->Reconcile(observed).ok());
  }

  const std::string dir_ = testing::TempDir() + "console_test." + std::to_string(getpid());
  const Clock& clock_ = SystemClock();
  std::unique_ptr<Store> store_;
  std::unique_ptr<Store> session_store_;
  AccessKey key_;
  AccessKey reader_;
  std::string password_;
  int changes_ = 0;
  std::string cookie_;
  std::string token_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<Sessions> sessions_;
  std::unique_ptr<Sampler> sampler_;
  std::unique_ptr<Trials> trials_;
  std::unique_ptr<LogWatch> log_watch_;
  std::unique_ptr<Console> console_;
};

const char kMakeGroup[] = "Action=CreateSecurityGroup&GroupName=g&GroupDescription=d";

TEST_F(ConsoleTest, TheOneTimePasswordWorksOnce) {
  EXPECT_EQ(SignIn("password=wrong"), 403);
  EXPECT_EQ(SignIn("password=" + password_), 200);
  EXPECT_EQ(SignIn("password=" + password_), 403);
  EXPECT_EQ(SignIn("password="), 403);
}

TEST_F(ConsoleTest, APasswordOfYesterdayIsRefused) {
  const int64_t tomorrow = clock_.WallUs() + kPasswordUsMax + 2'000'000;
  EXPECT_FALSE(TakeConsolePassword(dir_ + "/password", password_, tomorrow));
  EXPECT_TRUE(TakeConsolePassword(dir_ + "/password", password_, clock_.WallUs()));
}

TEST_F(ConsoleTest, TheCookieIsForNoScriptAndNoOtherSite) {
  const HttpAnswer answer = Ask("POST", "/console/session", "password=" + password_);
  const std::string cookie = HeaderOf(answer, "Set-Cookie");
  EXPECT_NE(cookie.find("; HttpOnly"), std::string::npos);
  EXPECT_NE(cookie.find("; SameSite=Strict"), std::string::npos);
  EXPECT_EQ(HeaderOf(answer, "Cache-Control"), "no-store");
}

TEST_F(ConsoleTest, GuessingIsStopped) {
  for (int n = 0; n < kSignInFailuresMax; ++n) EXPECT_EQ(SignIn("password=guess"), 403);
  EXPECT_EQ(SignIn("password=guess"), 429);
  EXPECT_EQ(SignIn("password=" + password_), 429);
}

TEST_F(ConsoleTest, NothingWithoutASession) {
  for (const char* path : {"/console/session", "/console/stream", "/console/figures"}) {
    EXPECT_EQ(Ask("GET", path).status, 401) << path;
  }
  EXPECT_EQ(Ask("POST", "/console/api/ec2", kMakeGroup).status, 401);
  cookie_ = "cookie=" + std::string(kCookieTokenDigits, '0');
  EXPECT_EQ(Ask("POST", "/console/api/ec2", kMakeGroup).status, 401);
}

TEST_F(ConsoleTest, AnActionIsThatOfTheApiAndAnsweredAsJson) {
  ASSERT_EQ(SignIn("password=" + password_), 200);
  const HttpAnswer made = Ask("POST", "/console/api/ec2", kMakeGroup);
  EXPECT_EQ(made.status, 200);
  EXPECT_EQ(nlohmann::json::parse(made.body).at("groupId").get<std::string>().substr(0, 3), "sg-");
  EXPECT_EQ(changes_, 1);
  const HttpAnswer twice = Ask("POST", "/console/api/ec2", kMakeGroup);
  EXPECT_EQ(twice.status, 400);
  EXPECT_EQ(nlohmann::json::parse(twice.body).at("error").at("code"), "InvalidGroup.Duplicate");
  const HttpAnswer none = Ask("POST", "/console/api/rds", "Action=Nonsense");
  EXPECT_EQ(nlohmann::json::parse(none.body).at("error").at("code"), "InvalidAction");
}

TEST_F(ConsoleTest, AChangeNeedsTheTokenAndComesFromHere) {
  ASSERT_EQ(SignIn("password=" + password_), 200);
  const std::string token = std::exchange(token_, "");
  EXPECT_EQ(Ask("POST", "/console/api/ec2", kMakeGroup).status, 403);
  EXPECT_EQ(Ask("DELETE", "/console/session").status, 403);
  token_ = token;
  EXPECT_EQ(Ask("POST", "/console/api/ec2", kMakeGroup,
                {{"host", "127.0.0.1:8300"}, {"origin", "http://evil.test"}})
                .status,
            403);
  EXPECT_EQ(Ask("POST", "/console/api/ec2", kMakeGroup,
                {{"host", "127.0.0.1:8300"}, {"origin", "http://127.0.0.1:8300"}})
                .status,
            200);
}

TEST_F(ConsoleTest, AReadOnlyKeyLooksAndChangesNothing) {
  ASSERT_EQ(SignIn("key_id=" + reader_.id + "&secret=" + reader_.secret), 200);
  EXPECT_EQ(Ask("POST", "/console/api/ec2", "Action=DescribeSecurityGroups").status, 200);
  EXPECT_EQ(Ask("POST", "/console/api/ec2", kMakeGroup).status, 403);
  EXPECT_EQ(changes_, 0);
}

TEST_F(ConsoleTest, ASessionEndsWithItsKeyOrBySigningOut) {
  EXPECT_EQ(SignIn("key_id=" + key_.id + "&secret=" + reader_.secret), 403);
  ASSERT_EQ(SignIn("key_id=" + key_.id + "&secret=" + key_.secret), 200);
  ASSERT_TRUE(session_store_->RemoveKey(key_.id).ok());
  EXPECT_EQ(Ask("GET", "/console/session").status, 401);
  ASSERT_EQ(SignIn("password=" + password_), 200);
  const HttpAnswer stream = Ask("GET", "/console/stream");
  ASSERT_TRUE(stream.stream);
  EXPECT_NE(stream.stream()->find("event: region\ndata: 0\n\n"), std::string::npos);
  EXPECT_EQ(Ask("DELETE", "/console/session").status, 200);
  EXPECT_EQ(Ask("GET", "/console/session").status, 401);
  bool ended = false;
  for (int n = 0; n < 20 && !ended; ++n) ended = !stream.stream();
  EXPECT_TRUE(ended);
}

TEST_F(ConsoleTest, SessionsAreTooOldOneDay) {
  ASSERT_EQ(SignIn("password=" + password_), 200);
  HttpRequest request{"GET", "/console/session", {{"cookie", cookie_}}, "", kPeer};
  EXPECT_TRUE(sessions_->Find(request, clock_.WallUs()));
  EXPECT_FALSE(sessions_->Find(request, clock_.WallUs() + kSessionUsMax));
}

TEST_F(ConsoleTest, FilesOfTheBundleAndNoOthers) {
  EXPECT_EQ(Ask("GET", "/?x").body, "<html>");
  EXPECT_NE(HeaderOf(Ask("GET", "/"), "Content-Security-Policy").find("script-src 'self';"),
            std::string::npos);
  EXPECT_EQ(Ask("GET", "/assets/a.js").body, "plain");
  const HttpAnswer zipped = Ask("GET", "/assets/a.js", "", {{"accept-encoding", "gzip, br"}});
  EXPECT_EQ(zipped.body, "zipped");
  EXPECT_EQ(HeaderOf(zipped, "Content-Encoding"), "gzip");
  EXPECT_EQ(Ask("GET", "/assets/a.js", "", {{"if-none-match", HeaderOf(zipped, "ETag")}}).status,
            304);
  for (const char* path :
       {"/../secret", "/assets/../../secret", "/%2e%2e/secret", "//", "/secret"}) {
    EXPECT_EQ(Ask("GET", path).status, 404) << path;
  }
  EXPECT_FALSE(Assets::Load(dir_).ok());
}

TEST_F(ConsoleTest, ATrialRunsTheClientAndPassesItsJournalOn) {
  ASSERT_EQ(SignIn("password=" + password_), 200);
  EXPECT_EQ(Ask("POST", "/console/trial", "cluster=none&password=x").status, 404);
  EXPECT_EQ(Ask("POST", "/console/trial", "cluster=c&password=x").status, 400);  // no writer
  MakeAvailable();
  EXPECT_EQ(Ask("POST", "/console/trial", "cluster=c&password=x").status, 400);  // no client
  std::ofstream(dir_ + "/insert_test.py")
      << "import os, sys\n"
         "assert os.environ['AURORA_PASSWORD'] == 'sec ret' and 'sec ret' not in sys.argv\n"
         "with open(sys.argv[sys.argv.index('--journal') + 1], 'w') as f:\n"
         "    f.write('{\"event\": \"ack\"}\\nno json\\n{\"event\": \"end\"}\\n{\"half')\n"
         "sys.exit('it ended badly')\n";
  const HttpAnswer stream = Ask("GET", "/console/stream");
  ASSERT_EQ(Ask("POST", "/console/trial", "cluster=c&password=sec%20ret").status, 200);
  std::string told;
  for (int n = 0; n < 600 && told.find("it ended badly") == std::string::npos; ++n) {
    usleep(10'000);
    told += *stream.stream();
  }
  EXPECT_NE(told.find("\"lines\":[{\"event\": \"ack\"},{\"event\": \"end\"}]"), std::string::npos)
      << told;
  EXPECT_EQ(told.find("half"), std::string::npos);
  EXPECT_EQ(Ask("POST", "/console/trial/stop", "cluster=c").status, 404);
}

TEST_F(ConsoleTest, FiguresForProgramsAreBehindAKey) {
  const auto with = [](const std::string& base64) {
    return std::vector<std::pair<std::string, std::string>>{{"authorization", "Basic " + base64}};
  };
  EXPECT_EQ(Ask("GET", "/metrics").status, 401);
  EXPECT_EQ(Ask("GET", "/metrics", "", with("bm86a2V5")).status, 401);  // no:key
  const std::string key = reader_.id + ":" + reader_.secret;
  std::string base64(key.size() * 2, '\0');
  base64.resize(static_cast<size_t>(
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                      reinterpret_cast<const unsigned char*>(key.data()), int(key.size()))));
  const HttpAnswer answer = Ask("GET", "/metrics", "", with(base64));
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.body.find("# TYPE borealis_commits_total counter"), std::string::npos);
}

TEST_F(ConsoleTest, KeysAreMadeListedWithoutSecretsAndRemoved) {
  ASSERT_EQ(SignIn("password=" + password_), 200);
  const auto made =
      nlohmann::json::parse(Ask("POST", "/console/keys", "name=grafana&read_only=true").body);
  const std::string id = made.at("id");
  const std::string listed = Ask("GET", "/console/keys").body;
  EXPECT_NE(listed.find(id), std::string::npos);
  EXPECT_EQ(listed.find(made.at("secret").get<std::string>()), std::string::npos);
  EXPECT_TRUE(session_store_->FindKey(id)->read_only);
  EXPECT_EQ(Ask("POST", "/console/keys/remove", "id=" + id).status, 200);
  EXPECT_EQ(Ask("POST", "/console/keys/remove", "id=" + id).status, 404);
  ASSERT_EQ(SignIn("key_id=" + reader_.id + "&secret=" + reader_.secret), 200);
  EXPECT_EQ(Ask("POST", "/console/keys", "name=mine").status, 403);
  EXPECT_EQ(Ask("POST", "/console/keys/remove", "id=" + key_.id).status, 403);
}

TEST(Base64, IsReadStrictly) {
  EXPECT_EQ(DecodeBase64("YTpi"), "a:b");
  EXPECT_EQ(DecodeBase64("YTo="), "a:");
  EXPECT_EQ(DecodeBase64("YQ=="), "a");
  for (const char* bad : {"", "YTp", "Y===", "====", "YT i", "YTpi\n", "YT=i", "Y\xff=="}) {
    EXPECT_FALSE(DecodeBase64(bad)) << bad;
  }
  EXPECT_FALSE(DecodeBase64(std::string(kBase64BytesMax + 4, 'A')));
}

TEST_F(ConsoleTest, WhatTheMachineHasAndTheCertificatesOfClustersThatAreThere) {
  ASSERT_EQ(SignIn("password=" + password_), 200);
  const auto machine = nlohmann::json::parse(Ask("GET", "/console/machine").body);
  EXPECT_GT(machine.at("memory_free_bytes").get<int64_t>(), 0);
  EXPECT_GT(machine.at("disk_free_bytes").get<int64_t>(), 0);
  EXPECT_EQ(machine.at("classes").at(0).at("name"), "db.t3.micro");
  EXPECT_EQ(machine.at("default_port"), 3307);
  EXPECT_EQ(machine.at("credentials"), Places{dir_}.credentials());
  EXPECT_EQ(Ask("GET", "/console/authority/none").status, 404);
  EXPECT_EQ(Ask("GET", "/console/authority/../../secret").status, 404);
}

TEST_F(ConsoleTest, OnlyThePostToTheRootIsTheApis) {
  EXPECT_FALSE(Console::Owns({"POST", "/", {}, "", ""}));
  EXPECT_TRUE(Console::Owns({"GET", "/", {}, "", ""}));
  EXPECT_TRUE(Console::Owns({"DELETE", "/console/session", {}, "", ""}));
  EXPECT_EQ(Ask("GET", "/healthz").body, "ok\n");
}

}  // namespace
}  // namespace borealis::control
