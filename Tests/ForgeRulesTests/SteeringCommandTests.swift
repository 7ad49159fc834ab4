// Variables that decide what really runs, options that only look like a question, and statements that nobody read.

import Testing

@testable import ForgeRules

struct SteeringCommandTests {
    @Test(arguments: [
        #"PATH=/tmp:$PATH ls"#,
        #"export PATH=/tmp/bin:$PATH; ls"#,
        #"PATH=~/evil:$PATH git status"#,
        #"env PATH=/tmp:$PATH ls"#,
        #"PATH="$X:$PATH" ls"#,
        #"LD_LIBRARY_PATH=/tmp/lib ls"#,
        #"PYTHONPATH=/tmp/x python3 -m pytest"#,
        #"export LD_PRELOAD=./x.so && git status"#,
        #"declare -x BASH_ENV=./x; bash -c true"#,
        #"GIT_PAGER='sh -c ./x' git log"#,
        #"GIT_EDITOR=/tmp/x.sh git commit"#,
        #"GIT_DIR=/tmp/x git status"#,
        #"LESSOPEN='|/tmp/x %s' less README.md"#,
        #"NODE_OPTIONS='--require /tmp/x.js' npm test"#,
        #"JAVA_TOOL_OPTIONS=-javaagent:/tmp/x.jar mvn test"#,
        #"RUSTC_WRAPPER=/tmp/x cargo build"#,
        #"if test -d a; then PATH=/tmp:$PATH; fi; ls"#,
    ])
    func `a variable that makes another program run is not safe`(command: String) { expect(.destructive, command) }

    @Test(arguments: [
        #"echo 'rm -rf /' > bin/ls; PATH=bin:$PATH ls"#,
        #"EDITOR='rm -rf /' git commit"#,
    ])
    func `what a variable makes run is judged`(command: String) { expect(.catastrophic, command) }

    @Test(arguments: [
        #"PATH=./node_modules/.bin:$PATH eslint src"#,
        #"PATH="$PATH:/usr/local/go/bin" go test ./..."#,
        #"export PATH="$HOME/.cargo/bin:$PATH"; cargo test"#,
        #"LD_LIBRARY_PATH=build/lib ./build/test"#,
        #"PYTHONPATH=.:src python -m pytest"#,
        #"GIT_PAGER=cat git log"#,
        #"GIT_EDITOR=true git commit --amend --no-edit"#,
        #"NODE_OPTIONS=--max-old-space-size=4096 npm test"#,
        #"RUSTC_WRAPPER=sccache cargo build"#,
    ])
    func `a variable that leads to the same programs is`(command: String) { expect(.safe, command) }

    @Test(arguments: [
        #"git push --force origin main --version"#,
        #"helm upgrade app ./chart --version 1.2.3"#,
        #"cargo yank --version 1.0.1 mycrate"#,
        #"kubectl delete pod web --help"#,
    ])
    func `a word that asks for help does not excuse the others`(command: String) {
        #expect(ShippedPack.classifier.classify(command).tier != .safe)
    }

    @Test(arguments: [#"cargo --version"#, #"git push --help"#, #"kubectl delete --help"#, #"npm --version"#])
    func `asking for help is safe`(command: String) { expect(.safe, command) }

    @Test(arguments: [#"psql app < x.sql"#, #"cat x.sql | mysql app"#, #"sqlite3 a.db < schema.sql"#])
    func `statements that nobody read are not safe`(command: String) { expect(.destructive, command) }

    @Test(arguments: [#"echo 'select 1' | psql app"#, #"psql app <<< 'select 1'"#, #"sqlite3 a.db .tables"#])
    func `statements that are read and ask are`(command: String) { expect(.safe, command) }
}
