// One exchange as it was: what was sent, what came, when, and how it ended. Gathered on the loop's thread, so nothing here waits or writes.

import ForgeCore

/// The beginning of a body, and how long it was.
struct RecordedBody: Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var total = 0

    mutating func append(_ piece: some Collection<UInt8>, bytesMax: Int) {
        total += piece.count
        if bytes.count < bytesMax { bytes += piece.prefix(bytesMax - bytes.count) }
    }
}

/// What libcurl knows of a transfer. Times are microseconds since it began; 0 is what did not happen.
struct TransferFacts: Sendable {
    var nameFound: Int64 = 0
    var connected: Int64 = 0
    var secured: Int64 = 0
    var sending: Int64 = 0
    var firstByte: Int64 = 0
    var total: Int64 = 0
    /// Before it was unpacked.
    var receivedBytes: Int64 = 0
    var version = ""
    var address = ""
    /// The port on our side: the same for every exchange of one connection.
    var port = 0
}

struct RecordedExchange: Sendable {
    var request: OutgoingRequest
    var startedAt: Timestamp
    var sent = RecordedBody()
    var head: ResponseHead?
    var received = RecordedBody()
    var facts = TransferFacts()
    var failure: String?
}

/// Follows one transfer.
final class RecordBuilder {
    private let recorder: HARRecorder
    private var exchange: RecordedExchange

    init(_ request: OutgoingRequest, _ recorder: HARRecorder) {
        self.recorder = recorder
        exchange = RecordedExchange(request: request, startedAt: recorder.clock.now)
        // It is kept piece by piece as it goes out.
        exchange.request.body = []
    }

    func sent(_ piece: ArraySlice<UInt8>) { exchange.sent.append(piece, bytesMax: recorder.bodyBytesMax) }

    func came(_ head: ResponseHead) { exchange.head = head }

    func received(_ piece: [UInt8]) { exchange.received.append(piece, bytesMax: recorder.bodyBytesMax) }

    func end(_ facts: TransferFacts, failure: HTTPClientError?) {
        exchange.facts = facts
        exchange.failure = failure?.message
        recorder.record(exchange)
    }
}
