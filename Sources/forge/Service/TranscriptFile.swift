// A transcript out of a file, in JSON as it was recorded or in YAML as people write it.

import ForgeCore
import ForgeModels
import ForgeSystem
import ForgeYAML

enum TranscriptFile {
    private static let bytesMax = 64 << 20
    /// A recording has one for each piece in which an answer came, so that as many as there are bytes for may stand in it.
    static let limits = JSONLimits(valuesMax: bytesMax / 8)

    static func read(_ path: String) throws(SetUpProblem) -> ModelTranscript {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try Files.read(path, bytesMax: bytesMax)
        } catch {
            throw SetUpProblem(description: "the transcript cannot be read: \(error)")
        }
        let json = try json(bytes, path)
        do throws(TranscriptProblem) {
            return try ModelTranscript(json: json)
        } catch {
            throw SetUpProblem(description: "the transcript \(path): \(error)")
        }
    }

    private static func json(_ bytes: [UInt8], _ path: String) throws(SetUpProblem) -> JSON {
        let first = bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        do {
            if first == UInt8(ascii: "{") { return try JSONParser.parse(bytes, limits: limits).value }
            return JSON(try parseYAML(bytes))
        } catch {
            throw SetUpProblem(description: "the transcript \(path): \(error)")
        }
    }
}

extension JSON {
    /// What a YAML text says, without where it stands.
    fileprivate init(_ node: YAMLNode) {
        switch node.content {
        case .sequence(let items): self = .array(items.map { JSON($0) })
        case .mapping(let entries): self = .object(entries.map { Member($0.key, JSON($0.value)) })
        case .scalar(let scalar):
            switch scalar.core {
            case .null: self = .null
            case .bool(let flag): self = .bool(flag)
            case .int(let number): self = .integer(Int64(number))
            case .float(let number): self = number.isFinite ? .number("\(number)") : .string(scalar.text)
            case .string(let text): self = .string(text)
            }
        }
    }
}
