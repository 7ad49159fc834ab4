// Runs, jobs, findings, steps and journal events as JSON, the same on the command line and in the API.

extension Run {
    package var json: JSON {
        JSON.object([
            .init("schema", 1), .init("id", JSON(id.number)), .init("kind", .string(new.kind.rawValue)),
            .init("state", .string(state.rawValue)), .init("reason", JSON(reason)), .init("tenant", .string(new.tenant.description)),
            .init("repository", .string(new.repository)), .init("subject", .string(new.subject)), .init("job", JSON(new.job?.number)),
            .init("ticket", JSON(new.ticket?.number)), .init("created_at", JSON(createdAt)), .init("updated_at", JSON(updatedAt)),
        ]).withoutNulls
    }
}

extension Step {
    package var json: JSON {
        ["key": .string(key), "kind": .string(kind), "at": JSON(at), "result": result]
    }
}

extension ArtifactSummary {
    package var json: JSON {
        ["digest": .string(digest), "kind": .string(kind), "media_type": .string(mediaType), "bytes": JSON(bytes)]
    }
}

extension RecordedFinding {
    package var json: JSON {
        JSON.object([
            .init("stable_id", .string(stableID)), .init("rule", .string(rule)), .init("severity", .string(severity.rawValue)),
            .init("category", .string(category)), .init("path", .string(path)), .init("line", JSON(line)),
            .init("message", .string(message)), .init("state", .string(state)),
        ]).withoutNulls
    }
}

extension Job {
    package var json: JSON {
        JSON.object([
            .init("schema", 1), .init("id", JSON(id.number)), .init("kind", .string(new.kind)), .init("state", .string(state.rawValue)),
            .init("tenant", .string(new.tenant.description)), .init("repository", .string(new.repository)),
            .init("subject", JSON(new.subject)), .init("work_key", .string(new.workKey)), .init("priority", JSON(new.priority)),
            .init("attempt", JSON(attempt)), .init("failures", JSON(failures)), .init("last_error", JSON(lastError)),
            .init("created_at", JSON(createdAt)), .init("updated_at", JSON(updatedAt)),
        ]).withoutNulls
    }
}

extension JournalEvent {
    package var json: JSON {
        JSON.object([
            .init("schema", 1), .init("id", JSON(id.number)), .init("at", JSON(at)), .init("stream", .string(new.stream)),
            .init("sequence", JSON(sequence)), .init("tenant", JSON(new.tenant?.description)), .init("kind", .string(new.kind)),
            .init("payload", new.payload), .init("hash", .string(hash)),
        ]).withoutNulls
    }
}

extension AccessToken {
    package var json: JSON {
        JSON.object([
            .init("schema", 1), .init("id", JSON(id.number)), .init("name", .string(name)), .init("role", .string(role.rawValue)),
            .init("tenant", JSON(tenant?.description)), .init("created_at", JSON(createdAt)), .init("revoked_at", JSON(revokedAt)),
        ]).withoutNulls
    }
}
