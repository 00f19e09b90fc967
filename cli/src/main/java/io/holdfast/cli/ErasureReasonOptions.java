package io.holdfast.cli;

import picocli.CommandLine.Option;

/// Who wants it, and why.
final class ErasureReasonOptions {
  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Why, such as the number of the request. Name no person in it: it stays.")
  String reason = "";

  @Option(
      names = "--by",
      paramLabel = "NAME",
      description = "Who says so. Default: the user of this system.")
  String by = System.getProperty("user.name", "unknown");
}
