package io.holdfast.engine.api;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.config.ConfigProblems;
import io.holdfast.engine.config.Deployment;
import io.holdfast.engine.config.DeploymentResolver;
import io.holdfast.engine.config.Environment;
import io.holdfast.engine.config.Flags;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.config.SettingsResolver;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The configuration of the command line: what was said in so many words wins over the environment,
/// the environment over the file, the file over the default.
///
/// @param workingDirectory what relative paths are relative to; `holdfast.yaml` is looked for there
/// @param program as of [Options]
public record Configuration(
    Environment environment, Path workingDirectory, World world, Optional<Path> program) {
  /// What a second repository's variables begin with: its key, and its store's.
  private static final String SECOND_KEY = "BACKUP_TO_";

  private static final String SECOND_STORE = "HOLDFAST_TO_";

  /// Of this process: its environment variables and its working directory.
  public static Configuration ofProcess() {
    return new Configuration(
        new Environment(System.getenv()),
        Path.of("").toAbsolutePath(),
        World.real(),
        Optional.empty());
  }

  /// As the environment and the file say.
  public Options options() {
    return options(Flags.NONE);
  }

  /// @throws BackupException `BAD_CONFIGURATION` or `BAD_ARGUMENT`, with all problems of the file
  public Options options(Flags flags) {
    return options(new SettingsResolver(environment, workingDirectory).resolve(flags), environment);
  }

  /// Everything that a server needs: all sources, plans, policies, and how to serve.
  ///
  /// @param flags with a source, only that one and what is planned for it
  /// @throws BackupException `BAD_CONFIGURATION` or `BAD_ARGUMENT`, with all problems of a file
  public Deployment deployment(Flags flags) {
    return new DeploymentResolver(environment, workingDirectory).resolve(flags);
  }

  /// What each source of a deployment is opened with.
  public List<Options> options(Deployment deployment) {
    return deployment.sources().stream().map(its -> options(its, environment)).toList();
  }

  /// All that is wrong with the configuration, mostly with lines; nothing if [#deployment] answers.
  public List<String> problems(Flags flags) {
    try {
      var _ = deployment(flags);
      return List.of();
    } catch (ConfigProblems e) {
      return e.problems().stream().map(problem -> e.where() + ": " + problem).toList();
    } catch (BackupException e) {
      if (e.code() != ErrorCode.BAD_CONFIGURATION) {
        throw e;
      }
      return List.of(e.text());
    }
  }

  /// A second repository: where a copy goes, or what a new one shall be like. Its own variables
  /// stand before those of the first, by which it is opened where nothing else is said.
  ///
  /// @param flags those that the first was found with
  /// @param named a path or URL, or the name of a repository of the configuration file
  public Options second(Flags flags, String named, Optional<String> keyFile, Options first) {
    return options(
        new SettingsResolver(environment, workingDirectory)
            .second(flags, named, keyFile, SECOND_KEY, first.settings()),
        new Environment(environment.overriddenBy(SECOND_STORE)));
  }

  /// Operations that need no repository.
  public Standalone standalone(Watch watch) {
    return new Standalone(world.context(environment, watch));
  }

  private Options options(Settings settings, Environment its) {
    return new Options(settings, its, world, program);
  }
}
