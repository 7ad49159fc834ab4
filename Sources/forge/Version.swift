// The version of this program; CHANGELOG.md says what is in it.

let forgeVersion = "0.1.0"
