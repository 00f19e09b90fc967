package io.holdfast.engine.notify;

import io.holdfast.base.Secret;
import io.holdfast.portable.json.JsonText;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.Collectors;

/// JSON to any receiver, signed as the *Standard Webhooks* convention has it, so that there are
/// libraries that verify it:
///
/// - `webhook-id`: the notice's id; a second delivery of the same notice has the same;
/// - `webhook-timestamp`: seconds since 1970 when it was sent;
/// - `webhook-signature`: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
///
/// The body never changes between deliveries of a notice. New fields may come, none goes or changes
/// its meaning.
public final class SignedWebhook implements Channel {
  private final Outbound outbound;
  private final Endpoint endpoint;
  private final SigningKey key;
  private final InstantSource clock;

  /// @param secret `whsec_` and base64, or any text of at least 16 bytes
  /// @throws io.holdfast.base.BackupException `BAD_CONFIGURATION` if it is no such secret
  public SignedWebhook(Outbound outbound, Endpoint endpoint, Secret secret, InstantSource clock) {
    this.outbound = outbound;
    this.endpoint = endpoint;
    this.key = SigningKey.parse(secret, "HOLDFAST_WEBHOOK_SECRET");
    this.clock = clock;
  }

  @Override
  public String name() {
    return "webhook";
  }

  @Override
  public void send(Notice notice) {
    String body = body(notice);
    String timestamp = Long.toString(clock.instant().getEpochSecond());
    outbound.send(
        new OutboundRequest(
            OutboundRequest.Method.POST,
            endpoint,
            Map.of(
                "Content-Type",
                "application/json; charset=utf-8",
                "webhook-id",
                notice.id(),
                "webhook-timestamp",
                timestamp,
                "webhook-signature",
                "v1," + key.signatureOf(notice.id() + "." + timestamp + "." + body)),
            body));
  }

  private static String body(Notice notice) {
    return "{\"version\":1"
        + field("id", notice.id())
        + field("event", notice.event().word())
        + field("about", notice.about().word())
        + field("source", notice.source())
        + field("subject", notice.subject())
        + ",\"details\":"
        + notice.details().stream().map(JsonText::quoted).collect(Collectors.joining(",", "[", "]"))
        + field("time", notice.time().toString())
        + field("runId", notice.runId())
        + field("hint", notice.hint())
        + "}";
  }

  private static String field(String name, String value) {
    return ",\"" + name + "\":" + JsonText.quoted(value);
  }
}
