// Frames, breadcrumbs and the request: what a person needs to find the place, and nothing of who was there.

import ForgeCore

extension TicketNormaliser {
    mutating func evidence(_ content: TicketContent) -> Evidence {
        guard let event = content.event else { return Evidence(exceptions: content.exception.map { [capped($0)] } ?? []) }
        var exceptions = exceptions(of: event)
        if exceptions.isEmpty, let known = content.exception { exceptions = [capped(known)] }
        if !keepsPersonalData, event.user?.members?.isEmpty == false { noteDropped("user") }
        return Evidence(exceptions: exceptions, breadcrumbs: breadcrumbs(of: event), request: event.request.flatMap { request($0) })
    }

    // MARK: Exceptions

    /// The outermost ones are kept when there are too many: they are what the title speaks of.
    private mutating func exceptions(of event: TrackerEvent) -> [ExceptionEvidence] {
        let all = event.exceptions
        let kept = Array(all.suffix(limits.exceptionsMax))
        if kept.count < all.count { noteCut("exceptions: \(kept.count) kept of \(all.count)") }
        let frames = kept.map(TrackerEvent.frames(of:))
        var exceptions: [ExceptionEvidence] = []
        for (exception, share) in zip(kept, shares(of: frames)) {
            exceptions.append(
                ExceptionEvidence(
                    type: exception["type"]?.text.map { name($0, "exception types") },
                    value: exception["value"]?.scalarText.map { cut($0, toBytes: limits.textBytesMax, "exception values") },
                    frames: share.map { frame($0) }))
        }
        if frames.allSatisfy(\.isEmpty) { addLooseFrames(of: event, to: &exceptions) }
        return exceptions
    }

    /// A crash on Android, in Swift or in native code may have its stack only under the thread.
    private mutating func addLooseFrames(of event: TrackerEvent, to exceptions: inout [ExceptionEvidence]) {
        let thread = event.mainThread
        let loose = thread.map(TrackerEvent.frames(of:)) ?? event.looseFrames
        guard let kept = shares(of: [loose]).first, !kept.isEmpty else { return }
        let frames = kept.map { frame($0) }
        if exceptions.isEmpty {
            exceptions = [ExceptionEvidence(frames: frames)]
        } else {
            exceptions[exceptions.count - 1].frames = frames
        }
    }

    /// Which frames each exception keeps: all, or the ones nearest the crash. No exception starves another: each may have an even share,
    /// and what one leaves over goes to the outermost first.
    private mutating func shares(of frames: [[JSON]]) -> [[JSON]] {
        let total = frames.reduce(0) { $0 + $1.count }
        guard total > limits.framesMax else { return frames }
        let even = limits.framesMax / max(1, frames.count)
        var kept = frames.map { min($0.count, even) }
        var left = limits.framesMax - kept.reduce(0, +)
        for index in frames.indices.reversed() {
            let more = min(left, frames[index].count - kept[index])
            kept[index] += more
            left -= more
        }
        noteCut("frames: \(limits.framesMax) kept of \(total)")
        return zip(frames, kept).map { Array($0.suffix($1)) }
    }

    private mutating func frame(_ json: JSON) -> Frame {
        if !keepsPersonalData, json["vars"] != nil { noteDropped("variables") }
        let path = json["filename"]?.text ?? json[either: "abs_path", "absPath"]?.text
        var frame = Frame(
            path: path.map { name(withoutQuery($0), "frames' paths") },
            module: (json["module"]?.text ?? image(json["package"])).map { name($0, "frames' modules") },
            function: json["function"]?.text.map { name($0, "frames' functions") }, line: whole(json[either: "lineno", "lineNo"]),
            column: whole(json[either: "colno", "colNo"]), isInApp: json[either: "in_app", "inApp"]?.bool ?? false)
        addContext(json, to: &frame)
        return frame
    }

    /// The binary a native frame is in, without its folder, which differs from device to device.
    private func image(_ json: JSON?) -> String? { json?.text?.split(separator: "/").last.map(String.init) }

    private func whole(_ json: JSON?) -> Int? { json?.integer.flatMap { $0 >= 0 ? Int(exactly: $0) : nil } }

    /// A script's URL may carry a session in its query.
    private func withoutQuery(_ path: String) -> String {
        guard let url = TrackerURL(path), url.query != nil else { return path }
        return "\(url.scheme)://\(url.host)\(url.path)"
    }

    private mutating func addContext(_ json: JSON, to frame: inout Frame) {
        var before = lines(json[either: "pre_context", "preContext"])
        var after = lines(json[either: "post_context", "postContext"])
        frame.contextLine = json[either: "context_line", "contextLine"]?.string
        // The API numbers its lines instead: [[41, "…"], [42, "…"]].
        for pair in json["context"]?.array ?? [] {
            guard let number = pair[0]?.integer, let line = frame.line, let text = pair[1]?.string else { continue }
            if number < line {
                before.append(text)
            } else if number == line {
                frame.contextLine = text
            } else {
                after.append(text)
            }
        }
        if max(before.count, after.count) > limits.contextLinesMax { noteCut("lines around frames") }
        frame.before = before.suffix(limits.contextLinesMax).map { name($0, "lines around frames") }
        frame.contextLine = frame.contextLine.map { name($0, "lines around frames") }
        frame.after = after.prefix(limits.contextLinesMax).map { name($0, "lines around frames") }
    }

    /// A null stands for a line that was not sent: it keeps its place.
    private func lines(_ json: JSON?) -> [String] { (json?.array ?? []).map { $0.string ?? "" } }

    private mutating func capped(_ exception: ExceptionEvidence) -> ExceptionEvidence {
        var exception = exception
        exception.type = exception.type.map { name($0, "exception types") }
        exception.value = exception.value.map { cut($0, toBytes: limits.textBytesMax, "exception values") }
        for index in exception.frames.indices {
            exception.frames[index].path = exception.frames[index].path.map { name(withoutQuery($0), "frames' paths") }
            exception.frames[index].function = exception.frames[index].function.map { name($0, "frames' functions") }
        }
        return exception
    }

    // MARK: Breadcrumbs and the request

    /// The last ones: they lead to the crash.
    private mutating func breadcrumbs(of event: TrackerEvent) -> [Breadcrumb] {
        let all = event.breadcrumbs
        let kept = all.suffix(limits.breadcrumbsMax)
        if kept.count < all.count { noteCut("breadcrumbs: \(kept.count) kept of \(all.count)") }
        return kept.map { json in
            if !keepsPersonalData, json["data"]?.members?.isEmpty == false { noteDropped("breadcrumbs' data") }
            return Breadcrumb(
                time: json["timestamp"]?.moment, category: json["category"]?.text.map { name($0, "breadcrumbs") },
                level: json["level"]?.text.map { name($0, "breadcrumbs") },
                message: json["message"]?.text.map { cut($0, toBytes: limits.textBytesMax, "breadcrumbs") })
        }
    }

    private mutating func request(_ json: JSON) -> RequestEvidence? {
        for (member, kind) in [
            ("headers", "request headers"), ("cookies", "cookies"), ("data", "request body"), ("env", "request environment"),
        ]
        where !keepsPersonalData && json[member].map(holdsSomething) == true {
            noteDropped(kind)
        }
        let url = json["url"]?.text.map { name(requestURL($0, query: json[either: "query_string", "query"]), "request") }
        let method = json["method"]?.text.map { name($0, "request") }
        return url == nil && method == nil ? nil : RequestEvidence(method: method, url: url)
    }

    /// Which parameters there were is evidence, what was in them is personal.
    private mutating func requestURL(_ text: String, query: JSON?) -> String {
        guard let url = TrackerURL(text) else {
            let path = text.utf8.firstIndex(of: UInt8(ascii: "?")).map { String(text[..<$0]) } ?? text
            return keepsPersonalData ? text : path
        }
        if keepsPersonalData { return text }
        if url.query?.isEmpty == false { noteDropped("query values") }
        guard url.query == nil, let names = queryNames(query), !names.isEmpty else { return url.withoutValues }
        noteDropped("query values")
        return url.withoutValues + "?" + names.map { "\($0)=" }.joined(separator: "&")
    }

    /// From text, from pairs, or from an object.
    private func queryNames(_ json: JSON?) -> [String]? {
        let namesMax = 20
        switch json {
        case .string(let text):
            let pairs = text.drop { $0 == "?" }.split(separator: "&", maxSplits: namesMax).prefix(namesMax)
            return pairs.compactMap { pair in pair.utf8.firstIndex(of: UInt8(ascii: "=")).map { String(pair[..<$0]) } }
        case .array(let pairs): return pairs.prefix(namesMax).compactMap { $0[0]?.string ?? $0["key"]?.string }
        case .object(let members): return members.prefix(namesMax).map(\.name)
        default: return nil
        }
    }

    private func holdsSomething(_ json: JSON) -> Bool {
        switch json {
        case .array(let items): !items.isEmpty
        case .object(let members): !members.isEmpty
        case .null: false
        case .bool, .integer, .number, .string: true
        }
    }
}
