// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/jsonreader.h"

#include "model/store/csv.h"
#include "model/store/storetext.h"

#include <algorithm>
#include <cmath>

namespace normscope::storage {

Json jsonNumber(double value)
{
    return std::isfinite(value) ? Json(value) : Json(numberText(value));
}

Json parseJson(std::string_view text)
{
    using Event = Json::parse_event_t;
    constexpr int deepest = 100;
    constexpr int mostKeys = 1'000;
    std::array<int, deepest + 2> keys{}; // of the object that is open at each depth
    bool isTooMuch = false;
    const auto keep = [&](int depth, Event event, Json&) {
        isTooMuch = isTooMuch || depth > deepest;
        if (!isTooMuch && event == Event::object_start)
            keys[std::size_t(depth) + 1] = 0;
        else if (!isTooMuch && event == Event::key)
            isTooMuch = ++keys[std::size_t(depth)] > mostKeys;
        return !isTooMuch;
    };
    Json json = Json::parse(text, keep, false);
    return isTooMuch ? Json(Json::value_t::discarded) : json;
}

std::string jsonText(const Json& value, int indent)
{
    return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

void ObjectReader::text(const char* key, std::string& out, Need need)
{
    const Json* found = value(key, need);
    if (found && found->is_string())
        out = found->get<std::string>();
    else if (found)
        expected(key, "a text", *found);
}

void ObjectReader::number(const char* key, double& out, Need need)
{
    const Json* found = value(key, need);
    if (!found)
        return;
    double special = 0;
    if (found->is_number())
        out = found->get<double>();
    else if (found->is_string() && parseNumber(found->get_ref<const std::string&>(), special) && !std::isfinite(special))
        out = special;
    else
        expected(key, "a number", *found);
}

void ObjectReader::boolean(const char* key, bool& out, Need need)
{
    const Json* found = value(key, need);
    if (found && found->is_boolean())
        out = found->get<bool>();
    else if (found)
        expected(key, "true or false", *found);
}

void ObjectReader::numbers(const char* key, std::array<float, 3>& out, Need need)
{
    const Json* found = value(key, need);
    if (!found)
        return;
    if (found->is_array() && found->size() == out.size() && std::all_of(found->begin(), found->end(), [](const Json& item) { return item.is_number(); }))
        out = found->get<std::array<float, 3>>();
    else
        expected(key, "a list of three numbers", *found);
}

void ObjectReader::texts(const char* key, std::vector<std::string>& out, Need need)
{
    const Json* found = value(key, need);
    if (!found)
        return;
    std::vector<std::string> all;
    for (const auto& item : *found)
        if (item.is_string())
            all.push_back(item.get<std::string>());
    if (found->is_array() && all.size() == found->size())
        out = std::move(all);
    else
        expected(key, "a list of texts", *found);
}

const Json* ObjectReader::object(const char* key, Need need)
{
    const Json* found = value(key, need);
    if (!found || found->is_object())
        return found;
    expected(key, "an object", *found);
    return nullptr;
}

void ObjectReader::complain(std::string problem)
{
    if (m_problem.empty())
        m_problem = std::move(problem);
}

const Json* ObjectReader::value(const char* key, Need need)
{
    const auto found = m_object.find(key);
    if (found != m_object.end())
        return &*found;
    if (need == Required)
        complain("\"" + m_prefix + key + "\" is missing");
    return nullptr;
}

void ObjectReader::expected(const char* key, std::string_view what, const Json& found)
{
    complain("\"" + m_prefix + key + "\" should be " + std::string(what) + ", but is " + shown(jsonText(found)));
}

} // namespace normscope::storage
