// The program: a list of commands, and the one place that reads the process's words and ends it.

import ForgeSystem

let commands = CommandTable(
    commands: [
        ServeCommand.all,
        IntakeCommand.all,
        ReviewCommand.all,
        CheckCommand.all,
        RulesCommands.all,
        PullRequestCommands.all,
        NotifyCommand.all,
        DeliveryCommands.all,
        TicketCommands.all,
        RunCommands.all,
        BudgetCommand.all,
        AuditCommands.all,
        TokenCommands.all,
        AppManifestCommand.all,
        AppStatusCommand.all,
        DoctorCommand.all,
        SandboxCommands.all,
        SandboxBridgeCommand.all,
        ToolsCommand.all,
        TestsCommand.all,
        ModelCommand.all,
        DemoCommand.all,
        BenchCommands.all,
        AboutCommands.all,
    ].flatMap { $0 })

let code = await commands.run(Array(CommandLine.arguments.dropFirst()), .current())
ProcessFacts.exit(code.rawValue)
