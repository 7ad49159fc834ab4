// One error for what the operating system refuses: which call, on what, and its own words.

import CSystem

package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    package var call: String
    package var subject: String
    package var number: Int32
    package var message: String

    package init(call: String, subject: String, number: Int32, message: String) {
        self.call = call
        self.subject = subject
        self.number = number
        self.message = message
    }

    package var description: String { "\(call) \(subject): \(message)" }

    package var isMissing: Bool { number == ENOENT }

    /// Something of that name is there already.
    package var isTaken: Bool { number == EEXIST }

    /// What was to be read is larger than the reader's bound.
    package var isTooLarge: Bool { number == EFBIG }

    /// Reads the error number of the call just made; use it on the next line.
    static func last(_ call: String, _ subject: String) -> SystemError {
        let number = forge_errno()
        return SystemError(call: call, subject: subject, number: number, message: text(of: number))
    }

    static func text(of number: Int32) -> String {
        unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    }
}
