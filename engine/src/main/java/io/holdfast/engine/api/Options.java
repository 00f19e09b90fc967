package io.holdfast.engine.api;

import io.holdfast.engine.EngineContext;
import io.holdfast.engine.config.Environment;
import io.holdfast.engine.config.Settings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// What a [Holdfast] works with: a repository and its key, one source whose backups are in it, and
/// the world around. [Configuration] makes them as the command line does.
///
/// @param environment variables from which stores take their credentials, and programs of
///   PostgreSQL are found; those of the process are used only if they are given here
/// @param program where the distribution is installed, if it is: restored servers may call it for
///   their write-ahead log
public record Options(
    Settings settings, Environment environment, World world, Optional<Path> program) {
  /// In the real world, without environment variables and without a program.
  public static Options of(Settings settings) {
    return new Options(settings, new Environment(Map.of()), World.real(), Optional.empty());
  }

  /// The same with other settings.
  public Options with(Settings other) {
    return new Options(other, environment, world, program);
  }

  /// The same with these environment variables alone.
  public Options withEnvironment(Map<String, String> variables) {
    return new Options(settings, new Environment(variables), world, program);
  }

  EngineContext context(Watch watch) {
    return world.context(environment, watch);
  }
}
