// What the tests of this module share: decoding with the outside world as values, and problems as the text people see.

import ForgeConfig
import Testing

/// Files by path, as a machine would hold them.
struct Files {
    var contents: [String: ConfigFile] = [:]
    var unreadable: [String: String] = [:]

    func read(_ path: String) throws(ConfigFileError) -> ConfigFile {
        if let reason = unreadable[path] { throw .unreadable(reason: reason) }
        guard let file = contents[path] else { throw .missing }
        return file
    }
}

extension ConfigFile: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self.init(bytes: Array(text.utf8)) }
}

func decode(
    _ text: String, environment: [String: String] = [:], files: Files = Files()
) throws(ConfigProblems) -> Decoded<ServerSettings> {
    try ServerSettings.decode(text: Array(text.utf8), environment: environment, readFile: files.read)
}

/// The settings of a text that holds.
func settings(
    _ text: String, environment: [String: String] = [:], files: Files = Files(), at location: SourceLocation = #_sourceLocation
) throws -> ServerSettings {
    do throws(ConfigProblems) {
        return try decode(text, environment: environment, files: files).config
    } catch {
        Issue.record("\(error)", sourceLocation: location)
        throw error
    }
}

/// Every problem of a text, a line each.
func checkProblems(
    _ text: String, environment: [String: String] = [:], files: Files = Files(), _ expected: String,
    at location: SourceLocation = #_sourceLocation
) {
    do throws(ConfigProblems) {
        _ = try decode(text, environment: environment, files: files)
        Issue.record("accepted", sourceLocation: location)
    } catch {
        #expect("\(error)" == expected, sourceLocation: location)
    }
}

/// Every warning about a text that holds, a line each.
func checkWarnings(
    _ text: String, environment: [String: String] = [:], files: Files = Files(), _ expected: String,
    at location: SourceLocation = #_sourceLocation
) throws {
    let warnings = try decode(text, environment: environment, files: files).warnings
    #expect(warnings.map(\.description).joined(separator: "\n") == expected, sourceLocation: location)
}
