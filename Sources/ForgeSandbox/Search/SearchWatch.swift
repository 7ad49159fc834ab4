// How long a search has taken, and whether anybody still waits for it. It must never be asked less often than work is done that may take a
// second: nothing else ends a search.

struct SearchWatch: Sendable {
    private let stop: StopSign
    private let clock: @Sendable () -> UInt64
    private let end: UInt64

    init(_ stop: StopSign, _ options: WorkFolderOptions) {
        self.stop = stop
        clock = options.nanoseconds
        end = clock() + options.searchNanosecondsMax
    }

    var nanoseconds: UInt64 { clock() }

    func check() throws(SearchFailure) {
        if stop.isRaised || clock() > end { throw .stopped }
    }
}
