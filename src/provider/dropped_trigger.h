// DROP TRIGGER before it has its place in the order.
//
// The server looks up which table the trigger is on first. Where an earlier statement takes the
// trigger away meanwhile, or moves it to another table, the server takes what it found for a
// forgotten file: it deletes it and calls that a success, while the other servers say that there is
// no such trigger, or drop the right one. So what it found is looked at again (isolation.cc).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace borealis::provider {

// The trigger that the statement drops, without the name of its database; nullopt: it drops none.
std::optional<std::string> DroppedTrigger(std::string_view statement);

// Whether the server that keeps its databases in `directory` would find `trigger` on `table` now.
// True also where a name is one that a file may hold in another form.
bool IsTriggerOn(const std::string& directory, const std::string& database,
                 const std::string& trigger, const std::string& table);

}  // namespace borealis::provider
