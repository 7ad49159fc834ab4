// What one token was answered, for asking "has it changed?": a 304 counts against no limit and has no body. Small and bounded, and gone
// with its token: GitHub's ETags are other ones for another token.

import ForgeCore
import Synchronization

package final class AnswerCache: Sendable {
    struct Entry: Sendable {
        var tag: String
        var answer: GitHubAnswer
        var bytes: Int
    }

    static let entriesMax = 16
    /// Of all together: more memory is more than a request is worth.
    static let bytesMax = 512 << 10

    /// The one used last stands last.
    private let entries = Mutex<[(address: String, entry: Entry)]>([])

    package init() {}

    func entry(for address: String) -> Entry? {
        entries.withLock { entries in
            guard let index = entries.firstIndex(where: { $0.address == address }) else { return nil }
            let found = entries.remove(at: index)
            entries.append(found)
            return found.entry
        }
    }

    func keep(_ answer: GitHubAnswer, tag: String?, bytes: Int, for address: String) {
        guard let tag, bytes <= Self.bytesMax else { return }
        entries.withLock { entries in
            entries.removeAll { $0.address == address }
            var room = Self.bytesMax - bytes - entries.reduce(0) { $0 + $1.entry.bytes }
            while room < 0 || entries.count >= Self.entriesMax { room += entries.removeFirst().entry.bytes }
            entries.append((address, Entry(tag: tag, answer: answer, bytes: bytes)))
        }
    }
}
