// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <array>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace normscope::storage {

using Json = nlohmann::ordered_json;

/// A finite number, or the text "nan", "inf" or "-inf": JSON knows no such numbers.
Json jsonNumber(double value);
/// The value of a JSON text; discarded where it is none, or nested or with so many keys in one object as no file of
/// ours is: what writes values calls itself for each level, and finding a key takes as long as there are keys.
Json parseJson(std::string_view text);
/// The text of a JSON value; bytes that are not UTF-8 become U+FFFD.
std::string jsonText(const Json& value, int indent = -1);

/// Takes typed values out of one JSON object and leaves the target alone where that does not work. The
/// first thing that is not as it should be goes into `problem`, with the key's whole name.
class ObjectReader {
public:
    enum Need { Optional, Required };

    ObjectReader(const Json& object, std::string prefix, std::string& problem)
        : m_object(object), m_prefix(std::move(prefix)), m_problem(problem)
    {
    }

    void text(const char* key, std::string& out, Need need);
    void number(const char* key, double& out, Need need); ///< what jsonNumber() wrote
    void boolean(const char* key, bool& out, Need need);
    void numbers(const char* key, std::array<float, 3>& out, Need need);
    void texts(const char* key, std::vector<std::string>& out, Need need);
    const Json* object(const char* key, Need need); ///< null if there is none

    template <class Integer>
    void integer(const char* key, Integer& out, Need need)
    {
        const Json* found = value(key, need);
        if (!found)
            return;
        if (found->is_number_unsigned() && std::in_range<Integer>(found->template get<std::uint64_t>()))
            out = static_cast<Integer>(found->template get<std::uint64_t>());
        else if (found->is_number_integer() && !found->is_number_unsigned()
                 && std::in_range<Integer>(found->template get<std::int64_t>()))
            out = static_cast<Integer>(found->template get<std::int64_t>());
        else
            expected(key, std::is_unsigned_v<Integer> ? "a whole number from 0" : "a whole number", *found);
    }
    /// A text that `parse` turns into a Result<Value>.
    template <class Value, class Parse>
    void parsed(const char* key, Value& out, Parse parse, Need need = Required)
    {
        if (need == Optional && !m_object.contains(key))
            return;
        std::string found;
        text(key, found, Required);
        if (!m_problem.empty())
            return;
        auto result = parse(found);
        if (result)
            out = std::move(result.value());
        else
            complain("\"" + m_prefix + key + "\": " + result.error().message);
    }
    void complain(std::string problem);

private:
    const Json* value(const char* key, Need need);
    void expected(const char* key, std::string_view what, const Json& found);

    const Json& m_object;
    std::string m_prefix;
    std::string& m_problem;
};

} // namespace normscope::storage
