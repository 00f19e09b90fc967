package io.holdfast.engine.notify;

import io.holdfast.base.Secret;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Tells a service that waits for signs of life (Healthchecks and others like it) how it goes: the
/// URL itself after a success, `/fail` after a failure, `/start` before a run, `/log` for what is
/// worth a note. If nothing comes, the service tells people; so this is what notices that Holdfast
/// itself is gone.
///
/// That a source is late is left to the service, which knows. And that an incident is over is no
/// sign of life of a backup: only a success is.
public final class HealthchecksPing implements Channel {
  private static final String SOURCE = "{source}";
  private static final String SETTING = "HOLDFAST_PING_URL";
  private static final int BODY_CHARACTERS_MAX = 4000;
  private static final int SLUG_MAX = 100;
  private static final String UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

  private final Outbound outbound;
  private final Secret url;

  /// @param url in which `{source}` stands for the name of the source, so that each has a check of
  ///   its own; without it all sources share one, and one that succeeds hides one that fails
  /// @throws io.holdfast.base.BackupException `BAD_URL`
  public HealthchecksPing(Outbound outbound, Secret url) {
    this.outbound = outbound;
    this.url = url;
    Endpoint.parse(endpointText("source"), SETTING);
  }

  @Override
  public String name() {
    return "ping";
  }

  @Override
  public void send(Notice notice) {
    suffix(notice.event())
        .ifPresent(
            suffix ->
                ping(
                    notice.source(),
                    suffix,
                    notice.runId(),
                    Plain.cut(String.join("\n", notice.lines()), BODY_CHARACTERS_MAX)));
  }

  /// Says that a run begins.
  ///
  /// @param runId may be empty
  public void start(String source, String runId) {
    ping(source, "/start", runId, "");
  }

  private static Optional<String> suffix(Event event) {
    return switch (event) {
      case SUCCESS -> Optional.of("");
      case FAILURE, VERIFICATION_FAILED, WAL_GAP, WAL_LAG, KEY_UNAVAILABLE, TEST_RESTORE_FAILED ->
          Optional.of("/fail");
      case STORAGE_ABOVE_THRESHOLD, KEY_OLD, UNUSUALLY_LONG, MISSED_RUN -> Optional.of("/log");
      case NEVER_SUCCEEDED, OVERDUE, RECOVERED -> Optional.empty();
    };
  }

  private void ping(String source, String suffix, String runId, String body) {
    Endpoint endpoint = Endpoint.parse(endpointText(source), SETTING).below(suffix);
    outbound.send(
        new OutboundRequest(
            OutboundRequest.Method.POST,
            runId.matches(UUID) ? endpoint.with("rid", runId) : endpoint,
            Map.of("Content-Type", "text/plain; charset=utf-8"),
            body));
  }

  private Secret endpointText(String source) {
    String slug =
        source.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]+", "-").replaceAll("^-|-$", "");
    String named = slug.isEmpty() ? "source" : slug.substring(0, Math.min(slug.length(), SLUG_MAX));
    return new Secret(url.expose().replace(SOURCE, named));
  }
}
