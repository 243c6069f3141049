#pragma once

#include <string>

#include "reports/dataset_rows.hpp"

namespace troupe::reports {

/// The row as one line of JSON, without its end. Every row of a format has the same columns, none of them null:
///   sft         {"messages":[{"role","content"},…]}, the answer last
///   sft-prompt  {"prompt":[{"role","content"},…],"completion":[{"role":"assistant","content"}]}
///   sharegpt    {"conversations":[{"from":"system|human|gpt","value"},…]}
///   dpo         {"prompt":[…],"chosen":[…],"rejected":[…],"score_chosen","score_rejected","margin"}
///   kto         {"prompt":[…],"completion":[…],"label"}
/// Unicode's line ends are escaped, so that no reader takes one for the end of a row.
std::string lineOf(ExportFormat format, const DatasetRow& row);

/// The prompt's messages, of each role and content alone: what tells prompts apart.
std::string promptText(const rapidjson::Value& messages);

}  // namespace troupe::reports
