package io.holdfast.cli;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.config.Environment;
import io.holdfast.engine.config.Flags;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.config.SettingsResolver;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What a command gets from the process: streams, environment, clock. Made once in [Main].
record CommandContext(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Environment environment,
    Path workingDirectory,
    InstantSource clock,
    Entropy entropy,
    Cancellation cancellation,
    Terminal terminal) {
  /// Whether a person watches stderr.
  enum Terminal {
    INTERACTIVE,
    NONE
  }

  private static final String SEEN_BY_ALL =
      "other users of this machine can see the password in --url among the arguments of processes;"
          + " set ";

  Settings settings(Flags flags) {
    Stream.of(Optional.ofNullable(flags.url()), Optional.ofNullable(flags.directUrl()))
        .flatMap(Optional::stream)
        .filter(Passwords::in)
        .findFirst()
        .ifPresent(url -> warnOfPassword(url, "DATABASE_URL or DATABASE_URL_FILE"));
    return new SettingsResolver(environment, workingDirectory).resolve(flags);
  }

  /// Says so if a URL that came as an argument has a password.
  void warnOfPassword(String url, String instead) {
    if (Passwords.in(url)) {
      err.println("warning: " + SEEN_BY_ALL + instead + " instead");
    }
  }

  /// Settings of a second repository, see [SettingsResolver#second].
  Settings second(Flags flags, String named, Optional<String> keyFile, Settings first) {
    return new SettingsResolver(environment, workingDirectory)
        .second(flags, named, keyFile, "BACKUP_TO_", first);
  }

  /// As [#engine], for the store of a second repository.
  EngineContext secondEngine(TerminalProgress progress) {
    return engine(progress).withEnvironment(environment.overriddenBy("HOLDFAST_TO_"));
  }

  TerminalProgress progress(GlobalOptions global) {
    TerminalProgress.Style style =
        global.quiet
            ? TerminalProgress.Style.SILENT
            : switch (terminal) {
              case INTERACTIVE -> TerminalProgress.Style.BAR;
              case NONE -> TerminalProgress.Style.LINES;
            };
    return new TerminalProgress(err, clock, style);
  }

  EngineContext engine(TerminalProgress progress) {
    return new EngineContext(
        clock, entropy, Pause.real(), progress, cancellation, environment.variables());
  }

  /// Prints a JSON document.
  void json(Object value) {
    out.println(Json.write(value));
  }

  /// A map that keeps its order, for JSON.
  static Map<String, Object> object() {
    return new java.util.LinkedHashMap<>();
  }
}
