package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.config.PlansOfFile.OtherPolicies;
import io.holdfast.engine.plan.Plan;
import io.holdfast.engine.plan.Preset;
import io.holdfast.engine.plan.SourcePolicy;
import io.holdfast.engine.plan.Tiers;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// `holdfast.yaml`: sections `repositories`, `sources`, `retention`, `schedules` and
/// `applications`, each a map from a name to settings; `server` and `tiers`; and the names of two
/// files of earlier scripts, `backupConfig` and `retentionConfig`, which are not read here.
///
/// ```yaml
/// repositories:
///   main: { url: /var/backups/holdfast, keyFile: /etc/holdfast/key }
/// sources:
///   erp: { url: "postgresql://backup@db1/erp", repository: main, domain: erp }
/// schedules:
///   nightly: { run: full, when: "daily at 02:00 in Europe/Berlin" }
/// ```
///
/// @param plans those of presets, and those of schedules, which take the places of presets' plans
///   of the same names
/// @param policies by sources: those that they name, else those of their presets
public record ConfigFile(
    String path,
    Map<String, RepositoryEntry> repositories,
    Map<String, SourceEntry> sources,
    RetentionSection retention,
    Map<String, Plan> plans,
    Map<String, SourcePolicy> policies,
    ServerSection server,
    Tiers tiers,
    Map<String, ApplicationEntry> applications,
    Optional<String> backupConfig,
    Optional<String> retentionConfig) {
  /// The zone of what names none, where nobody says another.
  public static final ZoneId DEFAULT_ZONE = ZoneId.of("UTC");

  /// The source where none is defined.
  static final String ONLY_SOURCE = "main";

  private static final int FILE_BYTES_MAX = 1 << 20;
  private static final int DEPTH_MAX = 20;

  public ConfigFile {
    repositories = Map.copyOf(repositories);
    sources = Map.copyOf(sources);
    plans = Map.copyOf(plans);
    policies = Map.copyOf(policies);
    applications = Map.copyOf(applications);
  }

  /// A repository of the file.
  public record RepositoryEntry(
      String url,
      Optional<String> keyFile,
      Optional<String> limitUpload,
      Optional<String> limitDownload,
      Optional<String> compressionLevel) {}

  /// A source of the file.
  ///
  /// @param retention the name of its policy
  /// @param zone of its preset, and of its schedules that name none
  public record SourceEntry(
      Optional<String> url,
      Optional<String> directUrl,
      Optional<String> repository,
      Optional<String> slot,
      Optional<String> domain,
      Optional<String> retention,
      Optional<Preset> preset,
      Optional<ZoneId> zone) {
    /// Whether the file itself says where its database is.
    boolean hasUrl() {
      return url.isPresent() || directUrl.isPresent();
    }
  }

  /// Reads and checks the whole file.
  ///
  /// @param zone of schedules that name none
  /// @throws BackupException `BAD_CONFIGURATION` that lists every problem with its line
  public static ConfigFile read(Path file, ZoneId zone) {
    String text = ReadFile.text(file, FILE_BYTES_MAX, problems -> bad(file, problems));
    return parse(file, text, zone);
  }

  static ConfigFile parse(Path file, String text) {
    return parse(file, text, DEFAULT_ZONE);
  }

  static ConfigFile parse(Path file, String text, ZoneId zone) {
    List<String> problems = new ArrayList<>();
    Optional<ConfigFile> whole =
        ReadFile.yaml(text, DEPTH_MAX, problems)
            .or(() -> ReadFile.yaml("{}", DEPTH_MAX, problems))
            .map(root -> sections(file, root, zone));
    if (!problems.isEmpty()) {
      throw bad(file, problems);
    }
    return whole.orElseThrow();
  }

  private static ConfigFile sections(Path file, AskedMap root, ZoneId zone) {
    Optional<AskedMap> ofRepositories = root.map("repositories");
    Optional<AskedMap> ofRetention = root.map("retention");
    Map<String, RepositoryEntry> repositories =
        ofRepositories.map(RepositoriesSection::read).orElse(Map.of());
    RetentionSection retention =
        ofRetention.map(RetentionSection::read).orElse(new RetentionSection(Map.of()));
    // Names count also where what stands there has problems of its own.
    SourcesSection sources = new SourcesSection(names(ofRepositories), names(ofRetention));
    Map<String, SourceEntry> entries = root.map("sources").map(sources::read).orElse(Map.of());
    Optional<String> backupConfig = root.value("backupConfig", path -> ofOne(path, entries));
    Optional<String> retentionConfig = root.value("retentionConfig", ConfigFile::named);
    PlansOfFile plans =
        PlansOfFile.of(entries, retention, zone, others(backupConfig, retentionConfig));
    Map<String, Plan> all =
        root.map("schedules")
            .map(section -> new SchedulesSection(plans).read(section))
            .orElse(plans.presets());
    ServerSection server =
        root.map("server").flatMap(ServerSection::read).orElse(ServerSection.DEFAULT);
    Tiers tiers = root.map("tiers").flatMap(TiersSection::read).orElse(Tiers.DEFAULT);
    ApplicationsSection applications = new ApplicationsSection(new SourceNames(entries.keySet()));
    Map<String, ApplicationEntry> speakers =
        root.map("applications").map(applications::read).orElse(Map.of());
    root.end();
    return new ConfigFile(
        file.toString(),
        repositories,
        entries,
        retention,
        all,
        plans.policies(),
        server,
        tiers,
        speakers,
        backupConfig,
        retentionConfig);
  }

  private static OtherPolicies others(
      Optional<String> backupConfig, Optional<String> retentionConfig) {
    if (retentionConfig.isPresent()) {
      return OtherPolicies.CERTAIN;
    }
    return backupConfig.isPresent() ? OtherPolicies.POSSIBLE : OtherPolicies.NONE;
  }

  private static Set<String> names(Optional<AskedMap> section) {
    return section.<Set<String>>map(map -> new HashSet<>(map.names())).orElse(Set.of());
  }

  private static String named(String path) {
    if (path.isBlank()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT, "it names no file", "Name one, or leave the line out.");
    }
    return path;
  }

  private static String ofOne(String path, Map<String, SourceEntry> sources) {
    if (sources.size() > 1) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "such a file is of one source, and there are several ("
              + String.join(", ", new TreeSet<>(sources.keySet()))
              + ")",
          "Write its schedules into the section schedules.");
    }
    return named(path);
  }

  private static BackupException bad(Path file, List<String> problems) {
    return new ConfigProblems(
        "configuration file " + file,
        problems,
        "Correct the file; 'holdfast config check' says all that is wrong with it.");
  }
}
