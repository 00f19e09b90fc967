package io.holdfast.cli;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.engine.api.Configuration;
import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.api.Standalone;
import io.holdfast.engine.api.Watch;
import io.holdfast.engine.api.World;
import io.holdfast.engine.application.StorePlace;
import io.holdfast.engine.config.Environment;
import io.holdfast.engine.config.Flags;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
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

  /// What the command works with.
  Options options(Flags flags) {
    Stream.of(Optional.ofNullable(flags.url()), Optional.ofNullable(flags.directUrl()))
        .flatMap(Optional::stream)
        .filter(Passwords::in)
        .findFirst()
        .ifPresent(url -> warnOfPassword(url, "DATABASE_URL or DATABASE_URL_FILE"));
    return configuration().options(flags);
  }

  /// Says so if a URL that came as an argument has a password.
  void warnOfPassword(String url, String instead) {
    if (Passwords.in(url)) {
      err.println("warning: " + SEEN_BY_ALL + instead + " instead");
    }
  }

  /// Where stores are, by their names.
  Map<String, StorePlace> stores(Map<String, String> named) {
    Map<String, StorePlace> places = new LinkedHashMap<>();
    named.forEach((name, place) -> places.put(name, StorePlace.of(place, workingDirectory)));
    return places;
  }

  /// The launcher of the distribution says where it is.
  Configuration configuration() {
    return new Configuration(
        environment,
        workingDirectory,
        new World(clock, entropy, Pause.real()),
        Optional.ofNullable(System.getProperty("holdfast.home")).map(Path::of));
  }

  /// Opens the repository for one command, whose progress a person sees.
  <R> R on(GlobalOptions global, Options options, BiFunction<Holdfast, Watch, R> command) {
    try (var progress = progress(global);
        var holdfast = Holdfast.open(options)) {
      return command.apply(holdfast, watch(progress));
    }
  }

  /// Runs what needs no repository.
  <R> R alone(GlobalOptions global, Function<Standalone, R> command) {
    try (var progress = progress(global)) {
      return command.apply(configuration().standalone(watch(progress)));
    }
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

  Watch watch(TerminalProgress progress) {
    return new Watch(progress, cancellation);
  }

  /// Prints the command's answer in the form that was asked for.
  void answer(GlobalOptions global, Map<String, Object> json, List<String> text) {
    if (global.json) {
      json(json);
    } else {
      text.forEach(out::println);
    }
  }

  /// Says on stderr what a person should know besides.
  void warn(List<String> warnings) {
    warnings.forEach(warning -> err.println("warning: " + warning));
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
