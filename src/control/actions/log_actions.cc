// Log files of instances: listed, and read a portion at a time.
#include <fmt/core.h>

#include <algorithm>

#include "control/actions/actions.h"

namespace borealis::control {
namespace {

constexpr int kLinesDefault = 1000;
constexpr int kLinesMax = 10'000;

const Instance* InstanceByIdOrArn(Call& call) {
  (void)call.parameters.Required("DBInstanceIdentifier");
  return FindInstance(call, IdOrArn(call, "DBInstanceIdentifier"));
}

void DescribeLogFiles(Call& call) {
  const Instance* instance = InstanceByIdOrArn(call);
  if (instance == nullptr) return;
  const std::string part = call.parameters.Text("FilenameContains");
  std::vector<Value> found;
  for (const LogFile& file : call.logs.List(call.region, *instance)) {
    if (file.name.find(part) == std::string::npos) continue;
    found.push_back(Value::Record()
                        .Add("LogFileName", file.name)
                        .Add("LastWritten", file.written_us / 1000)
                        .Add("Size", static_cast<int64_t>(file.bytes)));
  }
  AddPage(call, "DescribeDBLogFiles", "DescribeDBLogFilesDetails", std::move(found));
}

// Cut behind the last of `lines` lines, from the beginning.
std::string FirstLines(std::string text, int lines) {
  size_t end = 0;
  for (int n = 0; n < lines && end < text.size(); ++n) {
    end = std::min(text.find('\n', end), text.size() - 1) + 1;
  }
  text.resize(end);
  return text;
}

size_t BeginOfLastLines(const std::string& text, int lines) {
  size_t begin = text.size();
  for (int n = 0; n < lines && begin > 1; ++n) {
    const size_t newline = text.rfind('\n', begin - 2);
    begin = newline == std::string::npos ? 0 : newline + 1;
  }
  return begin;
}

// A marker is the place in bytes from which to go on; "0" is the beginning. Without one it is the
// end of the file, as many lines of it as are asked for.
void DownloadPortion(Call& call) {
  const Instance* instance = InstanceByIdOrArn(call);
  const std::string name = call.parameters.Required("LogFileName");
  const int lines = call.parameters.Number("NumberOfLines", kLinesDefault, 1, kLinesMax);
  const bool from_marker = call.parameters.Has("Marker");
  const int marker = call.parameters.Number("Marker", 0, 0, INT32_MAX);
  if (instance == nullptr || !call.ok()) return;
  const auto files = call.logs.List(call.region, *instance);
  const auto file = std::ranges::find(files, name, &LogFile::name);
  if (file == files.end()) {
    return call.Fail(404, "DBLogFileNotFoundFault",
                     fmt::format("DBLog File: {}, is not found on the DB instance", name));
  }
  uint64_t from = static_cast<uint64_t>(marker);
  if (!from_marker) from = file->bytes > kLogBytesMax ? file->bytes - kLogBytesMax : 0;
  std::string text = call.logs.Read(call.region, *instance, name, from);
  if (from_marker) {
    text = FirstLines(std::move(text), lines);
  } else {
    const size_t begin = BeginOfLastLines(text, lines);
    from += begin;
    text.erase(0, begin);
  }
  const uint64_t end = from + text.size();
  call.result.Add("LogFileData", text)
      .Add("Marker", std::to_string(end))
      .Add("AdditionalDataPending", end < file->bytes);
}

}  // namespace

ActionTable LogActions() {
  return {{"DescribeDBLogFiles", DescribeLogFiles}, {"DownloadDBLogFilePortion", DownloadPortion}};
}

}  // namespace borealis::control
