package io.holdfast.engine.config;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What was said on the command line; every field may be absent.
public record Flags(
    @Nullable String repository,
    @Nullable String source,
    @Nullable String configFile,
    @Nullable String keyFile,
    @Nullable String url,
    @Nullable String directUrl,
    @Nullable String limitUpload,
    @Nullable String limitDownload) {
  /// Nothing said.
  public static final Flags NONE = new Flags(null, null, null, null, null, null);

  /// Without limits of speed.
  public Flags(
      @Nullable String repository,
      @Nullable String source,
      @Nullable String configFile,
      @Nullable String keyFile,
      @Nullable String url,
      @Nullable String directUrl) {
    this(repository, source, configFile, keyFile, url, directUrl, null, null);
  }

  Optional<String> repositoryFlag() {
    return Optional.ofNullable(repository);
  }
}
