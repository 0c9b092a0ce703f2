// What a master user may do beyond its privileges: the schema `borealis_admin` of every volume from
// its genesis. Its routines run as a locked account that has just what they need; who may EXECUTE
// there may call them. All act on the server that the session talks to.
//
//   CALL borealis_admin.kill_connection(id)   ends a connection, as KILL CONNECTION
//   CALL borealis_admin.kill_query(id)        ends its statement, as KILL QUERY
//   CALL borealis_admin.set_read_only(on)     read_only of this server, until it restarts
//
// Connections of superusers and of the server itself can't be killed so (1095).
#pragma once

#include <string>

namespace borealis::node {

// Each statement in one line, for the bootstrap mode of the server.
std::string AdminSchema();

}  // namespace borealis::node
