// Credentials: written in the text, in a variable, or in a file that one of these names. A problem with one must never
// quote it, nor the file's path: more than one person has put the credential itself where the path belongs.

import ForgeCore
import ForgeYAML

extension EntryReader {
    /// How much of a file is the credential.
    enum SecretForm {
        /// One line; the line end that editors add is no part of it.
        case line
        /// All of it, such as a key in PEM form.
        case whole
    }

    /// `name`, or `name_file` with the path of a file that holds it.
    mutating func secret(_ name: String, as form: SecretForm = .line, _ doc: String) -> Secret? {
        record(name, inFile: [name + "_file"], doc, fileDoc: "A file that holds \(name) instead.")
        guard let found = found([.inline(name), .file(name + "_file")]) else { return nil }
        switch form {
        case .whole: return Secret(found.bytes)
        case .line:
            let lines = lines(of: found.bytes)
            if lines.count > 1 {
                complain(found.name, found.isFile ? "names a file of several lines" : "has several lines", "only one credential fits here")
            }
            return lines.first.map(Secret.init)
        }
    }

    /// Credentials of which several hold at once while they are being changed: one per line, the newest first.
    mutating func secrets(_ name: String, alsoInFile: String? = nil, shorterThan lengthMin: Int = 16, _ doc: String) -> [Secret] {
        let files = [name + "_file"] + (alsoInFile.map { [$0] } ?? [])
        record(name, inFile: files, doc, fileDoc: "A file that holds \(name) instead: one per line, newest first.")
        guard let found = found([.inline(name)] + files.map(Alternative.file)) else { return [] }
        let lines = lines(of: found.bytes)
        if lines.contains(where: { $0.count < lengthMin }) {
            warn(
                found.name, "is shorter than \(lengthMin) bytes", "make one that nobody can guess, for example with 'openssl rand -hex 32'")
        }
        return lines.map(Secret.init)
    }

    /// A file that is read whole, of which the text cannot be written inline.
    mutating func file(_ name: String, holdsCredential: Bool, example: String, _ doc: String) -> [UInt8]? {
        record(name, .value(.text(pattern: nil), .absent(example: example)), doc)
        guard let source = source(of: name, isList: false) else { return nil }
        return contents(source, name, holdsCredential: holdsCredential)
    }

    // MARK: Finding the one place

    private enum Alternative {
        case inline(String)
        case file(String)

        var name: String {
            switch self {
            case .inline(let name), .file(let name): name
            }
        }
    }

    private struct Found {
        let name: String
        let isFile: Bool
        let bytes: [UInt8]
    }

    private func record(_ name: String, inFile files: [String], _ doc: String, fileDoc: String) {
        record(name, .value(.text(pattern: nil), .absent(example: placeholder)), doc)
        for file in files {
            let isOther = file != name + "_file"
            let example = "/etc/forge/" + file.split(separator: "_").dropLast().joined(separator: "-")
            let doc = isOther ? "The same as \(name)_file, by a name that says there may be several." : fileDoc
            record(file, .value(.text(pattern: nil), .absent(example: example)), doc)
        }
    }

    /// What is given, by the environment if by both; one way only in either.
    private mutating func found(_ alternatives: [Alternative]) -> Found? {
        let inEnvironment = alternatives.compactMap { one in variableSource(of: one.name).map { (one, $0) } }
        let inText = alternatives.compactMap { one in textSource(of: one.name).map { (one, $0) } }
        for given in [inEnvironment, inText] {
            for (other, source) in given.dropFirst() {
                report(source, other.name, Complaint("says the same as \(given[0].0.name)", "give only one of them"))
            }
        }
        guard let (alternative, source) = inEnvironment.first ?? inText.first else { return nil }
        return bytes(alternative, source).map { bytes in
            if case .file = alternative { return Found(name: alternative.name, isFile: true, bytes: bytes) }
            return Found(name: alternative.name, isFile: false, bytes: bytes)
        }
    }

    private func bytes(_ alternative: Alternative, _ source: Source) -> [UInt8]? {
        guard case .inline(let name) = alternative else {
            return contents(source, alternative.name, holdsCredential: true)
        }
        guard case .scalar(let scalar) = source.node.content else {
            report(source, name, Complaint("is not text", "write the credential in quotes, or name a file with \(name)_file"))
            return nil
        }
        guard !lines(of: Array(scalar.text.utf8)).isEmpty else {
            report(source, name, Complaint("is empty", "give the credential, or leave the key out"))
            return nil
        }
        guard scalar.text != placeholder else {
            report(source, name, Complaint("still holds the example's dots", "write the credential in their place"))
            return nil
        }
        return Array(scalar.text.utf8)
    }

    private func contents(_ source: Source, _ name: String, holdsCredential: Bool) -> [UInt8]? {
        do throws(ConfigFileError) {
            guard case .scalar(let scalar) = source.node.content, !scalar.text.isEmpty else {
                report(source, name, Complaint("is not the path of a file", "give one, for example /etc/forge/secret"))
                return nil
            }
            if holdsCredential { collector.record(credentialFile: scalar.text, of: place.key(name).shown) }
            let file = try collector.readFile(scalar.text)
            return checked(file, source, name, holdsCredential: holdsCredential)
        } catch {
            report(source, name, complaint(about: error))
            return nil
        }
    }

    private func checked(_ file: ConfigFile, _ source: Source, _ name: String, holdsCredential: Bool) -> [UInt8]? {
        guard !lines(of: file.bytes).isEmpty else {
            report(source, name, Complaint("names a file that is empty", "write the value into it, or leave the key out"))
            return nil
        }
        guard file.bytes.count <= 65_536 else {
            report(source, name, Complaint("names a file of more than 64 KiB", "name the file that holds only this value"))
            return nil
        }
        if holdsCredential && file.isWorldReadable {
            warn(source, name, "names a file that everybody on this machine can read", "take that away with 'chmod o-rwx'")
        }
        // It counts as part of the credential, and a signature that fails for it says nothing of it.
        if holdsCredential, lines(of: file.bytes).contains(where: { isBlank($0.first) || isBlank($0.last) }) {
            warn(source, name, "names a file with a space at an end of a line", "take it away, unless the credential has it")
        }
        return file.bytes
    }

    private func warn(_ source: Source, _ name: String, _ what: String, _ advice: String) {
        collector.warn(
            ConfigProblem(
                line: source.position?.line, column: source.position?.column, variable: source.variable, key: place.key(name).shown,
                what: what, advice: advice))
    }
}

/// Stands for a credential in the examples.
private let placeholder = "…"

private func complaint(about error: ConfigFileError) -> Complaint {
    switch error {
    case .missing: Complaint("names a file that does not exist", "create it, readable only by the user that Forge runs as")
    case .unreadable(let reason):
        Complaint("names a file that cannot be read (\(reason))", "let the user that Forge runs as read it, and nobody else")
    }
}

/// The lines that say something, without their ends.
private func isBlank(_ byte: UInt8?) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

private func lines(of bytes: [UInt8]) -> [[UInt8]] {
    bytes.split(separator: UInt8(ascii: "\n")).map { line in
        Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
    }.filter { !$0.isEmpty }
}
