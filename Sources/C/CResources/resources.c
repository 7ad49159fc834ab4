// Puts files of this repository into the binary at compile time (C23 #embed: a large file costs seconds here, a minute as a literal).
// A new file is one block and one row; the paths are relative to this one.
#pragma clang diagnostic ignored "-Wc23-extensions"
#include "CResources.h"

static const unsigned char github_example[] = {
#embed "../../../Webhooks/GitHub/Examples/pull_request.opened.json"
};

static const unsigned char sentry_example[] = {
#embed "../../../Webhooks/Sentry/Examples/event_alert.triggered.json"
};

static const unsigned char glitchtip_example[] = {
#embed "../../../Webhooks/GlitchTip/Examples/alert.generation-6-early.json"
};

static const unsigned char rules_commands[] = {
#embed "../../../Rules/commands.yml"
};

static const unsigned char rules_injection[] = {
#embed "../../../Rules/injection.yml"
};

static const unsigned char rules_models[] = {
#embed "../../../Rules/models.yml"
};

static const unsigned char rules_review[] = {
#embed "../../../Rules/review.yml"
};

static const unsigned char rules_scope[] = {
#embed "../../../Rules/scope.yml"
};

static const unsigned char rules_secrets[] = {
#embed "../../../Rules/secrets.yml"
};

static const unsigned char rules_tests[] = {
#embed "../../../Rules/tests.yml"
};

static const struct forge_resource resources[] = {
    {"Rules/commands.yml", rules_commands, sizeof rules_commands},
    {"Rules/injection.yml", rules_injection, sizeof rules_injection},
    {"Rules/models.yml", rules_models, sizeof rules_models},
    {"Rules/review.yml", rules_review, sizeof rules_review},
    {"Rules/scope.yml", rules_scope, sizeof rules_scope},
    {"Rules/secrets.yml", rules_secrets, sizeof rules_secrets},
    {"Rules/tests.yml", rules_tests, sizeof rules_tests},
    {"Webhooks/GitHub/Examples/pull_request.opened.json", github_example, sizeof github_example},
    {"Webhooks/Sentry/Examples/event_alert.triggered.json", sentry_example, sizeof sentry_example},
    {"Webhooks/GlitchTip/Examples/alert.generation-6-early.json", glitchtip_example, sizeof glitchtip_example},
};

const struct forge_resource *forge_resource_at(size_t index) {
    return index < sizeof resources / sizeof resources[0] ? &resources[index] : NULL;
}
