// Finds and reads the server's settings: the file, the files it names, and the environment. Every problem is told at once.

import ForgeConfig
import ForgeSystem

/// The settings that this command line and environment ask for; ends the command with all problems when they do not hold.
func loadSettings(_ arguments: Arguments, _ context: CommandContext) throws(CommandFailure) -> ServerSettings {
    // As with every variable, one without a value is one that is not set.
    let path = arguments.value("config") ?? context.environment["FORGE_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
    var text: [UInt8] = []
    if let path {
        do {
            text = try Files.read(path, bytesMax: 1 << 20)
        } catch {
            throw .badInput("the settings cannot be read: \(error)")
        }
    }
    let settings: ServerSettings
    do throws(ConfigProblems) {
        let decoded = try ServerSettings.decode(text: text, environment: context.environment, readFile: readNamedFile)
        for warning in decoded.warnings { context.note("forge: warning: \(path ?? "settings"): \(warning)") }
        settings = decoded.config
    } catch {
        let lines = error.problems.map { "  \($0)" }.joined(separator: "\n")
        throw .badInput("\(path ?? "the settings") cannot be used:\n\(lines)")
    }
    // Silence here would be a second store, empty, beside the one that was meant.
    guard case .sqlite = settings.store else {
        throw .badInput("\(path ?? "the settings"): store: there is no PostgreSQL store yet; write sqlite, or leave the key out")
    }
    return settings
}

private func readNamedFile(_ path: String) throws(ConfigFileError) -> ConfigFile {
    do throws(SystemError) {
        return ConfigFile(bytes: try Files.read(path, bytesMax: 1 << 20), isWorldReadable: Files.isReadableByOthers(path))
    } catch {
        throw error.isMissing ? .missing : .unreadable(reason: error.message)
    }
}
