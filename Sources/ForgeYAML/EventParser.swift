// libyaml as a stream of events, each copied out of C before the next is asked for. No pointer and no constant of the
// library must leave this file.

import CYAML

/// One thing that libyaml has read.
enum Event: Equatable {
    case streamStart, streamEnd, documentStart, documentEnd
    case alias(String)
    case scalar(YAMLScalar, Properties)
    case sequenceStart(Properties)
    case sequenceEnd
    case mappingStart(Properties)
    case mappingEnd

    /// What may stand before a value: `&anchor` and `!tag`.
    struct Properties: Equatable {
        var anchor: String?
        var tag: String?
    }
}

struct LocatedEvent {
    let event: Event
    let position: YAMLPosition
}

/// Owns one `yaml_parser_t` and the bytes it reads; frees both exactly once.
@safe struct EventParser: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>

    init(_ bytes: [UInt8]) {
        unsafe input = .allocate(capacity: bytes.count)
        _ = unsafe input.initialize(fromContentsOf: bytes)
        unsafe parser = .allocate(capacity: 1)
        precondition(unsafe yaml_parser_initialize(parser) == 1, "no memory for a YAML parser")
        // Said outright, because libyaml would otherwise take a UTF-16 byte order mark at its word.
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe input.deallocate()
    }

    mutating func next() throws(YAMLError) -> LocatedEvent {
        var raw = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &raw) == 1 else { throw failure() }
        defer { unsafe yaml_event_delete(&raw) }
        return LocatedEvent(event: unsafe copyEvent(raw), position: unsafe position(raw.start_mark))
    }

    private func failure() -> YAMLError {
        precondition(unsafe parser.pointee.error != YAML_MEMORY_ERROR, "no memory to parse YAML")
        let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "not YAML"
        let text = unsafe String(decoding: UnsafeBufferPointer(input), as: UTF8.self)
        // The reader runs ahead of the parser and sets no mark of its own; only the offset says where it stopped.
        if unsafe parser.pointee.error == YAML_READER_ERROR {
            let offset = unsafe parser.pointee.problem_offset
            return YAMLError(.end(of: String(decoding: text.utf8.prefix(offset), as: UTF8.self)), explain(problem, at: nil))
        }
        let mark = unsafe parser.pointee.problem_mark
        return YAMLError(position(mark), explain(problem, at: text.unicodeScalars.dropFirst(mark.index).first))
    }

    /// Says what to do about the mistakes that people make most.
    private func explain(_ problem: String, at character: Unicode.Scalar?) -> String {
        switch problem {
        case "found character that cannot start any token":
            return character == "\t" ? "a tab cannot indent YAML: use spaces" : "a value cannot begin with this character: put it in quotes"
        case "found a tab character that violates indentation":
            return "a tab cannot indent YAML: use spaces"
        case "mapping values are not allowed in this context":
            return "a ':' does not fit here: quote a value that contains ': ', and check the indentation"
        case "could not find expected ':'":
            return "a key without ':' after it"
        case "did not find expected key":
            return "a key does not stand where the others do: check the indentation, and any quotes or brackets before it"
        case "did not find expected '-' indicator":
            return "a list goes on here without '- '"
        case "control characters are not allowed":
            return "a control character, which YAML does not allow"
        default:
            return problem
        }
    }
}

private func position(_ mark: yaml_mark_t) -> YAMLPosition {
    YAMLPosition(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
}

private func copyEvent(_ raw: yaml_event_t) -> Event {
    switch unsafe raw.type {
    case YAML_STREAM_START_EVENT: return .streamStart
    case YAML_STREAM_END_EVENT: return .streamEnd
    case YAML_DOCUMENT_START_EVENT: return .documentStart
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_ALIAS_EVENT: return .alias(unsafe copyText(raw.data.alias.anchor) ?? "")
    case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
    case YAML_MAPPING_END_EVENT: return .mappingEnd
    case YAML_SEQUENCE_START_EVENT:
        let start = unsafe raw.data.sequence_start
        return .sequenceStart(unsafe Event.Properties(anchor: copyText(start.anchor), tag: copyText(start.tag)))
    case YAML_MAPPING_START_EVENT:
        let start = unsafe raw.data.mapping_start
        return .mappingStart(unsafe Event.Properties(anchor: copyText(start.anchor), tag: copyText(start.tag)))
    case YAML_SCALAR_EVENT: return unsafe copyScalar(raw)
    default: preconditionFailure("libyaml sent an event that its manual does not know")
    }
}

private func copyScalar(_ raw: yaml_event_t) -> Event {
    let scalar = unsafe raw.data.scalar
    // By its length, not up to a zero byte: "\0" is a character that quoted text may hold.
    let text = unsafe String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
    let style: YAMLScalar.Style = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE ? .plain : .quoted
    return .scalar(YAMLScalar(text, style), unsafe Event.Properties(anchor: copyText(scalar.anchor), tag: copyText(scalar.tag)))
}

private func copyText(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    guard let text = unsafe text else { return nil }
    return unsafe String(cString: text)
}
