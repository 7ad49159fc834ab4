// Promises about what the local code host keeps: numbers, discussions changed as one, checks by their external ids.
import ForgeCore
import Testing

extension StoreContract {
    private static let shop = StoreScene.repository("acme/shop")
    private static let other = StoreScene.repository("acme/other")

    static let localHostCases: [Case] = [
        Case("pull requests are numbered in each repository, and two open ones differ in a branch") { scene in
            let first = try await scene.store.openLocalPullRequest(scene.newPull())
            #expect(first.key == LocalPullRequestKey(repository: shop, number: 1) && first.state == .open && first.createdAt == scene.now)
            #expect(try await scene.store.openLocalPullRequest(scene.newPull("b")).key.number == 2)
            #expect(try await scene.store.openLocalPullRequest(scene.newPull(in: other)).key.number == 1)
            await expectRefusal(.refused, "the same branches again") { _ = try await scene.store.openLocalPullRequest(scene.newPull()) }
            #expect(try await scene.store.changeLocalDiscussion(first.key) { $0.pull.state = .closed } != nil)
            #expect(try await scene.store.openLocalPullRequest(scene.newPull()).key.number == 3, "a closed one is in nobody's way")
        },
        Case("of many who open the same pull request at once one does") { scene in
            let opened = try await atOnce(16) { _ -> Int64? in
                do {
                    return try await scene.store.openLocalPullRequest(scene.newPull()).key.number
                } catch let error as StoreError where error.code == .refused {
                    return nil
                }
            }
            #expect(opened.compactMap(\.self) == [1])
        },
        Case("a discussion is kept whole, whatever is said in it") { scene in
            let key = try await scene.store.openLocalPullRequest(scene.newPull()).key
            let commit = StoreScene.commit(3)
            let odd = RepositoryPath(bytes: [0x61, 0xFF, 0x0A])
            let anchors: [ReviewAnchor] = [.file, .line(.left, 3), .range(.right, 4...9)]
            let said = try await scene.store.changeLocalDiscussion(key) { discussion in
                let review = discussion.add(.review(commit: commit, event: .requestChanges), by: .forge, "", at: scene.now)
                for anchor in anchors {
                    let thread = LocalThread(review: review.id, path: odd, anchor: anchor, commit: commit, isResolved: anchor == .file)
                    let opened = discussion.add(.thread(thread), by: .forge, "look", at: scene.now)
                    _ = discussion.add(.reply(thread: opened.id), by: .person("alice"), "a\u{0}b\n'\"</x>", at: scene.now)
                }
                var comment = discussion.add(.comment, by: .person("forge"), "hm", at: scene.now)
                comment.reactions = [.eyes, .thumbsUp]
                discussion[comment.id] = comment
                discussion.pull.labels = ["a", "b c"]
                discussion.pull.lastHead = commit
                discussion.pull.title = "new"
                return discussion
            }
            let stored = try #require(try await scene.store.localDiscussion(key))
            #expect(stored == said && stored.remarks.count == 8 && Set(stored.remarks.map(\.id)).count == 8)
            #expect(stored.remarks.allSatisfy { LocalDiscussion.pullRequest(ofRemark: $0.id) == key.number })
            #expect(try await scene.store.localDiscussion(LocalPullRequestKey(repository: other, number: 1)) == nil)
        },
        Case("a change of a discussion that is not there changes nothing and says so") { (scene) async throws in
            let key = LocalPullRequestKey(repository: shop, number: 7)
            #expect(try await scene.store.changeLocalDiscussion(key) { _ in 1 } == nil)
            #expect(try await scene.store.changeLocalCheck(7, in: shop) { _ in 1 } == nil)
            #expect(try await scene.store.localPullRequests(LocalPullRequestFilter(), page: PageRequest()).items.isEmpty)
        },
        Case("of 64 remarks at once none is lost, and each has a number of its own") { scene in
            let key = try await scene.store.openLocalPullRequest(scene.newPull()).key
            let ids = try await atOnce(64) { index in
                try await scene.store.changeLocalDiscussion(key) {
                    $0.add(.comment, by: .person("\(index)"), "hm", at: scene.now).id
                }
            }
            #expect(Set(ids.compactMap(\.self)).count == 64)
            #expect(try await scene.store.localDiscussion(key)?.remarks.count == 64)
        },
        Case("pull requests are listed newest first, by repository, state and branch") { scene in
            for index in 0..<5 { _ = try await scene.store.openLocalPullRequest(scene.newPull("b\(index)")) }
            _ = try await scene.store.openLocalPullRequest(scene.newPull("b1", in: other))
            _ = try await scene.store.changeLocalDiscussion(LocalPullRequestKey(repository: shop, number: 2)) { $0.pull.state = .merged }
            let all = try await scene.store.localPullRequests(LocalPullRequestFilter(), page: PageRequest(limit: 4))
            #expect(all.items.map(\.key.number) == [1, 5, 4, 3])
            let rest = try await scene.store.localPullRequests(LocalPullRequestFilter(), page: PageRequest(before: all.next, limit: 4))
            #expect(rest.items.map(\.key.number) == [2, 1] && rest.next == nil)
            let filters: [(LocalPullRequestFilter, [Int64])] = [
                (.init(repository: shop), [5, 4, 3, 2, 1]), (.init(state: .merged), [2]), (.init(branch: "b1"), [1, 2]),
                (.init(repository: shop, state: .open, branch: "main"), [5, 4, 3, 1]), (.init(branch: "b"), []),
            ]
            for (filter, expected) in filters {
                #expect(try await scene.store.localPullRequests(filter, page: PageRequest()).items.map(\.key.number) == expected)
            }
        },
        Case("a repository has one check of an external id, and its commit has all of its checks") { scene in
            let first = try await scene.store.addLocalCheck(scene.check("run/1"), in: shop)
            await expectRefusal(.refused, "the same external id") {
                _ = try await scene.store.addLocalCheck(scene.check("run/1"), in: shop)
            }
            let second = try await scene.store.addLocalCheck(scene.check("run/2"), in: shop)
            _ = try await scene.store.addLocalCheck(scene.check("run/1"), in: other)
            #expect(try await scene.store.localChecks(in: shop, at: StoreScene.commit(1)) == [second, first])
            #expect(try await scene.store.localChecks(in: shop, at: StoreScene.commit(2)) == [])
            #expect(try await scene.store.localCheck(first.id, in: shop) == first)
            #expect(try await scene.store.localCheck(first.id, in: other) == nil)
        },
        Case("a check is changed as one, but for its commit, its name and its external id") { scene in
            let check = try await scene.store.addLocalCheck(scene.check("run/1"), in: shop)
            scene.clock.advance(by: .seconds(1))
            let changed = try await scene.store.changeLocalCheck(check.id, in: shop) { content in
                content.state = .completed(.timedOut)
                content.summary = "done"
                content.text = nil
                content.annotations = []
                content.head = StoreScene.commit(9)
                content.externalID = "other"
                content.name = "other"
                return true
            }
            #expect(changed == true)
            var expected = check.content
            expected.state = .completed(.timedOut)
            expected.summary = "done"
            expected.text = nil
            expected.annotations = []
            let stored = try await scene.store.localCheck(check.id, in: shop)
            #expect(stored == LocalCheck(id: check.id, content: expected, updatedAt: scene.now))
        },
    ]
}

extension StoreScene {
    fileprivate func newPull(_ branch: String = "feature", in repository: RepositoryName = repository("acme/shop")) -> NewLocalPullRequest {
        NewLocalPullRequest(repository: repository, title: "Add it", body: "b", author: "alice", headBranch: branch, baseBranch: "main")
    }

    fileprivate func check(_ external: String) -> CheckRunContent {
        let annotation = CheckAnnotation(path: RepositoryPath("a.swift"), lines: 3...4, level: .warning, title: "t", message: "m")
        return CheckRunContent(
            head: Self.commit(1), state: .inProgress, title: "Looking", summary: "s", text: "x", annotations: [annotation],
            actions: [CheckAction(identifier: "i", label: "l", description: "d")], externalID: external)
    }
}
