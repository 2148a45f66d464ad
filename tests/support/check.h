// SPDX-License-Identifier: Apache-2.0
// How to use: checks on Result<T> that print the error's own words when they fail. The argument is evaluated once.
//
//     RUSTCASK_OK(database->put("key", "value"));            // Result<anything> succeeded
//     RUSTCASK_VALUE(auto database, Database::open(path));   // … and takes the value, or fails and returns
//     RUSTCASK_FAILS(database->put("", "value"), ErrorCode::invalidArgument);
//
// Like QVERIFY they return from a function of type void.
#pragma once

#include <QByteArray>
#include <QTest>

#include <rustcask/result.h>

#include <string>
#include <utility>

namespace rustcask::test {

template <typename T>
[[nodiscard]] std::string describe(const Result<T>& result) {
    return result ? std::string("success")
                  : std::string(errorCodeName(result.error().code)) + ": " + result.error().message();
}

} // namespace rustcask::test

#define RUSTCASK_OK(...)                                                                                               \
    do {                                                                                                               \
        const auto& rustcaskResult = (__VA_ARGS__);                                                                    \
        QVERIFY2(rustcaskResult.has_value(), rustcask::test::describe(rustcaskResult).c_str());                        \
    } while (false)

#define RUSTCASK_FAILS(expression, expectedCode)                                                                       \
    do {                                                                                                               \
        const auto& rustcaskResult = (expression);                                                                     \
        QVERIFY2(!rustcaskResult.has_value(), "succeeded, but was expected to fail: " #expression);                    \
        QVERIFY2(rustcaskResult.error().code == (expectedCode), rustcask::test::describe(rustcaskResult).c_str());     \
    } while (false)

#define RUSTCASK_VALUE_IMPLEMENTATION(result, declaration, ...)                                                        \
    auto result = (__VA_ARGS__);                                                                                       \
    QVERIFY2(result.has_value(), rustcask::test::describe(result).c_str());                                            \
    declaration = *std::move(result)
#define RUSTCASK_CONCATENATE_IMPLEMENTATION(a, b) a##b
#define RUSTCASK_CONCATENATE(a, b) RUSTCASK_CONCATENATE_IMPLEMENTATION(a, b)
#define RUSTCASK_VALUE(declaration, ...)                                                                               \
    RUSTCASK_VALUE_IMPLEMENTATION(RUSTCASK_CONCATENATE(rustcaskResult, __LINE__), declaration, __VA_ARGS__)
