package io.holdfast.engine.notify;

import io.holdfast.portable.json.JsonText;
import java.util.Map;
import java.util.stream.Collectors;

/// A message in a channel of Slack, or of anything else that takes Slack's `{"text": …}`.
public final class SlackWebhook implements Channel {
  private static final int LINE_MAX = 300;

  private final Outbound outbound;
  private final Endpoint endpoint;

  public SlackWebhook(Outbound outbound, Endpoint endpoint) {
    this.outbound = outbound;
    this.endpoint = endpoint;
  }

  @Override
  public String name() {
    return "slack";
  }

  @Override
  public void send(Notice notice) {
    outbound.send(
        new OutboundRequest(
            OutboundRequest.Method.POST,
            endpoint,
            Map.of("Content-Type", "application/json; charset=utf-8"),
            "{\"text\":" + JsonText.quoted(text(notice)) + "}"));
  }

  private static String text(Notice notice) {
    return notice.lines().stream()
        .map(line -> escaped(Plain.line(line, LINE_MAX)))
        .collect(Collectors.joining("\n"));
  }

  /// What could be a link or a call to everybody in the channel becomes plain text.
  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
