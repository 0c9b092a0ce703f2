#include "node/fragment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace borealis::node {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> Arguments(std::string_view text) {
  const auto options = ParseFragment(text, "f.cnf");
  CHECK_OK(options);
  std::vector<std::string> words;
  for (const ServerOption& option : *options) words.push_back(option.ToArgument());
  return words;
}

Status Check(const std::string& line) {
  const auto options = ParseFragment("[mysqld]\n" + line + "\n", "f.cnf");
  if (!options.ok()) return options.status();
  return CheckFragment(*options, "f.cnf");
}

TEST(Fragment, ParsesTheOptionFileFormat) {
  EXPECT_EQ(
      Arguments("# comment\n; comment\n\n[client]\nsocket = /x\n[mysqld]\n"
                "max_connections = 500  # many\r\n  sql-mode=\"STRICT_ALL_TABLES # no comment\"\n"
                "skip-name-resolve\n[mariadb]\ninit_connect='SET NAMES utf8mb4'\n"
                "plugin-dir = /a\\sb\\\\c"),
      (std::vector<std::string>{"--max_connections=500",
                                "--sql-mode=STRICT_ALL_TABLES # no comment", "--skip-name-resolve",
                                "--init_connect=SET NAMES utf8mb4", "--plugin-dir=/a b\\c"}));
}

TEST(Fragment, AnErrorNamesFileAndLine) {
  const auto message = [](std::string_view text) {
    return ParseFragment(text, "f.cnf").status().message();
  };
  EXPECT_THAT(message("[mysqld]\n\n!include /etc/x\n"), HasSubstr("f.cnf:3: !include"));
  EXPECT_THAT(message("a=1\n"), HasSubstr("f.cnf:1: an option before any section"));
  EXPECT_THAT(message("[galera]\na=1\n"), HasSubstr("[galera] is unknown"));
  EXPECT_THAT(message("[mysqld]\n= 5\n"), HasSubstr("no option name"));
  EXPECT_THAT(message("[mysqld]\n--port=5\n"), HasSubstr("no option name"));
  EXPECT_THAT(message("[mysqld]\na='x\n"), HasSubstr("not closed"));
  EXPECT_THAT(message("[mysqld]\na='x' y\n"), HasSubstr("closing quote"));
}

TEST(Fragment, OrdinaryOptionsPass) {
  for (const char* line :
       {"max_connections=500", "innodb-buffer-pool-size=2G", "sql_mode=ANSI", "general_log=ON",
        "wsrep_slave_threads=8", "wsrep-retry-autocommit=4", "innodb_flush_log_at_trx_commit=1",
        "transaction-isolation=READ-COMMITTED", "innodb_log_file_size=256M", "event_scheduler=ON",
        "performance_schema=ON", "ssl-cert=/etc/x.pem", "log_output=FILE", "default_time_zone=UTC",
        "log_warnings=3", "log_bin", "log-bin=mine", "skip-name-resolve"}) {
    EXPECT_TRUE(Check(line).ok()) << line << ": " << Check(line).ToString();
  }
}

TEST(Fragment, WhatWouldBreakSafetyIsRefusedWithAReason) {
  for (const char* line : {"wsrep_on=OFF",
                           "wsrep-provider=/x.so",
                           "wsrep_cluster_address=gcomm://",
                           "datadir=/x",
                           "binlog_format=STATEMENT",
                           "innodb-autoinc-lock-mode=1",
                           "innodb_snapshot_isolation=OFF",
                           "auto_increment_offset=3",
                           "auto-increment-increment=1",
                           "log-bin=/x/y",
                           "skip-log-bin",
                           "server_id=5",
                           "loose-innodb_force_recovery=6",
                           "wsrep_ignore_apply_errors=7",
                           "port=3307",
                           "socket=/x",
                           "tmpdir=/x",
                           "init-file=/x.sql",
                           "skip-grant-tables",
                           "skip-networking",
                           "lower_case_table_names=1",
                           "innodb_page_size=8k",
                           "user=root",
                           "skip-innodb",
                           "default_storage_engine=MyISAM",
                           "read_only=ON",
                           "transaction-isolation=SERIALIZABLE",
                           "wsrep_slave_threads=0",
                           "wsrep_slave_threads=many",
                           "innodb_log_file_size=4G",
                           "innodb_log_file_size=1024M",
                           "wsrep_start_position=x:1",
                           "help",
                           "relay_log=x",
                           "gtid_domain_id=5",
                           "enforce_storage_engine=MyISAM",
                           "log_error=/x"}) {
    const Status status = Check(line);
    EXPECT_EQ(status.code(), Code::kInvalidArgument) << line;
    EXPECT_THAT(status.message(), HasSubstr("f.cnf:2: ")) << line;
    EXPECT_THAT(status.message(), HasSubstr("is refused: ")) << line;
  }
}

TEST(Fragment, AbbreviationsOfRefusedNamesAreRefused) {
  for (const char* line : {"log-b=x", "innodb_snapshot=OFF", "skip-grant", "data=/x", "wsre=1",
                           "binlog_for=STATEMENT", "skip-"}) {
    EXPECT_EQ(Check(line).code(), Code::kInvalidArgument) << line;
  }
}

TEST(Fragment, NamesAreNormalized) {
  EXPECT_EQ(NormalizeOptionName("Loose-Skip_Log-Bin"), "log_bin");
  EXPECT_EQ(NormalizeOptionName("maximum-max-connections"), "max_connections");
}

}  // namespace
}  // namespace borealis::node
