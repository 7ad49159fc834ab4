// A name pattern as people write it for branches and paths: `release/*`, `docs/**`, `**/*.md`. It takes time in proportion to pattern
// times text, whatever the pattern: a repository's own configuration must not be able to stall a worker.

/// `?` is one character but `/`, `*` any number of them, `**` any text, `**/` also none; the whole name has to match.
package struct BranchPattern: Hashable, Sendable {
    /// `**/` is two: `folders` stands where a folder may begin or none need be, `folder` within one.
    private enum Token: Hashable { case byte(UInt8), one, run, any, folders, folder }

    private let tokens: [Token]

    package init(_ text: String) {
        var tokens: [Token] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "?"): tokens.append(.one)
            case UInt8(ascii: "*") where rest.first == byte:
                rest.removeFirst()
                let isAtStart = tokens.last == nil || tokens.last == .byte(UInt8(ascii: "/"))
                if isAtStart, rest.first == UInt8(ascii: "/") {
                    rest.removeFirst()
                    tokens += [.folders, .folder]
                } else {
                    tokens.append(.any)
                }
            case UInt8(ascii: "*"): tokens.append(.run)
            default: tokens.append(.byte(byte))
            }
        }
        self.tokens = tokens
    }

    /// Keeps the set of places in the pattern that the text so far can have led to.
    package func matches(_ name: String) -> Bool {
        var places = [Bool](repeating: false, count: tokens.count + 1)
        places[0] = true
        skipEmpty(&places)
        for byte in name.utf8 {
            var next = [Bool](repeating: false, count: places.count)
            for (index, token) in tokens.enumerated() where places[index] { step(token, byte, from: index, to: &next) }
            places = next
            skipEmpty(&places)
        }
        return places[tokens.count]
    }

    private func step(_ token: Token, _ byte: UInt8, from index: Int, to next: inout [Bool]) {
        let isSlash = byte == UInt8(ascii: "/")
        switch token {
        case .byte(let wanted): if byte == wanted { next[index + 1] = true }
        case .one: if !isSlash { next[index + 1] = true }
        case .run: if !isSlash { next[index] = true }
        case .any: next[index] = true
        case .folders: break
        case .folder:
            next[index] = true
            if isSlash { next[index + 1] = true }
        }
    }

    private func skipEmpty(_ places: inout [Bool]) {
        for (index, token) in tokens.enumerated() where places[index] {
            switch token {
            case .run, .any: places[index + 1] = true
            case .folders:
                places[index + 1] = true
                places[index + 2] = true
            case .byte, .one, .folder: break
            }
        }
    }
}
