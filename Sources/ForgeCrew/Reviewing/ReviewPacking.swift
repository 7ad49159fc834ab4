// What a model is shown of a change, within a budget. Every file of a large change gets its share, so that no folder is left out for its
// place in the alphabet; what did not fit is named, with the reason, and bounds what the review may claim.

package import ForgeCore

package struct PackingLimits: Hashable, Sendable {
    /// Of one call, as UTF-8: about four bytes are a token.
    package var callBytesMax = 80_000
    package var callsMax = 4
    /// Of one file, when there is room for more.
    package var fileBytesMax = 40_000
    /// A longer line is cut, visibly.
    package var lineBytesMax = 600
    package var filesMax = 300
    package var linesMax = 20_000

    package init() {}
}

/// What became of each file that a model might have been shown.
package struct ReadingManifest: Hashable, Sendable {
    package struct Part: Hashable, Sendable {
        package var path: RepositoryPath
        package var reason: String

        package init(_ path: RepositoryPath, _ reason: String) {
            self.path = path
            self.reason = reason
        }
    }

    package var full: [RepositoryPath] = []
    package var partial: [Part] = []
    package var none: [Part] = []

    package init() {}
}

/// One call's worth of a change.
package struct PackedPart: Hashable, Sendable {
    package var text: String
    package var paths: [RepositoryPath]

    package init(text: String, paths: [RepositoryPath]) {
        self.text = text
        self.paths = paths
    }
}

package struct PackedChange: Hashable, Sendable {
    package var parts: [PackedPart]
    package var manifest: ReadingManifest
}

/// The same change and limits give the same parts, so that a repeated run asks the same again.
package func pack(_ diff: Diff, leavingOut: Set<RepositoryPath>, limits: PackingLimits) -> PackedChange {
    var manifest = ReadingManifest()
    let files = chosen(diff, leavingOut, limits, &manifest)
    let shares = fileShares(files.map { $0.byteCount }, limits)
    var packer = PartPacker(limits)
    // The small ones first: what they leave over goes to the large ones.
    for index in shares.indices.sorted(by: { (shares[$0], $0) < (shares[$1], $1) }) {
        let (file, share) = (files[index], shares[index])
        guard let shown = packer.add(file, share) else {
            manifest.none.append(.init(file.path, "the model's budget for this change is used up"))
            continue
        }
        if shown.isWhole {
            manifest.full.append(file.path)
        } else {
            let isAllThere = shown.hunksShown == file.hunks.count
            let reason = isAllThere ? "a line is too long" : "\(shown.hunksShown) of \(file.hunks.count) places fit the model's budget"
            manifest.partial.append(.init(file.path, reason))
        }
    }
    return PackedChange(parts: packer.parts, manifest: manifest)
}

/// Files with lines to read; what has none needs no model, and is no gap.
private func chosen(
    _ diff: Diff, _ leavingOut: Set<RepositoryPath>, _ limits: PackingLimits, _ manifest: inout ReadingManifest
) -> [RenderedFile] {
    var files: [RenderedFile] = []
    var lines = 0
    for change in diff.files where change.new != nil && !leavingOut.contains(change.path) {
        if case .tooLarge(let byteCount) = change.omitted {
            manifest.none.append(.init(change.path, "\(byteCount) bytes are more than are read of one file"))
            continue
        }
        guard change.addedCount + change.removedCount > 0 else { continue }
        lines += change.addedCount + change.removedCount
        if files.count >= limits.filesMax || lines > limits.linesMax, !files.isEmpty {
            manifest.none.append(.init(change.path, "the change is above review.max_files or review.max_lines"))
            continue
        }
        files.append(RenderedFile(change, lineBytesMax: limits.lineBytesMax))
    }
    return files
}

/// Small files whole, and what is left in equal shares among the larger ones.
func fileShares(_ sizes: [Int], _ limits: PackingLimits) -> [Int] {
    var left = limits.callBytesMax * limits.callsMax
    var shares = sizes.map { min($0, limits.fileBytesMax, limits.callBytesMax) }
    guard shares.reduce(0, +) > left else { return shares }
    let ascending = shares.indices.sorted { (shares[$0], $0) < (shares[$1], $1) }
    for (place, index) in ascending.enumerated() {
        shares[index] = min(shares[index], left / (ascending.count - place))
        left -= shares[index]
    }
    return shares
}

/// Puts each file where there is room for it, the earlier call first.
private struct PartPacker {
    private let limits: PackingLimits
    private(set) var parts: [PackedPart] = []

    init(_ limits: PackingLimits) { self.limits = limits }

    /// As much of the file as its share and the calls allow; nil when that is nothing.
    mutating func add(_ file: RenderedFile, _ share: Int) -> RenderedFile.Shown? {
        let shown = file.shown(bytesMax: share)
        if let shown, let index = parts.firstIndex(where: { room(in: $0) >= shown.text.utf8.count }) {
            return put(shown, of: file.path, in: index)
        }
        if let shown, parts.count < limits.callsMax {
            parts.append(PackedPart(text: "", paths: []))
            return put(shown, of: file.path, in: parts.count - 1)
        }
        guard let index = parts.indices.max(by: { room(in: parts[$0]) < room(in: parts[$1]) }),
            let less = file.shown(bytesMax: min(share, room(in: parts[index])))
        else { return nil }
        return put(less, of: file.path, in: index)
    }

    private func room(in part: PackedPart) -> Int { limits.callBytesMax - part.text.utf8.count }

    private mutating func put(_ shown: RenderedFile.Shown, of path: RepositoryPath, in index: Int) -> RenderedFile.Shown {
        parts[index].text += shown.text
        parts[index].paths.append(path)
        return shown
    }
}
