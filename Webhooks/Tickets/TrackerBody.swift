// Bytes to a JSON object, with a failure a person can read. Never more of the body in the reason than where it broke.

import ForgeCore

enum TrackerBody {
    static func parse(_ body: VerifiedBody) throws(DecodeFailure) -> JSON {
        let value: JSON
        do {
            value = try JSONParser.parse(body.bytes).value
        } catch {
            throw DecodeFailure(code: code(error.code), reason: "the body cannot be read: \(error)")
        }
        guard case .object = value else { throw DecodeFailure(code: "not_an_object", reason: "the body is JSON, but no object") }
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
