// What is wrong with a path as such. It must never need to know what is at the path.

internal import ForgeCore

enum PathChecks {
    private static func parts(_ path: RepositoryPath) -> [ArraySlice<UInt8>] {
        path.bytes.split(omittingEmptySubsequences: false) { $0 == Byte.slash || $0 == Byte.backslash }
    }

    /// `..`, `.`, an absolute path, two slashes after each other: nothing that git itself would have in a tree.
    static func isOutsideTree(_ path: RepositoryPath) -> Bool {
        parts(path).contains { $0.isEmpty || $0.elementsEqual([Byte.dot]) || $0.elementsEqual([Byte.dot, Byte.dot]) }
            || hasDriveLetter(path.bytes[...])
            || PathReading.parts(of: path).contains { $0 == [Byte.dot, Byte.dot] }
    }

    static func hasDriveLetter(_ path: ArraySlice<UInt8>) -> Bool {
        guard let first = path.first, Byte.isLetter(first) else { return false }
        return path.dropFirst().first == Byte.colon
    }

    static func hasControlCharacters(_ path: RepositoryPath) -> Bool {
        path.text.unicodeScalars.contains { scalar in
            scalar.properties.generalCategory == .control || scalar.value == 0x2028 || scalar.value == 0x2029
        }
    }

    static func hasBlankOrDotAtEnd(_ path: RepositoryPath) -> Bool {
        parts(path).contains { part in
            guard let last = part.last, !part.allSatisfy({ $0 == Byte.dot }) || part.count > 2 else { return false }
            return last == Byte.dot || last == Byte.space || part.first == Byte.space
        }
    }

    private static let reserved: Set<String> = {
        let numbered = ["com", "lpt"].flatMap { name in (0...9).map { "\(name)\($0)" } + ["\(name)¹", "\(name)²", "\(name)³"] }
        return Set(["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"] + numbered)
    }()

    /// Devices of Windows, with any ending.
    static func hasReservedName(_ path: RepositoryPath) -> Bool {
        PathReading.parts(of: path).contains { part in
            let stem = part.prefix { $0 != Byte.dot }
            let name = stem.last == Byte.space ? stem.prefix { $0 != Byte.space } : stem
            return reserved.contains(String(decoding: name, as: UTF8.self))
        }
    }

    /// `GITHUB~1`: the name that Windows gives to a long one, and finds the same file by.
    static func hasShortName(_ path: RepositoryPath) -> Bool {
        PathReading.parts(of: path).contains { part in
            let stem = part.prefix { $0 != Byte.dot }
            guard let tilde = stem.lastIndex(of: UInt8(ascii: "~")), stem.count <= 8, tilde > stem.startIndex else { return false }
            let number = stem[(tilde + 1)...]
            let ending = part.dropFirst(stem.count)
            return !number.isEmpty && number.allSatisfy(Byte.isDigit) && ending.count <= 4
        }
    }

    /// `.git`, however it is written: letter case, unseen characters, dots and blanks at the end, streams, short names.
    static func isInGitFolder(_ path: RepositoryPath) -> Bool {
        PathReading.parts(of: path).contains { part in
            if part.elementsEqual(".git".utf8) { return true }
            let isShort = part.starts(with: "git~".utf8) || part.starts(with: "gi7eba~".utf8)
            return isShort && part.last.map(Byte.isDigit) == true
        }
    }

    /// Letters of ASCII beside letters of another alphabet that look like some.
    static func mixesScripts(_ path: RepositoryPath) -> Bool {
        guard path.bytes.contains(where: { $0 >= 0x80 }) else { return false }
        return path.text.unicodeScalars.split { !$0.properties.isAlphabetic }.contains { word in
            let others = word.filter { $0.value >= 0x80 }
            let isMixed = others.count < word.count || others.contains { $0.value >= 0xFF00 && $0.value <= 0xFF5E }
            return isMixed && others.contains { PathReading.lookAlike($0) != $0 }
        }
    }
}
