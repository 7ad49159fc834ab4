// What an event tells of where repositories live and which installation they belong to, whatever else it asks for.

package import ForgeCore

/// Every event of an App's hook that names a repository is news of that repository's present name.
package func repositoryNotices(for event: Event, settings: DecodingSettings) -> [RepositoryNotice] {
    // Repositories of this machine have no installation to be told of, and their names are nobody else's.
    guard event.context.tenant != .local else { return [] }
    let host = GitHubIdentity.host(of: settings.codeHostURL)
    switch event.matter {
    case .installation(let installation):
        return notices(for: installation, host: host)
    case .repository("deleted"):
        return event.context.repository.map { [.removed(host: host, number: $0.number)] } ?? []
    case .repository("renamed"), .repository("transferred"):
        let renamed = event.context.repository.map { RepositoryNotice.renamed(host: host, number: $0.number, name: $0.name) }
        return [renamed, seen(event.context, host: host)].compactMap(\.self)
    default:
        return [seen(event.context, host: host)].compactMap(\.self)
    }
}

private func seen(_ context: EventContext, host: String) -> RepositoryNotice? {
    guard let repository = context.repository, let tenant = context.tenant else { return nil }
    return .seen(host: host, number: repository.number, name: repository.name, tenant: tenant)
}

private func notices(for event: InstallationEvent, host: String) -> [RepositoryNotice] {
    let tenant = Tenant.installation(event.installation)
    let added = event.added.map { RepositoryNotice.seen(host: host, number: $0.number, name: $0.name, tenant: tenant) }
    let removed = event.removed.map { RepositoryNotice.removed(host: host, number: $0.number) }
    switch event.action {
    case "deleted": return [.installationRemoved(tenant)]
    case "suspend": return [.installationSuspended(tenant)]
    case "created", "unsuspend", "new_permissions_accepted": return [.installationActive(tenant)] + added
    default: return added + removed
    }
}
