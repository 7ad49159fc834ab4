// As much of GraphQL as a client needs to ask for a pull request's threads and to resolve one: one operation, its variables, and which fields
// it wants of the answer. Read strictly, as GitHub does.

import ForgeCore

struct GraphQLProblem: Error {
    var message: String
}

struct GraphQLField {
    var alias: String
    var name: String
    var arguments: [String: JSON]
    var fields: [GraphQLField]
}

struct GraphQLDocument {
    var isMutation = false
    var fields: [GraphQLField] = []
    private var tokens: [Substring]
    private var place = 0
    private var variables: [String: JSON] = [:]
    private var declared: Set<String> = []

    init(_ text: String, variables: JSON?) throws(GraphQLProblem) {
        tokens = Self.tokens(text)
        for member in variables?.members ?? [] { self.variables[member.name] = member.value }
        if peek == "query" || peek == "mutation" {
            isMutation = next() == "mutation"
            if peek != "{", peek != "(" { next() }
            if peek == "(" { try readDeclarations() }
        }
        fields = try selection()
        if place < tokens.count { throw GraphQLProblem(message: "Parse error on \"\(tokens[place])\"") }
        for name in self.variables.keys where !declared.contains(name) {
            throw GraphQLProblem(message: "Variable $\(name) was given and is not declared")
        }
    }

    private var peek: Substring? { place < tokens.count ? tokens[place] : nil }

    @discardableResult
    private mutating func next() -> Substring {
        defer { place += 1 }
        return place < tokens.count ? tokens[place] : ""
    }

    private mutating func expect(_ token: Substring) throws(GraphQLProblem) {
        let found = next()
        guard found == token else { throw GraphQLProblem(message: "Expected \"\(token)\", found \"\(found)\"") }
    }

    /// `($owner: String!, $after: String)`
    private mutating func readDeclarations() throws(GraphQLProblem) {
        try expect("(")
        while peek != ")", peek != nil {
            try expect("$")
            let name = String(next())
            try expect(":")
            var type = ""
            while peek != nil, peek != "$", peek != ")" { type += next() }
            declared.insert(name)
            if type.hasSuffix("!"), variables[name] == nil || variables[name] == .null {
                throw GraphQLProblem(message: "Variable $\(name) of type \(type) was provided invalid value")
            }
        }
        try expect(")")
    }

    private mutating func selection() throws(GraphQLProblem) -> [GraphQLField] {
        try expect("{")
        var found: [GraphQLField] = []
        while peek != "}" {
            guard peek != nil else { throw GraphQLProblem(message: "Unexpected end of document") }
            if peek == "..." {
                // An inline fragment: its fields count as the type's own here.
                next()
                if peek == "on" { _ = (next(), next()) }
                found += try selection()
                continue
            }
            found.append(try field())
        }
        next()
        return found
    }

    private mutating func field() throws(GraphQLProblem) -> GraphQLField {
        let alias = String(next())
        var name = alias
        if peek == ":" {
            next()
            name = String(next())
        }
        var arguments: [String: JSON] = [:]
        if peek == "(" {
            next()
            while peek != ")", peek != nil {
                let argument = String(next())
                try expect(":")
                arguments[argument] = try value()
            }
            next()
        }
        return GraphQLField(alias: alias, name: name, arguments: arguments, fields: peek == "{" ? try selection() : [])
    }

    private mutating func value() throws(GraphQLProblem) -> JSON {
        let token = next()
        switch token {
        case "$":
            let name = String(next())
            guard declared.contains(name) else { throw GraphQLProblem(message: "Variable $\(name) is used and not declared") }
            return variables[name] ?? .null
        case "{":
            var members: [JSON.Member] = []
            while peek != "}", peek != nil {
                let name = String(next())
                try expect(":")
                members.append(.init(name, try value()))
            }
            next()
            return .object(members)
        case "null": return .null
        case "true", "false": return .bool(token == "true")
        default:
            if token.hasPrefix("\"") { return .string(String(token.dropFirst().dropLast())) }
            return Int64(token).map(JSON.integer) ?? .string(String(token))
        }
    }

    private static func tokens(_ text: String) -> [Substring] {
        var tokens: [Substring] = []
        var rest = text[...]
        while let first = rest.first {
            if first.isWhitespace || first == "," {
                rest = rest.dropFirst()
            } else if first == "\"" {
                let end = rest.dropFirst().firstIndex(of: "\"") ?? rest.indices.last!
                tokens.append(rest[...end])
                rest = rest[rest.index(after: end)...]
            } else if rest.hasPrefix("...") {
                tokens.append(rest.prefix(3))
                rest = rest.dropFirst(3)
            } else if first.isLetter || first.isNumber || first == "_" || first == "-" {
                let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
                tokens.append(word)
                rest = rest[word.endIndex...]
            } else {
                tokens.append(rest.prefix(1))
                rest = rest.dropFirst()
            }
        }
        return tokens
    }
}
