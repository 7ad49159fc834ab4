// One lane as it is stored, and its time: the wall clock, moved on by as much as that was ever seen to go back. Without it a lane would wait
// ten minutes after somebody set the clock back by ten; or, if it forgot instead, would let twice as many writes through.

import ForgeCore

struct WriteLane {
    var name: String
    /// The lane's time less the wall clock.
    var shift = Duration.zero
    /// The latest moment of the lane's time that it was written at.
    var seenAt = Timestamp(milliseconds: .min / 2)
    var granted: Int64 = 0
    var grantedAt = Timestamp(milliseconds: .min / 2)
    var blockedUntil: Timestamp?
    var remaining: Int?
    /// By the host's clock.
    var resetAt: Timestamp?

    /// The lane's time, which takes up from now on wherever the wall clock has gone back to.
    mutating func follow(_ wall: Timestamp) -> Timestamp {
        if wall + shift < seenAt { shift = seenAt - wall }
        seenAt = wall + shift
        return seenAt
    }

    func onWall(_ moment: Timestamp) -> Timestamp { moment - shift }

    /// What the host said, as far as it still holds.
    func said(at moment: Timestamp, wall: Timestamp) -> LaneState {
        let isReset = resetAt.map { $0 <= wall } ?? false
        return LaneState(
            blockedUntil: blockedUntil.flatMap { $0 > moment ? onWall($0) : nil }, remaining: isReset ? nil : remaining,
            resetAt: isReset ? nil : resetAt)
    }

    mutating func note(_ state: LaneState, at moment: Timestamp, wall: Timestamp) {
        let known = said(at: moment, wall: wall)
        blockedUntil = [known.blockedUntil, state.blockedUntil].compactMap(\.self).max().map { $0 + shift }
        guard let newReset = state.resetAt else {
            remaining = state.remaining ?? remaining
            return
        }
        if let reset = known.resetAt, reset > newReset { return }
        remaining = known.resetAt == newReset ? [known.remaining, state.remaining].compactMap(\.self).min() : state.remaining
        resetAt = newReset
    }
}
