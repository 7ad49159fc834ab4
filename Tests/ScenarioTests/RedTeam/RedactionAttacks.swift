// Disguises in which a known secret could leave. The program is told the secret in a file and given each disguise as a text; what it gives
// back is searched for runs of twelve characters of the secret, in every form, after every escape is undone. The search is written for this
// and shares nothing with the redactor.

import ForgeCore
import ForgeRules
import Foundation

enum RedactionAttacks {
    struct Disguise: Sendable {
        let name: String
        let text: String
        var knownGap: String?
    }

    /// Put together here; characters that every encoding treats in its own way.
    static let secret = "v4-" + "Qm7/tR+2" + "x=Lk&9\"s\\W" + "<Zp%Yd'8" + "hJ3~fB6nC1gV5"
    private static let bytes = Array(secret.utf8)
    private static let second = "fk_" + "2mZ8qT" + "5vN1xR7cK4wJ9bH3"

    static func writeKnown(in folder: String) throws -> String {
        let path = folder + "/known-secrets"
        try Data((secret + "\n" + second + "\n").utf8).write(to: URL(filePath: path))
        return path
    }

    static let all: [Attack] =
        disguises.map { disguise in
            Attack("redaction", disguise.name, "gone", knownGap: disguise.knownGap) { room in
                answer(Array(try room.redacted.text(for: disguise.text).utf8))
            }
        } + streams

    private static func answer(_ left: [UInt8]) -> String {
        let found = RedactionSearch(of: bytes).runs(in: left) + RedactionSearch(of: Array(second.utf8)).runs(in: left)
        return found == 0 ? "gone" : "\(found) runs are left"
    }

    // MARK: Disguises

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
    private static func hex(_ format: String) -> String { bytes.map { String(format: format, $0) }.joined() }
    private static func separated(_ by: String) -> String { secret.map(String.init).joined(separator: by) }

    static let disguises: [Disguise] = plain + encoded + escaped + taken + open

    private static let plain: [Disguise] = [
        .init(name: "as it is", text: "token is \(secret)."),
        .init(name: "two secrets in each other's place", text: secret + second + secret),
        .init(
            name: "in a URL",
            text: "GET https://api.example/v1?key=\(secret.addingPercentEncoding(withAllowedCharacters: .urlQueryAllowed)!)&a=b"),
        .init(name: "in a header", text: "Authorization: Bearer \(secret)\r\nAccept: */*"),
        .init(name: "in a password of basic authorization", text: "Authorization: Basic " + base64("user:" + secret)),
        .init(name: "as JSON", text: JSON.object([.init("token", .string(secret))]).text),
        .init(name: "as JSON in JSON", text: JSON.string(JSON.object([.init("token", .string(secret))]).text).text),
        .init(name: "backwards", text: "x" + String(secret.reversed()) + "x"),
        .init(name: "backwards and escaped", text: JSON.string(String(secret.reversed())).text),
        .init(name: "its first half and its second", text: "\(secret.prefix(20)) and \(secret.dropFirst(20))"),
        .init(
            name: "thirteen characters at a time",
            text: stride(from: 0, to: 36, by: 13).map { secret.dropFirst($0).prefix(13) }.joined(separator: " | ")),
        .init(name: "twelve of its characters", text: "it ends in \(secret.suffix(12))"),
        .init(
            name: "a window at every place",
            text: (0...(secret.count - 12)).map { String(secret.dropFirst($0).prefix(12)) }.joined(separator: "\n.\n")),
    ]

    private static let encoded: [Disguise] =
        (0..<3).map { place in
            .init(name: "base64 at place \(place) of three", text: "data:" + base64(String(repeating: "#", count: place) + secret + "$%"))
        } + [
            .init(
                name: "base64 for URLs", text: base64(secret).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")),
            .init(name: "base64 in lines", text: Data((secret + secret).utf8).base64EncodedString(options: [.lineLength64Characters])),
            .init(name: "base64 in lines of nineteen", text: wrapped(base64(secret), 19, "\r\n   ")),
            .init(name: "base64 as JSON", text: JSON.string(base64(secret + secret)).text.replacing("/", with: "\\/")),
            .init(name: "base64 in a URL", text: base64(secret).addingPercentEncoding(withAllowedCharacters: .alphanumerics)!),
            .init(name: "hex", text: hex("%02x")),
            .init(name: "hex in capitals", text: "0x" + hex("%02X")),
            .init(name: "hex behind half a byte", text: "f" + hex("%02x") + "0"),
            .init(name: "hex in lines", text: wrapped(hex("%02x"), 16, "\n")),
        ]

    private static let escaped: [Disguise] = [
        .init(name: "percent signs everywhere", text: hex("%%%02X")),
        .init(name: "percent signs in small letters", text: hex("%%%02x")),
        .init(name: "percent signs twice", text: hex("%%%02X").replacing("%", with: "%25")),
        .init(name: "escapes of C", text: hex("\\x%02x")),
        .init(name: "escapes of JSON", text: hex("\\u%04x")),
        .init(name: "numbers of HTML", text: hex("&#%d;")),
        .init(
            name: "names of HTML", text: secret.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")),
        .init(name: "an unseen character between any two", text: separated("\u{200B}")),
        .init(name: "a tag character between any two", text: separated("\u{E0041}")),
        .init(name: "colours between any two", text: separated("\u{1B}[1;31m")),
        .init(name: "wrapped at every column", text: (1..<12).map { wrapped(secret, $0, "\n    ") }.joined(separator: "\n.\n")),
        .init(name: "wrapped with line ends of Windows", text: wrapped(secret, 10, "\r\n\t")),
        .init(name: "line ends that are escaped", text: wrapped(secret, 10, "\\n")),
        .init(name: "a byte order mark at its beginning", text: "\u{FEFF}" + secret),
    ]

    private static let taken: [Disguise] = [
        .init(name: "an escape right before it", text: "%4\(secret) \\u00\(secret) &#4\(secret)"),
        .init(name: "beside bytes that are no text", text: "\u{FFFD}\(secret)\u{FFFD}"),
        .init(name: "a thousand times", text: String(repeating: secret + ",", count: 1_000)),
        .init(name: "behind half of itself", text: secret.prefix(11) + secret),
        .init(name: "in a text that is redacted already", text: "[redacted:\(secret)]"),
    ]

    private static let recoding = "whoever can encode twice can encode in any way; the sandbox has no secrets to encode"

    /// What a program does on purpose, and no log or trace by accident.
    private static let open: [Disguise] = [
        .init(name: "base64 of base64", text: base64(base64(secret)), knownGap: recoding),
        .init(name: "base64 of it backwards", text: base64(String(secret.reversed())), knownGap: recoding),
        .init(name: "letters moved by thirteen", text: String(secret.unicodeScalars.map { Character(moved($0)) }), knownGap: recoding),
        .init(name: "a blank between any two", text: separated(" "), knownGap: recoding),
        .init(name: "hex with colons", text: bytes.map { String(format: "%02x", $0) }.joined(separator: ":"), knownGap: recoding),
        .init(name: "a list of numbers", text: bytes.map(String.init).joined(separator: ", "), knownGap: recoding),
    ]

    private static func moved(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        let letter = scalar.value | 0x20
        guard (0x61...0x7A).contains(letter) else { return scalar }
        return Unicode.Scalar(letter > 0x6D ? scalar.value - 13 : scalar.value + 13) ?? scalar
    }

    private static func wrapped(_ text: String, _ width: Int, _ end: String) -> String {
        stride(from: 0, to: text.count, by: width).map { String(text.dropFirst($0).prefix(width)) }.joined(separator: end)
    }

    // MARK: Streams

    private static let streams: [Attack] = [
        stream("split in two at every place", secret),
        stream("its base64 split in two at every place", base64("ab" + secret)),
        stream("its hex split in two at every place", hex("%02x")),
        stream("its percent signs split in two at every place", hex("%%%02x")),
        stream("split in two with an unseen character at every place", separated("\u{200B}")),
        Attack("redaction", "a byte at a time", "gone") { _ in answer(passed(("a " + secret + " b").utf8.map { [$0] })) },
    ]

    private static func stream(_ name: String, _ text: String) -> Attack {
        Attack("redaction", name, "gone") { _ in
            let text = Array("before \(text) after".utf8)
            let answers = Set((1..<text.count).map { answer(passed([Array(text[..<$0]), Array(text[$0...])])) })
            return answers.sorted().joined(separator: ", ")
        }
    }

    private static func passed(_ pieces: [[UInt8]]) -> [UInt8] {
        var stream = RedactionStream(Redactor([Secret(bytes), Secret(Array(second.utf8))]))
        return pieces.flatMap { stream.push($0) } + stream.finish()
    }
}
