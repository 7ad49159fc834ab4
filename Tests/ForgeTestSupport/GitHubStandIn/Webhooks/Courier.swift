// Carries webhooks to the App, one after another on a thread of its own, as unreliably as it is told to. Nothing is sent again by itself:
// GitHub does not do that either.

import ForgeCore
import ForgeCrypto
import Foundation

/// What is to happen to the next deliveries.
package struct DeliveryWeather: Hashable, Sendable {
    /// So many get lost, and stand in the list of deliveries as failed.
    package var drop = 0
    /// So many are sent twice, under the same name.
    package var double = 0
    /// Each waits for the next one and is sent after it.
    package var isOutOfOrder = false
    /// Signed with another secret.
    package var isForged = false

    package init(drop: Int = 0, double: Int = 0, isOutOfOrder: Bool = false, isForged: Bool = false) {
        self.drop = drop
        self.double = double
        self.isOutOfOrder = isOutOfOrder
        self.isForged = isForged
    }
}

/// Proof for `@unchecked`: every field is touched under the condition's lock.
final class Courier: @unchecked Sendable {
    struct Address: Sendable {
        var port: Int
        var path: String
        var secret: String
    }

    private let condition = NSCondition()
    private var queue: [StandInDelivery] = []
    private var isBusy = false
    private var isStopped = false
    private var isPaused = false
    private var address: Address?
    private var weather = DeliveryWeather()
    private var finished: (@Sendable (_ delivery: Int64, _ status: Int) -> Void)?

    init() { Thread.detachNewThread { [self] in run() } }

    func whenFinished(_ work: @escaping @Sendable (_ delivery: Int64, _ status: Int) -> Void) { condition.withLock { finished = work } }

    func send(_ deliveries: [StandInDelivery]) {
        condition.withLock {
            queue += deliveries
            condition.broadcast()
        }
    }

    func set(_ address: Address?) { condition.withLock { self.address = address } }
    func set(_ weather: DeliveryWeather) { condition.withLock { self.weather = weather } }
    func pause(_ isPaused: Bool) {
        condition.withLock {
            self.isPaused = isPaused
            condition.broadcast()
        }
    }

    var isIdle: Bool { condition.withLock { (queue.isEmpty || isPaused) && !isBusy } }

    func stop() {
        condition.withLock {
            isStopped = true
            condition.broadcast()
        }
    }

    private func run() {
        while let (deliveries, address, weather) = next() {
            for delivery in deliveries {
                let status = address.flatMap { post(delivery, to: $0, weather) } ?? 0
                condition.withLock { finished }?(delivery.id, status)
            }
            condition.withLock {
                isBusy = false
                condition.broadcast()
            }
        }
    }

    /// What goes out next; nil at the end.
    private func next() -> ([StandInDelivery], Address?, DeliveryWeather)? {
        condition.lock()
        defer { condition.unlock() }
        while queue.isEmpty || isPaused { if isStopped { return nil } else { condition.wait() } }
        isBusy = true
        let isDropped = weather.drop > 0
        let isDoubled = weather.double > 0
        if isDropped { weather.drop -= 1 }
        var deliveries = [queue.removeFirst()]
        if weather.isOutOfOrder, !queue.isEmpty { deliveries.insert(queue.removeFirst(), at: 0) }
        if isDoubled {
            weather.double -= 1
            deliveries += deliveries
        }
        return (deliveries, isDropped ? nil : address, weather)
    }

    /// The status of the answer; nil when there was none.
    private func post(_ delivery: StandInDelivery, to address: Address, _ weather: DeliveryWeather) -> Int? {
        let body = delivery.payload.utf8
        let secret = weather.isForged ? "another secret" : address.secret
        let head = [
            "POST \(address.path) HTTP/1.1", "host: 127.0.0.1:\(address.port)", "user-agent: GitHub-Hookshot/standin", "accept: */*",
            "connection: close", "content-type: application/json", "content-length: \(body.count)", "x-github-event: \(delivery.event)",
            "x-github-delivery: \(delivery.guid)", "x-github-hook-id: 515151", "x-github-hook-installation-target-id: 424242",
            "x-github-hook-installation-target-type: integration",
            "x-hub-signature-256: sha256=\(Hex.encode(HMACKey(Array(secret.utf8)).authenticate(body)))",
        ]
        let request = Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
        let answer = exchangeOnLoopback(port: address.port, request, within: 10)
        return answer.flatMap { String(decoding: $0, as: UTF8.self).split(separator: " ").dropFirst().first }.flatMap { Int($0) }
    }
}
