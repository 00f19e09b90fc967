package io.holdfast.engine.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.config.Environment;
import io.holdfast.engine.config.Variables;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NotificationSettingsTest {
  private static final Map<String, String> ALL =
      Map.of(
          "BACKUP_EMAIL_NOTIFICATIONS", "true",
          "BACKUP_EMAIL_RECIPIENTS", "a@example.org, b@example.org,a@example.org",
          "SMTP_URL", "smtps://me%40example.org:SECRET1@mail.example",
          "BACKUP_SLACK_NOTIFICATIONS", "TRUE",
          "BACKUP_SLACK_WEBHOOK_URL", "https://hooks.example/services/SECRET2",
          "HOLDFAST_WEBHOOK_URL", "https://hooks.example/SECRET3",
          "HOLDFAST_WEBHOOK_SECRET", "SECRET4 of many characters",
          "HOLDFAST_PING_URL", "https://ping.example/SECRET5/{source}");

  private static NotificationSettings settings(Map<String, String> variables, EventChoice events) {
    return NotificationSettings.fromEnvironment(new Environment(variables), events);
  }

  private static List<Subscription> subscriptions(
      Map<String, String> variables, EventChoice events) {
    NotificationSettings settings = settings(variables, events);
    return settings.subscriptions(
        Outbound.over(settings.policy()), InstantSource.fixed(Instant.EPOCH));
  }

  @Test
  void nothingIsSentAnywhereIfNothingIsSet() {
    assertThat(settings(Map.of(), EventChoice.USUAL).targets()).isEmpty();
    assertThat(
            settings(Map.of("SMTP_URL", "x", "NOTIFICATION_EMAIL", "y"), EventChoice.USUAL)
                .targets())
        .as("e-mails are sent by those alone who say so")
        .isEmpty();
  }

  @Test
  void eachReceiverIsAChannel() {
    assertThat(subscriptions(ALL, EventChoice.USUAL))
        .extracting(it -> it.channel().name())
        .containsExactly("email:a@example.org", "email:b@example.org", "slack", "webhook", "ping");
  }

  @Test
  void noTextOfSettingsHasASecret() {
    assertThat(settings(ALL, EventChoice.USUAL).toString()).doesNotContain("SECRET");
    assertThat(subscriptions(ALL, EventChoice.USUAL).toString()).doesNotContain("SECRET");
  }

  @Test
  void everyVariableThatIsReadIsDeclaredAndSecretOnesAsSecret() {
    assertThat(Variables.ALL)
        .extracting(Variables.Variable::name)
        .containsAll(ALL.keySet())
        .contains("NOTIFICATION_EMAIL", "HOLDFAST_NOTIFY_ALLOW");
    assertThat(Variables.ALL)
        .filteredOn(it -> ALL.getOrDefault(it.name(), "").contains("SECRET"))
        .hasSize(5)
        .allMatch(it -> it.visibility() == Variables.Visibility.SECRET);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BACKUP_EMAIL_RECIPIENTS=",
        "BACKUP_EMAIL_RECIPIENTS=nobody",
        "BACKUP_EMAIL_RECIPIENTS=,",
        "SMTP_URL=",
        "SMTP_URL=SECRET",
        "BACKUP_EMAIL_NOTIFICATIONS=yes",
        "BACKUP_SLACK_WEBHOOK_URL=",
        "BACKUP_SLACK_WEBHOOK_URL=https://SECRET@hooks.example/",
        "HOLDFAST_WEBHOOK_SECRET=",
        "HOLDFAST_WEBHOOK_SECRET=SECRET",
        "HOLDFAST_PING_URL=SECRET",
        "HOLDFAST_NOTIFY_ALLOW=10.0.0.0/99"
      })
  void whatIsMissingOrWrongIsSaidAtOnceAndWithoutSecrets(String change) {
    Map<String, String> variables = new HashMap<>(ALL);
    String name = change.substring(0, change.indexOf('='));
    variables.put(name, change.substring(change.indexOf('=') + 1));

    assertThatThrownBy(() -> settings(variables, EventChoice.USUAL))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isIn(ErrorCode.BAD_CONFIGURATION, ErrorCode.BAD_URL);
              assertThat(
                      e.text().replace("HOLDFAST_WEBHOOK_SECRET", "")
                          + e.hint().replace("HOLDFAST_WEBHOOK_SECRET", ""))
                  .doesNotContain("SECRET");
            });
  }

  @Test
  void theOtherNameOfTheRecipientsIsReadWhenTheFirstIsNotSet() {
    Map<String, String> variables =
        Map.of(
            "BACKUP_EMAIL_NOTIFICATIONS", "true",
            "NOTIFICATION_EMAIL", "c@example.org",
            "SMTP_URL", "smtp://mail.example?from=x@example.org");

    assertThat(subscriptions(variables, EventChoice.USUAL))
        .extracting(it -> it.channel().name())
        .containsExactly("email:c@example.org");
  }

  @Test
  void eventsAreSwitchedForEachChannel() {
    EventChoice choice =
        EventChoice.parse(
            Map.of(
                "email", List.of("all"),
                "slack", List.of("failure", "recovered"),
                "ping", List.of("-missed-run"),
                "webhook", List.of()));

    assertThat(choice.of(ChannelKind.EMAIL)).hasSize(Event.values().length);
    assertThat(choice.of(ChannelKind.SLACK))
        .containsExactlyInAnyOrder(Event.FAILURE, Event.RECOVERED);
    assertThat(choice.of(ChannelKind.PING))
        .hasSize(Event.values().length - 1)
        .doesNotContain(Event.MISSED_RUN);
    assertThat(choice.of(ChannelKind.WEBHOOK)).isEmpty();
    assertThat(EventChoice.USUAL.of(ChannelKind.EMAIL))
        .hasSize(Event.values().length - 1)
        .doesNotContain(Event.SUCCESS);
    assertThat(EventChoice.USUAL.with(ChannelKind.EMAIL, Event.SUCCESS).of(ChannelKind.EMAIL))
        .contains(Event.SUCCESS, Event.FAILURE);
    assertThat(choice.without(ChannelKind.SLACK, Event.FAILURE).of(ChannelKind.SLACK))
        .containsExactly(Event.RECOVERED);
  }

  @Test
  void wordsOfEventsAreReadInTheirOrder() {
    assertThat(Event.parseAll(List.of("all", "-success", " -Missed-Run"), Set.of()))
        .hasSize(Event.values().length - 2)
        .doesNotContain(Event.SUCCESS, Event.MISSED_RUN);
    assertThat(Event.parseAll(List.of("-success", "success"), Set.of()))
        .containsExactly(Event.SUCCESS);
    assertThatThrownBy(() -> EventChoice.parse(Map.of("email", List.of("sucess"))))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION);
              assertThat(e.hint()).contains("wal-gap").contains("test-restore-failed");
            });
    assertThatThrownBy(() -> EventChoice.parse(Map.of("pager", List.of("all"))))
        .isInstanceOf(BackupException.class);
  }
}
