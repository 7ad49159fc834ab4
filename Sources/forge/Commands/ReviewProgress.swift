// How far a long review is, on one line of a terminal's standard error. A report piped somewhere never sees it.

import ForgeSystem
import Synchronization

final class ReviewProgress: Sendable {
    /// Fewer files are read before anybody could read this.
    private static let filesMin = 1_000
    private let shown = Mutex("")

    /// Nil when nobody watches.
    static func onTerminal() -> ReviewProgress? {
        StandardStream.isTerminal(StandardStream.error) ? ReviewProgress() : nil
    }

    func show(_ what: String, _ done: Int, of all: Int) {
        guard all >= Self.filesMin else { return }
        write("\(what) \(done * 100 / all)% of \(all) files")
    }

    /// Leaves the line as it was.
    func finish() { write("") }

    private func write(_ text: String) {
        shown.withLock { shown in
            guard shown != text else { return }
            shown = text
            // Progress that cannot be shown is no reason to stop.
            try? StandardStream.write(Array("\r\u{1B}[K\(text)".utf8), to: StandardStream.error)
        }
    }
}
