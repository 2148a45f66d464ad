// SPDX-License-Identifier: Apache-2.0
#include <rustcask/database.h>

#include <iostream>

int main(int, char** argv) {
    auto database = rustcask::Database::open(argv[1]);
    if (!database || !(*database)->put("greeting", "hello"))
        return 1;
    const auto value = (*database)->get("greeting");
    std::cout << value->value_or("nothing") << '\n';
    return value && *value == "hello" ? 0 : 1;
}
