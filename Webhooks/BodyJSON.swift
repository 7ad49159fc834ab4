// Bytes to a JSON object, with a failure a person can read, whoever sent them. Never more of the body in the reason than where it broke.

import ForgeCore

enum BodyJSON {
    static func object(in bytes: [UInt8]) throws(DecodeFailure) -> JSON {
        let value: JSON
        do throws(JSONError) {
            value = try JSONParser.parse(bytes).value
        } catch {
            throw DecodeFailure(code: code(error.code), reason: "The body cannot be read as JSON: \(error).")
        }
        guard value.members != nil else { throw DecodeFailure(code: "not_an_object", reason: "The body is JSON, but no object.") }
        return value
    }

    private static func code(_ code: JSONError.Code) -> String {
        switch code {
        case .empty: "empty_body"
        case .syntax: "not_json"
        case .truncated: "truncated"
        case .tooDeep: "too_deep"
        case .tooManyValues: "too_many_values"
        }
    }
}
