package io.holdfast.engine.notify;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.engine.config.Environment;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// Who is told what, and how.
///
/// @param policy where webhooks and pings may lead besides public addresses
public record NotificationSettings(
    List<Target> targets, EventChoice events, OutboundPolicy policy) {
  private static final int RECIPIENTS_MAX = 20;

  /// One receiver.
  public sealed interface Target {
    /// One e-mail address.
    record Mailbox(SmtpServer server, EmailAddress recipient) implements Target {}

    /// A channel of Slack.
    record Slack(Endpoint webhook) implements Target {}

    /// A program that verifies signatures.
    record Webhook(Endpoint endpoint, Secret secret) implements Target {}

    /// A service that waits for signs of life.
    record Ping(Secret url) implements Target {}

    default ChannelKind kind() {
      return switch (this) {
        case Mailbox _ -> ChannelKind.EMAIL;
        case Slack _ -> ChannelKind.SLACK;
        case Webhook _ -> ChannelKind.WEBHOOK;
        case Ping _ -> ChannelKind.PING;
      };
    }
  }

  public NotificationSettings {
    targets = List.copyOf(targets);
  }

  /// What the variables say; nothing is sent anywhere if they say nothing.
  ///
  /// @throws BackupException `BAD_CONFIGURATION` or `BAD_URL` if they contradict themselves, or
  ///   something is missing for what they ask for; without any secret
  public static NotificationSettings fromEnvironment(Environment environment, EventChoice events) {
    List<Target> targets = new ArrayList<>(mailboxes(environment));
    if (isOn(environment, "BACKUP_SLACK_NOTIFICATIONS")) {
      String name = "BACKUP_SLACK_WEBHOOK_URL";
      Secret url = required(environment.secret(name), name, "BACKUP_SLACK_NOTIFICATIONS is true");
      targets.add(new Target.Slack(Endpoint.parse(url, name)));
    }
    environment
        .secret("HOLDFAST_WEBHOOK_URL")
        .ifPresent(url -> targets.add(webhook(environment, url)));
    environment.secret("HOLDFAST_PING_URL").map(Target.Ping::new).ifPresent(targets::add);
    NotificationSettings settings =
        new NotificationSettings(
            targets,
            events,
            OutboundPolicy.parse(environment.text("HOLDFAST_NOTIFY_ALLOW").orElse("")));
    // makes each channel once, so that what is wrong is said now and not with the first failure
    settings.subscriptions(Outbound.over(settings.policy()), InstantSource.fixed(Instant.EPOCH));
    return settings;
  }

  /// The channels, each with the events that it is told.
  public List<Subscription> subscriptions(Outbound outbound, InstantSource clock) {
    return targets.stream()
        .map(target -> new Subscription(channel(target, outbound, clock), events.of(target.kind())))
        .toList();
  }

  private static Channel channel(Target target, Outbound outbound, InstantSource clock) {
    return switch (target) {
      case Target.Mailbox(SmtpServer server, EmailAddress recipient) ->
          new Email(outbound, server, recipient);
      case Target.Slack(Endpoint webhook) -> new SlackWebhook(outbound, webhook);
      case Target.Webhook(Endpoint endpoint, Secret secret) ->
          new SignedWebhook(outbound, endpoint, secret, clock);
      case Target.Ping(Secret url) -> new HealthchecksPing(outbound, url);
    };
  }

  private static Target webhook(Environment environment, Secret url) {
    String name = "HOLDFAST_WEBHOOK_SECRET";
    return new Target.Webhook(
        Endpoint.parse(url, "HOLDFAST_WEBHOOK_URL"),
        required(environment.secret(name), name, "HOLDFAST_WEBHOOK_URL is set"));
  }

  private static List<Target> mailboxes(Environment environment) {
    String on = "BACKUP_EMAIL_NOTIFICATIONS";
    if (!isOn(environment, on)) {
      return List.of();
    }
    SmtpServer server =
        SmtpServer.parse(required(environment.secret("SMTP_URL"), "SMTP_URL", on + " is true"));
    String list =
        required(
            environment
                .text("BACKUP_EMAIL_RECIPIENTS")
                .or(() -> environment.text("NOTIFICATION_EMAIL")),
            "BACKUP_EMAIL_RECIPIENTS",
            on + " is true");
    List<Target> mailboxes =
        Stream.of(list.split(",", -1))
            .map(String::strip)
            .filter(text -> !text.isEmpty())
            .distinct()
            .<Target>map(text -> new Target.Mailbox(server, new EmailAddress(text)))
            .toList();
    if (mailboxes.isEmpty() || mailboxes.size() > RECIPIENTS_MAX) {
      throw new BackupException(
          ErrorCode.BAD_CONFIGURATION,
          "there are " + mailboxes.size() + " recipients of e-mails",
          "Give 1 to " + RECIPIENTS_MAX + ", or the address of a list.");
    }
    return mailboxes;
  }

  private static boolean isOn(Environment environment, String name) {
    String value = environment.text(name).orElse("false").strip().toLowerCase(Locale.ROOT);
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new BackupException(
              ErrorCode.BAD_CONFIGURATION,
              name + " is neither true nor false",
              "Set it to true, or leave it out.");
    };
  }

  private static <T> T required(Optional<T> value, String name, String because) {
    return value.orElseThrow(
        () ->
            new BackupException(
                ErrorCode.BAD_CONFIGURATION,
                name + " is not set, although " + because,
                "Set " + name + ", or take the other away."));
  }
}
