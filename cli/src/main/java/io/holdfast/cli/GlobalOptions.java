package io.holdfast.cli;

import io.holdfast.engine.config.Flags;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that every command takes.
final class GlobalOptions {
  @Option(
      names = "--repo",
      paramLabel = "URL",
      description = "Repository: a directory or URL. Default: $BACKUP_DIR, else ./backups.")
  @Nullable String repo;

  @Option(
      names = "--source",
      paramLabel = "NAME",
      description = "Name of the cluster in the repository. Default: main.")
  @Nullable String source;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Configuration file. Default: $HOLDFAST_CONFIG, ./holdfast.yaml, /etc/holdfast/holdfast.yaml.")
  @Nullable String config;

  @Option(
      names = "--limit-upload",
      paramLabel = "RATE",
      description = "At most so many bytes per second to the repository, for example 20MiB.")
  @Nullable String limitUpload;

  @Option(
      names = "--limit-download",
      paramLabel = "RATE",
      description = "At most so many bytes per second from the repository.")
  @Nullable String limitDownload;

  @Option(names = "--json", description = "Print one JSON document on stdout.")
  boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress on stderr.")
  boolean quiet;

  Flags flags(@Nullable String keyFile, @Nullable String url, @Nullable String directUrl) {
    return new Flags(repo, source, config, keyFile, url, directUrl, limitUpload, limitDownload);
  }
}
