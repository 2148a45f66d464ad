// SPDX-License-Identifier: Apache-2.0
#include "man_page.h"

#include <algorithm>
#include <sstream>

#include <CLI/CLI.hpp>

namespace rustcask::cli {

namespace {

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c;
    }
    // These would be read as requests.
    if (!out.empty() && (out.front() == '.' || out.front() == '\''))
        out.insert(0, "\\&");
    return out;
}

std::string heading(const std::string& page) {
    std::string title = page;
    std::transform(title.begin(), title.end(), title.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return ".TH " + title + " 1 \"\" \"rustcask " RUSTCASK_VERSION "\" \"Rustcask\"\n";
}

// A footer is lines: each a paragraph, but one that begins with two spaces is an example, set as it is.
std::string paragraphs(const std::string& text) {
    std::string out;
    bool literal = false;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.empty())
            continue;
        const bool example = line.starts_with("  ");
        if (example != literal)
            out += example ? ".PP\n.nf\n.RS\n" : ".RE\n.fi\n";
        if (!example)
            out += ".PP\n";
        literal = example;
        out += escaped(example ? std::string_view(line).substr(2) : std::string_view(line)) + "\n";
    }
    return literal ? out + ".RE\n.fi\n" : out;
}

std::string synopsis(const CLI::App& command) {
    std::string line = ".B rustcask " + escaped(command.get_name()) + "\n[\\fIOPTIONS\\fR]";
    for (const CLI::Option* option : command.get_options([](const CLI::Option* o) { return o->get_positional(); })) {
        std::string word = "\\fI" + escaped(option->get_name(true)) + "\\fR";
        if (option->get_expected_max() > 1)
            word += "...";
        line += option->get_required() ? " " + word : " [" + word + "]";
    }
    return line + "\n";
}

std::string optionList(const CLI::App& command, bool positional) {
    std::string out;
    for (const CLI::Option* option :
         command.get_options([positional](const CLI::Option* o) { return o->get_positional() == positional; })) {
        out += ".TP\n";
        if (positional) {
            out += ".I " + escaped(option->get_name(true)) + "\n";
        } else {
            std::string names = option->get_name(false, true);
            for (std::size_t i = names.find(','); i != std::string::npos; i = names.find(',', i + 2))
                names.insert(i + 1, " ");
            out += "\\fB" + escaped(names) + "\\fR";
            if (option->get_type_size() != 0)
                out += " \\fI" + escaped(option->get_type_name()) + "\\fR";
            out += "\n";
        }
        out += escaped(option->get_description()) + "\n";
    }
    return out;
}

} // namespace

std::string programManPage(const CLI::App& application) {
    std::string page =
        heading("rustcask") + ".SH NAME\nrustcask \\- keep keys and values in a directory of log files\n";
    page += ".SH SYNOPSIS\n.B rustcask\n\\fICOMMAND\\fR [\\fIARGUMENTS\\fR]\n";
    page += ".SH DESCRIPTION\n" + escaped(application.get_description()) + "\n" + paragraphs(application.get_footer());
    page += ".SH COMMANDS\n";
    std::string others;
    for (const CLI::App* command : application.get_subcommands([](const CLI::App*) { return true; })) {
        page += ".TP\n.B " + escaped(command->get_name()) + "\n" + escaped(command->get_description()) + "\n";
        others += (others.empty() ? "" : ",\n") + (".BR rustcask\\-" + escaped(command->get_name()) + " (1)");
    }
    page += ".SH OPTIONS\n" + optionList(application, false);
    return page + ".SH SEE ALSO\n" + others + "\n";
}

std::string commandManPage(const CLI::App& command) {
    std::string page = heading("rustcask-" + command.get_name()) + ".SH NAME\nrustcask\\-" +
                       escaped(command.get_name()) + " \\- " + escaped(command.get_description()) + "\n";
    page += ".SH SYNOPSIS\n" + synopsis(command);
    page += ".SH DESCRIPTION\n" + paragraphs(command.get_footer());
    if (const std::string arguments = optionList(command, true); !arguments.empty())
        page += ".SH ARGUMENTS\n" + arguments;
    page += ".SH OPTIONS\n" + optionList(command, false);
    return page + ".SH SEE ALSO\n.BR rustcask (1)\n";
}

} // namespace rustcask::cli
