// One streamed turn, from bytes to what it tells and to what it is. Pure: whoever has the bytes hands them in, in pieces of any size.

package import ForgeCore

package struct TurnStream: Sendable {
    private var reader: any TurnReader
    private var events: EventStream

    package init(_ wire: ModelWire, model: String, eventBytesMax: Int = 10 << 20) {
        reader = wire.reader(model: model)
        events = EventStream(eventBytesMax: eventBytesMax)
    }

    /// The last event of its format came.
    package var isComplete: Bool { reader.isComplete }
    /// What the provider counted until now.
    package var usage: ModelUsage? { reader.usage }

    /// What the bytes tell, in order.
    package mutating func take(_ bytes: [UInt8]) throws(ModelFault) -> [ModelEvent] {
        var told: [ModelEvent] = []
        var failure: ModelFault?
        do throws(EventStreamError) {
            try events.read(bytes) { event in
                guard failure == nil, !reader.isComplete else { return }
                do throws(ModelFault) {
                    try reader.read(event) { told.append($0) }
                } catch {
                    failure = error
                }
            }
        } catch {
            failure = ModelFault(.malformed, "an event of its stream is larger than \(error.bytesMax) bytes", .none)
        }
        if let failure {
            throw failure
        }
        return told
    }

    /// The turn, once no more comes.
    package func reply() throws(ModelFault) -> ModelReply { try reader.reply() }
}
