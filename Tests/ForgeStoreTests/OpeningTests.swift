// Who may open a data folder, and what happens to a file that is not ours to open.

import ForgeCore
import ForgeTestSupport
import Foundation
import Glibc
import Testing

@testable import ForgeStore

struct OpeningTests {
    private func failure(opening folder: StoreFolder, _ options: SQLiteOptions = .init()) -> StoreError? {
        withoutLaunches {
            do throws(StoreError) {
                _ = try SQLiteStore.open(
                    folder: folder.path, options: options, clock: TestClock().wallClock, metrics: Metrics(), log: .silent)
                return nil
            } catch {
                return error
            }
        }
    }

    @Test func `a second service on one folder is refused, and told who is there`() async throws {
        let room = try StoreRoom()
        let refusal = try #require(failure(opening: room.folder))
        #expect(refusal.code == .inUse && refusal.message.contains("process \(getpid())"))
        await room.store.close()
        #expect(failure(opening: room.folder) == nil, "the lock goes with the store")
    }

    @Test func `a command writes beside the service, and both see it`() async throws {
        let room = try StoreRoom()
        let beside = try StoreRoom(SQLiteOptions(access: .shared), folder: room.folder)
        let token = try await beside.store.createToken(name: "ci", role: .observer, tenant: nil, digest: "d", by: "shell")
        #expect(try await room.store.tokens() == [token])
        _ = try await room.store.accept(room.delivery("key"))
        #expect(try await beside.store.pendingDeliveries(after: nil, limit: 9).count == 1)
        await beside.store.close()
        #expect(failure(opening: room.folder)?.code == .inUse, "the service still holds the folder")
    }

    @Test func `a command without a service makes the database and leaves the folder free`() async throws {
        let room = try StoreRoom(SQLiteOptions(access: .shared))
        try await room.store.probe()
        #expect(failure(opening: room.folder) == nil)
    }

    @Test func `commands that begin together in a new folder all have the store`() async throws {
        for _ in 0..<5 {
            let folder = try StoreFolder()
            let failures = await withTaskGroup(of: StoreError.Code?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        await StoreRoom.failure { _ = try StoreRoom(SQLiteOptions(access: .shared), folder: folder) }
                    }
                }
                var failures: [StoreError.Code] = []
                for await failure in group {
                    if let failure { failures.append(failure) }
                }
                return failures
            }
            #expect(failures.isEmpty)
        }
    }

    @Test func `a command waits for whoever has the folder and may be making the database, and not for ever`() throws {
        let folder = try StoreFolder()
        let lock = try FolderLock.take(folder: folder.path)
        let begun = ContinuousClock.now
        let refusal = failure(opening: folder, SQLiteOptions(access: .shared, lockWait: .milliseconds(50)))
        #expect(refusal?.code == .refused && ContinuousClock.now - begun >= .milliseconds(50))
        #expect(!FileManager.default.fileExists(atPath: folder.database))
        withExtendedLifetime(lock) {}
    }

    @Test func `reading beside the service sees what is written and writes nothing`() async throws {
        let room = try StoreRoom()
        let reader = try SQLiteStore.openForReading(folder: room.folder.path, metrics: Metrics(), log: .silent)
        _ = try await room.store.accept(room.delivery("key"))
        #expect(try await reader.pendingDeliveries(after: nil, limit: 9).count == 1)
        let failure = await StoreRoom.failure { try await reader.probe() }
        #expect(failure == .readOnly)
        await reader.close()
    }

    @Test func `what is kept is for nobody else on the machine to read, whatever the folder allows`() async throws {
        let room = try StoreRoom()
        _ = try await room.store.accept(room.delivery("key"))
        for name in try FileManager.default.contentsOfDirectory(atPath: room.folder.path) {
            let attributes = try FileManager.default.attributesOfItem(atPath: room.folder.path + "/" + name)
            #expect(try #require(attributes[.posixPermissions] as? Int) & 0o077 == 0, "\(name)")
        }
    }

    @Test func `once the file is removed or replaced, no write is told to be done`() async throws {
        for isReplaced in [false, true] {
            let room = try StoreRoom()
            _ = try await room.store.accept(room.delivery("kept"))
            try FileManager.default.removeItem(atPath: room.folder.database)
            if isReplaced { try room.folder.write([], to: "forge.db") }
            #expect(await StoreRoom.failure { _ = try await room.store.accept(room.delivery("lost")) } == .inputOutput)
            #expect(await StoreRoom.failure { try await room.store.probe() } == .inputOutput)
            await room.store.close()
        }
    }

    @Test func `reading where nothing is makes nothing`() throws {
        let folder = try StoreFolder()
        #expect(failure(opening: folder, SQLiteOptions(access: .reading))?.code == .refused)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func `what is no database of ours is corrupt, and left byte for byte`() async throws {
        let room = try StoreRoom()
        _ = try await room.store.accept(room.delivery("key", body: .init(repeating: 7, count: 50_000)))
        await room.store.close()
        let sound = try room.folder.contents(of: "forge.db")
        let foreign = try StoreFolder()
        try Connection(path: foreign.database, access: .create, lockWait: .zero).execute("CREATE TABLE theirs (a)")
        var scribbled = sound
        for index in 100..<4000 { scribbled[index] = 0xA5 }
        var odd = sound
        odd[16] = 3
        let files = [
            Array("this is no database, but a letter".utf8), [UInt8](repeating: 0, count: 8192), Array(sound.prefix(60)),
            Array(sound.prefix(sound.count / 2)), Array(sound.dropLast(8192)), scribbled, odd, try foreign.contents(of: "forge.db"),
        ]
        for (index, bytes) in files.enumerated() {
            for access in [SQLiteOptions.Access.exclusive, .shared, .reading] {
                let folder = try StoreFolder()
                try folder.write(bytes, to: "forge.db")
                #expect(failure(opening: folder, SQLiteOptions(access: access))?.code == .corrupt, "file \(index), \(access)")
                #expect(try folder.contents(of: "forge.db") == bytes, "file \(index), \(access)")
            }
        }
    }

    @Test func `a database that another program has locked is busy, and left as it is`() async throws {
        let room = try StoreRoom()
        try await room.append("s", 1)
        await room.store.close()
        let before = try room.folder.contents(of: "forge.db")
        let other = try Connection(path: room.folder.database, access: .readWrite, lockWait: .zero)
        try other.execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
        let refusal = try #require(failure(opening: room.folder, SQLiteOptions(lockWait: .milliseconds(10))))
        #expect(refusal.code == .busy && refusal.message.contains("locked"), "\(refusal)")
        try other.execute("ROLLBACK")
        #expect(try room.folder.contents(of: "forge.db") == before)
    }

    @Test func `an empty file, as a crash at the first start leaves it, is begun`() async throws {
        let folder = try StoreFolder()
        try folder.write([], to: "forge.db")
        try await StoreRoom(folder: folder).store.probe()
    }

    @Test func `a database of a newer Forge is left as it is, its log too`() async throws {
        let room = try StoreRoom()
        try room.forge("PRAGMA user_version = \(Migrations.version + 1)")
        let files = ["forge.db", "forge.db-wal"]
        let left = try StoreFolder()
        for file in files { try left.write(try room.folder.contents(of: file), to: file) }
        for access in [SQLiteOptions.Access.exclusive, .shared, .reading] {
            #expect(failure(opening: left, SQLiteOptions(access: access))?.code == .newer)
            for file in files { #expect(try left.contents(of: file) == room.folder.contents(of: file), "\(file), \(access)") }
        }
    }

    @Test func `a new database has the newest version and the settings that keep it safe`() async throws {
        let room = try StoreRoom()
        let settings = try await room.store.writer.write("read settings") { transaction throws(StoreError) in
            let names = ["user_version", "synchronous", "foreign_keys", "page_size"]
            var values: [Int64] = []
            for name in names { values.append(try transaction.connection.number("PRAGMA \(name)")) }
            return values
        }
        #expect(settings == [Int64(Migrations.version), 2, 1, 8192])
        #expect(
            try await room.store.readers.read("mode") { connection throws(StoreError) in
                try connection.first("PRAGMA journal_mode") { row in row.text() }
            } == "wal")
        #expect(try await room.store.damage() == nil)
    }

    @Test(.enabled(if: SmallDisk.canMount)) func `a folder that cannot be written is read-only, and left as it is`() async throws {
        let disk = try SmallDisk(megabytes: 4)
        let room = try StoreRoom(folder: disk.folder)
        _ = try await room.store.accept(room.delivery("key"))
        await room.store.close()
        let before = try disk.folder.contents(of: "forge.db")
        try withoutLaunches { try disk.forbidWriting() }
        #expect(failure(opening: disk.folder)?.code == .readOnly)
        do throws(StoreError) {
            let parent = disk.folder.path + "/deeper"
            _ = try SQLiteStore.open(folder: parent, clock: TestClock().wallClock, metrics: Metrics(), log: .silent)
            Issue.record("a folder was made where none can be")
        } catch {
            #expect(error.code == .readOnly)
        }
        #expect(try disk.folder.contents(of: "forge.db") == before)
    }
}
