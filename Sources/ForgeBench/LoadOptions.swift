// What load to put on a server. Values only; the run is in LoadGenerator.

/// A header line of a request.
package struct LoadHeader: Sendable, Hashable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A body to send, and the headers that belong to it alone: its signature above all.
package struct LoadBody: Sendable, Hashable {
    package var bytes: [UInt8]
    package var headers: [LoadHeader]

    package init(bytes: [UInt8], headers: [LoadHeader]) {
        self.bytes = bytes
        self.headers = headers
    }
}

/// Which server, with what, how hard and for how long. Every duration is in seconds.
package struct LoadOptions: Sendable {
    /// An IPv4 address.
    package var address = "127.0.0.1"
    package var port: UInt16
    package var path: String
    package var headers: [LoadHeader] = []
    /// The header that carries a GUID of its own for each request; nil sends none.
    package var identifierHeader: String? = "X-GitHub-Delivery"
    /// Taken in turn.
    package var bodies: [LoadBody]
    /// Each always has one request in flight.
    package var connections = 64
    /// Answered but not measured.
    package var warmup = 1.0
    package var duration = 5.0
    /// Ends the run as well; nil is no limit.
    package var requestsMax: Int?
    /// How long answers still in flight at the end are waited for.
    package var drain = 2.0
    /// How long no connection can be kept before the server counts as gone and the run ends.
    package var goneAfter = 0.5
    /// The call returns by then, whatever happens. Nil is the sum of the durations above and ten seconds.
    package var limit: Double?
    /// Decides the GUIDs: the same seed and sequence give the same one.
    package var seed: UInt64 = 1
    package var firstSequence: UInt64 = 0
    /// How many acknowledged sequences the report keeps; 0 keeps none.
    package var acknowledgedMax = 0

    package init(port: UInt16, path: String, bodies: [LoadBody]) {
        self.port = port
        self.path = path
        self.bodies = bodies
    }

    var limitSeconds: Double { limit ?? (warmup + duration + drain + 10) }
}
