// Checks about files as they are: their size, their mode, who wrote them, under which licence, and whether tests came with them.

internal import ForgeCore

enum FileChecks {
    private static let bytesMax = 1 << 20

    static let largeFiles: ChangeCheck = { view in
        view.files.compactMap { file in
            guard let new = file.change.new, new.mode != .submodule, !file.traits.isLockFile else { return nil }
            let size: Int
            if case .tooLarge(let bytes)? = file.change.omitted { size = bytes } else { size = new.byteCount ?? knownSize(file) }
            let before = file.change.old?.byteCount ?? (file.isAdded ? 0 : size)
            guard size > bytesMax, before <= bytesMax else { return nil }
            return file.hit(message: "The file has \(size / 1024) KiB. What git has stored once, every clone downloads for ever.")
        }
    }

    /// At either end: a patch can name what no tree of git holds.
    static let pathsOutOfTree: ChangeCheck = { view in
        view.files.compactMap { file in
            let leads = file.change.paths.contains { path in
                path.bytes.split(separator: Byte.slash, omittingEmptySubsequences: false).contains { part in
                    part.isEmpty || part.elementsEqual(".".utf8) || part.elementsEqual("..".utf8)
                        || part.count == 4 && part.elementsEqual(".git".utf8) { $0 | 0x20 == $1 | 0x20 }
                }
            }
            return leads ? file.hit() : nil
        }
    }

    private static func knownSize(_ file: ChangedFile) -> Int { file.isWhole ? file.new.bytes.count : 0 }

    /// Generated files are made again; one that changes with nothing it could be made from was edited by hand.
    static let generatedEdited: ChangeCheck = { view in
        let hasSource = view.files.contains { file in
            !file.isForeign && file.language != .prose && !file.traits.isTest || !file.isForeign && file.path.nameText.has("generat")
        }
        guard !hasSource else { return [] }
        return view.files.compactMap { file in
            guard file.change.kind == .modified, file.traits.isGenerated, !file.traits.isVendored, !file.traits.isLockFile else {
                return nil
            }
            guard file.language.isProgram, let line = file.new.lines.first(where: \.isChanged) else { return nil }
            return file.hit(line.number...line.number)
        }
    }

    /// What no one can run was made executable.
    static let executableData: ChangeCheck = { view in
        view.files.compactMap { file in
            guard file.change.new?.mode == .executable, file.change.old?.mode != .executable else { return nil }
            let isData: Bool
            switch file.language {
            case .json, .yaml, .toml, .prose, .xml, .css, .html, .sql, .proto, .graphql, .ini, .terraform: isData = true
            case .c, .cpp, .java, .go, .rust, .csharp: isData = true
            default:
                isData = [".png", ".jpg", ".jpeg", ".gif", ".svg", ".pdf", ".csv", ".ico", ".woff2"].contains {
                    file.path.nameText.hasSuffix($0)
                }
            }
            let opensWithInterpreter = file.new.lines.first.map { $0.number == 1 && file.new.text(0).starts("#!") } ?? false
            return isData && !opensWithInterpreter ? file.hit() : nil
        }
    }

    /// A licence replaced by another one, or taken away. A new year or a further holder is neither.
    static let licenceHeaders: ChangeCheck = { view in
        view.files.filter { !$0.traits.isVendored && !$0.isDeleted && !$0.traits.isGenerated }.compactMap { file in
            for run in file.runs {
                for removed in run.removed {
                    guard let was = licence(file.old.text(removed)) else { continue }
                    let now = file.new.lines.indices.filter { file.new.lines[$0].isChanged }.compactMap { licence(file.new.text($0)) }
                    if now.contains(was) { continue }
                    let place = file.newLine(near: removed).map { $0...$0 }
                    let words =
                        now.first.map { "The licence of this file changes from \(was) to \($0)." }
                        ?? "The licence of this file, \(was), is taken away."
                    return file.hit(place, message: words)
                }
            }
            return nil
        }
    }

    private static func licence(_ line: ArraySlice<UInt8>) -> String? {
        guard line.count < 300 else { return nil }
        if let at = line.first("SPDX-License-Identifier:") {
            let name = line[(at + 24)...].trimmed.prefix {
                Byte.isName($0) || [Byte.minus, UInt8(ascii: "."), Byte.plus, Byte.space].contains($0)
            }
            return name.isEmpty ? nil : name.trimmed.string
        }
        let known = [
            ("Licensed under the Apache License", "Apache"), ("GNU General Public License", "GPL"), ("GNU Lesser General Public", "LGPL"),
            ("GNU Affero General Public", "AGPL"), ("Mozilla Public License", "MPL"),
            ("Permission is hereby granted, free of charge", "MIT"),
        ]
        return known.first { line.has($0.0) }?.1
    }

    private static let addedLinesMin = 40

    /// One finding for the change: code grew, and no test was touched.
    static let missingTests: ChangeCheck = { view in
        guard !view.files.contains(where: { $0.traits.isTest && ($0.change.addedCount > 0 || $0.change.kind == .renamed) }) else {
            return []
        }
        var total = 0
        var largest: (file: ChangedFile, count: Int)?
        for file in view.products where !file.isDeleted {
            let count = file.new.lines.indices.count { index in
                let line = file.new.lines[index]
                return line.isChanged && !file.new.text(index).isBlank && !file.new.isAll(.comment, index)
            }
            // Tests of Rust and some of C stand in the file itself.
            if file.new.bytes[...].hasAny(["#[cfg(test)]", "#[test]"]) { return [] }
            total += count - file.change.removedCount
            if count > largest?.count ?? 0 { largest = (file, count) }
        }
        guard total >= addedLinesMin, let largest else { return [] }
        return [largest.file.hit(message: "\(total) lines of code are new and no test is touched.")]
    }
}
