// Whether the server asks the session of the calling thread to end its statement: a user's KILL, or
// an applier that needs a lock which the session holds (brute-force abort). A session that waits
// for an isolated statement's turn has no transaction that the plug could abort: the server only
// marks it.
#pragma once

namespace borealis::provider {

// False where no server is around. Cheap; to be asked again and again.
bool SessionAskedToEnd();

}  // namespace borealis::provider
