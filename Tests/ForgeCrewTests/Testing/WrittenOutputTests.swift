// What is read of outputs in the documented formats of runners that need more than a machine has: Go, Jest, RSpec, Surefire, CTest, Meson, .NET,
// Mix, Bazel, Mocha.

import ForgeCore
import ForgeCrew
import Testing

@Suite struct WrittenOutputTests {
    /// `name outcome` of each test, in order.
    private func check(
        _ text: String, _ format: TestFormat, _ wanted: [String], complete: Bool = true, namesPassed: Bool = true, findsItself: Bool = true,
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> TestOutcomes {
        let bytes = Array(text.utf8)
        let output =
            format.isReport
            ? TestOutput(printed: [], report: bytes, folders: ["/worktree"]) : TestOutput(printed: bytes, folders: ["/worktree"])
        let outcomes = output.outcomes(format)
        #expect(outcomes.cases.map { "\($0.name) \($0.outcome.rawValue)" } == wanted, sourceLocation: sourceLocation)
        #expect(outcomes.isComplete == complete, "\(outcomes.doubts)", sourceLocation: sourceLocation)
        #expect(outcomes.namesPassed == namesPassed, sourceLocation: sourceLocation)
        // Nobody has to say which format it is.
        if findsItself, !format.isReport {
            #expect(TestOutput(printed: bytes).outcomes(nil).format == format, sourceLocation: sourceLocation)
        }
        return outcomes
    }

    @Test func `go's events of several packages at once`() {
        let text = """
            go: downloading example.com/x v1.0.0
            {"Time":"2026-01-01T00:00:00Z","Action":"start","Package":"example.com/shop"}
            {"Action":"run","Package":"example.com/shop","Test":"TestAdds"}
            {"Action":"start","Package":"example.com/shop/cart"}
            {"Action":"run","Package":"example.com/shop/cart","Test":"TestWrong"}
            {"Action":"output","Package":"example.com/shop","Test":"TestAdds","Output":"=== RUN   TestAdds\\n"}
            {"Action":"output","Package":"example.com/shop/cart","Test":"TestWrong","Output":"    cart_test.go:9: got 1, want 2\\n"}
            {"Action":"output","Package":"example.com/shop/cart","Test":"TestWrong","Output":"--- FAIL: TestWrong (0.00s)\\n"}
            {"Action":"fail","Package":"example.com/shop/cart","Test":"TestWrong","Elapsed":0}
            {"Action":"pass","Package":"example.com/shop","Test":"TestAdds","Elapsed":0}
            {"Action":"run","Package":"example.com/shop","Test":"TestTable/a_b"}
            {"Action":"pass","Package":"example.com/shop","Test":"TestTable/a_b","Elapsed":0}
            {"Action":"skip","Package":"example.com/shop","Test":"TestLater","Elapsed":0}
            {"Action":"pass","Package":"example.com/shop","Elapsed":0.1}
            {"Action":"fail","Package":"example.com/shop/cart","Elapsed":0.1}
            {"ImportPath":"example.com/shop/broken [example.com/shop/broken.test]","Action":"build-output","Output":"broken.go:3:1: syntax error\\n"}
            {"ImportPath":"example.com/shop/broken [example.com/shop/broken.test]","Action":"build-fail"}
            {"Action":"start","Package":"example.com/shop/broken"}
            {"Action":"fail","Package":"example.com/shop/broken","Elapsed":0,"FailedBuild":"example.com/shop/broken [example.com/shop/broken.test]"}
            """
        let read = check(
            text, .goEvents,
            [
                "example.com/shop/cart.TestWrong failed", "example.com/shop.TestAdds passed", "example.com/shop.TestTable/a_b passed",
                "example.com/shop.TestLater skipped", "example.com/shop/broken errored",
            ])
        #expect(read.cases[0].message == "cart_test.go:9: got 1, want 2")
        #expect(read.cases[4].message == "broken.go:3:1: syntax error")
    }

    @Test func `go's events that stop tell which test was on`() {
        let text = """
            {"Action":"start","Package":"shop"}
            {"Action":"run","Package":"shop","Test":"TestHangs"}
            {"Action":"output","Package":"shop","Test":"TestHangs","Output":"waiting\\n"}
            """
        _ = check(text, .goEvents, ["shop.TestHangs errored"], complete: false)
    }

    @Test func `go's own words with and without -v`() {
        let verbose = """
            === RUN   TestAdds
            --- PASS: TestAdds (0.00s)
            === RUN   TestTable
            === RUN   TestTable/one
                a_test.go:4: got 1
            --- FAIL: TestTable (0.00s)
                --- FAIL: TestTable/one (0.00s)
            FAIL
            FAIL\texample.com/shop\t0.004s
            ?   \texample.com/shop/words\t[no test files]
            ok  \texample.com/shop/cart\t(cached)
            FAIL\texample.com/shop/broken [build failed]
            FAIL
            """
        _ = check(
            verbose, .go,
            [
                "example.com/shop.TestAdds passed", "example.com/shop.TestTable failed", "example.com/shop.TestTable/one failed",
                "example.com/shop/broken errored",
            ])
        let plain = "--- FAIL: TestWrong (0.00s)\n    a_test.go:9: got 1, want 2\nFAIL\nFAIL\texample.com/shop\t0.004s\n"
        let read = check(plain, .go, ["example.com/shop.TestWrong failed"], namesPassed: false)
        #expect(read.cases.first?.message == "a_test.go:9: got 1, want 2")
        _ = check("ok  \texample.com/shop\t0.004s\n", .go, [], namesPassed: false)
    }

    @Test func `jest's report, with a file that does not load`() {
        let text = """
            {"numTotalTests":3,"success":false,"testResults":[
            {"name":"/worktree/src/cart.test.js","status":"failed","message":"","assertionResults":[
            {"ancestorTitles":["cart","total"],"fullName":"cart total adds","title":"adds","status":"passed","failureMessages":[]},
            {"ancestorTitles":["cart"],"title":"wrong","status":"failed","failureMessages":["Error: expect(1).toBe(2)"]},
            {"ancestorTitles":[],"title":"later","status":"pending","failureMessages":[]}]},
            {"name":"/worktree/src/broken.test.js","status":"failed","message":"SyntaxError: x","assertionResults":[]}]}
            """
        let read = check(
            text, .jest,
            [
                "src/cart.test.js > cart > total > adds passed", "src/cart.test.js > cart > wrong failed",
                "src/cart.test.js > later skipped",
                "src/broken.test.js errored",
            ])
        #expect(read.cases[1].message == "Error: expect(1).toBe(2)")
        #expect(read.cases[3].file == "src/broken.test.js")
        _ = check(String(text.dropLast(2)), .jest, [], complete: false)
    }

    @Test func `rspec's report, behind lines of something else`() {
        let text = """
            warning: parser
            {"version":"3.13","examples":[
            {"id":"./spec/cart_spec.rb[1:1]","description":"adds","full_description":"Cart adds","status":"passed","file_path":"./spec/cart_spec.rb"},
            {"full_description":"Cart fails","status":"failed","file_path":"./spec/cart_spec.rb","exception":{"message":"expected 2"}},
            {"full_description":"Cart later","status":"pending","file_path":"./spec/cart_spec.rb"}],
            "summary":{"example_count":3,"errors_outside_of_examples_count":0}}
            """
        let read = check(
            text, .rspec,
            ["spec/cart_spec.rb > Cart adds passed", "spec/cart_spec.rb > Cart fails failed", "spec/cart_spec.rb > Cart later skipped"])
        #expect(read.cases[1].message == "expected 2")
    }

    @Test func `reports of Surefire, one behind the other`() {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" name="com.acme.CartTest" tests="3" errors="1" failures="1">
              <properties><property name="a" value="b"/></properties>
              <testcase name="adds" classname="com.acme.CartTest" time="0.01"/>
              <testcase name="wrong" classname="com.acme.CartTest"><failure message="expected: &lt;2&gt; but was: &lt;1&gt;" type="x"><![CDATA[org.opentest4j
            \tat com.acme]]></failure><system-out><![CDATA[<testcase name="forged" classname="x"/>]]></system-out></testcase>
              <testcase name="broken" classname="com.acme.CartTest"><error type="java.lang.NullPointerException">trace</error></testcase>
            </testsuite>
            <?xml version="1.0"?>
            <!DOCTYPE x [<!ENTITY lol "lol">]>
            <testsuite name="com.acme.OtherTest"><testcase name="later" classname="com.acme.OtherTest"><skipped/></testcase></testsuite>
            """
        let read = check(
            text, .junit,
            [
                "com.acme.CartTest.adds passed", "com.acme.CartTest.wrong failed", "com.acme.CartTest.broken errored",
                "com.acme.OtherTest.later skipped",
            ])
        #expect(read.cases[1].message == "expected: <2> but was: <1>")
        #expect(read.cases[2].message == "trace")
        _ = check(String(text.dropLast(5)), .junit, Array(read.cases.map { "\($0.name) \($0.outcome.rawValue)" }), complete: false)
    }

    @Test func `CTest tells failures from crashes and limits`() {
        let text = """
            Test project /worktree/build
                Start 1: adds
            1/5 Test #1: adds .............................   Passed    0.00 sec
                Start 2: wrong
            2/5 Test #2: wrong ............................***Failed    0.01 sec
                Start 3: slow
            3/5 Test #3: slow .............................***Timeout   1.50 sec
                Start 4: crash
            4/5 Test #4: crash ............................***Exception: SegFault  0.05 sec
            5/5 Test #5: later ............................***Skipped   0.00 sec

            20% tests passed, 3 tests failed out of 5
            """
        _ = check(text, .ctest, ["adds passed", "wrong failed", "slow errored", "crash errored", "later skipped"])
        _ = check(String(text.prefix(205)), .ctest, ["adds passed", "wrong failed"], complete: false)
    }

    @Test func `Meson, .NET, Mix and Bazel`() {
        _ = check(
            " 1/3 shop:adds        OK              0.01s\n 2/3 wrong test       FAIL            0.02s   exit status 1\n"
                + " 3/3 slow             TIMEOUT         30.01s   killed by signal 15 SIGTERM\n\nOk:                 1\nFail:               1\n",
            .meson, ["shop:adds passed", "wrong test failed", "slow errored"])
        let dotnet = check(
            "  Passed Shop.Tests.CartTests.Adds [3 ms]\n  Failed Shop.Tests.CartTests.Wrong(prices: [1, 2]) [< 1 ms]\n  Error Message:\n"
                + "   Assert.Equal() Failure\n  Stack Trace:\n     at x\n  Skipped Shop.Tests.CartTests.Later [1 ms]\n\nTest Run Failed.\nTotal tests: 3\n",
            .dotnet,
            [
                "Shop.Tests.CartTests.Adds passed", "Shop.Tests.CartTests.Wrong(prices: [1, 2]) failed",
                "Shop.Tests.CartTests.Later skipped",
            ])
        #expect(dotnet.cases[1].message.contains("Assert.Equal() Failure"))
        _ = check(
            """

            ShopTest [test/shop_test.exs]
              * test adds (0.1ms) [L#5]
              * test wrong (1.1ms) [L#9]

              1) test wrong (ShopTest)
                 test/shop_test.exs:9
                 Assertion with == failed
              * test later (skipped) [L#12]

            Finished in 0.02 seconds
            3 tests, 1 failure, 1 skipped
            """, .mix, ["ShopTest test adds passed", "ShopTest test wrong failed", "ShopTest test later skipped"])
        _ = check(
            """
            //shop:adds_test                          (cached) PASSED in 0.3s
            //shop:wrong_test                                  FAILED in 0.4s
              /tmp/bazel/testlogs/shop/wrong_test/test.log
            //shop:slow_test                                  TIMEOUT in 60.0s
            //shop:broken_test                        FAILED TO BUILD

            Executed 2 out of 4 tests: 1 test passes, 1 fails to build and 2 fail locally.
            """, .bazel,
            ["//shop:adds_test passed", "//shop:wrong_test failed", "//shop:slow_test errored", "//shop:broken_test errored"])
    }

    @Test func `TAP in its other ways: a late plan, no plan, a bail-out, buffered subtests`() {
        _ = check("ok 1 cart adds\nnot ok 2 cart fails\n# tests 2\n1..2\n", .tap, ["cart adds passed", "cart fails failed"])
        let short = check("1..3\nok 1 - a\nok 2 - b\n", .tap, ["a passed", "b passed"], complete: false)
        #expect(TestEnding(exit: .code(0), outcomes: short) == .broken)
        let late = check("ok 1 - a\n1..5\n", .tap, ["a passed"], complete: false)
        #expect(TestEnding(exit: .code(0), outcomes: late) == .broken)
        // What was not kept may have held the others.
        let cut = TestOutput(printed: Array("ok 1 - a\n1..5\n".utf8), isCut: true).outcomes(nil)
        #expect(TestEnding(exit: .code(0), outcomes: cut) == .passed && !cut.isComplete)
        _ = check("ok 1 - a\n", .tap, ["a passed"], complete: false)
        _ = check("1..9\nok 1 - a\nBail out! no database\n", .tap, ["a passed"], complete: false)
        _ = check(
            "TAP version 14\n1..1\nok 1 - cart {\n    1..2\n    ok 1 - adds\n    not ok 2 - fails # todo some day\n}\n", .tap,
            ["cart passed", "adds passed", "fails skipped"], complete: false)
        _ = check("1..0 # SKIP no network\n", .tap, [])
        let told = check(
            "TAP version 13\nnot ok 1 - a\n  ---\n  message: \"one is not two\"\n  severity: fail\n  ...\nnoise\n1..1\n", .tap, ["a failed"]
        )
        #expect(told.cases[0].message == "one is not two")
    }

    @Test func `unittest of an older Python, and Django's words around it`() {
        let text = """
            Found 2 test(s).
            Creating test database for alias 'default'...
            test_adds (shop.tests.CartTests) ... ok
            test_wrong (shop.tests.CartTests) ... FAIL

            ======================================================================
            FAIL: test_wrong (shop.tests.CartTests)
            ----------------------------------------------------------------------
            Traceback (most recent call last):
              File "/worktree/shop/tests.py", line 9, in test_wrong
            AssertionError: 1 != 2

            ----------------------------------------------------------------------
            Ran 2 tests in 0.001s

            FAILED (failures=1)
            Destroying test database for alias 'default'...
            """
        _ = check(text, .unittest, ["shop.tests.CartTests.test_adds passed", "shop.tests.CartTests.test_wrong failed"])
        let nothing = check(
            "\n----------------------------------------------------------------------\nRan 0 tests in 0.000s\n\nOK\n", .unittest, [],
            complete: false, namesPassed: false)
        #expect(TestEnding(exit: .code(0), outcomes: nothing) == .empty)
    }

    @Test func `an output of nothing known has no format, and says so`() {
        for text in ["", "all good\n", "Tests: 5\nok\n", "Building…\nDone in 3s\n", "\u{1B}[2J\u{1B}]0;title\u{7}"] {
            let outcomes = TestOutput(printed: Array(text.utf8)).outcomes(nil)
            #expect(outcomes.format == nil, "\(text): \(String(describing: outcomes.format))")
            #expect(!outcomes.isComplete && outcomes.cases.isEmpty)
        }
    }

    @Test func `without its report a run is judged by what it printed, and that is said`() throws {
        let printed = try fixture("pytest-summary.txt")
        let outcomes = TestOutput(printed: printed, report: []).outcomes(.junit)
        #expect(outcomes.format == .pytest && !outcomes.isComplete)
        #expect(outcomes.count(.failed) == 6)
    }
}
