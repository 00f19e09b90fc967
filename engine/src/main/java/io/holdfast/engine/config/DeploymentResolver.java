package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.application.Application;
import io.holdfast.engine.config.ConfigFile.SourceEntry;
import io.holdfast.engine.config.Deployment.Scheduling;
import io.holdfast.engine.config.SettingsResolver.Urls;
import io.holdfast.engine.plan.Job;
import io.holdfast.engine.plan.Plan;
import io.holdfast.engine.plan.Plans;
import io.holdfast.engine.plan.SourcePolicy;
import io.holdfast.engine.plan.Tiers;
import io.holdfast.engine.retention.RetentionPolicy;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Decides everything that a server needs to know: the environment wins over `holdfast.yaml`, that
/// over the files of earlier scripts that it names.
public final class DeploymentResolver {
  private static final String SCHEDULING = "ENABLE_SCHEDULED_BACKUPS";

  private final Environment environment;
  private final Path workingDirectory;
  private final SettingsResolver settings;

  public DeploymentResolver(Environment environment, Path workingDirectory) {
    this.environment = environment;
    this.workingDirectory = workingDirectory;
    this.settings = new SettingsResolver(environment, workingDirectory);
  }

  /// @param flags with a source, only that one, what is planned for it, and its applications
  /// @throws BackupException `BAD_CONFIGURATION` or `BAD_ARGUMENT`, with all problems of a file
  public Deployment resolve(Flags flags) {
    ZoneId zone = environment.zone().orElse(ConfigFile.DEFAULT_ZONE);
    Optional<ConfigFile> file = settings.configFile(flags, zone);
    Plans plans = file.map(its -> plans(its, zone)).orElse(Plans.NONE);
    List<Settings> sources = sources(flags, file);
    return new Deployment(
        sources,
        repositoryNames(sources, flags, file),
        Optional.ofNullable(flags.source()).map(plans::only).orElse(plans),
        file.map(ConfigFile::server).orElse(ServerSection.DEFAULT).over(environment),
        file.map(ConfigFile::tiers).orElse(Tiers.DEFAULT),
        file.map(its -> applications(flags, its)).orElse(List.of()),
        scheduling(),
        environment.secret("CRON_SECRET"),
        zone,
        file.map(ConfigFile::path));
  }

  /// Of all sources of a file, in the order of their names; of the named one alone if there is one,
  /// and of `main` if the file has none.
  ///
  /// Where there are several, the URLs of the environment are those of the one that has none in the
  /// file.
  ///
  /// @throws BackupException `BAD_CONFIGURATION` if several have none, and the environment has one;
  ///   `BAD_ARGUMENT` if there are several, and a flag says where the database of one is
  private List<Settings> sources(Flags flags, Optional<ConfigFile> file) {
    Map<String, SourceEntry> sources = file.map(ConfigFile::sources).orElse(Map.of());
    if (flags.source() != null || sources.isEmpty()) {
      String only = flags.source() == null ? ConfigFile.ONLY_SOURCE : flags.source();
      return List.of(settings.resolve(flags, only, file, Urls.OF_ALL));
    }
    Urls urls = sources.size() == 1 ? Urls.OF_ALL : Urls.NOT_OF_THE_ENVIRONMENT;
    if (urls == Urls.NOT_OF_THE_ENVIRONMENT) {
      requireOneMeaning(flags, sources);
    }
    return new TreeMap<>(sources)
        .entrySet().stream()
            .map(
                source ->
                    settings.resolve(
                        flags,
                        source.getKey(),
                        file,
                        source.getValue().hasUrl() ? urls : Urls.OF_ALL))
            .toList();
  }

  private Map<String, String> repositoryNames(
      List<Settings> sources, Flags flags, Optional<ConfigFile> file) {
    Map<String, String> names = new TreeMap<>();
    for (Settings source : sources) {
      names.put(source.source(), settings.repositoryName(flags, source.source(), file));
    }
    return names;
  }

  private void requireOneMeaning(Flags flags, Map<String, SourceEntry> sources) {
    if (flags.url() != null || flags.directUrl() != null) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "a database is named, and there are several sources",
          "Say with --source whose it is.");
    }
    List<String> without =
        sources.entrySet().stream()
            .filter(source -> !source.getValue().hasUrl())
            .map(Map.Entry::getKey)
            .sorted()
            .toList();
    Optional<String> variable =
        Stream.of("DATABASE_URL", "POSTGRES_URL", "DIRECT_URL")
            .filter(name -> environment.secret(name).isPresent())
            .findFirst();
    if (without.size() > 1 && variable.isPresent()) {
      throw new BackupException(
          ErrorCode.BAD_CONFIGURATION,
          "%s can be of each of the sources %s, which have no url in the configuration file"
              .formatted(variable.get(), String.join(", ", without)),
          "Give them urls there, or unset the variable.");
    }
  }

  /// Those of the file, with their keys, and with maps that have been looked at.
  private List<Application> applications(Flags flags, ConfigFile file) {
    List<String> problems = new ArrayList<>();
    ApplicationFiles files = new ApplicationFiles(environment, workingDirectory, problems);
    List<Application> applications =
        new TreeMap<>(file.applications())
            .values().stream()
                .filter(it -> flags.source() == null || it.source().equals(flags.source()))
                .flatMap(it -> files.read(it).stream())
                .toList();
    if (!problems.isEmpty()) {
      throw new ConfigProblems(
          "configuration file " + file.path(),
          problems,
          "Correct what it names; 'holdfast config check' says all that is wrong with it.");
    }
    return applications;
  }

  private Scheduling scheduling() {
    String text = environment.text(SCHEDULING).orElse("true");
    return switch (text) {
      case "true" -> Scheduling.ON;
      case "false" -> Scheduling.OFF;
      default ->
          throw new BackupException(
              ErrorCode.BAD_CONFIGURATION,
              SCHEDULING + " is " + Quoted.of(text) + ", neither true nor false",
              "Set it to one of them, or unset it for true.");
    };
  }

  /// Those of the file, with what the files of earlier scripts add to it.
  private Plans plans(ConfigFile file, ZoneId zone) {
    Optional<BackupConfigFile> backups =
        file.backupConfig()
            .map(path -> BackupConfigFile.read(workingDirectory.resolve(path), zone));
    Optional<RetentionPolicy> retention =
        file.retentionConfig()
            .map(path -> RetentionConfigFile.read(workingDirectory.resolve(path), zone));
    Map<String, SourcePolicy> policies = new TreeMap<>(file.policies());
    Stream.concat(
            retention.map(it -> new SourcePolicy("retentionConfig", it)).stream(),
            backups
                .flatMap(BackupConfigFile::retention)
                .map(it -> new SourcePolicy("backupConfig", it))
                .stream())
        .findFirst()
        .ifPresent(policy -> names(file).forEach(name -> policies.putIfAbsent(name, policy)));
    Map<String, Plan> plans = new TreeMap<>(file.plans());
    backups.ifPresent(
        it ->
            names(file)
                .forEach(name -> it.plans(name, last(policies, name)).forEach(p -> put(plans, p))));
    requirePolicies(file, plans, policies);
    return new Plans(plans, policies, remarks(file, backups));
  }

  private static void put(Map<String, Plan> plans, Plan plan) {
    plans.putIfAbsent(plan.name(), plan);
  }

  private static List<Job> last(Map<String, SourcePolicy> policies, String source) {
    return policies.containsKey(source) ? List.of(Job.RETENTION) : List.of();
  }

  private static Set<String> names(ConfigFile file) {
    return new TreeSet<>(
        file.sources().isEmpty() ? List.of(ConfigFile.ONLY_SOURCE) : file.sources().keySet());
  }

  /// The file itself could not say whether another one has a policy.
  private static void requirePolicies(
      ConfigFile file, Map<String, Plan> plans, Map<String, SourcePolicy> policies) {
    List<String> problems =
        plans.values().stream()
            .filter(plan -> plan.job() == Job.RETENTION || plan.then().contains(Job.RETENTION))
            .filter(plan -> !policies.containsKey(plan.source()))
            .map(
                plan ->
                    "schedules.%s: source %s has no retention policy, and backupConfig has none either"
                        .formatted(plan.name(), plan.source()))
            .toList();
    if (!problems.isEmpty()) {
      throw new ConfigProblems(
          "configuration file " + file.path(),
          problems,
          "Name a policy with 'retention' of the source.");
    }
  }

  private static List<String> remarks(ConfigFile file, Optional<BackupConfigFile> backups) {
    List<String> remarks = new ArrayList<>();
    backups.ifPresent(it -> it.remarks().forEach(remark -> remarks.add("backupConfig: " + remark)));
    if (file.retentionConfig().isPresent()
        && backups.flatMap(BackupConfigFile::retention).isPresent()) {
      remarks.add("backupConfig: its retention does nothing, because retentionConfig wins.");
    }
    new TreeMap<String, SourceEntry>(file.sources())
        .forEach(
            (name, source) ->
                source
                    .preset()
                    .filter(_ -> !file.policies().containsKey(name))
                    .filter(_ -> file.retentionConfig().isEmpty() && backups.isEmpty())
                    .ifPresent(
                        preset ->
                            remarks.add(
                                "Preset %s of source %s deletes nothing: the source names no retention policy."
                                    .formatted(preset.word(), name))));
    return remarks;
  }
}
