package io.holdfast.cli;

import io.holdfast.engine.config.Flags;
import io.holdfast.engine.config.Settings;
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

  /// The repository of the settings, and the others.
  List<SpreadBackup.Place> places(
      CommandContext context, Flags flags, Settings settings, TerminalProgress progress) {
    List<SpreadBackup.Place> places = new ArrayList<>();
    places.add(new SpreadBackup.Place(settings, context.engine(progress)));
    for (String named : also) {
      places.add(
          new SpreadBackup.Place(
              context.second(flags, named, Optional.ofNullable(keyFile), settings),
              context.secondEngine(progress)));
    }
    return places;
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
