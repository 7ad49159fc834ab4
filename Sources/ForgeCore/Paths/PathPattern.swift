// One pattern over paths with the meaning that a line of `.gitignore` has to git, on bytes. It must never take more time than the pattern's
// length times the path's, whatever stars are in it: a repository's own patterns are matched here.
//
// A pattern is taken apart once into the parts between its slashes. `**` between slashes stands for any number of whole parts, all else is
// about one part. So both levels have only one thing that stretches, and the first place that fits is as good as any later one: nothing
// is ever tried twice against what came before the last star.

package struct PathPattern: Hashable, Sendable {
    /// As it was written, without the spaces that do not count.
    package let text: String
    /// Begins with `!`: what it matches is taken out again.
    package let isNegated: Bool
    /// Ends with `/`.
    package let isForFolders: Bool
    /// Why it can never match anything; git says nothing then, whoever reads a policy must.
    package let problem: String?
    /// Empty when it can never match.
    let parts: [Part]

    /// Between two slashes.
    enum Part: Hashable, Sendable {
        /// `**`: any number of parts, none as well.
        case parts
        case anything
        case literal([UInt8])
        case prefix([UInt8])
        case suffix([UInt8])
        case shape([Element])
    }

    /// Of one part.
    enum Element: Hashable, Sendable {
        case byte(UInt8)
        case one(ByteSet)
        case star
    }

    /// Nil for a blank line and for a comment. A carriage return at the end belongs to the line's end, as it does to git.
    package init?(line: some Sequence<UInt8>, ignoresCase: Bool = false) {
        var line = Array(line)
        if line.last == PathByte.carriageReturn { line.removeLast() }
        let trimmed = Self.withoutTrailingSpaces(line)
        guard !trimmed.isEmpty, trimmed.first != PathByte.hash else { return nil }
        text = String(decoding: trimmed, as: UTF8.self)
        isNegated = trimmed.first == PathByte.exclamation
        var rest = isNegated ? trimmed.dropFirst() : trimmed
        isForFolders = rest.last == PathByte.slash
        if isForFolders { rest = rest.dropLast() }
        let isForNames = !rest.contains(PathByte.slash)
        if rest.first == PathByte.slash { rest = rest.dropFirst() }
        var compiler = PathPatternCompiler(Array(rest), ignoresCase: ignoresCase)
        let parts = compiler.parts()
        problem = compiler.problem
        self.parts = compiler.problem != nil ? [] : isForNames ? [.parts] + parts : parts
    }

    package init?(_ text: String, ignoresCase: Bool = false) {
        self.init(line: text.utf8, ignoresCase: ignoresCase)
    }

    /// Spaces at the end do not count, unless a backslash stands before them.
    private static func withoutTrailingSpaces(_ line: [UInt8]) -> ArraySlice<UInt8> {
        var end: Int?
        var at = 0
        while at < line.count {
            if line[at] == PathByte.space {
                end = end ?? at
            } else {
                if line[at] == PathByte.backslash { at += 1 }
                end = nil
            }
            at += 1
        }
        return line[..<(end ?? line.count)]
    }

    /// Whether it fits this path itself; what is above the path is the list's matter.
    func fits(_ path: SplitPath, isFolder: Bool) -> Bool {
        guard !parts.isEmpty, isFolder || !isForFolders else { return false }
        var head = 0
        var first = 0
        while head < parts.count, parts[head] != .parts {
            guard first < path.count, parts[head].fits(path[first]) else { return false }
            head += 1
            first += 1
        }
        guard head < parts.count else { return first == path.count }
        var tail = parts.count
        var last = path.count
        while parts[tail - 1] != .parts {
            guard last > first, parts[tail - 1].fits(path[last - 1]) else { return false }
            tail -= 1
            last -= 1
        }
        return middleFits(parts[head..<tail], path, first, last)
    }

    /// Runs of parts with `**` at both ends and between them: each run where it first fits.
    private func middleFits(_ middle: ArraySlice<Part>, _ path: SplitPath, _ first: Int, _ last: Int) -> Bool {
        var first = first
        for run in middle.split(separator: .parts) {
            while true {
                guard last - first >= run.count else { return false }
                if run.indices.allSatisfy({ run[$0].fits(path[first + $0 - run.startIndex]) }) { break }
                first += 1
            }
            first += run.count
        }
        return true
    }
}

extension PathPattern.Part {
    func fits(_ name: ArraySlice<UInt8>) -> Bool {
        switch self {
        case .parts, .anything: true
        case .literal(let bytes): name.elementsEqual(bytes)
        case .prefix(let bytes): name.starts(with: bytes)
        case .suffix(let bytes): name.count >= bytes.count && name.suffix(bytes.count).elementsEqual(bytes)
        case .shape(let elements): Self.shapeFits(elements, name)
        }
    }

    private static func shapeFits(_ elements: [PathPattern.Element], _ name: ArraySlice<UInt8>) -> Bool {
        var at = name.startIndex
        var element = 0
        /// Behind the last star, and where the name went on from there.
        var retry: (element: Int, at: Int)?
        while at < name.endIndex {
            if element < elements.count, elements[element] == .star {
                element += 1
                retry = (element, at)
            } else if element < elements.count, elements[element].takes(name[at]) {
                element += 1
                at += 1
            } else if let last = retry {
                element = last.element
                at = last.at + 1
                retry = (element, at)
            } else {
                return false
            }
        }
        return elements[element...].allSatisfy { $0 == .star }
    }
}

extension PathPattern.Element {
    fileprivate func takes(_ byte: UInt8) -> Bool {
        switch self {
        case .byte(let own): own == byte
        case .one(let set): set.contains(byte)
        case .star: false
        }
    }
}

extension PathPattern {
    /// The names it begins with, when it begins at the top.
    package var leadingNames: [[UInt8]] {
        var names: [[UInt8]] = []
        for part in parts {
            guard case .literal(let name) = part else { break }
            names.append(name)
        }
        return names
    }
}
