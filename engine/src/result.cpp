// SPDX-License-Identifier: Apache-2.0
#include <rustcask/result.h>

#include <system_error>

namespace rustcask {

std::string_view errorCodeName(ErrorCode code) noexcept {
    switch (code) {
    case ErrorCode::invalidArgument:
        return "invalidArgument";
    case ErrorCode::ioError:
        return "ioError";
    case ErrorCode::corruption:
        return "corruption";
    case ErrorCode::locked:
        return "locked";
    case ErrorCode::cancelled:
        return "cancelled";
    case ErrorCode::readOnly:
        return "readOnly";
    case ErrorCode::noSpace:
        return "noSpace";
    case ErrorCode::notADatabase:
        return "notADatabase";
    case ErrorCode::unsupported:
        return "unsupported";
    case ErrorCode::closed:
        return "closed";
    case ErrorCode::internal:
        return "internal";
    }
    return "unknown";
}

std::string Error::message() const {
    std::string text = operation.empty() ? std::string("operation failed") : "cannot " + operation;
    if (!file.empty()) {
        text += " (" + file.string();
        if (offset)
            text += " at byte " + std::to_string(*offset);
        text += ")";
    }
    if (!detail.empty())
        text += ": " + detail;
    if (systemError != 0)
        text += ": " + std::generic_category().message(systemError);
    if (holderPid)
        text += ": held by process " + std::to_string(*holderPid);
    if (!advice.empty())
        text += ". " + advice;
    return text;
}

} // namespace rustcask
