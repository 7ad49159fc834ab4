// What a store can fail with, whichever database it is.

package struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable {
        /// The disk or the quota is full; goes away by itself once there is room.
        case full
        /// The folder or file cannot be written.
        case readOnly
        /// Reading or writing failed below the database.
        case inputOutput
        /// Somebody else holds the database and did not let go in time.
        case busy
        /// Another Forge process works on this data folder.
        case inUse
        /// Not a database, or a damaged one. It is left untouched.
        case corrupt
        /// Made by a newer Forge.
        case newer
        /// The lease is another's by now: nothing was written.
        case leaseLost
        /// The state does not allow it, such as retrying a job that runs.
        case refused
        /// Ours: a statement or a value that should not be.
        case defect
        /// The store was closed.
        case closed
    }

    package var code: Code
    /// What was attempted, such as `insert delivery`.
    package var call: String
    package var message: String

    package init(code: Code, call: String, message: String) {
        self.code = code
        self.call = call
        self.message = message
    }

    /// The sender should come back: the answer is 503 with Retry-After.
    package var isPassing: Bool {
        switch code {
        case .full, .readOnly, .inputOutput, .busy, .closed: true
        case .inUse, .corrupt, .newer, .leaseLost, .refused, .defect: false
        }
    }

    package var description: String { "\(call): \(message) (\(code.rawValue))" }
}
