// When a command has written too much, from made-up disks: everything that others do to them at the same time included.

import ForgeCore
import Testing

@testable import ForgeSandbox

@Suite struct DiskAccountTests {
    typealias Space = DiskAccount.Space
    typealias Amount = DiskAccount.Amount

    private static let limits = SandboxLimits(diskBytes: 6_400, diskFiles: 640, diskReserveBytes: 1_000)

    private func space(_ bytes: Int, files: Int? = 50_000) -> Space {
        Space(freeBytes: bytes, totalBytes: 1_000_000, freeFiles: files, totalFiles: files == nil ? nil : 1_000_000)
    }

    private func account(_ spaces: [Space]) -> DiskAccount { DiskAccount(spaces, limits: Self.limits) }

    @Test func `folders are measured only when so much went that it could be too much`() {
        var account = account([space(100_000)])
        #expect(account.look([space(95_000)]) == .fine)
        #expect(account.look([space(93_600)]) == .fine)
        #expect(account.look([space(93_599)]) == .measure)
        // 3,400 may go before it can be too much.
        #expect(account.measured(Amount(bytes: 3_000, files: 1)) == nil)
        #expect(account.look([space(90_199)]) == .fine)
        #expect(account.look([space(90_198)]) == .measure)
        #expect(account.measured(Amount(bytes: 6_401, files: 1)) == .disk)
    }

    @Test func `what others write is not the command's`() {
        var account = account([space(900_000)])
        for step in 1...100 {
            let answer = account.look([space(900_000 - step * 5_000)])
            if answer == .measure { #expect(account.measured(Amount(bytes: 100, files: 1)) == nil) }
            #expect(answer != .end(.disk) && answer != .end(.diskReserve))
        }
    }

    @Test func `what others remove does not hide what the command writes`() {
        var account = account([space(10_000)])
        #expect(account.look([space(6_000)]) == .fine)
        #expect(account.look([space(90_000)]) == .fine)
        #expect(account.look([space(87_000)]) == .measure)
        #expect(account.measured(Amount(bytes: 7_000, files: 1)) == .disk)
    }

    @Test func `what is written and removed again is not too much, however often`() {
        var account = account([space(100_000)])
        var measures = 0
        for _ in 0..<50 {
            if account.look([space(96_000)]) == .measure {
                measures += 1
                #expect(account.measured(Amount(bytes: 4_000, files: 1)) == nil)
            }
            #expect(account.look([space(100_000)]) == .fine)
        }
        #expect(measures > 0)
    }

    @Test func `whoever cannot be measured answers for what is gone, and only for that`() {
        var account = account([space(100_000)])
        #expect(account.look([space(93_000)]) == .measure)
        #expect(account.measured(nil) == .disk)
        var other = self.account([space(100_000)])
        #expect(other.look([space(95_000)]) == .fine)
        #expect(other.look([space(99_000)]) == .fine)
        #expect(other.look([space(97_000)]) == .measure)
        #expect(other.measured(nil) == nil)
    }

    @Test func `near the limit not every byte is measured`() {
        var account = account([space(100_000)])
        #expect(account.look([space(93_000)]) == .measure)
        #expect(account.measured(Amount(bytes: 6_400, files: 640)) == nil)
        #expect(account.look([space(92_900, files: 49_990)]) == .fine)
        #expect(account.look([space(92_899, files: 49_989)]) == .measure)
    }

    @Test func `files are counted, where they have a number`() {
        var account = account([space(100_000), space(100_000, files: nil)])
        #expect(account.look([space(100_000, files: 49_360), space(100_000, files: nil)]) == .fine)
        #expect(account.look([space(100_000, files: 49_359), space(100_000, files: nil)]) == .measure)
        #expect(account.measured(Amount(bytes: 0, files: 641)) == .disk)
    }

    @Test func `a reserve is kept of every disk, and of a small one a tenth`() {
        var account = account([space(100_000), space(100_000)])
        #expect(account.look([space(99_000), space(1_000)]) == .measure)
        #expect(account.look([space(99_000), space(999)]) == .end(.diskReserve))
        #expect(account.look([space(99_000, files: 9_999), space(5_000)]) == .end(.diskReserve))
        let small = Space(freeBytes: 99, totalBytes: 1_000, freeFiles: nil, totalFiles: nil)
        #expect(DiskAccount.scarce([small], Self.limits) == small)
        #expect(DiskAccount.scarce([Space(freeBytes: 100, totalBytes: 1_000, freeFiles: nil, totalFiles: nil)], Self.limits) == nil)
        #expect(
            DiskAccount.scarce([Space(freeBytes: 0, totalBytes: 10, freeFiles: 0, totalFiles: 10)], SandboxLimits(diskReserveBytes: 0))
                == nil)
    }

    @Test func `it looks oftener when the next looks could be too late`() {
        var account = account([space(100_000)])
        #expect(account.look([space(99_000)]) == .fine)
        #expect(!account.isNear)
        #expect(account.look([space(96_500)]) == .fine)
        #expect(account.isNear)
        #expect(account.look([space(96_500)]) == .fine)
        #expect(!account.isNear)
    }
}
