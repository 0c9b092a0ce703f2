// Call: one action under way. An action reads parameters, looks at and changes a copy of the
// region, and fills in the result; when it fails, the copy is thrown away. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "control/actions/logs.h"
#include "control/api/parameters.h"
#include "control/api/value.h"
#include "control/model/region.h"
#include "control/reconcile/observed.h"

namespace borealis::control {

// What the operator chose, and what is injected.
struct Settings {
  std::string region = "us-east-1";
  std::string address_base = "127.0.0.11";
  std::string names;  // suffix of endpoints' names (model/names.h); empty: they are addresses
  uint16_t default_port = 3306;
  // Lower-case hex digits, as many as asked for; no two calls give the same.
  std::function<std::string(size_t)> random_hex;
};

struct Call {
  Call(const Form& form, Region& region_copy, const Settings& chosen, const Logs& log_files,
       const Restorable& restorable_now, int64_t now)
      : parameters(form),
        region(region_copy),
        settings(chosen),
        logs(log_files),
        restorable(restorable_now),
        now_us(now) {}

  Parameters parameters;
  Region& region;
  const Settings& settings;
  const Logs& logs;
  const Restorable& restorable;
  const int64_t now_us;
  Value result = Value::Record();

  bool ok() const { return !parameters.error(); }
  void Fail(int http_status, std::string code, std::string message) {
    parameters.Fail(http_status, std::move(code), std::move(message));
  }
};

// Arns: "arn:aws:rds:REGION:ACCOUNT:KIND:NAME"; kinds: cluster, db, subgrp, pg, ...
std::string MakeArn(const Settings& settings, std::string_view kind, std::string_view name);

// Of the one master key.
std::string KeyArn(const Settings& settings);

// The identifier that a parameter gives, in lower case; some clients give the resource's ARN for
// it.
std::string IdOrArn(const Call& call, const char* parameter);

// Adds to the result, as a list of `member`, the page of `items` that MaxRecords and Marker ask
// for, and names the next page in result["Marker"]. `items` in a stable order, which the marker
// counts in.
void AddPage(Call& call, const char* name, const char* member, std::vector<Value> items);

// Null, and the call has failed: there is none.
Instance* FindInstance(Call& call, const std::string& id);

// How a service writes its filters: PREFIX.N.Name, PREFIX.N.VALUES.M.
struct FilterForm {
  const char* prefix;
  const char* values;
  const char* unknown;  // what is said of a name, {}, that is not known
};
inline constexpr FilterForm kRdsFilters = {"Filters.Filter", "Values.Value",
                                           "Unrecognized filter name: {}"};
inline constexpr FilterForm kEc2Filters = {"Filter", "Value", "The filter '{}' is invalid"};

// A set of values that each filter asks for; InvalidParameterValue for a filter whose name is not
// in `known`. A missing filter accepts everything.
class Filters {
 public:
  Filters(Call& call, const std::vector<std::string>& known, const FilterForm& form = kRdsFilters);
  bool Accepts(const std::string& name, std::string_view value) const;

 private:
  std::map<std::string, std::vector<std::string>> wanted_;
};

inline constexpr size_t kTagsMax = 50;
// Tags.Tag.N.Key and .Value; at most so many, keys of 1 to 128 and values of up to 256 bytes.
Tags ReadTags(Call& call);
// <Tag><Key/><Value/></Tag>... under `name`.
void AddTagList(Value& record, const std::string& name, const Tags& tags);

// What a new region holds from the start: the default security group and subnet group.
void AddDefaults(const Settings& settings, Region& region);

}  // namespace borealis::control
