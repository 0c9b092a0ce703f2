#include "node/commit_tokens.h"

#include <fmt/core.h>

#include "node/bootstrap_line.h"

namespace borealis::node {
namespace {

constexpr std::string_view kTable = R"(
CREATE TABLE borealis.commit_tokens (
  token CHAR(31) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
  outcome ENUM('committed', 'not committed') NOT NULL,
  noted_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  KEY (noted_at)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COMMENT = 'see commit_outcome')";

// A locked account that may do just this, and everybody may call it. In bootstrap mode there is no
// GRANT.
constexpr std::string_view kAccounts[] = {
    R"(
INSERT INTO mysql.global_priv (Host, User, Priv) VALUES
  ('localhost', 'borealis.sys', '{"access":0,"plugin":"mysql_native_password",
   "authentication_string":"","account_locked":true,"password_last_changed":0}'),
  ('', 'PUBLIC', '{"access":0,"is_role":true}'))",
    R"(
INSERT INTO mysql.tables_priv (Host, Db, User, Table_name, Grantor, Table_priv) VALUES
  ('localhost', 'borealis', 'borealis.sys', 'commit_tokens', 'root@localhost',
   'Select,Insert'))",
    R"(
INSERT INTO mysql.db (Host, Db, User, Execute_priv) VALUES
  ('localhost', 'borealis', 'borealis.sys', 'Y'), ('', 'borealis', 'PUBLIC', 'Y'))",
};

constexpr std::string_view kNewToken = R"(
CREATE DEFINER = 'borealis.sys'@localhost FUNCTION borealis.new_commit_token()
  RETURNS CHAR(31) CHARACTER SET ascii NOT DETERMINISTIC NO SQL
  COMMENT 'When it is made, in ms since 1970, and a random number'
RETURN CONCAT(LPAD(HEX(CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS UNSIGNED)), 12, '0'), '-',
              HEX(RANDOM_BYTES(9))))";

// In days; NULL: not a token.
constexpr std::string_view kAge = R"(
CREATE DEFINER = 'borealis.sys'@localhost FUNCTION borealis.commit_token_age(token VARCHAR(255))
  RETURNS DOUBLE NOT DETERMINISTIC NO SQL
RETURN IF(token RLIKE '^[0-9A-F]{12}-[0-9A-F]{18}$',
          (UNIX_TIMESTAMP(SYSDATE(3)) - CONV(LEFT(token, 12), 16, 10) / 1000) / 86400, NULL))";

constexpr std::string_view kNote = R"(
CREATE DEFINER = 'borealis.sys'@localhost PROCEDURE borealis.note_commit(IN given VARCHAR(255))
  MODIFIES SQL DATA
BEGIN
  IF borealis.commit_token_age(given) IS NULL THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT =
      'Borealis: not a commit token; SELECT borealis.new_commit_token() makes one';
  END IF;
  IF @@autocommit AND NOT @@in_transaction THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT =
      'Borealis: note_commit belongs inside of the transaction, after START TRANSACTION';
  END IF;
  INSERT INTO borealis.commit_tokens (token, outcome) VALUES (given, 'committed');
END)";

// Conflicts (1213, 1020, 1205) mean that the other side is about to be seen: asked again.
constexpr std::string_view kOutcome = R"(
CREATE DEFINER = 'borealis.sys'@localhost PROCEDURE borealis.commit_outcome(IN given VARCHAR(255))
  MODIFIES SQL DATA
BEGIN
  DECLARE settled INT DEFAULT 0;
  DECLARE attempts INT DEFAULT 0;
  DECLARE age DOUBLE DEFAULT borealis.commit_token_age(given);
  IF age IS NULL OR age < -1 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT =
      'Borealis: not a commit token; SELECT borealis.new_commit_token() makes one';
  END IF;
  IF age > {days} THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT =
      'Borealis: outcomes are kept for {days} days; that of an older token is not known any more';
  END IF;
  IF @@in_transaction THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT =
      'Borealis: commit_outcome can not be asked inside of a transaction';
  END IF;
  WHILE NOT settled DO
    BEGIN
      DECLARE EXIT HANDLER FOR 1062 BEGIN ROLLBACK; SET settled = 1; END;
      DECLARE EXIT HANDLER FOR 1213, 1020, 1205 BEGIN
        ROLLBACK;
        SET attempts = attempts + 1;
        IF attempts > 100 THEN RESIGNAL; END IF;
      END;
      START TRANSACTION;
      INSERT INTO borealis.commit_tokens (token, outcome) VALUES (given, 'not committed');
      COMMIT;
      SET settled = 1;
    END;
  END WHILE;
  SELECT outcome FROM borealis.commit_tokens WHERE token = given;
END)";

std::string Line(std::string_view statement) {
  std::string line = BootstrapLine(statement);
  for (size_t at = 0; (at = line.find("{days}", at)) != std::string::npos;) {
    line.replace(at, std::string_view("{days}").size(), std::to_string(kCommitTokenDays));
  }
  return line;
}

}  // namespace

std::string CommitTokenSchema() {
  std::string schema =
      "SET sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';\n"
      "SET NAMES utf8mb4;\n"
      "CREATE DATABASE borealis CHARACTER SET utf8mb4;\n";
  schema += Line(kTable);
  for (const std::string_view statement : kAccounts) schema += Line(statement);
  for (const std::string_view statement : {kNewToken, kAge, kNote, kOutcome}) {
    schema += Line(statement);
  }
  return schema;
}

std::string ForgetCommitTokens() {
  return fmt::format(
      "DELETE FROM borealis.commit_tokens WHERE noted_at < NOW() - INTERVAL {} DAY LIMIT 10000",
      kCommitTokenDays + 1);
}

}  // namespace borealis::node
