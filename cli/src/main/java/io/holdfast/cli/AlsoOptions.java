package io.holdfast.cli;

import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.api.Watch;
import io.holdfast.engine.config.Flags;
import io.holdfast.engine.copy.SpreadBackup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Further repositories that a backup goes to.
final class AlsoOptions {
  @Option(
      names = "--also",
      paramLabel = "URL",
      description =
          "One more repository for the same backup: a directory, a URL, or a name of the"
              + " configuration file. The source is read once. May be given several times.")
  List<String> also = new ArrayList<>();

  @Option(
      names = "--also-key-file",
      paramLabel = "FILE",
      description =
          "Key file of these repositories. Default: as for --to of 'copy', each its own in the"
              + " configuration file.")
  @Nullable String keyFile;

  /// An operation on the repository of the options and on the others.
  @FunctionalInterface
  interface Spreading<R> {
    SpreadBackup.Spread<R> run(Holdfast holdfast, Watch watch, List<Options> others);
  }

  /// Each is opened when it is needed: one that is out of reach does not keep the backup from the
  /// others.
  <R> SpreadBackup.Spread<R> spread(
      CommandContext context,
      GlobalOptions global,
      Flags flags,
      Options options,
      Spreading<R> operation) {
    try (var progress = context.progress(global);
        var holdfast = Holdfast.of(options)) {
      List<Options> others =
          also.stream()
              .map(
                  named ->
                      context
                          .configuration()
                          .second(flags, named, Optional.ofNullable(keyFile), options))
              .toList();
      return operation.run(holdfast, context.watch(progress), others);
    }
  }

  /// Adds to a report what became of the backup everywhere, if it went to several places.
  void addTo(Map<String, Object> json, SpreadBackup.Spread<?> spread) {
    if (!also.isEmpty()) {
      json.put(
          "repositories", spread.outcomes().stream().map(SpreadBackup.Outcome::toMap).toList());
    }
  }

  List<String> describe(SpreadBackup.Spread<?> spread) {
    return also.isEmpty() ? List.of() : spread.describe();
  }

  /// As [#addTo], for what would become of it.
  void addRehearsedTo(Map<String, Object> json, SpreadBackup.Spread<?> spread) {
    if (!also.isEmpty()) {
      json.put(
          "repositories",
          spread.outcomes().stream().map(SpreadBackup.Outcome::toRehearsedMap).toList());
    }
  }

  List<String> describeRehearsed(SpreadBackup.Spread<?> spread) {
    return also.isEmpty() ? List.of() : spread.describeRehearsed();
  }
}
