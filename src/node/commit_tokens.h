// Commit tokens: how a client that lost its connection at COMMIT learns whether it committed. Part
// of every volume from its genesis, as a schema of ordinary SQL:
//
//   SELECT borealis.new_commit_token()      a token, made before the transaction
//   CALL borealis.note_commit(token)        inside the transaction, anywhere before its COMMIT
//   CALL borealis.commit_outcome(token)     afterwards, on any node: one row, 'committed' or
//                                           'not committed'; final
//
// The answer is final because both sides claim one key of one table: who asks inserts the token as
// 'not committed', and of two records with the same key in the log the first one wins. So a commit
// that is still on its way when its outcome was asked for fails certification.
//
// A token says when it was made. Rows are kept for kCommitTokenDays at least; who asks later is
// told that the outcome is not known any more.
#pragma once

#include <string>

namespace borealis::node {

inline constexpr int kCommitTokenDays = 7;

// What makes the schema; each statement in one line, for the bootstrap mode of the server.
std::string CommitTokenSchema();

// Removes rows that nobody is told about any more. Any node may run it, any number of times.
std::string ForgetCommitTokens();

}  // namespace borealis::node
