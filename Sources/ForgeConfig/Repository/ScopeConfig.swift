// What Forge's own changes may touch. It adds to `Rules/scope.yml`, whose denials no file can take back; matching is the rules' business.

/// Plain values with their lines, for whoever compiles them: each file's list by itself, since `!` speaks of its own list only.
package struct ScopeConfig: Sendable, Equatable {
    /// A path must be allowed by every layer that speaks.
    package var allow: AgreedPatterns
    package var deny: [ConfigPattern]
    package var ask: [ConfigPattern]
    /// Nil means that the pack's own limit holds; with one here the lower of both.
    package var filesMax: Int?
    package var linesMax: Int?
    package var bytesMax: Int?
    package var fileBytesMax: Int?

    init(reading reader: inout LayeredReader) {
        allow = reader.agreed(
            "allow", .globsWithExceptions, "['**']", direction: .intersection(), "Files that may be changed, such as ['src/**'].")
        deny = reader.patterns(
            "deny", .globsWithExceptions, "[]", direction: .unionOfFiles(), "Files that are never changed; it wins over allow and ask.")
        ask = reader.patterns(
            "ask", .globsWithExceptions, "[]", direction: .unionOfFiles(), "Files that are changed only after an approval.")
        filesMax = reader.readOptional(
            "max_files", .int(1...10_000), example: "20", direction: .minimum, "Files in one change; the built-in limit if absent.")
        linesMax = reader.readOptional(
            "max_lines", .int(1...1_000_000), example: "800", direction: .minimum, "Lines added and removed in one change.")
        bytesMax = reader.readOptional(
            "max_bytes", .size(1...1 << 30), example: "1MiB", direction: .minimum, "Bytes added in one change.")
        fileBytesMax = reader.readOptional(
            "max_file_bytes", .size(1...1 << 30), example: "256KiB", direction: .minimum, "Size of one file after the change.")
    }
}
