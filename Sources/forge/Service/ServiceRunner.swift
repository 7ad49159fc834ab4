// The life of the service: start, run, stop. It stops in order: no new connections, requests under way finish, workers finish or give
// their jobs back, then the store closes.

import ForgeConfig
import ForgeCore
import ForgeEngine
import ForgeServer
import ForgeStore
import ForgeSystem

struct ServiceRunner: Sendable {
    /// How soon a pull request is told of a run whose workers died.
    private static let deadRunsEvery = Duration.seconds(60)
    private static let mirrorsEvery = Duration.seconds(6 * 3_600)

    let assembly: Assembly
    let clock: any Clock<Duration>
    /// Called once the service accepts requests.
    let whenReady: @Sendable (_ address: String) -> Void

    /// Until a signal asks for the end.
    func run(signals: AsyncStream<Int32>) async throws {
        // Afterwards the newest delivery is behind the gap.
        try await assembly.healer?.prepare()
        let port = try assembly.server.start()
        let place = ListenAddress(address: assembly.settings.listen.address, port: port)
        let address = "http\(assembly.settings.http.tls == nil ? "" : "s")://\(place)"
        assembly.log.info("listening", [.init("address", .string(address)), .init("version", .string(forgeVersion))])
        whenReady(address)
        await withTaskGroup(of: Void.self) { group in
            addServices(to: &group)
            for await signal in signals {
                assembly.log.info("stopping", [.init("signal", JSON(Int64(signal)))])
                break
            }
            await stop()
            group.cancelAll()
        }
        await assembly.store.close()
        assembly.finishRecording()
        assembly.log.info("stopped")
    }

    private func addServices(to group: inout TaskGroup<Void>) {
        let assembly = assembly
        let clock = clock
        group.addTask { await assembly.decoder.run() }
        group.addTask { await assembly.workers.run() }
        group.addTask { await assembly.sandbox.tryWalls() }
        if let reviews = assembly.reviews { addUpkeep(of: reviews, to: &group) }
        group.addTask { await assembly.refusals.run(clock: clock) }
        group.addTask { await assembly.retention.run() }
        group.addTask { await assembly.silence.run(clock: clock) }
        if let healer = assembly.healer { group.addTask { await healer.run(clock: clock) } }
        // Other processes write to the same store, deliveries too; live streams and decoding look for that once a second.
        group.addTask {
            while !Task.isCancelled {
                // A sleep fails only by cancellation, which ends the loop.
                try? await clock.sleep(for: .seconds(1))
                assembly.changed.notify()
                assembly.arrived.notify()
            }
        }
    }

    private func addUpkeep(of reviews: ReviewWork, to group: inout TaskGroup<Void>) {
        let assembly = assembly
        let clock = clock
        group.addTask { assembly.rules.warm() }
        let runs = RunUpkeep(store: assembly.store, died: reviews.tellOfDeath, log: assembly.log)
        group.addTask { await runs.run(every: Self.deadRunsEvery, clock: clock) }
        group.addTask {
            while !Task.isCancelled {
                // A sleep fails only by cancellation, which ends the loop.
                try? await clock.sleep(for: Self.mirrorsEvery)
                if !Task.isCancelled { await reviews.tidy() }
            }
        }
    }

    /// Requests and workers at once, within the time there is. What has not ended by then is cancelled by the caller.
    private func stop() async {
        let limit = assembly.settings.shutdownTimeout
        async let server: Void = assembly.server.stop(within: limit)
        await withTaskGroup(of: Void.self) { race in
            race.addTask { [assembly] in await assembly.workers.drain() }
            // A sleep fails only by cancellation, when the workers were faster.
            race.addTask { [clock] in try? await clock.sleep(for: limit) }
            await race.next()
            race.cancelAll()
        }
        await server
    }
}
